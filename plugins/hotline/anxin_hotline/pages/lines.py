"""Lines and their rota: hours, seats, who answers, and the gaps before they happen."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, clock_time, current_zone, guard, lazy, local, page, short_day
from anxin_hotline.models import Line
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import LOG, MANAGE
from anxin_hotline.schemas import HotlineLineInput, LineShiftInput, WeekInput
from anxin_hotline.services import lines, staff

WEEK = timedelta(days=7)
CLOSED_DAYS: Any = lazy("Write one day a line, like 2027-01-01.")
DAY_WORDS: dict[str, Any] = {
    "mon": lazy("Monday"),
    "tue": lazy("Tuesday"),
    "wed": lazy("Wednesday"),
    "thu": lazy("Thursday"),
    "fri": lazy("Friday"),
    "sat": lazy("Saturday"),
    "sun": lazy("Sunday"),
}


@bp.get("/lines")
@guard(MANAGE)
def line_list(ctx: Ctx) -> Response:
    """Every line with its next gap, the worst first."""
    rows = []
    for line in lines.every(ctx):
        found = [gap for gap in lines.gaps(ctx, line, ctx.now, ctx.now + lines.AHEAD) if gap.nobody]
        rows.append({"line": line, "gap": found[0] if found else None, "gaps": len(found)})
    rows.sort(key=lambda row: (row["gap"] is None, row["gap"].starts_at if row["gap"] else ctx.now))
    return page("hotline/lines.html", rows=rows, rolled=lines.rolled_now(ctx), span=span)


def span(starts_at: datetime, ends_at: datetime) -> str:
    """周三 12月31日 18:00–22:00."""
    until = (
        clock_time(ends_at)
        if local(ends_at).date() == local(starts_at).date()
        else f"{short_day(ends_at)} {clock_time(ends_at)}"
    )
    return f"{short_day(starts_at)} {clock_time(starts_at)}–{until}"


def _edit(ctx: Ctx, line: Line | None, error: Invalid | None = None) -> Response:
    values = request.form.to_dict() if error else _values(line)
    return page(
        "hotline/line_edit.html",
        line=line,
        values=values,
        days=DAY_WORDS,
        errors=error.fields if error else {},
    )


def _values(line: Line | None) -> dict[str, Any]:
    if line is None:
        return {"seats": 1, "is_open": "1", "fallback_number": "12356"} | dict.fromkeys(
            lines.DAYS, "08:00-22:00"
        )
    return {
        "name": line.name,
        "number": line.number,
        "seats": line.seats,
        "is_open": "1" if line.is_open else "",
        "is_national": "1" if line.is_national else "",
        "fallback_name": line.fallback_name,
        "fallback_number": line.fallback_number,
        "closed_days": "\n".join(line.closed_days),
    } | {day: lines.hours_text(line, day) for day in lines.DAYS}


def _new_again(ctx: Ctx, error: Invalid) -> Response:
    return _edit(ctx, None, error)


@bp.get("/lines/new")
@guard(MANAGE)
def line_new(ctx: Ctx) -> Response:
    return _edit(ctx, None)


@bp.post("/lines/new")
@guard(MANAGE, input=HotlineLineInput, invalid=_new_again)
def line_create(ctx: Ctx, data: dict[str, Any]) -> Response:
    line = lines.save(ctx, None, told(data))
    return to("line", line=line.id)


def told(data: dict[str, Any]) -> dict[str, Any]:
    """The dates of the text field, one a line; Invalid names what is no date."""
    found = []
    for part in data["closed_days"].replace(",", "\n").replace("，", "\n").split():
        try:
            found.append(date.fromisoformat(part))
        except ValueError as wrong:
            raise Invalid(fields={"closed_days": [CLOSED_DAYS]}) from wrong
    return {**data, "closed_days": found}


@bp.get("/lines/<uuid:line>")
@guard(MANAGE, input=WeekInput)
def line(ctx: Ctx, data: dict[str, Any], line: UUID) -> Response:
    """One line: its week, its gaps of the coming fortnight, its telephone system."""
    return _line(ctx, line, data["week"])


def _line(ctx: Ctx, line_id: UUID, week: date | None = None, error: Invalid | None = None) -> Response:
    found = ctx.get(Line, line_id)
    start = _monday(week or ctx.today)
    turns = lines.rota(ctx, start, start + WEEK, line_id=found.id)
    return page(
        "hotline/line.html",
        line=found,
        days=[
            {
                "day": start + timedelta(days=number),
                "open": lines.hours_text(found, lines.DAYS[number]),
                "closed": (start + timedelta(days=number)).date().isoformat() in found.closed_days,
                "turns": [
                    {"turn": turn, "hours": f"{clock_time(turn.starts_at)}–{clock_time(turn.ends_at)}"}
                    for turn in turns
                    if local(turn.starts_at).date() == (start + timedelta(days=number)).date()
                ],
            }
            for number in range(7)
        ],
        gaps=lines.gaps(ctx, found, ctx.now, ctx.now + lines.AHEAD)[:20],
        route=lines.route(ctx, found),
        on_now=lines.on_now(ctx, found.id),
        people=[(str(one), name) for one, name in staff.named(ctx)],
        secret=lines.secret(ctx, found),
        hook=url_for("hotline.pbx_event", line=found.id, _external=True),
        route_hook=url_for("hotline.pbx_route", line=found.id, _external=True),
        previous=(start - WEEK).date(),
        following=(start + WEEK).date(),
        today=ctx.today,
        now=ctx.now,
        values=request.form.to_dict() if error else {},
        span=span,
        errors=error.fields if error else {},
    )


def _monday(of: date) -> datetime:
    return datetime(of.year, of.month, of.day, tzinfo=current_zone()) - timedelta(days=of.weekday())


def _edit_again(ctx: Ctx, error: Invalid, line: UUID) -> Response:
    return _edit(ctx, ctx.get(Line, line), error)


@bp.get("/lines/<uuid:line>/edit")
@guard(MANAGE)
def line_edit(ctx: Ctx, line: UUID) -> Response:
    return _edit(ctx, ctx.get(Line, line))


@bp.post("/lines/<uuid:line>/edit")
@guard(MANAGE, input=HotlineLineInput, invalid=_edit_again)
def line_change(ctx: Ctx, data: dict[str, Any], line: UUID) -> Response:
    lines.save(ctx, line, told(data))
    return to("line", line=line)


@bp.post("/lines/<uuid:line>/secret")
@guard(MANAGE)
def line_secret(ctx: Ctx, line: UUID) -> Response:
    lines.renew_secret(ctx, line)
    return to("line", line=line)


def _shift_again(ctx: Ctx, error: Invalid, line: UUID) -> Response:
    return _line(ctx, line, None, error)


@bp.post("/lines/<uuid:line>/shifts")
@guard(MANAGE, input=LineShiftInput, invalid=_shift_again)
def shift_add(ctx: Ctx, data: dict[str, Any], line: UUID) -> Response:
    lines.set_shift(ctx, line, **data)
    return to("line", line=line, week=data["day"].isoformat())


@bp.post("/shifts/<uuid:shift>/remove")
@guard(MANAGE)
def shift_remove(ctx: Ctx, shift: UUID) -> Response:
    lines.remove(ctx, shift)
    return to("line_list")


@bp.get("/rota")
@guard(LOG)
def rota(ctx: Ctx) -> Response:
    """The operator's own fortnight, and shifts colleagues offer."""
    turns = lines.rota(ctx, ctx.now, ctx.now + lines.AHEAD)
    named = dict(lines.named(ctx))
    return page(
        "hotline/rota.html",
        mine=[turn for turn in turns if turn.person_id == ctx.actor.person_id],
        offered=[turn for turn in turns if turn.offered and turn.person_id != ctx.actor.person_id],
        lines=named,
        span=span,
        now=ctx.now,
    )


@bp.post("/shifts/<uuid:shift>/offer")
@guard(LOG)
def shift_offer(ctx: Ctx, shift: UUID) -> Response:
    lines.offer(ctx, shift)
    return to("rota")


@bp.post("/shifts/<uuid:shift>/take")
@guard(LOG)
def shift_take(ctx: Ctx, shift: UUID) -> Response:
    lines.take(ctx, shift)
    return to("rota")
