"""Servers for tests: a fresh PostgreSQL in a second, a fresh Valkey in a tenth of one, gone afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from anxin.embedded import folder
from anxin.embedded.account import service_account
from anxin.embedded.postgres import SUPERUSER, THROWAWAY, Postgres
from anxin.embedded.valkey import Valkey

TEST_USER = "anxin"


@contextmanager
def database_cluster(place: Path) -> Iterator[str]:
    """A PostgreSQL cluster below `place`, not durable; yields the superuser's URL of database `postgres`."""
    with _sockets(place) as sockets:
        server = Postgres(
            place / "cluster", sockets, place / "postgres.log", service_account(TEST_USER), THROWAWAY
        )
        server.prepare()
        server.start()
        try:
            server.wait_ready()
            yield f"postgresql://{SUPERUSER}@/postgres?host={quote(str(sockets), safe='')}"
        finally:
            server.stop()


@contextmanager
def valkey_server(place: Path) -> Iterator[str]:
    """A Valkey below `place` without persistence; yields its `unix://` URL."""
    with _sockets(place) as sockets:
        account = service_account(TEST_USER)
        server = Valkey(place / "queue", sockets, place / "valkey.log", account, durable=False)
        server.prepare()
        server.start()
        try:
            server.wait_ready()
            yield f"unix://{quote(str(server.socket))}"
        finally:
            server.stop()


@contextmanager
def _sockets(place: Path) -> Iterator[Path]:
    """A socket folder of its own for each server, so that two in one place do not disturb each other."""
    home = Path(
        tempfile.mkdtemp(prefix="anxin-", dir="/tmp")
    )  # short on purpose: see folder.SOCKET_PATH_LIMIT
    folder.make_private(place)
    try:
        yield home
    finally:
        shutil.rmtree(home)
