"""Applying without an account, for a public call: apply, see how it stands, take it back; read and decide.

The applicant holds a link; only its hash can be searched for. Everything they wrote is sealed with a key that is the
application's own: taking it back deletes the key, so that no copy of the database can tell. Each application is a row
of its own whoever's number stands in it, so that nobody learns from the answer who has applied or is known here.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import (
    Conflict,
    Ctx,
    Invalid,
    NotFound,
    TooMany,
    invite_person,
    job,
    lazy,
    texts_sent,
    write_outside,
)
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Outside, Volunteer
from anxin_volunteers.services import calls, confirming, people

UNDECIDED = timedelta(days=365)
DECLINED = timedelta(days=90)
APPROVED = timedelta(days=30)  # the empty row still answers the applicant's link
ROLE = "volunteer"


def apply(ctx: Ctx, call_id: UUID, data: Mapping[str, Any]) -> str:
    """Keep an application and return the secret of the applicant's link. NotFound unless the call is public and open."""
    call = calls.public(ctx, call_id)
    _insist_whole(ctx, data)
    asked = calls.asked(call, data)
    _insist_calm(ctx, call.id)
    token = secrets.token_urlsafe(24)
    row = Outside(
        call_id=call.id,
        name=data["name"].strip(),
        token_hash=confirming.hash_of(token),
        reach=confirming.reach_of(ctx, data),
        agreed_version=policy.OUTSIDE_VERSION,
        state="applied",
        applied_at=ctx.now,
        ends_at=ctx.now + UNDECIDED,
    )
    reached = {"phone": data["phone"].strip(), "email": data["email"].strip()}
    ctx.seal(row, "details", {**reached, **people.written(data), "asked": asked, "token": token})
    ctx.add(row)
    ctx.audit(entries.OutsideApplied(call_id=call.id, version=policy.OUTSIDE_VERSION, subject_id=row.id))
    if confirming.may_ask(ctx, row):
        confirming.ask(ctx, row)
    return token


def _insist_whole(ctx: Ctx, data: Mapping[str, Any]) -> None:
    """A yes, and a way to answer. Asked here, after the call was found, so that unknown calls answer all alike."""
    if not data["agreed"]:
        raise Invalid(fields={"agreed": [lazy("Without your yes we may not keep the application.")]})
    if not data["phone"] and not data["email"]:
        raise Invalid(
            fields={"phone": [lazy("Give a phone number or a mail address, so that we can answer.")]}
        )
    if not data["email"] and not texts_sent(ctx):
        raise Invalid(fields={"email": [lazy("Give a mail address, so that we can answer.")]})


def _insist_calm(ctx: Ctx, call_id: UUID) -> None:
    """A flood for one call stops at the tenant's number of a day, whatever addresses it comes from."""
    ctx.lock(f"volunteers.outside:{call_id}")
    today = ctx.db.scalar(
        sa.select(sa.func.count())
        .select_from(Outside)
        .where(
            Outside.tenant_id == ctx.tenant.id,
            Outside.call_id == call_id,
            Outside.applied_at > ctx.now - timedelta(days=1),
        )
    )
    if (today or 0) >= ctx.settings["outside_per_day"]:
        raise TooMany(lazy("Very many people have applied today. Please try again tomorrow."))


def by_token(ctx: Ctx, token: str, *, lock: bool = False) -> Outside:
    """The application of a link; NotFound for any other text, and once it is deleted."""
    statement = sa.select(Outside).where(
        Outside.tenant_id == ctx.tenant.id,
        Outside.token_hash == confirming.hash_of(token),
        Outside.ends_at > ctx.now,
    )
    row = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFound()
    return row


def withdraw(ctx: Ctx, token: str) -> None:
    """Delete it, and the key it was sealed with. Conflict once they are a person here: then they leave as one."""
    row = by_token(ctx, token, lock=True)
    if row.state == "approved":
        raise Conflict(lazy("You were taken on already. Sign in to leave, or to have your data deleted."))
    ctx.audit(entries.OutsideWithdrawn(subject_id=row.id))
    erase(ctx, row)


def erase(ctx: Ctx, row: Outside) -> None:
    ctx.keys.erase(row.id)
    ctx.execute(sa.delete(Outside).where(Outside.tenant_id == ctx.tenant.id, Outside.id == row.id))


def read(ctx: Ctx, application_id: UUID) -> tuple[Outside, dict[str, Any]]:
    """One application with what was written; the look is recorded. One that was approved has nothing left."""
    row = ctx.get(Outside, application_id)
    ctx.audit(entries.OutsideRead(subject_id=row.id))
    return row, ctx.open(row, "details") if row.details else {}


def decide(ctx: Ctx, application_id: UUID, what: str) -> Outside:
    """approve: they become a person, a volunteer on probation, and are sent the link of their first sign-in, where they
    have confirmed that they are reached; Conflict "unconfirmed" before.
    decline: they are sent a sentence that tells no reason."""
    ctx.lock(f"volunteers.outside:{application_id}")
    row = ctx.get(Outside, application_id)
    if row.state != "applied" or row.details is None:
        raise Conflict()
    if what == "approve":
        confirming.insist(row)
    row.decided_at, row.decided_by = ctx.now, ctx.actor.person_id
    if what == "approve":
        _take_on(ctx, row)
    else:
        row.state, row.ends_at = "declined", ctx.now + DECLINED
        ctx.enqueue(tell, application_id=row.id)
    ctx.audit(entries.OutsideDecided(what=what, subject_id=row.id))
    return row


def _take_on(ctx: Ctx, row: Outside) -> None:
    told = ctx.open(row, "details")
    person = invite_person(
        ctx, name=row.name, phone=told["phone"], email=told["email"], kind="volunteer", role=ROLE
    )
    volunteer = ctx.add(
        Volunteer(
            person_id=person.id,
            call_id=row.call_id,
            applied_at=row.applied_at,
            decided_at=ctx.now,
            decided_by=ctx.actor.person_id,
        )
    )
    people.begin(ctx, volunteer)
    ctx.seal(volunteer, "application", {**people.written(told), "asked": told["asked"]})
    ctx.audit(entries.Decided(volunteer_id=volunteer.id, what="approve", subject_id=person.id))
    row.state, row.person_id, row.ends_at = "approved", person.id, ctx.now + APPROVED
    row.name, row.details, row.reach, row.confirm_hash = "", None, None, None


@job("volunteers.tell_outside")
def tell(ctx: Ctx, *, application_id: str) -> None:
    """There is an answer: the sentence and the applicant's own link, by the way they named. Taken back meanwhile:
    nothing."""
    row = ctx.scalar(ctx.select(Outside).where(Outside.id == UUID(application_id)))
    if row is None or row.details is None:
        return
    told = ctx.open(row, "details")
    refused = write_outside(
        ctx,
        row.id,
        policy.OUTSIDE.code,
        f"/volunteers/applications/{told['token']}",
        phone=told["phone"],
        email=told["email"],
    )
    ctx.audit(entries.OutsideTold(refused=refused, subject_id=row.id))


def of_person(ctx: Ctx, person_id: UUID) -> list[Outside]:
    """The applications somebody was taken on from, for their copy."""
    return list(ctx.scalars(ctx.select(Outside).where(Outside.person_id == person_id)))
