"""What must hold before the platform can run, each as one line an operator can act on.

`anxin up` checks the quick ones before it starts anything; `anxin doctor` also asks the servers it was given.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from anxin import ports
from anxin.embedded.lock import State, current_owner
from anxin.embedded.postgres import BIN
from anxin.settings import Settings

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
OLDEST_POSTGRES = 16
FREE_BYTES = 300 * 2**20
CONNECT_SECONDS = 5


class Check(NamedTuple):
    """One precondition: `line` says what was found, and what to do when it does not hold."""

    name: str
    holds: bool
    line: str


def before_start(settings: Settings, extra_ports: tuple[int, ...] = ()) -> Iterator[Check]:
    """The checks that need no server."""
    owner = current_owner(settings.data_dir)
    yield python_version()
    yield data_folder(settings.data_dir)
    yield disk_space(settings.data_dir)
    yield port_free(settings.host, settings.port, owner)
    for port in extra_ports:
        yield port_free(settings.host, port, owner)
    if settings.embedded_database:
        yield postgres_binary()


def of_servers(settings: Settings) -> Iterator[Check]:
    """Servers given by DATABASE_URL and REDIS_URL, or the embedded ones while `anxin up` runs."""
    runs = current_owner(settings.data_dir) is not None
    for name, embedded, ask in (
        ("database", settings.embedded_database, postgres_answers),
        ("redis", settings.embedded_redis, redis_answers),
    ):
        if embedded and not runs:
            yield Check(name, True, "embedded; started by `anxin up`")
        else:
            yield ask(
                settings.database_url or settings.app_database_url
                if name == "database"
                else settings.redis_url
            )


def python_version() -> Check:
    found = sys.version_info[:2]
    text = ".".join(map(str, sys.version_info[:3]))
    if OLDEST_PYTHON <= found <= NEWEST_PYTHON:
        return Check("python", True, f"Python {text}")
    return Check(
        "python",
        False,
        f"Python {text} is not supported: use 3.11, 3.12 or 3.13 (`make install` looks for one)",
    )


def data_folder(data: Path) -> Check:
    """The folder, or the place where it would be made, can be written to."""
    place = data
    while not os.path.lexists(place):
        place = place.parent
    if not place.is_dir():
        return Check("data", False, f"{place} is no folder: choose another with --data")
    if not os.access(place, os.W_OK | os.X_OK):
        user = os.geteuid()
        return Check(
            "data", False, f"the folder {place} is not writable for user {user}: choose another with --data"
        )
    return Check("data", True, str(data) if place == data else f"{data} (made at the first start)")


def disk_space(data: Path) -> Check:
    place = data
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    megabytes = free // 2**20
    if free < FREE_BYTES:
        need = FREE_BYTES // 2**20
        return Check(
            "disk",
            False,
            f"only {megabytes} MB free at {place}: {need} MB are needed, make room or use --data",
        )
    return Check("disk", True, f"{megabytes} MB free at {place}")


def port_free(host: str, port: int, owner: State | None) -> Check:
    if owner is not None and owner.kind == "up":
        return Check("port", True, f"served by the running anxin (process {owner.pid}) at {owner.url}")
    if said := ports.trouble(host, port):
        return Check("port", False, said)
    return Check("port", True, f"port {port} on {host} is free")


def postgres_binary() -> Check:
    if os.access(BIN / "postgres", os.X_OK):
        return Check("postgres", True, f"embedded, from {BIN.parent}")
    return Check("postgres", False, f"{BIN / 'postgres'} cannot be run: install again, or set DATABASE_URL")


def postgres_answers(url: str) -> Check:
    import psycopg  # only doctor asks servers; the supervisor must stay small

    place = _place(url)
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        return Check(
            "database", False, f"{place} refuses: {' '.join(str(error).split())} (check DATABASE_URL)"
        )
    if version < OLDEST_POSTGRES:
        return Check(
            "database", False, f"PostgreSQL {version} at {place} is too old: {OLDEST_POSTGRES} is needed"
        )
    return Check("database", True, f"PostgreSQL {version} answers at {place}")


def redis_answers(url: str) -> Check:
    import redis  # as above

    place = _place(url)
    try:
        redis.Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS).ping()
    except (redis.RedisError, ValueError) as error:
        return Check("redis", False, f"{place} refuses: {error} (check REDIS_URL)")
    return Check("redis", True, f"answers at {place}")


def _place(url: str) -> str:
    """Host and database of an address, never its password."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2] or 'local socket'}{parts.path}"
