"""The ways a notice takes beside the inbox: mail, and the inbox at the agency of staff who act here under a
contract.

Each step can be done again without harm. A server that is away is tried again with the pauses of all jobs;
a refused address is not.
"""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.identity.models import Person
from anxin.kernel import outbox
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import local, locale_scope
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import PAUSES, job
from anxin.notices import mailer
from anxin.notices.models import Choice, Delivery, Notice
from anxin.notices.texts import text_of
from anxin.tenancy.models import Contract

DELIVER = "notices.deliver_from_contract"  # the agency's job, see from_contract.py


def begin(ctx: Ctx, notice_id: UUID, person_id: UUID, *, urgent: bool) -> None:
    """Set the notice's channels going. Called again for a notice that is unread, it hurries what has not
    arrived.
    """
    works_for = ctx.db.scalar(
        sa.select(Person.home_tenant_id).where(Person.tenant_id == ctx.tenant.id, Person.id == person_id)
    )
    # an agency's staff get mail from their agency, where the second inbox is: one mail, not two
    channel, step = ("agency", forward) if works_for else ("mail", mail)
    if channel == "mail" and not urgent and not _wants(ctx, person_id, channel):
        return
    ctx.execute(
        pg.insert(Delivery)
        .values(
            tenant_id=ctx.tenant.id, id=new_id(), notice_id=notice_id, person_id=person_id, channel=channel
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "notice_id", "channel"])
    )
    due = None if urgent or channel == "agency" else after_quiet_hours(ctx)
    ctx.enqueue(step, notice_id=notice_id, at=due)


def _wants(ctx: Ctx, person_id: UUID, channel: str) -> bool:
    chosen = ctx.db.scalar(
        sa.select(Choice.wanted).where(
            Choice.tenant_id == ctx.tenant.id, Choice.person_id == person_id, Choice.channel == channel
        )
    )
    return chosen is not False


def after_quiet_hours(ctx: Ctx) -> datetime:
    """Now, or the end of the tenant's quiet hours when it is night."""
    settings = ctx.settings_of("notices")
    begins, ends = time.fromisoformat(settings["quiet_from"]), time.fromisoformat(settings["quiet_until"])
    here = local(ctx.now)
    at = here.time()
    quiet = begins <= at < ends if begins <= ends else at >= begins or at < ends
    if not quiet:
        return ctx.now
    wake = here.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
    return wake if wake > here else wake + timedelta(days=1)


@job("notices.mail")
def mail(ctx: Ctx, *, notice_id: str) -> None:
    """Send one notice by mail to the person's own address, unless it was sent or read already."""
    delivery, notice = _waiting(ctx, notice_id, "mail")
    if delivery is None:
        return
    person = ctx.get(Person, notice.person_id)
    address = (
        ctx.open(person, "contact").get("email") if person.contact and person.state == "active" else None
    )
    if not address:
        _done(ctx, delivery, "skipped", "no_address")
    elif notice.read_at is not None:
        _done(ctx, delivery, "skipped", "read_already")
    else:
        with locale_scope(person.locale or ctx.tenant.locale):
            text = text_of(ctx, notice.kind, notice.params)
            message = mailer.compose(ctx, delivery.id, address, text, f"/notices/{notice.id}")
        _send(ctx, delivery, notice, message)


def _send(ctx: Ctx, delivery: Delivery, notice: Notice, message: Any) -> None:
    delivery.tries += 1
    try:
        mailer.send(ctx.runtime.settings, message)
    except mailer.Refused as refused:
        _done(ctx, delivery, "failed", refused.code)
    except mailer.Away as away:
        # kept as a row, not as a failed job, so that the tries and their cause stay visible with the notice
        if delivery.tries > len(PAUSES):
            _done(ctx, delivery, "failed", away.code)
        else:
            delivery.error = away.code
            ctx.enqueue(mail, notice_id=notice.id, at=ctx.now + PAUSES[delivery.tries - 1])
    else:
        _done(ctx, delivery, "sent", None)


@job("notices.forward")
def forward(ctx: Ctx, *, notice_id: str) -> None:
    """Bring a notice for an agency's staff member to the inbox they work with, while their contract runs."""
    # an urgent one that is unread may be sent twice: a worker that died on the other side must not cost
    # minutes
    delivery, notice = _waiting(ctx, notice_id, "agency", again=True)
    if delivery is None:
        return
    person = ctx.get(Person, notice.person_id)
    contract = ctx.get(Contract, person.contract_id) if person.contract_id else None
    if person.state != "active" or contract is None or not runs(ctx, contract):
        _done(ctx, delivery, "skipped", "contract_ended")
        return
    if person.home_tenant_id is None or person.home_person_id is None:
        _done(ctx, delivery, "skipped", "no_home")
        return
    outbox.put(
        ctx.runtime,
        person.home_tenant_id,
        DELIVER,
        {
            "contract_id": contract.id,
            "person_id": person.home_person_id,
            "notice_id": notice.id,
            "kind": notice.kind,
            "link": f"/t/{ctx.tenant.slug}{notice.link}",
            "urgent": notice.urgent,
        },
    )
    _done(ctx, delivery, "sent", None)


def runs(ctx: Ctx, contract: Contract) -> bool:
    today = local(ctx.now).date()
    return contract.state == "running" and contract.starts_on <= today <= contract.ends_on


def _waiting(
    ctx: Ctx, notice_id: str, channel: str, *, again: bool = False
) -> tuple[Delivery | None, Notice]:
    """The delivery that still waits, locked, with its notice; two jobs for one delivery send once."""
    notice = ctx.get(Notice, UUID(notice_id))
    states = ("waiting", "sent") if again and notice.urgent and notice.read_at is None else ("waiting",)
    delivery = ctx.db.scalar(
        sa.select(Delivery)
        .where(
            Delivery.tenant_id == ctx.tenant.id,
            Delivery.notice_id == notice.id,
            Delivery.channel == channel,
            Delivery.state.in_(states),
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return delivery, notice


def _done(ctx: Ctx, delivery: Delivery, state: str, error: str | None) -> None:
    delivery.state, delivery.error, delivery.done_at = state, error, ctx.now
