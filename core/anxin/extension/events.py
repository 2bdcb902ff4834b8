"""Events that rooms and plugins tell each other: typed, ids and codes only, delivered after commit, one job
a reaction.

A crisis must not depend on a plugin's luck: core records it and alerts the duty person itself; reactions are
extra.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, get_type_hints
from uuid import UUID


@dataclass(frozen=True)
class Event:
    """Base of all events; a subclass's fields are UUID, int, bool or a short code."""

    def payload(self) -> dict[str, Any]:
        return {
            name: str(value) if isinstance(value, UUID) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "Event":
        hints = get_type_hints(cls)
        return cls(
            **{
                field.name: UUID(payload[field.name])
                if payload[field.name] is not None and UUID in _options(hints[field.name])
                else payload[field.name]
                for field in fields(cls)
            }
        )


def _options(hint: Any) -> tuple[Any, ...]:
    return getattr(hint, "__args__", (hint,))


@dataclass(frozen=True)
class CrisisRaised(Event):
    """A crisis record was opened (level 3)."""

    crisis_id: UUID
    person_id: UUID | None
    source: str


@dataclass(frozen=True)
class Referred(Event):
    """Somebody was handed on to another service."""

    person_id: UUID
    from_service: str
    to_service: str
    reference_id: UUID


@dataclass(frozen=True)
class Booked(Event):
    """A resource or a person's time was booked."""

    booking_id: UUID
    resource: str
    person_id: UUID | None


@dataclass(frozen=True)
class PersonLeft(Event):
    """A person left the tenant; their sessions have ended already."""

    person_id: UUID


@dataclass(frozen=True)
class UnitMerged(Event):
    """A unit was closed into another; people and roles have gone over already. Plans for the future may follow,
    records of the past stay."""

    unit_id: UUID
    into_id: UUID


@dataclass(frozen=True)
class ConsentWithdrawn(Event):
    """A person withdrew a consent; enforcement is immediate, this is for tidying up (invitations,
    reminders)."""

    person_id: UUID
    purpose: str


EVENTS: tuple[type[Event], ...] = (CrisisRaised, Referred, Booked, PersonLeft, UnitMerged, ConsentWithdrawn)
