"""`anxin audit`: prove that nobody changed the trail."""

import sys

import click

from anxin.app import create_app
from anxin.audit import sealer, verifying
from anxin.cli.options import database_option, json_option, print_json
from anxin.kernel.runtime import Runtime
from anxin.settings import Settings


@click.group()
def audit() -> None:
    """Verify and seal the audit trail.

    \b
    Examples:
      anxin audit verify
      anxin audit verify --tenant dongling --json
      anxin audit seal
    """


@audit.command()
@click.option("--tenant", "slug", help="Only this tenant (its short name).")
@json_option
@database_option
def verify(settings: Settings, slug: str | None, as_json: bool) -> None:
    """Recompute every leaf and root and compare them with all signed heads, in the database and on file.

    Exits 0 when all fits, 1 when anything was edited, deleted, cut off or recomputed; each problem names its place.

    \b
    Examples:
      anxin audit verify
      anxin audit verify --tenant dongling
    """
    runtime: Runtime = create_app(settings).extensions["anxin"]
    directory = runtime.caches["directory"]
    tenants = [directory.by_slug(slug)] if slug else directory.all()
    verdicts = [verifying.verify_tenant(runtime, tenant) for tenant in tenants]
    if as_json:
        print_json(
            [
                {
                    "tenant": verdict.slug,
                    "entries": verdict.entries,
                    "problems": [{"place": one.place, "text": str(one.text)} for one in verdict.problems],
                }
                for verdict in verdicts
            ]
        )
    else:
        for verdict in verdicts:
            click.echo(f"{verdict.slug}: {verdict.entries} entries, {len(verdict.problems) or 'no'} problems")
            for problem in verdict.problems:
                click.echo(f"  {problem.place}: {problem.text}")
    sys.exit(1 if any(verdict.problems for verdict in verdicts) else 0)


@audit.command()
@database_option
def seal(settings: Settings) -> None:
    """Seal what waits, now. (The scheduler does it each second.)

    \b
    Examples:
      anxin audit seal
    """
    runtime: Runtime = create_app(settings).extensions["anxin"]
    click.echo(f"{sealer.seal_pending(runtime)} entries sealed")
