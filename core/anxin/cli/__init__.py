"""The `anxin` command: one group whose sub-commands are loaded only when they run.

To add a command, write it in a module of this package and add its line to COMMANDS; the line's text is what
`anxin --help` shows, so that help needs no import of the command. Plugins bring theirs (plugin_commands.py).
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (a copied environment can meet an older Python than pip allowed)
    sys.exit("anxin needs Python 3.11 or newer, this is " + sys.version.split()[0])

from anxin import start
from anxin.cli import plugin_commands
from anxin.cli.group import LazyGroup

COMMANDS = {
    "up": ("anxin.cli.up:up", "Run everything on this machine until Ctrl+C."),
    "demo": ("anxin.cli.demo:demo", "Run the demo: three invented tenants and a sign-in provider."),
    "db": ("anxin.cli.db:db", "Upgrade the database, print its address."),
    "tenant": ("anxin.cli.tenant:tenant", "List tenants; plan, apply and export their files."),
    "user": ("anxin.cli.user:user", "Let the first people in: single-use links; end sessions."),
    "roster": ("anxin.cli.roster:roster", "Import people from a workbook; write a template."),
    "contract": (
        "anxin.cli.contract:contract",
        "List service contracts; a month's statements, as files too.",
    ),
    "audit": ("anxin.cli.audit:audit", "Prove that nobody changed the audit trail."),
    "plugin": ("anxin.cli.plugin:plugin", "List plugins, begin one, check one."),
    "backup": ("anxin.cli.backup:backup", "Copy the database away; prove a copy; restore one."),
    "doctor": ("anxin.cli.doctor:doctor", "Explain every setting and every failed precondition."),
    "web": ("anxin.cli.processes:web", "Answer people (the web server of the platform)."),
    "worker": ("anxin.cli.processes:worker", "Run jobs (one process of the platform)."),
    "relay": ("anxin.cli.processes:relay", "Move committed effects to the job queue (one process)."),
    "scheduler": (
        "anxin.cli.processes:scheduler",
        "Ask for periodic jobs and seal the audit trail (one process).",
    ),
    "demo-seed": ("anxin.cli.demo:seed", ""),
    "demo-provider": ("anxin.cli.demo:provider", ""),
}
HIDDEN = {"demo-seed", "demo-provider"}  # started by `anxin demo` itself

anxin = LazyGroup(
    "anxin",
    commands=COMMANDS,
    hidden=HIDDEN,
    others=plugin_commands,
    help="""Anxin (安心): a platform for Employee Assistance Programmes.

    \b
    Examples:
      anxin demo                     look around, with invented people
      anxin up --data /srv/anxin     run it for real
      anxin doctor                   what is set, and what is missing

    Exit codes: 0 done, 1 refused or failed, 2 wrong usage or a precondition that does not hold.
    """,
)


def main() -> None:
    """Entry point of the console script."""
    start.begin()
    anxin(prog_name="anxin")
