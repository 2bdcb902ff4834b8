"""Cases as helpers work on them: the worklist, one case, and the acts."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import guard
from anxin.safety import acts, cases, glass, rota, words
from anxin.safety.blueprint import bp
from anxin.safety.models import Crisis
from anxin.safety.permissions import CRISIS, HANDLE
from anxin.safety.schemas import CloseInput, ContactInput, HandOverInput, NoteInput
from anxin.web.pages import page


def _lines(ctx: Ctx, found: list[Crisis]) -> list[dict[str, Any]]:
    return [
        {
            "id": crisis.id,
            "code": cases.code(crisis),
            "level": crisis.level,
            "level_word": words.LEVELS[crisis.level],
            "reason": words.REASONS[crisis.reason],
            "clock": words.clock(ctx, crisis),
            "open": crisis.state == "open",
            "mine": crisis.lead_id is not None and crisis.lead_id == ctx.actor.person_id,
            "uncovered": crisis.uncovered,
        }
        for crisis in found
    ]


def _now(ctx: Ctx) -> dict[str, Any]:
    return {
        "cases": _lines(ctx, cases.worklist(ctx)),
        "requests": glass.waiting(ctx),
        "glass_reasons": words.GLASS_REASONS,
        "covered": bool(rota.who(ctx)),
        "now": ctx.now,
    }


@bp.get("/cases")
@guard(HANDLE, purpose=CRISIS)
def cases_index(ctx: Ctx) -> ResponseReturnValue:
    """What waits, the worst clock first, without names."""
    return page("safety/cases.html", closed=_lines(ctx, cases.closed(ctx)), **_now(ctx))


@bp.get("/cases/now")
@guard(HANDLE, purpose=CRISIS)
def cases_now(ctx: Ctx) -> ResponseReturnValue:
    """The list alone; the page asks for it every ten seconds."""
    return render_template("safety/_worklist.html", **_now(ctx))


def show(ctx: Ctx, error: Invalid | None = None, *, case: UUID) -> ResponseReturnValue:
    found = cases.read(ctx, case)
    crisis = found.crisis
    colleagues = [row for row in ctx.db.execute(rota.helpers(ctx)) if row[0] != crisis.lead_id]
    supervises = ctx.grant is not None and ctx.grant.scope == "tenant"
    return page(
        "safety/case.html",
        case=found,
        crisis=crisis,
        code=cases.code(crisis),
        clock=words.clock(ctx, crisis),
        words=words,
        now=ctx.now,
        at=lambda when: words.at(ctx, when),
        leads=crisis.lead_id == ctx.actor.person_id or supervises,
        may_second=crisis.closed_by is not None and crisis.closed_by != ctx.actor.person_id,
        colleagues=colleagues if crisis.lead_id is not None else [],
        errors=error.fields if error else {},
    )


@bp.get("/cases/<uuid:case>")
@guard(HANDLE, purpose=CRISIS)
def case(ctx: Ctx, case: UUID) -> ResponseReturnValue:
    return show(ctx, case=case)


@bp.get("/cases/<uuid:case>/clock")
@guard(HANDLE, purpose=CRISIS)
def case_clock(ctx: Ctx, case: UUID) -> ResponseReturnValue:
    """The clock alone, asked for every ten seconds; it shows nothing about the person."""
    crisis = cases.get(ctx, case)
    return render_template("safety/_clock.html", crisis=crisis, clock=words.clock(ctx, crisis))


def _back(case_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("safety.case", case=case_id), code=303)


@bp.post("/cases/<uuid:case>/acknowledge")
@guard(HANDLE, purpose=CRISIS)
def acknowledge(ctx: Ctx, case: UUID) -> ResponseReturnValue:
    acts.acknowledge(ctx, case)
    return _back(case)


@bp.post("/cases/<uuid:case>/contacted")
@guard(HANDLE, purpose=CRISIS, input=ContactInput, invalid=show)
def contacted(ctx: Ctx, data: dict[str, Any], case: UUID) -> ResponseReturnValue:
    acts.contacted(ctx, case, data["note"])
    return _back(case)


@bp.post("/cases/<uuid:case>/notes")
@guard(HANDLE, purpose=CRISIS, input=NoteInput, invalid=show)
def add_note(ctx: Ctx, data: dict[str, Any], case: UUID) -> ResponseReturnValue:
    acts.add_note(ctx, case, data["note"])
    return _back(case)


@bp.post("/cases/<uuid:case>/hand-over")
@guard(HANDLE, purpose=CRISIS, input=HandOverInput, invalid=show)
def hand_over(ctx: Ctx, data: dict[str, Any], case: UUID) -> ResponseReturnValue:
    acts.hand_over(ctx, case, data["helper_id"])
    return redirect(url_for("safety.cases_index"), code=303)


@bp.post("/cases/<uuid:case>/close")
@guard(HANDLE, purpose=CRISIS, input=CloseInput, invalid=show)
def close(ctx: Ctx, data: dict[str, Any], case: UUID) -> ResponseReturnValue:
    acts.close(ctx, case, data["outcome"])
    return _back(case)


@bp.post("/cases/<uuid:case>/second")
@guard(HANDLE, purpose=CRISIS)
def second_signature(ctx: Ctx, case: UUID) -> ResponseReturnValue:
    acts.second_signature(ctx, case)
    return _back(case)


@bp.post("/cases/<uuid:case>/reopen")
@guard(HANDLE, purpose=CRISIS)
def reopen(ctx: Ctx, case: UUID) -> ResponseReturnValue:
    acts.reopen(ctx, case)
    return _back(case)
