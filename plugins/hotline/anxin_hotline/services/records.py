"""Reading a call's record: opened once, written down once, for the reader and for whoever the call is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, lazy, names_of
from anxin_hotline.calls import Call
from anxin_hotline.services import crisis, seeing

EVENTS: dict[str, Any] = {
    "ambulance": lazy("120 called (ambulance)"),
    "police": lazy("110 called (police)"),
    "fire": lazy("119 called (fire brigade)"),
    "family": lazy("Family or somebody close reached"),
    "note": lazy("Note"),
    "facts": lazy("Place and contact"),
    "attempt": lazy("Tried to call back"),
    "referral": lazy("Handed on"),
    "crisis": lazy("Told those on duty"),
}


@dataclass(frozen=True)
class Step:
    at: datetime
    kind: str
    code: str | None
    who: str | None
    text: str


@dataclass(frozen=True)
class Record:
    """What one call's page shows. `note` is None once its key was erased."""

    note: str | None
    own: Mapping[str, Any]
    risk: Mapping[str, Any]
    steps: list[Step]
    operator: str | None
    person_id: UUID | None


def read(ctx: Ctx, call: Call) -> Record:
    """Open a call; the look is an audit entry."""
    note = seeing.open_or_nothing(ctx, call, "note")
    answers = seeing.plain(seeing.open_or_nothing(ctx, call, "answers"))
    told = crisis.events(ctx, call.id)
    people = {i for i in [call.operator_id, *(event.actor_id for event, _note in told)] if i}
    names = names_of(ctx, people)
    seeing.read_entry(ctx, call)
    return Record(
        note=note if isinstance(note, str) else None,
        own=seeing.plain(answers.get("own")),
        risk=seeing.plain(answers.get("risk")),
        steps=[
            Step(
                event.at,
                event.kind,
                event.code,
                names.get(event.actor_id) if event.actor_id else None,
                _text(words),
            )
            for event, words in told
        ],
        operator=names.get(call.operator_id) if call.operator_id else None,
        person_id=seeing.person_of(ctx, call.caller_id),
    )


def _text(words: Any) -> str:
    if isinstance(words, dict):
        return " · ".join(str(value) for value in words.values())
    return str(words or "")
