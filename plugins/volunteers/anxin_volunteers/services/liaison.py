"""The liaison officer's side: hand in a concern, a visit, a time of care; and see only what state it is in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Forbidden, Invalid, NotFound, Person, below, lazy
from anxin_volunteers import entries
from anxin_volunteers.models import Slip, Welcome
from anxin_volunteers.services import people, posts
from anxin_volunteers.services.delivery import deliver
from anxin_volunteers.words import DANGER, SIGNS, VERDICTS

LIMIT = 300


@dataclass(frozen=True)
class Colleague:
    """Somebody of the liaison officer's units: a name, and whether they agreed to be looked in on."""

    id: UUID
    name: str
    welcome: bool
    greet: bool


def my_units(ctx: Ctx) -> list[UUID]:
    """The units the actor is appointed for and all below; NotFound for anybody who is not appointed."""
    held = [post.unit_id for post in posts.held(ctx) if post.post in ("liaison", "lead")]
    if not held:
        raise NotFound()
    volunteer = people.own(ctx)
    if not people.ready(volunteer):
        raise Forbidden(
            lazy("Sign the confidentiality agreement first; it comes before the first task."),
            code="volunteers.pledge_first",
        )
    return below(ctx, held)


def colleagues(ctx: Ctx) -> list[Colleague]:
    """The people of the own units by name; who agreed to be looked in on first, a greeting that is due before all."""
    rows = ctx.db.execute(
        sa.select(Person.id, Person.name, Welcome.id.label("welcome"), Welcome.greet_on)
        .outerjoin(Welcome, sa.and_(Welcome.tenant_id == Person.tenant_id, Welcome.person_id == Person.id))
        .where(
            Person.tenant_id == ctx.tenant.id,
            Person.unit_id.in_(my_units(ctx)),
            Person.state == "active",
            Person.id != ctx.actor.person_id,
        )
        .order_by(Person.sort_key, Person.id)
        .limit(LIMIT)
    )
    today = ctx.today
    return [
        Colleague(
            row.id, row.name, row.welcome is not None, row.greet_on is not None and row.greet_on <= today
        )
        for row in rows
    ]


def colleague(ctx: Ctx, person_id: UUID) -> Colleague:
    """One of them, or NotFound."""
    units = my_units(ctx)
    row = ctx.db.execute(
        sa.select(Person.id, Person.name, Welcome.id.label("welcome"), Welcome.greet_on)
        .outerjoin(Welcome, sa.and_(Welcome.tenant_id == Person.tenant_id, Welcome.person_id == Person.id))
        .where(
            Person.tenant_id == ctx.tenant.id,
            Person.id == person_id,
            Person.unit_id.in_(units),
            Person.state == "active",
            Person.id != ctx.actor.person_id,
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    due = row.greet_on is not None and row.greet_on <= ctx.today
    return Colleague(row.id, row.name, row.welcome is not None, due)


def report(
    ctx: Ctx, person_id: UUID, *, signs: Sequence[str], since: str, knows: bool, note: str = ""
) -> Slip:
    """Hand on a concern by what was seen and heard.

    A sign of danger to life goes to the counsellors on duty at once. Otherwise the tenant decides whether
    a concern may be handed on before the person has said yes; the person is asked in any case before
    anybody reads it or calls.
    """
    about = colleague(ctx, person_id)
    _check_facts(signs, note)
    urgent = bool(DANGER & set(signs))
    if not urgent and not knows and ctx.settings["without_asking"] == "never":
        raise Invalid(
            fields={
                "knows": [
                    lazy("Here a concern is handed on only after you talked to the person and they said yes.")
                ]
            }
        )
    content = {
        "person_id": str(about.id),
        "signs": list(signs),
        "since": since,
        "note": note.strip(),
        "knows": knows,
        "urgent": urgent,
        "unit_id": str(ctx.actor.unit_id) if ctx.actor.unit_id else None,
    }
    return _hand_in(ctx, "concern", content)


def _check_facts(signs: Sequence[str], note: str) -> None:
    wrong: dict[str, list[Any]] = {}
    if not signs or set(signs) - SIGNS.keys():
        wrong["signs"] = [lazy("Choose what you have seen or heard.")]
    if verdict := next((word for word in VERDICTS if word in note.lower()), None):
        wrong["note"] = [lazy("“%(word)s” is a verdict. Write what you saw or heard instead.", word=verdict)]
    if wrong:
        raise Invalid(fields=wrong)


def visit(ctx: Ctx, person_id: UUID, *, on: date, kind: str, help_: Sequence[str], note: str = "") -> Slip:
    """Note that one looked in on somebody who had agreed to it; the greeting is done with it."""
    about = _welcome(ctx, person_id)
    if on > ctx.today:
        raise Invalid(fields={"on": [lazy("This day is still to come.")]})
    if verdict := next((word for word in VERDICTS if word in note.lower()), None):
        raise Invalid(
            fields={
                "note": [lazy("“%(word)s” is a verdict. Write what you saw or heard instead.", word=verdict)]
            }
        )
    ctx.execute(
        sa.update(Welcome)
        .where(Welcome.tenant_id == ctx.tenant.id, Welcome.person_id == about.id)
        .values(greet_on=None, greeted_at=ctx.now)
    )
    content = {
        "person_id": str(about.id),
        "on": on.isoformat(),
        "kind": kind,
        "help": list(help_),
        "note": note.strip(),
    }
    return _hand_in(ctx, "visit", content)


def period(ctx: Ctx, person_id: UUID, *, reason: str, starts_on: date, ends_on: date) -> Slip:
    """Note a time in which a kind word helps, for somebody who agreed; they are told and may delete it."""
    about = _welcome(ctx, person_id)
    if ends_on < starts_on:
        raise Invalid(fields={"ends_on": [lazy("The last day is before the first.")]})
    content = {
        "person_id": str(about.id),
        "reason": reason,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
    }
    return _hand_in(ctx, "period", content)


def _welcome(ctx: Ctx, person_id: UUID) -> Colleague:
    about = colleague(ctx, person_id)
    if not about.welcome:
        raise Forbidden(lazy("This person has not agreed to be looked in on."), code="volunteers.not_welcome")
    return about


def _hand_in(ctx: Ctx, kind: str, content: Mapping[str, Any]) -> Slip:
    assert ctx.actor.person_id is not None  # my_units found their post
    slip = Slip(reporter_id=ctx.actor.person_id, kind=kind, state="sent", sent_at=ctx.now)
    ctx.seal(slip, "content", dict(content))
    ctx.add(slip)
    ctx.audit(entries.SlipSent(slip_id=slip.id, kind=kind, subject_id=slip.reporter_id))
    ctx.enqueue(deliver, slip_id=slip.id)
    return slip


def mine(ctx: Ctx) -> Sequence[Slip]:
    """What the actor handed in, newest first: kind, day and state."""
    return ctx.scalars(
        sa.select(Slip)
        .where(Slip.tenant_id == ctx.tenant.id, Slip.reporter_id == ctx.actor.person_id)
        .order_by(Slip.sent_at.desc())
        .limit(50)
    ).all()
