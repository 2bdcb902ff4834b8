"""Bring a database up to date: roles first, then core's migrations, then each plugin's, under one advisory lock.

Every component (core, each plugin) has its own schema and its own Alembic version table inside it, so that removing a
plugin never breaks another's upgrade. The owner connection is used here and nowhere else.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, exc

from anxin.kernel.errors import ConfigurationError
from anxin.kernel.i18n import lazy

LOCK = 0x616E78696E  # "anxin"
ROLES = {"anxin_owner": "LOGIN", "anxin_guard": "NOLOGIN", "anxin_app": "LOGIN", "anxin_auth": "LOGIN"}

# What plain SQL in the application role has no business with. Each line is a statement a managed server may refuse
# (only a superuser may revoke from pg_catalog); refusals are returned and `anxin doctor` shows them.
HARDENING = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO anxin_owner, anxin_app, anxin_auth",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    (
        "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_advisory_lock(bigint), pg_catalog.pg_advisory_lock(integer, integer), "
        "pg_catalog.pg_advisory_lock_shared(bigint), pg_catalog.pg_advisory_lock_shared(integer, integer), "
        "pg_catalog.pg_try_advisory_lock(bigint), pg_catalog.pg_try_advisory_lock(integer, integer), "
        "pg_catalog.pg_try_advisory_lock_shared(bigint), pg_catalog.pg_try_advisory_lock_shared(integer, integer), "
        "pg_catalog.pg_advisory_xact_lock(bigint), pg_catalog.pg_advisory_xact_lock(integer, integer), "
        "pg_catalog.pg_advisory_xact_lock_shared(bigint), pg_catalog.pg_advisory_xact_lock_shared(integer, integer), "
        "pg_catalog.pg_try_advisory_xact_lock(bigint), pg_catalog.pg_try_advisory_xact_lock(integer, integer), "
        "pg_catalog.pg_try_advisory_xact_lock_shared(bigint), "
        "pg_catalog.pg_try_advisory_xact_lock_shared(integer, integer) FROM PUBLIC"
    ),
    (
        "GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_xact_lock(bigint), "
        "pg_catalog.pg_try_advisory_xact_lock(bigint) TO anxin_guard"
    ),
    "REVOKE SELECT ON pg_catalog.pg_stat_activity, pg_catalog.pg_prepared_statements FROM PUBLIC",
    "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_prepared_statement() FROM PUBLIC",
    "GRANT SELECT ON pg_catalog.pg_prepared_statements TO anxin_guard",
    "GRANT EXECUTE ON FUNCTION pg_catalog.pg_prepared_statement() TO anxin_guard",
    (
        "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_stat_get_activity(integer), "
        "pg_catalog.pg_stat_get_backend_activity(integer), pg_catalog.pg_terminate_backend(integer, bigint), "
        "pg_catalog.pg_cancel_backend(integer) FROM PUBLIC"
    ),
    (
        "REVOKE EXECUTE ON FUNCTION pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), "
        "pg_catalog.lo_open(oid, integer), pg_catalog.lo_from_bytea(oid, bytea), pg_catalog.lo_put(oid, bigint, bytea), "
        "pg_catalog.lo_unlink(oid), pg_catalog.loread(integer, integer), pg_catalog.lowrite(integer, bytea), "
        "pg_catalog.lo_get(oid), pg_catalog.lo_get(oid, bigint, integer) FROM PUBLIC"
    ),
)


@dataclass(frozen=True)
class Component:
    """Something with migrations: `name` is also its schema; `versions` the folder with its revision files."""

    name: str
    versions: Path


CORE = Component("core", Path(__file__).parent.parent / "migrations" / "versions")


def make_roles(connection: Connection) -> None:
    """The four roles of the platform; those that are there stay as they are."""
    known = set(connection.scalars(sa.text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'anxin\\_%'")))
    for role, login in ROLES.items():
        if role not in known:
            connection.exec_driver_sql(
                f"CREATE ROLE {role} {login} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
            )
        if role in ("anxin_owner", "anxin_guard"):
            connection.exec_driver_sql(f"GRANT {role} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE")
    connection.exec_driver_sql("GRANT anxin_guard TO anxin_owner WITH INHERIT FALSE, SET TRUE")


def bootstrap(connection: Connection, passwords: dict[str, str] | None = None) -> list[str]:
    """Make the four roles and take from PUBLIC what it must not have. Returns the hardening statements refused."""
    database = connection.scalar(sa.text("SELECT quote_ident(current_database())"))
    make_roles(connection)
    for role, password in (passwords or {}).items():
        literal = connection.scalar(sa.text("SELECT quote_literal(:p)"), {"p": password})
        connection.exec_driver_sql(f"ALTER ROLE {role} PASSWORD {literal}")
    for role in ("anxin_app", "anxin_auth", "anxin_owner"):
        connection.exec_driver_sql(f"ALTER ROLE {role} SET search_path = pg_catalog")
    # equality inside exclusion constraints; a trusted extension, so the owner of a managed database may make it
    connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS extensions")
    connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA extensions")
    connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS guard AUTHORIZATION anxin_guard")
    connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS core AUTHORIZATION anxin_owner")
    refused = []
    for statement in HARDENING:
        savepoint = connection.begin_nested()
        try:
            connection.exec_driver_sql(statement.format(database=database))
            savepoint.commit()
        except exc.ProgrammingError:
            savepoint.rollback()
            refused.append(statement.format(database=database))
    return refused


def upgrade(
    engine: Engine,
    plugins: Sequence[Component] = (),
    *,
    passwords: dict[str, str] | None = None,
    job_key: bytes | None = None,
) -> list[str]:
    """Run what is missing, component by component; returns lines saying what was done (empty: up to date).

    `engine` connects as an administrator of the database (a role that may create roles). `job_key` is what the
    application signs jobs with (runtime.job_key); the guard keeps it to check them. Raises ConfigurationError when
    another upgrade holds the lock for over a minute, or a revision of the database is unknown to this version.
    """
    done: list[str] = []
    with engine.connect() as connection, _only_one(connection):
        with connection.begin():
            connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
            bootstrap(connection, passwords)
        for component in (CORE, *sorted(plugins, key=lambda c: c.name)):
            done += _upgrade_one(connection, component)
        if job_key is not None:
            _share_job_key(connection, job_key)
    return done


def _share_job_key(connection: Connection, key: bytes) -> None:
    """Put the key into the guard's own table, as the two pads of HMAC; no other role can read them."""
    block = key.ljust(64, b"\0")
    with connection.begin():
        connection.exec_driver_sql("SET LOCAL ROLE anxin_guard")
        connection.execute(
            sa.text(
                "INSERT INTO guard.key (name, ipad, opad) VALUES ('job', :ipad, :opad) "
                "ON CONFLICT (name) DO UPDATE SET ipad = excluded.ipad, opad = excluded.opad"
            ),
            {"ipad": bytes(byte ^ 0x36 for byte in block), "opad": bytes(byte ^ 0x5C for byte in block)},
        )


def _upgrade_one(connection: Connection, component: Component) -> list[str]:
    """One component's missing revisions, all in one transaction."""
    script = _script(component)
    done: list[str] = []
    with connection.begin():
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        connection.exec_driver_sql("SET LOCAL statement_timeout = '15min'")
        if component.name != "core":
            connection.exec_driver_sql(
                f"CREATE SCHEMA IF NOT EXISTS {component.name} AUTHORIZATION anxin_owner"
            )
        connection.exec_driver_sql("SET LOCAL ROLE anxin_owner")

        def steps(revision: Any, context: Any) -> Any:
            try:
                found = script._upgrade_revs("head", revision)
            except Exception as error:
                raise ConfigurationError(
                    lazy(
                        "The database of “%(name)s” is newer than this version of the software (%(revision)s).",
                        name=component.name,
                        revision=str(revision),
                    ),
                    code="database_newer",
                ) from error
            done.extend(f"{component.name}: {step.revision.revision} {step.revision.doc}" for step in found)
            return found

        environment = EnvironmentContext(Config(), script, fn=steps)
        environment.configure(
            connection=connection,
            version_table="alembic_version",
            version_table_schema=component.name,
            transactional_ddl=True,
        )
        environment.get_context()._transaction = None
        with Operations.context(environment.get_context()):
            environment.run_migrations()
    return done


def heads(component: Component) -> str | None:
    """The newest revision the code knows."""
    return _script(component).get_current_head()


def current(connection: Connection, component: Component) -> str | None:
    """The revision the database is at (readable by the owner)."""
    context = MigrationContext.configure(connection, opts={"version_table_schema": component.name})
    return context.get_current_revision()


def _script(component: Component) -> ScriptDirectory:
    return ScriptDirectory(str(component.versions.parent), version_locations=[str(component.versions)])


@contextmanager
def _only_one(connection: Connection) -> Iterator[None]:
    with connection.begin():
        connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
        try:
            connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        except exc.OperationalError as error:
            raise ConfigurationError(
                lazy("Another upgrade of this database is running."), code="upgrade_running"
            ) from error
    try:
        yield
    finally:
        with connection.begin():
            connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})


def components(registry: object) -> list[Component]:
    """The loaded plugins that bring migrations (a folder `migrations/versions` in their package)."""
    found = []
    for name, plugin in registry.plugins.items():  # type: ignore[attr-defined]
        if plugin.pages is None and not plugin.models:
            continue
        root = Path(
            plugin.pages.root_path
            if plugin.pages is not None
            else sys.modules[plugin.models[0].__module__].__file__ or ""
        )
        versions = (root if root.is_dir() else root.parent) / "migrations" / "versions"
        if versions.is_dir():
            found.append(Component(name, versions))
    return found
