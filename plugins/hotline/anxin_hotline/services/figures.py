"""What calls are about, in numbers. Closed months only, through disclosure control: callers count, not calls, and no
class shows fewer than the tenant's least. A month is released whole and for everybody alike, never by unit, and a log
that comes a day after its month has closed changes it no more: two readings of one month never tell of one caller.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from anxin.plugin import Ctx, current_zone, disclosure, lazy, local
from anxin_hotline import forms, policy
from anxin_hotline.calls import Call
from anxin_hotline.services import seeing

MONTHS = 6
LATE = timedelta(days=1)  # a call of the last evening may be written down after midnight
HOURS = ("night", "morning", "afternoon", "evening")
PARTS: dict[str, Any] = {
    "night": lazy("Night, 0 to 6"),
    "morning": lazy("Morning, 6 to 12"),
    "afternoon": lazy("Afternoon, 12 to 18"),
    "evening": lazy("Evening, 18 to 24"),
}
TITLES: dict[str, Any] = {
    "topics": lazy("What it was about"),
    "risks": lazy("The greatest risk"),
    "outcomes": lazy("What came next"),
    "hours": lazy("When they called"),
}


@dataclass(frozen=True)
class Month:
    """One closed month: how many callers, and how they spread."""

    year: int
    number: int
    callers: disclosure.Cell[int]
    calls: disclosure.Cell[int]
    abandoned: disclosure.Cell[int]
    waited: disclosure.Cell[float]
    topics: Sequence[disclosure.Bin[str]]
    risks: Sequence[disclosure.Bin[str]]
    outcomes: Sequence[disclosure.Bin[str]]
    hours: Sequence[disclosure.Bin[str]]

    @property
    def name(self) -> str:
        return f"{self.year}-{self.number:02}"


def months(ctx: Ctx, count: int = MONTHS) -> list[Month]:
    """The last closed months, newest first; the look is written down."""
    found = []
    with ctx.figures() as session:
        for begins, ends in closed_months(ctx.now, count):
            rows = session.execute(_rows(ctx, begins, ends)).all()
            found.append(_month(ctx, begins, rows))
    ctx.audit(policy.FiguresRead(months=len(found)))
    return found


def closed_months(now: datetime, count: int) -> list[tuple[datetime, datetime]]:
    """(first moment, first moment after) of the last closed months on the tenant's clock, newest first."""
    here = local(now)
    ends = datetime(here.year, here.month, 1, tzinfo=current_zone())
    found = []
    for _month_number in range(count):
        begins = ends.replace(
            year=ends.year - (ends.month == 1), month=12 if ends.month == 1 else ends.month - 1
        )
        found.append((begins, ends))
        ends = begins
    return found


def _rows(ctx: Ctx, begins: datetime, ends: datetime) -> Any:
    return sa.select(
        sa.func.coalesce(Call.caller_id, Call.id).label("who"),
        Call.state,
        Call.topic,
        Call.risk,
        Call.next,
        Call.started_at,
        Call.answered_at,
    ).where(
        Call.tenant_id == ctx.tenant.id,
        Call.started_at >= begins,
        Call.started_at < ends,
        seeing.OVER,
        sa.or_(Call.logged_at.is_(None), Call.logged_at < ends + LATE),
    )


def _month(ctx: Ctx, begins: datetime, rows: Sequence[Any]) -> Month:
    k, share = ctx.settings["least_group"], ctx.settings["least_class"]
    logged = [row for row in rows if row.state == "logged"]
    people = len({row.who for row in logged})
    waits = [(row.answered_at - row.started_at).total_seconds() for row in logged if row.answered_at]
    return Month(
        year=begins.year,
        number=begins.month,
        callers=disclosure.show_count(people, share),
        # one caller may call often: calls are told in steps, so that they betray nobody's habit
        calls=disclosure.in_steps(len(logged), k) if people >= share else disclosure.Cell.hide(),
        abandoned=disclosure.in_steps(sum(row.state == "abandoned" for row in rows), k),
        waited=disclosure.mean(int(sum(waits)), len(waits), share)
        if people >= share
        else disclosure.Cell.hide(),
        topics=_spread(_first(logged, lambda row: row.topic), share),
        risks=_spread(_gravest(logged), share, order=[str(level) for level in forms.RISKS]),
        outcomes=_spread(_first(logged, lambda row: row.next), share),
        hours=_spread(_first(logged, lambda row: _part(row.started_at)), share, order=HOURS),
    )


def _part(at: datetime) -> str:
    """night before 6, morning to noon, afternoon to 18, evening."""
    return HOURS[min(local(at).hour // 6, 3)]


def _first(rows: Sequence[Any], value: Any) -> dict[str, int]:
    """Each caller counts once, by their first call of the month: classes then add up to the callers."""
    found: dict[Any, str] = {}
    for row in sorted(rows, key=lambda row: row.started_at):
        found.setdefault(row.who, str(value(row)))
    return _count(found)


def _gravest(rows: Sequence[Any]) -> dict[str, int]:
    found: dict[Any, int] = {}
    for row in rows:
        found[row.who] = max(found.get(row.who, 0), row.risk or 0)
    return _count({who: str(level) for who, level in found.items()})


def _count(found: Mapping[Any, str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in found.values():
        counts[value] = counts.get(value, 0) + 1
    return counts


def _spread(
    counts: Mapping[str, int], k: int, *, order: Sequence[str] | None = None
) -> tuple[disclosure.Bin[str], ...]:
    """A histogram whose smallest classes are put together: in their order, or the commonest first."""
    bands = order or sorted(counts, key=lambda code: (-counts[code], code))
    return disclosure.suppress_distribution({code: counts.get(code, 0) for code in bands}, k)


def shown(
    found: Sequence[disclosure.Bin[str]], words: Mapping[str, Any]
) -> list[tuple[str, str, float | None]]:
    """(classes in words, number or —, share) of a histogram, for a table and its bars."""
    return [
        ("、".join(str(words.get(code, code)) for code in one.bands), str(one.count), one.share.value)
        for one in found
    ]
