"""A notice that no longer needs anybody: a colleague has taken the case on. It closes for the others, also in the inbox
at their agency, so that an unread mark means that something waits.
"""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.identity.models import Person
from anxin.kernel import outbox
from anxin.kernel.ctx import Ctx
from anxin.kernel.jobs import job
from anxin.notices.models import Delivery, Notice

RETIRE_THERE = "notices.retire_from_contract"  # the agency's job


def retire(ctx: Ctx, link: str) -> None:
    """Close what was sent about this page until now, for everybody. Works from every context: a job does it."""
    ctx.enqueue(retire_all, link=link, until=ctx.now.isoformat())


@job("notices.retire")
def retire_all(ctx: Ctx, *, link: str, until: str) -> None:
    """Mark them read, and tell the agencies' inboxes that got a copy."""
    found = ctx.execute(
        sa.update(Notice)
        .where(
            Notice.tenant_id == ctx.tenant.id,
            Notice.link == link,
            Notice.read_at.is_(None),
            Notice.made_at < datetime.fromisoformat(until),
        )
        .values(read_at=ctx.now)
        .returning(Notice.id, Notice.person_id)
        .execution_options(synchronize_session=False)
    ).all()
    if not found:
        return
    copies = ctx.db.execute(
        sa.select(Delivery.notice_id, Person.home_tenant_id, Person.home_person_id)
        .join(Person, sa.and_(Person.tenant_id == Delivery.tenant_id, Person.id == Delivery.person_id))
        .where(
            Delivery.tenant_id == ctx.tenant.id,
            Delivery.notice_id.in_([row.id for row in found]),
            Delivery.channel == "agency",
        )
    )
    for notice_id, home, person_id in copies:
        if home is not None and person_id is not None:
            outbox.put(ctx.runtime, home, RETIRE_THERE, {"notice_id": notice_id, "person_id": person_id})


@job(RETIRE_THERE)
def retire_there(ctx: Ctx, *, notice_id: str, person_id: str, last: bool = False) -> None:
    """In the agency: the copy of an employer's notice has been taken care of by a colleague. A copy that is still on its
    way is looked for once more a minute later.
    """
    copy = sa.and_(
        Notice.tenant_id == ctx.tenant.id,
        Notice.person_id == UUID(person_id),
        Notice.key == f"contract:{notice_id}",
    )
    if not last and ctx.db.scalar(sa.select(Notice.id).where(copy)) is None:
        later = ctx.now + timedelta(minutes=1)
        ctx.enqueue(retire_there, at=later, notice_id=notice_id, person_id=person_id, last=True)
        return
    ctx.execute(
        sa.update(Notice)
        .where(copy, Notice.read_at.is_(None))
        .values(read_at=ctx.now)
        .execution_options(synchronize_session=False)
    )
