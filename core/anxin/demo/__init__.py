"""The demo: three invented tenants with six months of history, a sign-in provider, and people to try.

    seed(settings)        fill an empty, migrated database (about fifteen seconds)
    sign_ins(settings)    the lines to print once it is served

The parts that need the whole application are imported when they run: every `anxin` command imports this
package, and the provider's process must stay small.
"""

import ipaddress
import sys
from collections.abc import Callable
from dataclasses import replace

from anxin.settings import Settings

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")  # the demo's provider is on this machine


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def seed(settings: Settings, progress: Callable[[str], None] = _tell) -> None:
    """Fill the data folder's database: tenants, rosters, accounts, provider, history. Refused when tenants
    are there."""
    from anxin.app import create_app  # the application, for this one command
    from anxin.demo.filling import fill  # as above

    here = replace(settings, outbound_allow=(*settings.outbound_allow, LOOPBACK))
    app = create_app(here)
    runtime = app.extensions["anxin"]
    try:
        with app.app_context():
            fill(runtime, here, progress)
    finally:
        for pool in (runtime.engine, runtime.auth):
            pool.dispose()


def sign_ins(settings: Settings) -> list[str]:
    """Who can be tried out, where and with what, a line each."""
    from anxin.demo.accounts import lines  # see above

    return lines(settings)
