"""Which tests run in one test process: files that share something dear to make, and so make it once.

Of all other files each test goes to whichever process is free. pytest-xdist's own mark for this (`xdist_group`) has no
effect from pytest 9.2 on, and nothing says so: https://github.com/pytest-dev/pytest-xdist/issues/1386.
"""

import os
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

#: file → what it shares; `once` (conftest.py) fails where two processes make the same
SHARED = {
    "tests/contracts/test_csp_pages.py": "pages",  # a page that several roles may open is looked at once
    "tests/contracts/test_hot_queries.py": "crowd",
    "tests/core/demo/test_seed.py": "story",  # the demo, filled in the process
    "tests/journeys/test_commands.py": "demo",
    "tests/journeys/test_kill.py": "platform",
    "tests/journeys/test_people.py": "demo",
    "tests/journeys/test_signin.py": "demo",
    "tests/journeys/test_story.py": "demo",
}


class Together(LoadScopeScheduling):
    """Tests of one scope go to one process; the largest scopes first."""

    def _split_scope(self, nodeid: str) -> str:
        return SHARED.get(nodeid.partition("::")[0], nodeid)


def claim(what: str, run: Path) -> None:
    """Note in the folder of this run that this process makes it. RuntimeError when another one did."""
    note = run / f"{what}.pid"
    try:
        note.touch(exist_ok=False)
    except FileExistsError:
        if (owner := note.read_text()) != str(os.getpid()):
            raise RuntimeError(f"process {owner} has made “{what}” already: see tests/together.py") from None
    note.write_text(str(os.getpid()))
