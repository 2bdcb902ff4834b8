"""The agency's own line, which several employers share: whose employee is calling is often known only later, or never.

Such a call is logged in the agency's tenant. Once the employer is known, whoever may answer calls there, under a running
contract that covers the line, moves the log: it is sealed anew under the employer's keys, behind the employer's wall,
and its words at the agency are gone. The employer itself learns of it what it learns of any call: a number in a month.

Nothing is lost and nothing stands twice, whenever a process dies: the contract is written on the call and committed
first, then the log arrives under the same id, then the words at the agency go. Asking again goes on where it stopped,
and only for that employer.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import (
    Conflict,
    Ctx,
    Invalid,
    Person,
    Served,
    as_helper,
    crisis_is_open,
    lazy,
    local,
    new_id,
    record_if_served,
    served_employers,
)
from anxin_hotline import forms, policy
from anxin_hotline.calls import Call, Caller, Event, FollowUp, Presence, Referral, Review
from anxin_hotline.policy import CallAttributed
from anxin_hotline.services import callers, crisis, logging, seeing
from anxin_hotline.services.importing import code_for

SERVICE = "hotline"
COPIED = ("known", "nature", "risk", "started_at", "answered_at", "ended_at")
FOLLOW_UP = ("call_id", "kind", "state", "due_at", "attempts", "outcome", "made_at", "closed_at")
REFERRAL = ("call_id", "to", "state", "chase_at", "made_at", "changed_at")
LISTS = {"channel": "channels", "topic": "topics", "next": "next"}


def employers(ctx: Ctx) -> list[Served]:
    """Whom the actor answers calls for: the running contracts of this agency that name them and cover the line."""
    return [
        one
        for one in served_employers(ctx)
        if SERVICE in one.contract.services and SERVICE in one.employer.modules and _answers(one)
    ]


def _answers(one: Served) -> bool:
    return any(policy.LOG.name in one.employer.roles.get(role, {}) for role in one.roles)


def attribute(ctx: Ctx, call_id: UUID, contract_id: UUID) -> Served:
    """Move a logged call of the agency's line to the employer of this contract; returns whose it is now.

    Invalid for a contract that does not name the actor; Conflict for a call that is still on or moved elsewhere.
    """
    call = seeing.get(ctx, call_id, lock=True)
    one = next((each for each in employers(ctx) if each.contract.id == contract_id), None)
    if one is None:
        raise Invalid(fields={"contract_id": [lazy("Choose an employer of the list.")]})
    if call.state == "moved" and call.moved_under == contract_id:
        return one
    if call.state != "logged" or call.moved_under not in (None, contract_id):
        raise Conflict(
            lazy("This call cannot be moved: it is still on, or belongs to another employer already.")
        )
    _mean(ctx, call, contract_id)
    call = seeing.get(ctx, call_id, lock=True)
    with enter(ctx, one) as there:
        _arrive(ctx, there, call, one)
    _leave(ctx, call, contract_id)
    return one


def _mean(ctx: Ctx, call: Call, contract_id: UUID) -> None:
    """Say where it goes, and commit that before anything is copied."""
    call.moved_under = contract_id
    settle(ctx, entry_of(call.id, "begun", contract_id))


def settle(ctx: Ctx, entry: CallAttributed) -> None:
    """Commit what was done so far, and go on in a new transaction with the same rights."""
    grant, plugin, purpose = ctx.grant, ctx.plugin, ctx.purpose
    ctx.audit(entry)
    ctx.commit()
    ctx.restart()
    ctx.grant, ctx.plugin, ctx.purpose = grant, plugin, purpose


def entry_of(call_id: UUID, step: str, contract_id: UUID) -> CallAttributed:
    return CallAttributed(call_id=call_id, step=step, contract_id=contract_id, subject_id=call_id)


@contextmanager
def enter(ctx: Ctx, one: Served) -> Iterator[Ctx]:
    """The employer's tenant, with the rights the actor has there; committed when the block ends."""
    with as_helper(ctx, one) as there:
        grant = there.actor.grants.get(policy.LOG.name)
        if grant is None:
            raise Invalid(fields={"contract_id": [lazy("Choose an employer of the list.")]})
        with there.acting(grant=grant, plugin=SERVICE):
            yield there


def _arrive(ctx: Ctx, there: Ctx, call: Call, one: Served) -> None:
    """Write the log in the employer's tenant, under the same id; nothing when it has arrived before."""
    known = sa.select(Call.id).where(Call.tenant_id == there.tenant.id, Call.id == call.id)
    there.unaudited("it had arrived before")
    if there.scalar(known) is not None:
        return
    note = seeing.open_or_nothing(ctx, call, "note") or ""
    answers = seeing.plain(seeing.open_or_nothing(ctx, call, "answers"))
    number = seeing.open_or_nothing(ctx, call, "number")
    seeing.read_entry(ctx, call)
    version, definition = forms.current(there)
    own, untold = _own(forms.version(ctx, call.form_version), definition, seeing.plain(answers.get("own")))
    words = "\n".join(filter(None, (note, *untold)))
    answers = {"risk": seeing.plain(answers.get("risk")), "own": own}
    there.insert(
        Call,
        [
            {
                "id": call.id,
                "token": call.token,
                "state": "logged",
                "operator_id": _seat(there, one, ctx.actor.person_id, call.operator_id),
                "caller_id": same_caller(ctx, there, call),
                "form_version": version,
                "note": there.sealed(Call, "note", call.id, call.id, words) if words else None,
                "answers": there.sealed(Call, "answers", call.id, call.id, answers),
                "number": there.sealed(Call, "number", call.id, call.id, number) if number else None,
                "logged_at": there.now,  # from when on it is known here: a month that has closed keeps its figures
                "moved_under": one.contract.id,
                "changed_at": there.now,
                **_codes(forms.version(ctx, call.form_version), definition, call),
                **{name: getattr(call, name) for name in COPIED},
            }
        ],
    )
    _follows(ctx, there, call, one)
    if (call.risk or 0) >= crisis.ATTENTION and call.crisis_id and crisis_is_open(ctx, call.crisis_id):
        crisis.tell(there, call.id, call.risk or crisis.ATTENTION, None)
    if call.nature == logging.TALK:
        record_if_served(
            there,
            SERVICE,
            "call",
            minutes=logging.talked(call.answered_at, call.ended_at or call.started_at),
            key=f"call:{call.id}",
            done_on=local(call.started_at).date(),
        )
    there.audit(entry_of(call.id, "arrived", one.contract.id))


def _codes(ours: forms.Definition, theirs: forms.Definition, call: Call) -> dict[str, str]:
    """Channel, topic and outcome by the employer's form: the same code, else the same words, else “other”."""
    found = {}
    for column, which in LISTS.items():
        code = getattr(call, column) or ""
        same = forms.line_of(theirs, which, code)
        found[column] = (
            code if same else code_for(theirs, which, str(forms.line_of(ours, which, code).get("zh", "")))
        )
    return found


def fit(
    ctx: Ctx, there: Ctx, call: Call, theirs: Call, answers: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Answers given by the employer's form as the form of the agency's own row asks them; the rest as lines."""
    ours = forms.version(ctx, call.form_version)
    return _own(forms.version(there, theirs.form_version), ours, seeing.plain(answers.get("own")))


def _own(
    ours: forms.Definition, theirs: forms.Definition, given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Answers to own questions the employer's form asks too, and the rest as lines for the note: nothing is dropped."""
    asked = {each["code"]: each for each in theirs.get("fields", [])}
    kept = {
        code: value
        for code, value in given.items()
        if code in asked and (asked[code]["kind"] != "choice" or forms.line_of(asked[code], "options", value))
    }
    rest = {code: value for code, value in given.items() if code not in kept}
    return kept, [f"{question}: {answer}" for question, answer in forms.told_fields(ours, rest)]


def _seat(there: Ctx, one: Served, me: UUID | None, home_id: UUID | None) -> UUID | None:
    """Who the agency's person is in the employer's tenant; whoever moves the log, where the contract does not name
    them."""
    if home_id is None or home_id == me:
        return one.person_id
    found = there.scalar(
        sa.select(Person.id).where(
            Person.tenant_id == there.tenant.id,
            Person.contract_id == one.contract.id,
            Person.home_person_id == home_id,
            Person.state == "active",
        )
    )
    return found or one.person_id


def same_caller(ctx: Ctx, there: Ctx, call: Call) -> UUID | None:
    """The caller as the employer's side knows them: by the number they left, else a new card with what they left."""
    caller = call.caller_id and ctx.db.scalar(
        sa.select(Caller).where(Caller.tenant_id == ctx.tenant.id, Caller.id == call.caller_id)
    )
    if not caller:
        return None
    contact = seeing.plain(seeing.open_or_nothing(ctx, caller, "contact"))
    code = seeing.open_or_nothing(ctx, caller, "code")
    ctx.audit(policy.CallerRead(caller_id=caller.id, fields=tuple(sorted(contact)), subject_id=caller.id))
    index = callers.number_index(there, str(contact.get("number") or ""))
    theirs = (callers.by_code(there, code) if isinstance(code, str) else None) or (
        callers.by_index(there, index) if index else None
    )
    return theirs or callers.adopt(
        there, contact, code if isinstance(code, str) else None, caller.last_call_at
    )


def _follows(ctx: Ctx, there: Ctx, call: Call, one: Served) -> None:
    """What was done, what is still to do, and whom they were handed on to."""
    me = ctx.actor.person_id
    for event, note in crisis.events(ctx, call.id):
        event_id = new_id()
        there.insert(
            Event,
            [
                {
                    "id": event_id,
                    "call_id": call.id,
                    "kind": event.kind,
                    "code": event.code,
                    "actor_id": _seat(there, one, me, event.actor_id) if event.actor_id else None,
                    "at": event.at,
                    "note": there.sealed(Event, "note", event_id, call.id, note)
                    if note is not None
                    else None,
                }
            ],
        )
    for row in rows_of(ctx, FollowUp, call.id):
        mine = _seat(there, one, me, row.assigned_to) if row.assigned_to else None
        there.insert(FollowUp, [same(row, *FOLLOW_UP) | {"assigned_to": mine}])
    for row in rows_of(ctx, Referral, call.id):
        mine = _seat(there, one, me, row.made_by) if row.made_by else None
        there.insert(
            Referral,
            [same(row, *REFERRAL) | {"made_by": mine}],
        )


def same(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def rows_of(ctx: Ctx, model: Any, call_id: UUID) -> list[Any]:
    return list(
        ctx.db.scalars(sa.select(model).where(model.tenant_id == ctx.tenant.id, model.call_id == call_id))
    )


def _leave(ctx: Ctx, call: Call, contract_id: UUID) -> None:
    """At the agency a number stays, and where the log is: its words, its key and what followed from it go."""
    for model in (Event, FollowUp, Referral, Presence):
        ctx.execute(sa.delete(model).where(model.tenant_id == ctx.tenant.id, model.call_id == call.id))
    undone = (Review.tenant_id == ctx.tenant.id, Review.call_id == call.id, Review.state != "done")
    ctx.execute(sa.delete(Review).where(*undone))
    call.state, call.note, call.answers, call.number, call.draft = "moved", None, None, None, None
    call.caller_id, call.unit_id, call.changed_at = None, None, ctx.now
    ctx.keys.erase(call.id)
    ctx.audit(entry_of(call.id, "moved", contract_id))
