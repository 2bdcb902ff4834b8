"""A log that was moved to the wrong employer comes back to the agency: its words, what was done and what is still to do.

Whoever may move it there may take it back, within the hours the agency's settings name, from its own tenant. The wrong
employer keeps nothing but the entries of its trail: the row, its key, the card that came with it, the unit of the contract
and the reviews go. What cannot be made undone refuses: danger that was told there, a caller who linked their account
there, a unit that is billed, a month whose figures are out.

Nothing is lost and nothing stands twice, whenever a process dies: the words are committed here before they go there, and
asking again goes on where it stopped.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Person, Served, lazy, new_id, withdraw_service_unit
from anxin_hotline.calls import Call, Caller, Event, FollowUp, Merge, Referral
from anxin_hotline.services import attributing, crisis, figures, seeing


def until(ctx: Ctx, call: Call) -> datetime | None:
    """Until when a moved log can be taken back; None once that is over, or for any other call."""
    if call.moved_under is None or ctx.tenant.kind != "agency":
        return None
    ends = call.changed_at + timedelta(hours=ctx.settings["take_back_hours"])
    return ends if ends > ctx.now else None


def take_back(ctx: Ctx, call_id: UUID) -> None:
    """Bring a moved log back; NotFound for a call that is not the actor's, Conflict where it cannot come back."""
    call = seeing.get(ctx, call_id, lock=True)
    if call.moved_under is None or ctx.tenant.kind != "agency":
        raise Conflict(lazy("This log has not been moved."))
    if until(ctx, call) is None:
        raise Conflict(lazy("The time in which it could be taken back is over."), code="hotline.too_late")
    contract_id = call.moved_under
    one = next((each for each in attributing.employers(ctx) if each.contract.id == contract_id), None)
    if one is None:
        raise Conflict(lazy("Only somebody who answers calls for that employer can take it back."))
    with attributing.enter(ctx, one) as there:
        theirs = there.db.scalar(
            sa.select(Call)
            .where(Call.tenant_id == there.tenant.id, Call.id == call.id, Call.moved_under == contract_id)
            .with_for_update()
        )
        there.unaudited("nothing had arrived, or it had gone before")
        if theirs is not None:
            _insist_undoable(there, theirs)
            withdraw_service_unit(there, contract_id, attributing.SERVICE, f"call:{call_id}")
            _bring(ctx, there, call, theirs)
            attributing.settle(ctx, attributing.entry_of(call_id, "brought_back", contract_id))
            _vanish(there, theirs, one)
    call = seeing.get(ctx, call_id, lock=True)
    call.moved_under = None
    ctx.audit(attributing.entry_of(call_id, "returned", contract_id))


def _insist_undoable(there: Ctx, theirs: Call) -> None:
    if theirs.crisis_id is not None:
        raise Conflict(
            lazy("Danger was told to the people on duty there: the log stays, and so does their record."),
            code="hotline.danger_told",
        )
    linked = there.scalar(
        sa.select(Caller.person_id).where(Caller.tenant_id == there.tenant.id, Caller.id == theirs.caller_id)
    )
    if linked is not None:
        raise Conflict(
            lazy("The caller has an account there that is linked to their calls: it is their employer."),
            code="hotline.linked",
        )
    closed = figures.closed_months(there.now, 1)[0][1]
    if theirs.logged_at is None or theirs.logged_at < closed:
        raise Conflict(
            lazy("The month in which it arrived has closed there, and its figures are out."),
            code="hotline.month_closed",
        )


def _bring(ctx: Ctx, there: Ctx, call: Call, theirs: Call) -> None:
    """Everything as it stands there now, sealed anew under the agency's keys; what was half brought before goes."""
    note = seeing.open_or_nothing(there, theirs, "note") or ""
    answers = seeing.plain(seeing.open_or_nothing(there, theirs, "answers"))
    number = seeing.open_or_nothing(there, theirs, "number")
    seeing.read_entry(there, theirs)
    own, untold = attributing.fit(ctx, there, call, theirs, answers)
    words = "\n".join(filter(None, (note, *untold)))
    for model in (Event, FollowUp, Referral):
        ctx.execute(sa.delete(model).where(model.tenant_id == ctx.tenant.id, model.call_id == call.id))
    call.caller_id = attributing.same_caller(there, ctx, theirs)
    for column, value in (
        ("note", words),
        ("answers", {"risk": seeing.plain(answers.get("risk")), "own": own}),
        ("number", number),
    ):
        if value:
            ctx.seal(call, column, value)
    call.state, call.risk, call.changed_at = "logged", max(call.risk or 0, theirs.risk or 0), ctx.now
    _follows(ctx, there, call.id)


def _follows(ctx: Ctx, there: Ctx, call_id: UUID) -> None:
    for event, note in crisis.events(there, call_id):
        row = {"id": new_id(), **attributing.same(event, "call_id", "kind", "code", "at")}
        sealed = ctx.sealed(Event, "note", row["id"], call_id, note) if note is not None else None
        ctx.insert(Event, [row | {"actor_id": _home(there, event.actor_id), "note": sealed}])
    for one in attributing.rows_of(there, FollowUp, call_id):
        row = attributing.same(one, *attributing.FOLLOW_UP)
        ctx.insert(FollowUp, [row | {"assigned_to": _home(there, one.assigned_to)}])
    for one in attributing.rows_of(there, Referral, call_id):
        row = attributing.same(one, *attributing.REFERRAL)
        ctx.insert(Referral, [row | {"made_by": _home(there, one.made_by)}])


def _home(there: Ctx, person_id: UUID | None) -> UUID | None:
    """Who somebody acting there is in the agency's own tenant."""
    if person_id is None:
        return None
    return there.scalar(
        sa.select(Person.home_person_id).where(Person.tenant_id == there.tenant.id, Person.id == person_id)
    )


def _vanish(there: Ctx, theirs: Call, one: Served) -> None:
    """The row with all that hangs on it, its key, and a card nobody else needs."""
    call_id, caller_id = theirs.id, theirs.caller_id
    there.execute(sa.delete(Call).where(Call.tenant_id == there.tenant.id, Call.id == call_id))
    there.keys.erase(call_id)
    if caller_id is not None and not _needed(there, caller_id):
        there.execute(sa.delete(Caller).where(Caller.tenant_id == there.tenant.id, Caller.id == caller_id))
        there.keys.erase(caller_id)
    there.audit(attributing.entry_of(call_id, "taken_back", one.contract.id))


def _needed(there: Ctx, caller_id: UUID) -> bool:
    """Does anything else there hang on this caller?"""
    calls: Any = sa.select(Call.id).where(Call.tenant_id == there.tenant.id, Call.caller_id == caller_id)
    merges: Any = sa.select(Merge.id).where(
        Merge.tenant_id == there.tenant.id, sa.or_(Merge.kept_id == caller_id, Merge.gone_id == caller_id)
    )
    return bool(there.scalar(sa.select(sa.or_(sa.exists(calls), sa.exists(merges)))))
