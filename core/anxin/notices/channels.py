"""The ways a notice takes beside the inbox: mail, the employer's messenger, text messages, and the inbox at the agency
of staff who act here under a contract.

Each step can be done again without harm. A server that is away is tried again with the pauses of all jobs;
a refused address is not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.identity import messengers
from anxin.identity.models import Person
from anxin.kernel import outbox
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import local, locale_scope
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import PAUSES, Job, job
from anxin.notices import mailer, sms
from anxin.notices.models import Choice, Delivery, Notice, Quiet
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
    names = ("agency",) if works_for else offered(ctx)
    refused = set() if urgent or works_for else unwanted(ctx, person_id)
    due = None if urgent or works_for else after_quiet_hours(ctx, person_id)
    for name in names:
        if name in refused:
            continue
        ctx.execute(
            pg.insert(Delivery)
            .values(
                tenant_id=ctx.tenant.id, id=new_id(), notice_id=notice_id, person_id=person_id, channel=name
            )
            .on_conflict_do_nothing(index_elements=["tenant_id", "notice_id", "channel"])
        )
        ctx.enqueue(STEPS[name], notice_id=notice_id, at=due)


def offered(ctx: Ctx) -> tuple[str, ...]:
    """The channels this tenant sends by, beside the inbox: mail always, the others where they are set up."""
    names = ["mail"]
    if messengers.sending(ctx) is not None:
        names.append("messenger")
    if ctx.settings_of("notices")["sms"]:
        names.append("sms")
    return tuple(names)


def unwanted(ctx: Ctx, person_id: UUID) -> set[str]:
    """The channels a person has switched off."""
    return set(
        ctx.db.scalars(
            sa.select(Choice.channel).where(
                Choice.tenant_id == ctx.tenant.id, Choice.person_id == person_id, Choice.wanted.is_(False)
            )
        )
    )


def own_quiet(ctx: Ctx, person_id: UUID) -> tuple[str, str] | None:
    """The quiet hours a person chose for themselves."""
    found = ctx.db.execute(
        sa.select(Quiet.quiet_from, Quiet.quiet_until).where(
            Quiet.tenant_id == ctx.tenant.id, Quiet.person_id == person_id
        )
    ).one_or_none()
    return (found.quiet_from, found.quiet_until) if found else None


def usual_quiet(ctx: Ctx) -> tuple[str, str]:
    """The tenant's quiet hours."""
    settings = ctx.settings_of("notices")
    return settings["quiet_from"], settings["quiet_until"]


def after_quiet_hours(ctx: Ctx, person_id: UUID) -> datetime:
    """Now, or the end of the quiet hours (a person's own, else the tenant's) when it is night."""
    return wake(ctx, own_quiet(ctx, person_id) or usual_quiet(ctx))


def wake(ctx: Ctx, hours: tuple[str, str]) -> datetime:
    """Now, or the end of these quiet hours when it is night."""
    begins, ends = map(time.fromisoformat, hours)
    here = local(ctx.now)
    at = here.time()
    quiet = begins <= at < ends if begins <= ends else at >= begins or at < ends
    if not quiet:
        return ctx.now
    end = here.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
    return end if end > here else end + timedelta(days=1)


@dataclass(frozen=True)
class Letter:
    """What is sent, in the reader's language: one neutral sentence, and where it leads."""

    text: str
    path: str
    address: str

    def line(self, ctx: Ctx) -> str:
        return f"{self.text} {ctx.runtime.settings.public_url}/t/{ctx.tenant.slug}{self.path}"


Hand = Callable[[Ctx, Delivery, Letter], None]


def _deliver(
    ctx: Ctx, notice_id: str, channel: str, find: Callable[[Ctx, Person], str | None], hand: Hand
) -> None:
    """One try by one channel, unless it was sent or read already."""
    delivery, notice = _waiting(ctx, notice_id, channel)
    if delivery is None:
        return
    person = ctx.get(Person, notice.person_id)
    address = find(ctx, person) if person.state == "active" else None
    if not address:
        _done(ctx, delivery, "skipped", "no_address")
    elif notice.read_at is not None:
        _done(ctx, delivery, "skipped", "read_already")
    else:
        with locale_scope(person.locale or ctx.tenant.locale):
            letter = Letter(text_of(ctx, notice.kind, notice.params), f"/notices/{notice.id}", address)
            _send(ctx, delivery, lambda: hand(ctx, delivery, letter))


def _send(ctx: Ctx, delivery: Delivery, hand: Callable[[], None]) -> None:
    delivery.tries += 1
    try:
        hand()
    except mailer.Refused as refused:
        _done(ctx, delivery, "failed", refused.code)
    except mailer.Away as away:
        # kept as a row, not as a failed job, so that the tries and their cause stay visible with the notice
        if delivery.tries > len(PAUSES):
            _done(ctx, delivery, "failed", away.code)
        else:
            delivery.error = away.code
            pause = max(PAUSES[delivery.tries - 1], away.wait or timedelta())
            ctx.enqueue(STEPS[delivery.channel], notice_id=delivery.notice_id, at=ctx.now + pause)
    else:
        _done(ctx, delivery, "sent", None)


def _contact(name: str) -> Callable[[Ctx, Person], str | None]:
    def find(ctx: Ctx, person: Person) -> str | None:
        return ctx.open(person, "contact").get(name) if person.contact else None

    return find


def _account(ctx: Ctx, person: Person) -> str | None:
    row = messengers.sending(ctx)
    return messengers.user_ids(ctx, row, [person.id]).get(person.id) if row else None


ADDRESSES: dict[str, Callable[[Ctx, Person], str | None]] = {
    "mail": _contact("email"),
    "sms": _contact("phone"),
    "messenger": _account,
}


def reaches(ctx: Ctx, person_id: UUID, name: str) -> bool:
    """Is there an address (an account, a number) of this person for the channel?"""
    return bool(ADDRESSES[name](ctx, ctx.get(Person, person_id)))


@job("notices.mail")
def mail(ctx: Ctx, *, notice_id: str) -> None:
    """Send one notice by mail to the person's own address."""
    _deliver(ctx, notice_id, "mail", ADDRESSES["mail"], _post)


def _post(ctx: Ctx, delivery: Delivery, letter: Letter) -> None:
    mailer.send(
        ctx.runtime.settings, mailer.compose(ctx, delivery.id, letter.address, letter.text, letter.path)
    )


@job("notices.sms")
def text_message(ctx: Ctx, *, notice_id: str) -> None:
    """Send one notice as a text message to the person's own number."""
    _deliver(ctx, notice_id, "sms", ADDRESSES["sms"], _text)


def _text(ctx: Ctx, delivery: Delivery, letter: Letter) -> None:
    sms.sender(ctx.runtime.settings).send(delivery.id, letter.address, letter.line(ctx))


@job("notices.messenger")
def messenger(ctx: Ctx, *, notice_id: str) -> None:
    """Send one notice by the employer's messenger (WeCom, DingTalk, Feishu) to the person's own account there."""
    _deliver(ctx, notice_id, "messenger", ADDRESSES["messenger"], _chat)


def _chat(ctx: Ctx, delivery: Delivery, letter: Letter) -> None:
    row = messengers.sending(ctx)
    if row is None:
        raise mailer.Refused("messenger.off")
    try:
        sent = messengers.connect(ctx, row).send_text([letter.address], letter.line(ctx))
    except messengers.MessengerRefused as refused:
        if refused.passing:
            raise mailer.Away(f"messenger.{refused.code}", wait=refused.wait) from refused
        raise mailer.Refused(f"messenger.{refused.code}") from refused
    if sent.unknown:
        raise mailer.Refused("messenger.unknown")


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
    if notice.read_at is not None:
        _done(ctx, delivery, "skipped", "read_already")
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
    today = ctx.today
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


STEPS: dict[str, Job] = {"mail": mail, "sms": text_message, "messenger": messenger, "agency": forward}


def _done(ctx: Ctx, delivery: Delivery, state: str, error: str | None) -> None:
    delivery.state, delivery.error, delivery.done_at = state, error, ctx.now
