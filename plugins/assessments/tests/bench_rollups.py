"""Row 9: the dashboard of a campaign with a million responses, from sums folded by a worker against counting
live, and the two of them equal."""

import statistics
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy.dialects import postgresql
from tests.bench.bench import Bench
from tests.bench.registry import Finding, row

from anxin_assessments.services.counting import FOLD
from anxin_assessments.services.freezing import counts

RESPONSES = 1_000_000
TIMES = 7
UNITS = 200
CAMPAIGN = UUID("00000000-0000-7000-8000-000000000009")
# the policies' own functions stand aside: a superuser fills and measures one tenant
AS_TENANT = "(SELECT guard.tenant())"

FILL = """
INSERT INTO assessments.tally (tenant_id, id, campaign_id, instrument, scale, unit_id, band, level, score)
SELECT %(t)s, gen_random_uuid(), %(c)s, 'phq9-1', '', u.id,
       (ARRAY['minimal', 'mild', 'moderate', 'moderately_severe', 'severe'])[1 + n %% 5], n %% 4, n %% 28
  FROM generate_series(1, %(n)s) n
  JOIN (SELECT id, row_number() OVER () - 1 AS place FROM core.unit WHERE tenant_id = %(t)s AND code LIKE 'bench9-%%') u
    ON u.place = n %% %(u)s
"""


@row(9, "dashboard over 1,000,000 responses")
def rollups(bench: Bench) -> Iterable[Finding]:
    tenant = bench.tenancy.info.id
    with psycopg.connect(bench.on.settings.database_url, autocommit=True) as connection:
        yield from measured(connection, tenant)


def measured(connection: psycopg.Connection, tenant: UUID) -> Iterable[Finding]:
    """Fill, count live, fold, vacuum as autovacuum would, count again; what was filled in is taken away."""
    _fill(connection, tenant)
    live, live_seconds = _counted(connection, tenant)
    connection.execute(str(FOLD.text).replace(AS_TENANT, f"'{tenant}'::uuid"))  # type: ignore[arg-type]
    connection.execute("VACUUM ANALYZE assessments.tally, assessments.rollup")
    folded, seconds = _counted(connection, tenant)
    connection.execute("DELETE FROM assessments.rollup WHERE campaign_id = %s", (CAMPAIGN,))
    connection.execute("DELETE FROM assessments.campaign WHERE id = %s", (CAMPAIGN,))
    connection.execute("DELETE FROM core.unit WHERE tenant_id = %s AND code LIKE 'bench9-%%'", (tenant,))
    if folded != live:
        raise AssertionError("folded sums differ from what was counted live")
    figures = {"ms": round(seconds * 1e3, 2), "ms live": round(live_seconds * 1e3, 1)}
    yield Finding("folded / counted live", seconds / live_seconds, 0.01, figures=figures)
    yield Finding("in the database", seconds * 1e3, 50, unit="ms", figures=figures)


def _fill(connection: psycopg.Connection, tenant: UUID) -> None:
    connection.execute(
        "INSERT INTO core.unit (tenant_id, id, code, name, path) SELECT %s, gen_random_uuid(), 'bench9-' || n, "
        "'队', '/' || n FROM generate_series(1, %s) n",
        (tenant, UNITS),
    )
    connection.execute(
        "INSERT INTO assessments.campaign (tenant_id, id, title, instruments, opens_at, closes_at) "
        "VALUES (%s, %s, 'bench', ARRAY['phq9-1'], now(), now() + interval '1 day')",
        (tenant, CAMPAIGN),
    )
    connection.execute(FILL, {"t": tenant, "c": CAMPAIGN, "n": RESPONSES, "u": UNITS})
    connection.execute("ANALYZE assessments.tally")


def _counted(connection: psycopg.Connection, tenant: UUID) -> tuple[set[Any], float]:
    """What the dashboard reads, and the median seconds of reading it."""
    query = counts(tenant, CAMPAIGN).compile(
        dialect=postgresql.dialect(),
        compile_kwargs={"literal_binds": True},  # type: ignore[no-untyped-call]
    )
    times, rows = [], set()
    for _time in range(TIMES):
        begins = time.perf_counter()
        rows = set(connection.execute(str(query)).fetchall())  # type: ignore[arg-type]
        times.append(time.perf_counter() - begins)
    return rows, statistics.median(times)
