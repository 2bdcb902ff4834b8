"""Filling the demo's data folder exactly once, whatever interrupts it.

A start that was killed while it filled the folder leaves half a story. The next one begins again on an empty
database, but only if the demo itself began on an empty one and nothing but the demo's tenants is there.
"""

import psycopg
from psycopg import sql

from anxin import demo as story
from anxin.cli.schema import run_upgrade
from anxin.demo.places import SLUGS
from anxin.embedded.postgres import DATABASE
from anxin.embedded.services import ServiceError
from anxin.settings import Settings


def seed_once(settings: Settings) -> None:
    """Fill the folder unless that is done; afterwards `demo-seeded` says so."""
    begun, done = settings.data_dir / "demo-begun", settings.data_dir / "demo-seeded"
    if done.exists():
        return
    found = _tenants(settings)
    if not found:
        begun.touch()
    elif begun.exists() and found <= set(SLUGS) and settings.embedded_database:
        _empty(settings)
    else:
        raise ServiceError(f"{settings.data_dir} holds tenants already: choose another folder for the demo")
    story.seed(settings)
    done.touch()
    begun.unlink(missing_ok=True)


def _tenants(settings: Settings) -> set[str]:
    with psycopg.connect(settings.database_url) as connection:
        return {slug for (slug,) in connection.execute("SELECT slug FROM core.tenant")}


def _empty(settings: Settings) -> None:
    with psycopg.connect(settings.database_url, dbname="postgres", autocommit=True) as connection:
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    run_upgrade(settings)
