"""Row 4: what the row-level wall costs each query of the hot requests.

The queries are those the application really sends: hot requests run once in this process with their
statements noted, then each is sent again and again on two connections that differ in one thing, whether the
policies apply (one role has BYPASSRLS). Both have entered the tenant; entering itself is a part of rows 1
and 3.
"""

import re
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from tests.bench import measure
from tests.bench.bench import Bench
from tests.bench.registry import Finding, row
from tests.bench.rows.pages import PAGES

from anxin.kernel.ids import new_id

REPEATS = 200
BLOCKS = 11
BYPASS = "bench_bypass"
ADDED = ("INSERT INTO core.audit_entry", "INSERT INTO core.outbox")
OUTSIDE = ("guard.", "SET SESSION AUTHORIZATION", "core.tenant WHERE", "NOTIFY", "SELECT 1", "BEGIN")


@dataclass(frozen=True)
class Statement:
    """One hot statement and the values it was sent with."""

    name: str
    query: Any
    values: Any


@row(4, "row-level security on / off, every hot query")
def wall(bench: Bench) -> Iterable[Finding]:
    statements = {str(one.query): one for one in noted(bench)}
    token = bench.tenancy.people[0].cookies[f"anxin-{bench.tenancy.info.slug}"]
    with connections(bench) as (walled, open_):
        for one in statements.values():
            yield compare(one, walled, open_, token)


def compare(one: Statement, walled: psycopg.Connection, open_: psycopg.Connection, token: str) -> Finding:
    """Blocks of repeats on either connection in turn; wall time as the application sees it, backend CPU
    beside it."""
    times: dict[str, list[float]] = {"on": [], "off": []}
    busy: dict[str, list[float]] = {"on": [], "off": []}
    for block in range(BLOCKS + 1):
        sides = [("on", walled), ("off", open_)]
        for side, connection in sides if block % 2 else sides[::-1]:
            wall_time, cpu_time = repeat(connection, one, token)
            if block:  # the first block warms up
                times[side].append(wall_time)
                busy[side].append(cpu_time)
    return Finding(
        one.name,
        measure.median_ratio(times["on"], times["off"]),
        1.10,
        figures={
            "µs": round(statistics.median(times["on"]) * 1e6, 1),
            "µs off": round(statistics.median(times["off"]) * 1e6, 1),
            "backend CPU ×": round(measure.median_ratio(busy["on"], busy["off"]), 2),
        },
    )


def repeat(connection: psycopg.Connection, one: Statement, token: str) -> tuple[float, float]:
    """Seconds of wall time and of backend CPU for one execution, inside one entered transaction."""
    backend = connection.info.backend_pid
    with connection.transaction(force_rollback=True):
        connection.execute("SELECT guard.enter(%s)", (token,))
        values = [_fresh(one) for _ in range(REPEATS)]
        cpu, began = _busy(backend), time.perf_counter()
        for one_of_them in values:
            connection.execute(one.query, one_of_them)
        return (time.perf_counter() - began) / REPEATS, (_busy(backend) - cpu) / REPEATS


def _fresh(one: Statement) -> Any:
    """An INSERT gets a new id each time; (tenant_id, id, …) is how every row begins."""
    if one.query.startswith("INSERT"):
        return (one.values[0], new_id(), *one.values[2:])
    return one.values


def _busy(pid: int) -> float:
    """A backend is one thread, so the scheduler's nanoseconds are exact where /proc/<pid>/stat counts
    ticks."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def connections(bench: Bench) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    """As the application's role, and as a role with its rights that policies do not bind."""
    settings = bench.on.settings
    options = {
        "prepare_threshold": None,
        "options": "-c search_path=pg_catalog -c timezone=UTC",
        "autocommit": True,
    }
    with bench.on.owner() as owner:
        owner.execute(f"DROP ROLE IF EXISTS {BYPASS}")
        owner.execute(f"CREATE ROLE {BYPASS} LOGIN BYPASSRLS IN ROLE anxin_app")
    parts = psycopg.conninfo.conninfo_to_dict(settings.app_database_url)
    with (
        psycopg.connect(settings.app_database_url, **options) as walled,
        psycopg.connect(**{**parts, "user": BYPASS}, **options) as open_,
    ):
        yield walled, open_


def noted(bench: Bench) -> list[Statement]:
    """The queries of the list pages and of the form's pages, and the two rows that nearly every write adds."""
    tenancy, person = bench.tenancy, bench.tenancy.people[0]
    sheet = f"/assessments/sheets/{tenancy.filled_sheets()[0]}"
    requests = [("GET", page.path, page.reader(tenancy), 200) for page in PAGES]
    requests += [("GET", "/", person, 200), ("GET", f"{sheet}/check", person, 200)]
    requests += [("POST", f"{sheet}/submit", person, 303)]
    found: list[Statement] = []
    client = tenancy.app.test_client()
    for method, path, reader, status in requests:
        for name, token in reader.cookies.items():
            client.set_cookie(name, token)
        with noting(
            lambda query, values, path=path: found.append(Statement(_short(path, query), query, values))
        ):
            answer = client.open(tenancy.base + path, method=method)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
    return found


@contextmanager
def noting(note: Callable[[str, Any], None]) -> Iterator[None]:
    """While it lasts, `note` gets each query with its values."""
    execute = psycopg.Cursor.execute

    def watched(self: psycopg.Cursor, query: Any, params: Any = None, **options: Any) -> Any:
        text = str(query).strip()
        read = text.startswith("SELECT") and not any(mark in text for mark in OUTSIDE)
        if read or text.startswith(ADDED):
            note(text, params)
        return execute(self, query, params, **options)

    with mock.patch.object(psycopg.Cursor, "execute", watched):
        yield


def _short(path: str, query: str) -> str:
    kind, _, rest = query.partition(" INTO " if query.startswith("INSERT") else "FROM ")
    page = re.sub(r"/sheets/[^/]+/", "/…/", path)
    return f"{kind.split()[0]} {rest.split()[0]} ({page})"
