"""Inviting somebody who is in no roster: they become a person of the tenant with the least of its roles, and get the
link of their first sign-in by the way they named themselves. Nobody here ever sees that link.
"""

import re
from types import SimpleNamespace
from typing import Final

import sqlalchemy as sa

from anxin.identity.apply import set_contact
from anxin.identity.entries import PersonAdded
from anxin.identity.models import Membership, Person, Role
from anxin.identity.names import sort_key
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict
from anxin.kernel.i18n import lazy

JOB: Final = SimpleNamespace(name="notices.first_link")  # sending it is the notices room's
EVERYBODYS: Final = "employee"  # the role each tenant has


def invite(ctx: Ctx, *, name: str, phone: str = "", email: str = "", kind: str, role: str) -> Person:
    """A new person with a number to sign in by, and the job that sends their link. `role` is the least there is for
    them; a tenant without it gives everybody's. Conflict when phone or mail belong to somebody in the roster."""
    _insist_unknown(ctx, phone, email)
    person = ctx.add(Person(name=name, sort_key=sort_key(name), kind=kind, number=_number(ctx, kind)))
    ctx.db.flush()
    set_contact(ctx, person, phone=phone or None, email=email or None)
    ctx.add(Membership(person_id=person.id, role=_role(ctx, role), since=ctx.now))
    ctx.audit(PersonAdded(subject_id=person.id, how="invited"))
    ctx.enqueue(JOB, person_id=person.id)
    return person


def _insist_unknown(ctx: Ctx, phone: str, email: str) -> None:
    told = [
        column == ctx.blind(kind, text)
        for column, kind, text in (
            (Person.phone_index, "phone", phone),
            (Person.email_index, "email", email),
        )
        if text
    ]
    if told and ctx.db.scalar(
        sa.select(Person.id)
        .where(Person.tenant_id == ctx.tenant.id, Person.state == "active", sa.or_(*told))
        .limit(1)
    ):
        raise Conflict(
            lazy("Somebody in the roster has this phone number or mail address. They can sign in and apply."),
            code="known_contact",
        )


def _role(ctx: Ctx, wanted: str) -> str:
    found = ctx.db.scalar(
        sa.select(Role.name).where(Role.tenant_id == ctx.tenant.id, Role.name == wanted, ~Role.helper)
    )
    return found or EVERYBODYS


def _number(ctx: Ctx, kind: str) -> str:
    """The next free number of this kind: V0001, V0002 …"""
    letter = kind[0].upper()
    ctx.lock(f"identity.number.{letter}")
    taken = ctx.db.scalars(
        sa.select(Person.number).where(
            Person.tenant_id == ctx.tenant.id, Person.number.between(letter, f"{letter}\uffff")
        )
    )
    known = [int(number[1:]) for number in taken if number and re.fullmatch(rf"{letter}[0-9]{{1,9}}", number)]
    return f"{letter}{max(known, default=0) + 1:04}"
