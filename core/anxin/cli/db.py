"""`anxin db`: bring the schema up to date, and tell operators how to reach the database."""

import click

from anxin.cli.options import settings_option
from anxin.embedded.services import running_services
from anxin.settings import Settings


@click.group()
def db() -> None:
    """Upgrade the database, print its address.

    \b
    Examples:
      anxin db upgrade
      psql "$(anxin db url --role owner)"
    """


@db.command()
@settings_option
def upgrade(settings: Settings) -> None:
    """Run the migrations that are missing: core's first, then each plugin's.

    `anxin up` does this at each start. On a cluster it runs once before the new version's processes start.

    \b
    Examples:
      anxin db upgrade
      anxin db upgrade --data /srv/anxin
    """
    from anxin.cli.schema import run_upgrade  # brings all rooms and plugins; `db url` must stay quick

    with running_services(settings, migrate=False):
        done = run_upgrade(settings)
    for line in done or ["the database is up to date"]:
        click.echo(line)


@db.command()
@click.option("--role", type=click.Choice(["app", "auth", "owner"]), default="app", show_default=True)
@settings_option
def url(settings: Settings, role: str) -> None:
    """Print a role's connection address; it may hold a password, so mind where it goes.

    Embedded PostgreSQL answers there only while `anxin up` runs, and only to the user who runs it.

    \b
    Examples:
      anxin db url --role app
      psql "$(anxin db url --role owner --data /srv/anxin)"
    """
    click.echo(settings.database_url if role == "owner" else getattr(settings, f"{role}_database_url"))


@db.command("replay-erasures")
@settings_option
def replay_erasures(settings: Settings) -> None:
    """After restoring a copy: delete again the keys of everybody who was erased since it was made.

    \b
    Examples:
      anxin db replay-erasures --data /srv/anxin
    """
    import sqlalchemy as sa  # `db url` must stay quick

    from anxin.kernel import ledger  # as above
    from anxin.kernel.db import driver_url  # as above

    with running_services(settings):
        engine = sa.create_engine(driver_url(settings.database_url), poolclass=sa.NullPool)
        with engine.begin() as connection:
            done = ledger.replay(connection, ledger.read(settings))
    click.echo(f"{done} keys deleted again")
