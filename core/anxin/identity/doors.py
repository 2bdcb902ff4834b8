"""What all ways in share: the refusals, the record of a refusal, and finding the person an outside account belongs to."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.identity.entries import PersonAdded
from anxin.identity.models import Membership, Person
from anxin.identity.names import sort_key
from anxin.kernel.ctx import Ctx, visitor_ctx
from anxin.kernel.entry import Entry
from anxin.kernel.errors import AnxinError
from anxin.kernel.i18n import lazy


class NotAdmitted(AnxinError):
    """An outside account that is vouched for, of somebody whom this tenant does not let in."""

    status = 403
    code = "not_on_roster"
    message = lazy("Your account works, but you are not on the roster here yet. Please ask your union.")


class AccountTaken(AnxinError):
    status = 403
    code = "account_taken"
    message = lazy("Your employee number is linked to another account already. Please ask your union.")


def active(ctx: Ctx, person_id: UUID) -> Person | None:
    return ctx.db.scalar(
        sa.select(Person).where(
            Person.tenant_id == ctx.tenant.id, Person.id == person_id, Person.state == "active"
        )
    )


def record_refusal(ctx: Ctx, entry: Entry) -> None:
    """Written in a transaction of its own: the request's is rolled back."""
    fresh = visitor_ctx(ctx.runtime, ctx.tenant)
    fresh.actor = ctx.actor
    try:
        fresh.audit(entry)
        fresh.commit()
    finally:
        fresh.close()


def on_roster(ctx: Ctx, column: Any, value: Any, taken: Callable[[UUID], Any]) -> Person | None:
    """The one active person of the roster with this value. Two of them are nobody: a person must decide, not we; and who
    is linked to another account already (`taken`) is refused."""
    if value is None:
        return None
    found = ctx.db.scalars(
        sa.select(Person)
        .where(
            Person.tenant_id == ctx.tenant.id,
            column == value,
            Person.state == "active",
            Person.kind != "agency_staff",
        )
        .limit(2)
    ).all()
    if len(found) != 1:
        return None
    if taken(found[0].id):
        raise AccountTaken()
    return found[0]


def admit_unknown(ctx: Ctx, name: str, how: str) -> Person:
    """Just-in-time: the lowest role, no unit."""
    person = ctx.add(Person(name=name, sort_key=sort_key(name)))
    ctx.db.flush()
    ctx.add(Membership(person_id=person.id, role="employee"))
    ctx.audit(PersonAdded(subject_id=person.id, how=how))
    ctx.db.flush()
    return person
