"""The duty rota by the week, with its gaps in words; and the counts for those who may know no more."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import guard
from anxin.kernel.i18n import clock_time, local
from anxin.kernel.i18n.choice import current_zone
from anxin.safety import figures, rota, words
from anxin.safety.blueprint import bp
from anxin.safety.permissions import MANAGE_DUTY, READ_FIGURES
from anxin.safety.schemas import TurnInput, WeekInput
from anxin.web.pages import page

WEEK = timedelta(days=7)


def monday(of: date) -> datetime:
    """The beginning of the week of a day, on the tenant's clock."""
    return datetime(of.year, of.month, of.day, tzinfo=current_zone()) - timedelta(days=of.weekday())


def show(ctx: Ctx, error: Invalid | None = None, week: date | None = None) -> ResponseReturnValue:
    start = monday(week or ctx.today)
    shifts = rota.shifts(ctx, start, start + WEEK)
    ahead = max(start, local(ctx.now))
    return page(
        "safety/duty.html",
        days=[_day(shifts, start + timedelta(days=number)) for number in range(7)],
        gaps=[words.gap(gap.starts_at, gap.ends_at) for gap in rota.gaps(ctx, ahead, start + WEEK)]
        if ahead < start + WEEK
        else [],
        over=ahead >= start + WEEK,
        on_duty=[
            shift for shift in rota.shifts(ctx, ctx.now, ctx.now + timedelta(seconds=1)) if shift.counts
        ],
        helpers=[(str(person_id), name) for person_id, name in ctx.db.execute(rota.helpers(ctx))],
        roles=list(words.ROLES.items()),
        role_words=words.ROLES,
        start=start,
        until=start + timedelta(days=6),
        previous=(start - WEEK).date(),
        following=(start + WEEK).date(),
        today=ctx.today,
        now=ctx.now,
        errors=error.fields if error else {},
    )


def _day(shifts: list[rota.Shift], begins: datetime) -> dict[str, Any]:
    """The shifts that begin on a day (or run into the week's first)."""
    ends = begins + timedelta(days=1)
    here = [shift for shift in shifts if begins <= shift.starts_at < ends]
    if begins.weekday() == 0:
        here = [shift for shift in shifts if shift.starts_at < begins] + here
    return {
        "day": begins,
        "shifts": [
            {"shift": shift, "hours": f"{clock_time(shift.starts_at)}–{clock_time(shift.ends_at)}"}
            for shift in here
        ],
    }


@bp.get("/duty")
@guard(MANAGE_DUTY, input=WeekInput)
def duty_index(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    return show(ctx, week=data["week"])


@bp.post("/duty")
@guard(MANAGE_DUTY, input=TurnInput, invalid=show)
def duty_add(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    """One turn, or the same turn for several weeks."""
    begins = datetime.combine(data["day"], data["since"], current_zone())
    ends = datetime.combine(data["day"], data["until"], current_zone())
    ends += timedelta(days=1) if ends <= begins else timedelta()
    rota.set_shift(
        ctx,
        person_id=data["person_id"],
        role=data["role"],
        starts_at=begins,
        ends_at=ends,
        weeks=data["weeks"],
    )
    return redirect(url_for("safety.duty_index", week=data["day"].isoformat()), code=303)


@bp.post("/duty/<uuid:shift>/remove")
@guard(MANAGE_DUTY)
def duty_remove(ctx: Ctx, shift: UUID) -> ResponseReturnValue:
    rota.remove(ctx, shift)
    return redirect(url_for("safety.duty_index"), code=303)


@bp.get("/figures")
@guard(READ_FIGURES)
def figures_page(ctx: Ctx) -> ResponseReturnValue:
    """Counts of closed quarters, through disclosure control."""
    return page("safety/figures.html", quarters=figures.quarters(ctx))
