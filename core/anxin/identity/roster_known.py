"""Whom a roster may mean: the tenant's own people, looked up by number, by name and phone, by worker and name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from anxin.identity.models import Person
from anxin.kernel.ctx import Ctx


@dataclass(slots=True)
class Known:
    """The people here. What an import has found is taken out; who is left at the end was not named."""

    by_number: dict[str, Person] = field(default_factory=dict)
    relatives: dict[tuple[UUID, str], Person] = field(default_factory=dict)
    active: int = 0
    _phones: dict[tuple[bytes, str], Person] = field(default_factory=dict)
    _padded: dict[str, list[str]] = field(default_factory=dict)
    _all_numbers: dict[str, UUID] = field(default_factory=dict)

    def numbers(self) -> dict[str, UUID]:
        """Employee number → person, of everybody here now."""
        return dict(self._all_numbers)

    def same_phone(self, name: str, phone: bytes) -> Person | None:
        """Somebody at work with this name and phone number."""
        return self._phones.get((phone, name))

    def take_by_phone(self, name: str, phone: bytes) -> Person | None:
        found = self._phones.pop((phone, name), None)
        if found is not None and found.number:
            self.by_number.pop(found.number, None)
        return found

    def with_zeros(self, number: str) -> str | None:
        """The one known number that reads like this one once its leading zeros are gone."""
        found = self._padded.get(number, [])
        return found[0] if len(found) == 1 and found[0] in self.by_number else None


def known(ctx: Ctx) -> Known:
    """An agency's staff come with their contract, never from a roster."""
    found: Iterable[Person] = ctx.db.scalars(
        sa.select(Person).where(
            Person.tenant_id == ctx.tenant.id, Person.kind != "agency_staff", Person.state != "erased"
        )
    )
    here = Known()
    for person in found:
        active = person.state == "active"
        if person.number:
            here.by_number[person.number] = person
            here.active += active
            if active:
                here._all_numbers[person.number] = person.id
            if person.number.startswith("0"):
                here._padded.setdefault(person.number.lstrip("0"), []).append(person.number)
        if person.relative_of is not None:
            here.relatives[person.relative_of, person.name] = person
        elif person.phone_index is not None and active:
            here._phones[bytes(person.phone_index), person.name] = person
    return here
