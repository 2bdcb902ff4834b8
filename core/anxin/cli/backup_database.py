"""The database's part of a backup: dumped at one moment, counted at the same one, restored in one transaction.

PostgreSQL's own programs do it, from the wheel that brings the embedded server; they serve other servers up to their own
version too. Passwords go by the environment, where no process list shows them.
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from anxin.cli.backup_set import BackupError
from anxin.embedded.postgres import BIN
from anxin.kernel import migrate
from anxin.kernel.db import driver_url

ROWS = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2
"""
ROLES = """
SELECT r.rolname FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
 WHERE d.refclassid = 'pg_authid'::regclass
   AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
 UNION SELECT current_user
"""


def dump(url: str, file: Path) -> tuple[dict[str, int], tuple[str, ...], str]:
    """Write the database to `file`. Returns the rows of every table, the roles it names and the server's version, all of
    the very moment the dump is of."""
    with _connected(url) as connection:
        connection.execute("SET idle_in_transaction_session_timeout = 0")  # a large dump takes its time
        connection.execute("SET row_security = off")  # refused rather than counted behind a wall
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.autocommit = False
        snapshot = _one(connection, "SELECT pg_export_snapshot()")
        flags = ["--format=custom", f"--snapshot={snapshot}", "--file", str(file)]
        _run("pg_dump", url, flags)
        roles = tuple(sorted(row[0] for row in connection.execute(ROLES)))
        return _counts(connection), roles, _one(connection, "SHOW server_version")


def rows(url: str) -> dict[str, int]:
    """The rows of every table now."""
    with _connected(url) as connection:
        connection.execute("SET row_security = off")
        return _counts(connection)


def insist_empty(url: str) -> None:
    """Nothing but what a new server brings; BackupError otherwise."""
    with _connected(url) as connection:
        schemas = [row[0] for row in connection.execute("SELECT nspname FROM pg_namespace ORDER BY 1")]
        ours = [name for name in schemas if name in ("core", "guard")]
        if ours or connection.execute(ROWS).fetchone():
            raise BackupError("the database is not empty: a backup is restored into an empty one only")


def restore(url: str, file: Path, roles: tuple[str, ...]) -> None:
    """Bring a dump into an empty database: the roles it names first, then all of it or nothing."""
    engine = sa.create_engine(driver_url(url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        migrate.make_roles(connection)
        known = set(connection.scalars(sa.text("SELECT rolname FROM pg_roles")))
        for role in set(roles) - known:
            connection.exec_driver_sql(
                sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)).as_string()
            )
    _run("pg_restore", url, ["--exit-on-error", "--single-transaction", str(file)])


def insist_same(wanted: Mapping[str, int], found: Mapping[str, int]) -> None:
    """As many rows as were written; BackupError names the first table that differs."""
    for table in sorted(wanted.keys() | found.keys()):
        if wanted.get(table) != found.get(table):
            raise BackupError(
                f"{table} has {found.get(table, 'no')} rows after restoring, {wanted.get(table, 'none')} were written"
            )


def _connected(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True)


def _one(connection: psycopg.Connection, query: str) -> str:
    found = connection.execute(query).fetchone()  # type: ignore[arg-type]  (texts of this module)
    return str(found[0]) if found else ""


def _counts(connection: psycopg.Connection) -> dict[str, int]:
    counted = {}
    for schema, table in connection.execute(ROWS).fetchall():
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        found = connection.execute(query).fetchone()
        counted[f"{schema}.{table}"] = found[0] if found else 0
    return counted


def _run(program: str, url: str, flags: list[str]) -> None:
    given = conninfo_to_dict(url)
    password = given.pop("password", None)
    place = make_conninfo("", **{name: str(value) for name, value in given.items()})
    env = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    command = [str(BIN / program), "--no-password", "--dbname", place, *flags]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if "error:" in line] or [done.stderr.strip()]
        raise BackupError(f"{program} failed: {said[0].partition('error: ')[2] or said[0]}")
