"""From a call to the people who must know. Core keeps the ladder, the duty rota, the clocks and the two keys."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Invalid, lazy, new_id, raise_crisis
from anxin_hotline import policy, risk
from anxin_hotline.calls import Call, Caller, Event
from anxin_hotline.services import seeing

ATTENTION, DANGER = 2, 3


def tell(ctx: Ctx, call_id: UUID, level: int, caller_id: UUID | None) -> UUID:
    """Raise it once for each call; a graver level on the same call rings again. Returns the case's id."""
    found = raise_crisis(
        ctx,
        person_id=seeing.person_of(ctx, caller_id),
        level=level,
        source="hotline",
        key=f"hotline:{call_id}",
        reason="imminent" if level == DANGER else "concern",
        purpose=None,
    )
    ctx.execute(
        sa.update(Call)
        .where(Call.tenant_id == ctx.tenant.id, Call.id == call_id, Call.crisis_id.is_(None))
        .values(crisis_id=found.id)
    )
    ctx.audit(policy.CallInDanger(call_id=call_id, level=level, crisis_id=found.id, subject_id=call_id))
    return found.id


def assess(ctx: Ctx, call_id: UUID, told: dict[str, Any]) -> int:
    """The structured questions, kept with the call; those on duty hear of it at once. Returns the level."""
    call = seeing.get(ctx, call_id, lock=True)
    asked = risk.answers(told)
    level = max(risk.level(asked), DANGER if told.get("alarm") else 0)
    kept = seeing.plain(seeing.open_or_nothing(ctx, call, "answers"))
    before = seeing.plain(kept.get("risk"))
    ctx.seal(call, "answers", kept | {"risk": before | asked})
    if call.state in ("ringing", "live"):
        draft = seeing.plain(seeing.open_or_nothing(ctx, call, "draft"))
        call.draft_n += 1
        changed = {f"r_{name}": value for name, value in asked.items()} | {"risk": str(level)}
        ctx.seal(call, "draft", draft | {name: [value, call.draft_n] for name, value in changed.items()})
    else:
        call.risk = max(call.risk or 0, level)
    call.changed_at = ctx.now
    _keep_contact(ctx, call, told)
    ctx.db.flush()
    if level >= ATTENTION:
        tell(ctx, call.id, level, call.caller_id)
    ctx.audit(policy.CallActed(call_id=call.id, kind="assessed", code=str(level), subject_id=call.id))
    return level


def _keep_contact(ctx: Ctx, call: Call, told: dict[str, Any]) -> None:
    """Place and emergency contact, as far as the caller said: sealed with the call's events."""
    facts = {name: told[name].strip() for name in ("place", "emergency") if (told.get(name) or "").strip()}
    if facts:
        add(ctx, call.id, "facts", facts)


def act(ctx: Ctx, call_id: UUID, kind: str, note: str = "", code: str | None = None) -> None:
    """Write down that 120 or 110 was called, that family was reached, or a few words: append only, with the time."""
    call = seeing.get(ctx, call_id)
    if kind not in risk.ACTS:
        raise Invalid(fields={"kind": [lazy("Choose what was done.")]})
    if kind == "note" and not note.strip():
        raise Invalid(fields={"note": [lazy("Write a few words.")]})
    add(ctx, call.id, kind, note.strip() or None, code)
    ctx.audit(policy.CallActed(call_id=call.id, kind=kind, code=code, subject_id=call.id))


def add(ctx: Ctx, call_id: UUID, kind: str, note: Any = None, code: str | None = None) -> None:
    """One event of a call; the caller audits."""
    event_id = new_id()
    sealed = None if note is None else ctx.sealed(Event, "note", event_id, call_id, note)
    ctx.insert(
        Event,
        [
            {
                "id": event_id,
                "call_id": call_id,
                "kind": kind,
                "code": code,
                "actor_id": ctx.actor.person_id,
                "at": ctx.now,
                "note": sealed,
            }
        ],
    )


def events(ctx: Ctx, call_id: UUID) -> list[tuple[Event, Any]]:
    """What was done about a call, oldest first, opened: the caller audits the look."""
    rows = ctx.db.scalars(
        sa.select(Event)
        .where(Event.tenant_id == ctx.tenant.id, Event.call_id == call_id)
        .order_by(Event.at, Event.id)
    )
    return [(row, seeing.open_or_nothing(ctx, row, "note")) for row in rows]


def facts_of(ctx: Ctx, call: Call, *, rang: bool = True) -> dict[str, str]:
    """What is known that helps somebody find the caller: {place, emergency, name, number, rang_from}.

    `rang_from` is the number the telephone system showed: without the caller's word only two keys open it. The reader
    audits, for the call and the caller.
    """
    known: dict[str, str] = {}
    for event, note in events(ctx, call.id):
        if event.kind == "facts" and isinstance(note, dict):
            known |= {name: str(value) for name, value in note.items()}
    if call.caller_id is not None:
        caller = ctx.db.scalar(
            sa.select(Caller).where(Caller.tenant_id == ctx.tenant.id, Caller.id == call.caller_id)
        )
        contact = seeing.plain(seeing.open_or_nothing(ctx, caller, "contact")) if caller else {}
        known = {name: str(value) for name, value in contact.items() if value} | known
    number = seeing.open_or_nothing(ctx, call, "number") if rang else None
    return known | ({"rang_from": number} if isinstance(number, str) else {})


def of_case(ctx: Ctx, case_id: UUID) -> Call | None:
    """The call a case came from."""
    return ctx.db.scalar(
        sa.select(Call).where(Call.tenant_id == ctx.tenant.id, Call.crisis_id == case_id).limit(1)
    )
