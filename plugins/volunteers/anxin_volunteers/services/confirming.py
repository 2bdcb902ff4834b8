"""Before somebody from outside is taken on: do they really get what is sent to them?

A message with a link goes to the way they named; whoever opens it and says yes has shown that it is theirs. It goes to the
very address the invitation will go to (mail before phone). Where nothing is sent, or it does not arrive, somebody of the
union speaks to them and writes that down. The link's secret is in the message and, as a hash, in the row.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, NotFound, TooMany, delivers_outside, job, lazy, new_id, write_outside
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Outside

PAUSE = timedelta(minutes=10)  # between two messages about one application
A_DAY = 3  # messages to one address, whoever types it into however many forms


def hash_of(secret: str) -> bytes:
    """What the database knows of a link's secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def reach_of(ctx: Ctx, told: Mapping[str, str]) -> bytes:
    """A keyed hash of where somebody is written to, so that one address is not written to all day."""
    return ctx.blind("text", f"volunteers outside {(told['email'] or told['phone']).lower()}")


def arrives(ctx: Ctx, row: Outside) -> bool:
    """Does this deployment send what would go to them?"""
    told = ctx.open(row, "details") if row.details else {}
    return delivers_outside(ctx, phone=told.get("phone", ""), email=told.get("email", ""))


def ask(ctx: Ctx, row: Outside) -> None:
    """Have the message sent. TooMany when one just was, or when this address had enough for a day."""
    if row.state != "applied" or row.confirmed_at is not None:
        raise Conflict(lazy("There is nothing to confirm any more."))
    if row.asked_at is not None and row.asked_at > ctx.now - PAUSE:
        raise TooMany(lazy("A message was sent just now. Please wait ten minutes before the next."))
    if _of_today(ctx, row) >= A_DAY:
        raise TooMany(lazy("This address has had several messages today. Please go on tomorrow."))
    row.asked_at = ctx.now
    ctx.enqueue(send, application_id=row.id)


def ask_again(ctx: Ctx, application_id: UUID) -> Outside:
    """The union has the message sent once more."""
    row = ctx.get(Outside, application_id)
    ask(ctx, row)
    ctx.audit(entries.OutsideAsked(subject_id=row.id))
    return row


def may_ask(ctx: Ctx, row: Outside) -> bool:
    """Quietly: a new application to an address that had enough messages is kept, and waits for a word."""
    return _of_today(ctx, row) < A_DAY


def _of_today(ctx: Ctx, row: Outside) -> int:
    """Messages to the same address within a day, about any application."""
    found = ctx.db.scalar(
        sa.select(sa.func.count())
        .select_from(Outside)
        .where(
            Outside.tenant_id == ctx.tenant.id,
            Outside.reach == row.reach,
            Outside.asked_at > ctx.now - timedelta(days=1),
        )
    )
    return found or 0


@job("volunteers.confirm_outside")
def send(ctx: Ctx, *, application_id: str) -> None:
    """One sentence and the link that confirms. Taken back, decided or confirmed meanwhile: nothing."""
    row = ctx.scalar(ctx.select(Outside).where(Outside.id == UUID(application_id)))
    if row is None or row.details is None or row.state != "applied" or row.confirmed_at is not None:
        return
    told, secret = ctx.open(row, "details"), secrets.token_urlsafe(24)
    row.confirm_hash = hash_of(secret)
    row.refused = write_outside(
        ctx,
        new_id(),
        policy.CONFIRM.code,
        f"/volunteers/confirm/{secret}",
        phone=told["phone"],
        email=told["email"],
    )
    ctx.audit(entries.OutsideAsked(refused=row.refused, subject_id=row.id))


def by_secret(ctx: Ctx, secret: str, *, lock: bool = False) -> Outside:
    """The application a message's link is about; NotFound for any other text, an older message, and once it is deleted."""
    statement = sa.select(Outside).where(
        Outside.tenant_id == ctx.tenant.id,
        Outside.confirm_hash == hash_of(secret),
        Outside.ends_at > ctx.now,
    )
    row = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFound()
    return row


def confirm(ctx: Ctx, secret: str) -> Outside:
    """Whoever holds the message says that it reached them; saying it twice changes nothing."""
    row = by_secret(ctx, secret, lock=True)
    if row.confirmed_at is None:
        row.confirmed_at, row.confirmed_by_way = ctx.now, "link"
        ctx.audit(entries.OutsideConfirmed(way="link", subject_id=row.id))
    return row


def confirm_by_talk(ctx: Ctx, application_id: UUID) -> Outside:
    """Somebody of the union spoke to them and asked; who, and when, is written down."""
    ctx.lock(f"volunteers.outside:{application_id}")
    row = ctx.get(Outside, application_id)
    if row.state != "applied" or row.confirmed_at is not None:
        raise Conflict(lazy("There is nothing to confirm any more."))
    row.confirmed_at, row.confirmed_by_way, row.confirmed_by = ctx.now, "talk", ctx.actor.person_id
    ctx.audit(entries.OutsideConfirmed(way="talk", subject_id=row.id))
    return row


def insist(row: Outside) -> None:
    """Nobody is invited at an address that nobody has confirmed."""
    if row.confirmed_at is None:
        raise Conflict(
            lazy("How they are reached is not confirmed yet: let them open the message, or speak to them."),
            code="unconfirmed",
        )
