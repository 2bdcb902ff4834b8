"""axe-core on a page of a real browser: every rule of WCAG 2.2 A and AA.

Only what is wrong is worked out in full and sent back; what passed is thousands of elements a page, and telling of
each took longer than looking at it.
"""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "selectors": False,  # an element is told by its HTML
}


def violations(page: Page) -> list[str]:
    """What breaks a rule on the page as it is shown now, as "rule: element"."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        f"axe.run(document, {json.dumps(OPTIONS)}).then(found => found.violations)"
    )
    return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]
