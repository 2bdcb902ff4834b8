"""What an audit entry may say: a dataclass of ids, enums and numbers, and one display line. Free text is refused.

@entry("rooms.booked", line=lazy("Booked a room"))
class RoomBooked:
    booking_id: UUID
    subject_id: UUID | None = None      # whose data; shown to that person under "who looked at my data"
"""

import dataclasses
import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, TypeVar, dataclass_transform
from uuid import UUID

from anxin.kernel.errors import ProgrammingError
from anxin.kernel.i18n import lazy

T = TypeVar("T")
ACCOUNT_ROOMS = frozenset(
    {"identity", "tenancy"}
)  # what they note about a person is the account the union keeps
CODE = re.compile(r"^[a-z0-9][a-z0-9_.:+-]{0,79}$", re.IGNORECASE)


class Entry:
    """Base of all entries. `action` is the stable name; `line` what people read; `read` says it was a look, not an act."""

    action: ClassVar[str]
    line: ClassVar[Any]
    read: ClassVar[bool] = False
    hidden: ClassVar[bool] = False
    subject_id: Any = None  # subclasses say UUID, or leave it out

    @property
    def confidential(self) -> bool:
        """Does it say that somebody takes part in something? Then no role of an employer reads who it was."""
        return self.hidden and self.subject_id is not None

    def detail(self) -> dict[str, Any]:
        """The entry's own fields as JSON values; raises ProgrammingError on anything but ids, codes and numbers."""
        told = ((name, getattr(self, name)) for name in _names(type(self)))
        return {name: _value(self.action, name, value) for name, value in told if value is not None}


@cache
def _names(entry: type[Entry]) -> tuple[str, ...]:
    """Its own fields."""
    return tuple(field.name for field in dataclasses.fields(entry) if field.name != "subject_id")  # type: ignore[arg-type]


def _value(action: str, name: str, value: Any) -> Any:
    match value:
        case bool() | int():
            return value
        case UUID():
            return str(value)
        case enum.Enum():
            return str(value.value)
        case datetime() | date():
            return value.isoformat()
        case str() if CODE.match(value):
            return value
        case tuple() | list():
            return [_value(action, name, item) for item in value]
        case _:
            raise ProgrammingError(f"audit entry {action}: field {name} is not an id, code or number")


@dataclass_transform(kw_only_default=True)
def entry(
    action: str, *, line: Any, read: bool = False, hidden: bool | None = None
) -> Callable[[type[T]], type[T]]:
    """Make a class an audit entry named `action` ("room.what_happened").

    `hidden` entries about a subject stay behind the employer wall; by default all but those about accounts.
    """
    wall = action.partition(".")[0] not in ACCOUNT_ROOMS if hidden is None else hidden

    def make(cls: type[T]) -> type[T]:
        fields = {k: v for k, v in cls.__dict__.items() if k not in ("__dict__", "__weakref__")}
        made = type(cls.__name__, (Entry,), fields)
        made.action, made.line, made.read, made.hidden = action, line, read, wall  # type: ignore[attr-defined]
        return dataclass(frozen=True, kw_only=True)(made)  # type: ignore[return-value]

    return make


@entry("kernel.refused", line=lazy("Was refused"))
class Refused(Entry):
    """Somebody was refused: which permission or purpose, and why (a stable code)."""

    code: str
    what: str | None = None
    subject_id: Any = None  # subclasses say UUID, or leave it out
