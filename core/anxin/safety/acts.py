"""The acts on a case. Each locks it, checks that it is the right moment, appends a step and writes an audit
entry.
"""

from uuid import UUID

import sqlalchemy as sa

from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, Invalid, SignInRequired
from anxin.kernel.i18n import lazy
from anxin.notices.retiring import retire
from anxin.notices.services import notify
from anxin.safety import rota
from anxin.safety.assigning import assign, release
from anxin.safety.cases import DANGER, get
from anxin.safety.entries import (
    CrisisAcknowledged,
    CrisisClosed,
    CrisisContacted,
    CrisisHandedOver,
    CrisisNoted,
    CrisisReopened,
    CrisisSigned,
)
from anxin.safety.models import Crisis, CrisisEvent
from anxin.safety.steps import step

# what may come of a case; the last three may end it although nobody was reached
OUTCOMES = ("safe", "follow_up", "referred", "emergency", "unreachable", "mistaken")
WITHOUT_CONTACT = frozenset({"emergency", "unreachable", "mistaken"})


def acknowledge(ctx: Ctx, case_id: UUID) -> Crisis:
    """“I take this one”: the first clock stops. Conflict when a colleague was quicker; saying it again is
    fine.
    """
    crisis, me = get(ctx, case_id, lock=True), _me(ctx)
    if crisis.state != "open":
        if crisis.lead_id == me:
            return crisis
        raise Conflict(lazy("A colleague has taken this one already."), code="taken")
    _take(ctx, crisis, me)
    return crisis


def _take(ctx: Ctx, crisis: Crisis, me: UUID) -> None:
    crisis.state, crisis.lead_id = "acknowledged", me
    crisis.acknowledged_at, crisis.acknowledged_by = ctx.now, me
    assign(ctx, crisis, me)
    step(ctx, crisis, "acknowledged", key=f"acknowledged:{_round(ctx, crisis)}")
    retire(
        ctx, f"/safety/cases/{crisis.id}"
    )  # the colleagues' unread marks no longer say that somebody waits
    ctx.audit(CrisisAcknowledged(crisis_id=crisis.id, subject_id=crisis.person_id))


def contacted(ctx: Ctx, case_id: UUID, note: str = "") -> Crisis:
    """The person was reached: the second clock stops. Acknowledges on the way when nobody did."""
    crisis, me = get(ctx, case_id, lock=True), _me(ctx)
    if crisis.state in ("contacted", "closed"):
        raise Conflict(lazy("This was recorded already."), code="contacted")
    if crisis.state == "open":
        _take(ctx, crisis, me)
    _insist_lead(ctx, crisis)
    crisis.state, crisis.contacted_at, crisis.contacted_by = "contacted", ctx.now, me
    step(ctx, crisis, "contacted", key=f"contacted:{_round(ctx, crisis)}")
    if note.strip():
        _note(ctx, crisis, note)
    ctx.audit(CrisisContacted(crisis_id=crisis.id, subject_id=crisis.person_id))
    return crisis


def add_note(ctx: Ctx, case_id: UUID, note: str) -> Crisis:
    """A few words for the record, sealed for the person."""
    crisis = get(ctx, case_id, lock=True)
    if not note.strip():
        raise Invalid(fields={"note": [lazy("Write a few words.")]})
    if crisis.state == "closed":
        raise Conflict(lazy("This is closed; open it again first."), code="closed")
    if crisis.lead_id is None:
        raise Conflict(lazy("Take it on first."), code="not_taken")
    _note(ctx, crisis, note)
    ctx.audit(CrisisNoted(crisis_id=crisis.id, subject_id=crisis.person_id))
    return crisis


def _note(ctx: Ctx, crisis: Crisis, note: str) -> None:
    step(ctx, crisis, "note", note=note.strip())


def hand_over(ctx: Ctx, case_id: UUID, helper_id: UUID) -> Crisis:
    """Give the case to a colleague, who is told at once. The clocks go on."""
    crisis = get(ctx, case_id, lock=True)
    if crisis.state == "closed" or crisis.lead_id is None:
        raise Conflict(lazy("Take it on first."), code="not_taken")
    _insist_lead(ctx, crisis)
    if helper_id == crisis.lead_id or not rota.may_answer(ctx, helper_id):
        raise Invalid(fields={"helper_id": [lazy("Choose a colleague who answers requests for help.")]})
    crisis.lead_id = helper_id
    assign(ctx, crisis, helper_id)
    handed = _round(ctx, crisis, "handed_over")
    step(ctx, crisis, "handed_over", helper_id=helper_id, key=f"handed_over:{handed}")
    urgent = crisis.level == DANGER
    notify(
        ctx,
        helper_id,
        "safety.urgent" if urgent else "safety.attention",
        f"/safety/cases/{crisis.id}",
        urgent=urgent,
        key=f"crisis:{crisis.id}:handed:{handed}",
    )
    ctx.audit(CrisisHandedOver(crisis_id=crisis.id, helper_id=helper_id, subject_id=crisis.person_id))
    return crisis


def close(ctx: Ctx, case_id: UUID, outcome: str) -> Crisis:
    """Sign the closing. At level 2 that closes the case; at level 3 a second, different person has to sign
    as well.
    """
    crisis, me = get(ctx, case_id, lock=True), _me(ctx)
    if outcome not in OUTCOMES:
        raise Invalid(fields={"outcome": [lazy("Choose what came of it.")]})
    if crisis.state == "closed" or crisis.closed_by is not None:
        raise Conflict(lazy("This is signed already."), code="signed")
    if crisis.lead_id is None:
        raise Conflict(lazy("Take it on first."), code="not_taken")
    _insist_lead(ctx, crisis)
    if crisis.state != "contacted" and outcome not in WITHOUT_CONTACT:
        raise Invalid(fields={"outcome": [lazy("Record the contact first, or say why there was none.")]})
    crisis.outcome, crisis.closed_at, crisis.closed_by = outcome, ctx.now, me
    if crisis.level < DANGER:
        _end(ctx, crisis)
        return crisis
    step(ctx, crisis, "signed", code=outcome, key=f"signed:{_round(ctx, crisis, 'signed')}")
    ctx.audit(CrisisSigned(crisis_id=crisis.id, outcome=outcome, subject_id=crisis.person_id))
    return crisis


def second_signature(ctx: Ctx, case_id: UUID) -> Crisis:
    """The second person agrees that a level-3 case may be closed. Conflict for whoever signed first."""
    crisis, me = get(ctx, case_id, lock=True), _me(ctx)
    if crisis.state == "closed" or crisis.closed_by is None:
        raise Conflict(lazy("There is nothing to sign here."), code="nothing_to_sign")
    if crisis.closed_by == me:
        raise Conflict(lazy("A second person has to sign, not you again."), code="same_person")
    crisis.second_at, crisis.second_by = ctx.now, me
    _end(ctx, crisis)
    return crisis


def _end(ctx: Ctx, crisis: Crisis) -> None:
    crisis.state = "closed"
    step(ctx, crisis, "closed", code=crisis.outcome, key=f"closed:{_round(ctx, crisis, 'closed')}")
    ctx.db.flush()
    release(ctx, crisis)
    ctx.audit(CrisisClosed(crisis_id=crisis.id, outcome=str(crisis.outcome), subject_id=crisis.person_id))


def reopen(ctx: Ctx, case_id: UUID) -> Crisis:
    """Not yet: takes a signature back, or opens a closed case again for whoever says so."""
    crisis, me = get(ctx, case_id, lock=True), _me(ctx)
    if crisis.closed_by is None:
        raise Conflict(lazy("This is open already."), code="open")
    crisis.state = "contacted" if crisis.contacted_at else "acknowledged"
    crisis.outcome = crisis.closed_at = crisis.closed_by = crisis.second_at = crisis.second_by = None
    crisis.lead_id = me
    assign(ctx, crisis, me)
    step(ctx, crisis, "reopened", key=f"reopened:{_round(ctx, crisis, 'reopened')}")
    ctx.audit(CrisisReopened(crisis_id=crisis.id, subject_id=crisis.person_id))
    return crisis


def _me(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise SignInRequired()
    return ctx.actor.person_id


def _insist_lead(ctx: Ctx, crisis: Crisis) -> None:
    """Only who leads the case, or a supervisor, moves it on."""
    supervises = ctx.grant is not None and ctx.grant.scope == "tenant"
    if crisis.lead_id != ctx.actor.person_id and not supervises:
        raise Conflict(lazy("A colleague works on this. Ask them to hand it over."), code="other_lead")


def _round(ctx: Ctx, crisis: Crisis, kind: str | None = None) -> int:
    """How often a step of this kind was written before (or how often the case was opened again): makes its
    key new.
    """
    return (
        ctx.db.scalar(
            sa.select(sa.func.count())
            .select_from(CrisisEvent)
            .where(
                CrisisEvent.tenant_id == ctx.tenant.id,
                CrisisEvent.crisis_id == crisis.id,
                CrisisEvent.kind.in_([kind] if kind else ["reopened", "graver"]),
            )
        )
        or 0
    )
