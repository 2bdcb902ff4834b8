"""After the call: follow-ups with clocks and attempts, referrals until it is known whether they arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, Referred, lazy, names_of, notify
from anxin_hotline import forms, policy
from anxin_hotline.calls import Call, FollowUp, Referral
from anxin_hotline.services import crisis, seeing, staff

RESULTS: dict[str, Any] = {
    "reached": lazy("Reached"),
    "no_answer": lazy("No answer"),
    "refused": lazy("Does not want to talk"),
    "wrong": lazy("The number is wrong"),
}
KINDS: dict[str, Any] = {
    "call_back": lazy("Call back"),
    "check_in": lazy("Ask how it goes"),
    "after_crisis": lazy("The day after danger"),
    "supervisor": lazy("For the supervisor"),
}
STATES: dict[str, Any] = {
    "made": lazy("Handed on"),
    "accepted": lazy("They will take it"),
    "arrived": lazy("Arrived"),
    "declined": lazy("Declined"),
    "lost": lazy("Not to be reached"),
}
OPEN_REFERRALS = ("made", "accepted")
AGAIN = timedelta(hours=20)  # an attempt without an answer is tried again the next day
AFTER_CRISIS = frozenset({"after_crisis"})
PLANNED = frozenset({"check_in"})  # for a day that was agreed on: before it nothing waits


@dataclass(frozen=True)
class Due:
    """One line of the queue."""

    follow_up: FollowUp
    call: Call
    late: bool
    mine: bool


def queue(ctx: Ctx, limit: int = 60) -> list[Due]:
    """What is open, for the actor: theirs and everybody's (a supervisor: all); the latest clock first, danger above."""
    statement = (
        sa.select(FollowUp, Call)
        .join(Call, sa.and_(Call.tenant_id == FollowUp.tenant_id, Call.id == FollowUp.call_id))
        .where(FollowUp.tenant_id == ctx.tenant.id, FollowUp.state == "open")
        .order_by(FollowUp.due_at)
        .limit(limit)
    )
    if not seeing.wide(ctx):
        statement = statement.where(
            FollowUp.kind != "supervisor",
            sa.or_(FollowUp.assigned_to == ctx.actor.person_id, FollowUp.assigned_to.is_(None)),
        )
    found = [
        Due(follow_up, call, follow_up.due_at < ctx.now, follow_up.assigned_to == ctx.actor.person_id)
        for follow_up, call in ctx.db.execute(statement)
    ]
    return sorted(found, key=lambda one: (one.follow_up.kind not in AFTER_CRISIS, one.follow_up.due_at))


def get(ctx: Ctx, follow_up_id: UUID, *, lock: bool = False) -> FollowUp:
    """One follow-up of a call the actor sees; NotFound else."""
    statement = sa.select(FollowUp).where(FollowUp.tenant_id == ctx.tenant.id, FollowUp.id == follow_up_id)
    found = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    seeing.get(ctx, found.call_id)
    return found


def of_call(ctx: Ctx, call_id: UUID) -> list[FollowUp]:
    return list(
        ctx.db.scalars(
            sa.select(FollowUp)
            .where(FollowUp.tenant_id == ctx.tenant.id, FollowUp.call_id == call_id)
            .order_by(FollowUp.due_at)
        )
    )


def take(ctx: Ctx, follow_up_id: UUID) -> FollowUp:
    """“I do this one.” Conflict when a colleague was quicker."""
    row, me = _open(ctx, follow_up_id), seeing.insist_me(ctx)
    if row.assigned_to not in (None, me) and not seeing.wide(ctx):
        raise Conflict(lazy("A colleague does this one already."), code="taken")
    row.assigned_to = me
    ctx.audit(policy.FollowedUp(follow_up_id=row.id, step="taken", subject_id=row.call_id))
    return row


def attempt(ctx: Ctx, follow_up_id: UUID, result: str, note: str = "") -> FollowUp:
    """Write down one try. Reached, refused or a wrong number ends it; no answer is tried again the next day, as often
    as the tenant says, and then the supervisor decides."""
    row, me = _open(ctx, follow_up_id), seeing.insist_me(ctx)
    if result not in RESULTS:
        raise Invalid(fields={"result": [lazy("Choose what came of it.")]})
    if row.assigned_to not in (None, me) and not seeing.wide(ctx):
        raise Conflict(lazy("A colleague does this one already."), code="taken")
    row.assigned_to, row.attempts = row.assigned_to or me, row.attempts + 1
    crisis.add(ctx, row.call_id, "attempt", note.strip() or None, result)
    if result != "no_answer":
        _close(ctx, row, "done", result)
    elif row.attempts >= ctx.settings["follow_up_tries"]:
        row.kind, row.assigned_to = "supervisor", None
        row.due_at = ctx.now + timedelta(hours=4)
        for person_id in staff.supervisors(ctx):
            notify(ctx, person_id, "hotline.due", "/hotline/follow-ups", key=f"tries:{row.id}")
    else:
        row.due_at = ctx.now + AGAIN
    ctx.audit(policy.FollowedUp(follow_up_id=row.id, step=f"attempt.{result}", subject_id=row.call_id))
    return row


def cancel(ctx: Ctx, follow_up_id: UUID) -> FollowUp:
    """Not needed any more. The day after danger is only cancelled by a supervisor."""
    row = _open(ctx, follow_up_id)
    if row.kind in AFTER_CRISIS and not seeing.wide(ctx):
        raise Conflict(lazy("The day after danger somebody calls; only the supervisor can leave it out."))
    _close(ctx, row, "cancelled", "cancelled")
    ctx.audit(policy.FollowedUp(follow_up_id=row.id, step="cancelled", subject_id=row.call_id))
    return row


def plan(ctx: Ctx, call_id: UUID, *, days: int, kind: str = "check_in") -> FollowUp:
    """One more follow-up of a call."""
    call = seeing.get(ctx, call_id)
    if not 0 <= days <= 90:
        raise Invalid(fields={"days": [lazy("Choose a day within three months.")]})
    row = ctx.add(
        FollowUp(
            call_id=call.id,
            kind=kind,
            state="open",
            due_at=ctx.now + timedelta(days=days),
            assigned_to=ctx.actor.person_id,
            attempts=0,
        )
    )
    ctx.audit(policy.FollowedUp(follow_up_id=row.id, step="planned", subject_id=call.id))
    return row


def _open(ctx: Ctx, follow_up_id: UUID) -> FollowUp:
    row = get(ctx, follow_up_id, lock=True)
    if row.state != "open":
        raise Conflict(lazy("This is done already."), code="done")
    return row


def _close(ctx: Ctx, row: FollowUp, state: str, outcome: str) -> None:
    row.state, row.outcome = state, outcome
    row.closed_at, row.closed_by = ctx.now, ctx.actor.person_id


def number_for(ctx: Ctx, follow_up_id: UUID) -> str | None:
    """The number the caller left for calling back, for who does the follow-up; the look is written down."""
    row = get(ctx, follow_up_id)
    me = ctx.actor.person_id
    if row.state != "open" or (row.assigned_to != me and not seeing.wide(ctx)):
        return None
    call = seeing.get(ctx, row.call_id)
    known = crisis.facts_of(ctx, call, rang=False)
    for subject_id in filter(None, {call.id, call.caller_id, seeing.person_of(ctx, call.caller_id)}):
        ctx.audit(policy.CallFactsRead(call_id=call.id, subject_id=subject_id))
    return known.get("number")


def remind(ctx: Ctx) -> None:
    """Follow-ups that are late are told once a day: to who does them, else to the supervisors."""
    late = ctx.db.scalars(
        sa.select(FollowUp)
        .where(FollowUp.tenant_id == ctx.tenant.id, FollowUp.state == "open", FollowUp.due_at < ctx.now)
        .order_by(FollowUp.due_at)
        .limit(200)
    )
    for row in late:
        told: Iterable[UUID] = [row.assigned_to] if row.assigned_to else staff.supervisors(ctx)
        for person_id in told:
            notify(
                ctx, person_id, "hotline.due", "/hotline/follow-ups", key=f"late:{row.id}:{ctx.now:%Y%m%d}"
            )


# ---- referrals -------------------------------------------------------------------------------------------------


def refer(ctx: Ctx, call_id: UUID, to: str, days: int = 7) -> Referral:
    """Hand a caller on, and promise to ask whether they arrived."""
    call = seeing.get(ctx, call_id)
    definition = forms.version(ctx, call.form_version)
    if not forms.line_of(definition, "referrals", to):
        raise Invalid(fields={"to": [lazy("Choose where they are handed on to.")]})
    row = ctx.add(
        Referral(
            call_id=call.id,
            to=to,
            state="made",
            chase_at=ctx.now + timedelta(days=days),
            made_by=ctx.actor.person_id,
            changed_at=ctx.now,
        )
    )
    if (person_id := seeing.person_of(ctx, call.caller_id)) is not None:
        ctx.emit(Referred(person_id=person_id, from_service="hotline", to_service=to, reference_id=row.id))
    ctx.audit(policy.CallReferred(referral_id=row.id, step="made", subject_id=call.id))
    return row


def referral(ctx: Ctx, referral_id: UUID, *, lock: bool = False) -> Referral:
    statement = sa.select(Referral).where(Referral.tenant_id == ctx.tenant.id, Referral.id == referral_id)
    found = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    seeing.get(ctx, found.call_id)
    return found


def settle(ctx: Ctx, referral_id: UUID, state: str, note: str = "") -> Referral:
    """What came of it: accepted keeps it open, the others close the loop."""
    row = referral(ctx, referral_id, lock=True)
    if row.state not in OPEN_REFERRALS:
        raise Conflict(lazy("This is done already."), code="done")
    if state not in STATES or state == "made":
        raise Invalid(fields={"state": [lazy("Choose what came of it.")]})
    row.state, row.changed_at = state, ctx.now
    if state == "accepted":
        row.chase_at = ctx.now + timedelta(days=7)
    crisis.add(ctx, row.call_id, "referral", note.strip() or None, state)
    ctx.audit(policy.CallReferred(referral_id=row.id, step=state, subject_id=row.call_id))
    return row


def open_referrals(ctx: Ctx, limit: int = 60) -> list[tuple[Referral, Call]]:
    """Handed on and not yet known whether they arrived; the longest overdue first."""
    statement = (
        sa.select(Referral, Call)
        .join(Call, sa.and_(Call.tenant_id == Referral.tenant_id, Call.id == Referral.call_id))
        .where(Referral.tenant_id == ctx.tenant.id, Referral.state.in_(OPEN_REFERRALS))
        .order_by(Referral.chase_at)
        .limit(limit)
    )
    if not seeing.wide(ctx):
        statement = statement.where(Referral.made_by == ctx.actor.person_id)
    return [(referral, call) for referral, call in ctx.db.execute(statement)]


def referrals_of(ctx: Ctx, call_id: UUID) -> list[Referral]:
    return list(
        ctx.db.scalars(
            sa.select(Referral)
            .where(Referral.tenant_id == ctx.tenant.id, Referral.call_id == call_id)
            .order_by(Referral.made_at)
        )
    )


def names(ctx: Ctx, found: Iterable[Due]) -> dict[UUID, str]:
    return names_of(ctx, {one.follow_up.assigned_to for one in found if one.follow_up.assigned_to})
