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
def database_cluster(logs: Path) -> Iterator[str]:
    """A PostgreSQL cluster, not durable; yields the superuser's URL of database `postgres`.

    `logs` keeps its log. The cluster itself lies in a folder of its own under /tmp: test folders can be too
    deep for a socket, or closed to the user who runs PostgreSQL for root.
    """
    with _home(logs) as home:
        account = service_account(TEST_USER)
        server = Postgres(home / "postgres", home / "sock", logs / "postgres.log", account, THROWAWAY)
        server.prepare()
        server.start()
        try:
            server.wait_ready()
            yield f"postgresql://{SUPERUSER}@/postgres?host={quote(str(server.sockets), safe='')}"
        finally:
            server.stop()


@contextmanager
def valkey_server(logs: Path) -> Iterator[str]:
    """A Valkey without persistence; yields its `unix://` URL. `logs` keeps its log."""
    with _home(logs) as home:
        account = service_account(TEST_USER)
        server = Valkey(home / "valkey", home / "sock", logs / "valkey.log", account, durable=False)
        server.prepare()
        server.start()
        try:
            server.wait_ready()
            yield f"unix://{quote(str(server.socket))}"
        finally:
            server.stop()


@contextmanager
def _home(logs: Path) -> Iterator[Path]:
    folder.make_private(logs)
    home = Path(tempfile.mkdtemp(prefix="anxin-", dir="/tmp"))
    folder.make_private(home / "sock")
    try:
        yield home
    finally:
        shutil.rmtree(home)
