"""What stands out: a surge of calls, a problem that many callers of one place share, a possible critical incident.

The rule, stated so that anybody can check it. Each day is one test. Expected is what the same weekday brought on average
in the eight weeks before; for one topic in one unit, what an average day brought, and never less than 0.2. The count is
of callers, not calls: somebody who rings five times is one. It stands out when a Poisson count with that expectation
reaches it with a probability below

    alpha = false alarms a year the tenant accepts / (365 × number of things looked at)

and when at least the least group (5 or more) of callers is behind it. Counting within a day only ever grows, so looking
every hour alarms no more often than looking once at midnight. Topics in units are looked at together, so their alpha is
shared. What reaches the union has passed disclosure control: at least so many, in steps, of a unit of twenty or more.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import (
    Conflict,
    Ctx,
    Invalid,
    NotFound,
    Person,
    Unit,
    below,
    current_zone,
    disclosure,
    lazy,
    local,
    new_id,
    notify,
)
from anxin_hotline import policy
from anxin_hotline.calls import Call
from anxin_hotline.models import Alert
from anxin_hotline.services import seeing, staff

WEEKS = 8
LEAST_EXPECTED = 0.2
LEAST_UNIT = 20  # people a unit must have to be named
KINDS: dict[str, Any] = {
    "surge": lazy("Many more calls than usual"),
    "salient": lazy("A problem many callers share"),
    "incident": lazy("A possible critical incident"),
}


def tail(count: int, expected: float) -> float:
    """P(X ≥ count) for a Poisson count with this expectation."""
    if count <= 0:
        return 1.0
    term, below_ = math.exp(-expected), 0.0
    for number in range(count):
        below_ += term
        term *= expected / (number + 1)
    return max(0.0, 1.0 - below_)


def threshold(expected: float, alpha: float, least: int) -> int:
    """The smallest count that stands out."""
    count = max(least, math.ceil(expected))
    while tail(count, expected) >= alpha:
        count += 1
    return count


@dataclass(frozen=True)
class Finding:
    """One thing that stands out today."""

    kind: str
    topic: str | None
    unit_id: UUID | None
    observed: int
    expected: float
    threshold: int


def look(ctx: Ctx) -> list[Finding]:
    """Judge today so far, by the rule above. Exact numbers: for jobs and tests, never for a page."""
    zone = current_zone()
    begins = datetime.combine(ctx.today, time(0), zone)
    least, share = ctx.settings["least_group"], ctx.settings["false_alarms_a_year"] / 365
    today = _callers(ctx, begins, ctx.now + timedelta(seconds=1))
    before = _callers(ctx, begins - timedelta(weeks=WEEKS), begins)
    found = []
    weekdays = [begins - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    usual = sum(
        len({who for who, at, _t, _u in before if day <= at < day + timedelta(days=1)}) for day in weekdays
    )
    expected = max(usual / WEEKS, 1.0)
    seen = len({who for who, *_rest in today})
    if seen >= (limit := threshold(expected, share, least)):
        found.append(Finding("surge", None, None, seen, expected, limit))
    cells = {(topic, unit) for _w, _at, topic, unit in (*today, *before) if topic and unit}
    for topic, unit in sorted(cells, key=str):
        counted = len({who for who, _at, t, u in today if (t, u) == (topic, unit)})
        if counted < least:
            continue
        days = WEEKS * 7
        usual_here = len([1 for _w, _at, t, u in before if (t, u) == (topic, unit)]) / days
        expected = max(usual_here, LEAST_EXPECTED)
        if counted >= (limit := threshold(expected, share / len(cells), least)):
            found.append(Finding("salient", topic, unit, counted, expected, limit))
    return found


def _callers(
    ctx: Ctx, start: datetime, end: datetime
) -> list[tuple[UUID, datetime, str | None, UUID | None]]:
    """(who, when, topic, unit) of the talks of a time; without a known caller each call is somebody."""
    who = sa.func.coalesce(Call.caller_id, Call.id)
    rows = ctx.execute(
        sa.select(who, Call.started_at, Call.topic, Call.unit_id).where(
            Call.tenant_id == ctx.tenant.id,
            Call.started_at >= start,
            Call.started_at < end,
            seeing.LOGGED,
            Call.nature == "talk",
        )
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]  (four columns)


def raise_found(ctx: Ctx) -> int:
    """Tell the named owner what stands out, once a day and thing. For the hourly job."""
    begins = datetime.combine(ctx.today, time(0), current_zone())
    told = 0
    for finding in look(ctx):
        unit_id = _named_unit(ctx, finding.unit_id)
        made = _put(
            ctx,
            kind=finding.kind,
            key=f"{finding.kind}:{finding.topic or ''}:{finding.unit_id or ''}:{begins:%Y-%m-%d}",
            topic=finding.topic,
            unit_id=unit_id,
            at_least=disclosure.in_steps(finding.observed, ctx.settings["least_group"]).value,
            usual=round(finding.expected) if finding.expected >= ctx.settings["least_group"] else None,
            begins_at=begins,
            ends_at=ctx.now,
        )
        told += made is not None
    return told


def _named_unit(ctx: Ctx, unit_id: UUID | None) -> UUID | None:
    """The unit, or the first above it with twenty people: a handful would be recognised."""
    while unit_id is not None:
        people = ctx.scalar(
            sa.select(sa.func.count())
            .select_from(Person)
            .where(
                Person.tenant_id == ctx.tenant.id,
                Person.state == "active",
                Person.unit_id.in_(below(ctx, frozenset([unit_id]))),
            )
        )
        if (people or 0) >= LEAST_UNIT:
            return unit_id
        unit_id = ctx.scalar(
            sa.select(Unit.parent_id).where(Unit.tenant_id == ctx.tenant.id, Unit.id == unit_id)
        )
    return None


def incident(ctx: Ctx, call_id: UUID) -> Alert | None:
    """An operator hears of an accident or the like (应激事件): the owner is told at once, without the call."""
    call = seeing.get(ctx, call_id)
    made = _put(
        ctx,
        kind="incident",
        key=f"incident:{call.unit_id or ''}:{local(ctx.now):%Y-%m-%d}",
        topic=call.topic,
        unit_id=_named_unit(ctx, call.unit_id),
        at_least=None,
        usual=None,
        begins_at=call.started_at,
        ends_at=ctx.now,
    )
    ctx.audit(policy.CallActed(call_id=call.id, kind="incident", subject_id=call.id))
    return made


def _put(ctx: Ctx, **values: Any) -> Alert | None:
    owner = owner_of(ctx)
    alert_id = new_id()
    made = ctx.execute(
        pg.insert(Alert)
        .values(
            tenant_id=ctx.tenant.id,
            id=alert_id,
            owner_id=owner[0] if len(owner) == 1 else None,
            raised_at=ctx.now,
            **values,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
        .returning(Alert.id)
    ).scalar_one_or_none()
    if made is None:
        return None
    for person_id in {*owner, *staff.supervisors(ctx)}:
        notify(
            ctx,
            person_id,
            "hotline.alert",
            f"/hotline/alerts/{alert_id}",
            urgent=values["kind"] == "incident",
            key=f"alert:{alert_id}",
        )
    ctx.audit(policy.Alerted(alert_id=alert_id, kind=values["kind"]))
    return _row(ctx, alert_id)


def owner_of(ctx: Ctx) -> list[UUID]:
    """The named owner (责任人) of the settings; without one, everybody who reads the figures."""
    number = ctx.settings["alert_owner"].strip()
    if number:
        found = ctx.scalar(
            sa.select(Person.id).where(
                Person.tenant_id == ctx.tenant.id, Person.number == number, Person.state == "active"
            )
        )
        if found is not None:
            return [found]
    return staff.readers(ctx)


def _row(ctx: Ctx, alert_id: UUID, *, lock: bool = False) -> Alert:
    statement = sa.select(Alert).where(Alert.tenant_id == ctx.tenant.id, Alert.id == alert_id)
    found = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


def get(ctx: Ctx, alert_id: UUID) -> Alert:
    return _row(ctx, alert_id)


def latest(ctx: Ctx, limit: int = 30) -> list[Alert]:
    """Open ones first, then the newest."""
    rows = ctx.db.scalars(
        sa.select(Alert).where(Alert.tenant_id == ctx.tenant.id).order_by(Alert.raised_at.desc()).limit(limit)
    )
    return sorted(rows, key=lambda one: one.state == "closed")


def unit_names(ctx: Ctx, found: Iterable[Alert]) -> dict[UUID, str]:
    rows = ctx.execute(
        sa.select(Unit.id, Unit.name).where(
            Unit.tenant_id == ctx.tenant.id, Unit.id.in_({one.unit_id for one in found if one.unit_id})
        )
    )
    return {row.id: row.name for row in rows}


def handle(ctx: Ctx, alert_id: UUID, done: str = "") -> Alert:
    """Seen; with words about what was done, closed."""
    row = _row(ctx, alert_id, lock=True)
    if row.state == "closed":
        raise Conflict(lazy("This is done already."), code="done")
    if len(done) > 1000:
        raise Invalid(fields={"done": [lazy("At most %(most)d characters fit here.", most=1000)]})
    row.state = "closed" if done.strip() else "seen"
    row.seen_at, row.seen_by = row.seen_at or ctx.now, row.seen_by or ctx.actor.person_id
    row.done = done.strip() or row.done
    ctx.audit(policy.AlertHandled(alert_id=row.id, step=row.state))
    return row
