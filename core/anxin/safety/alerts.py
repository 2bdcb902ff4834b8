"""What happens after a crisis was raised: alerts to those on duty, and the clocks that go off while nobody
acts.

    level 3   at once: duty helpers and duty supervisor · 15 min without acknowledgement: again · 30 min: all
              supervisors and helpers · 60 min without a call: the same once more
    level 2   at once, without hurry: the same people · after its 24 or 72 hours: again, with the supervisors

Every alert of level 3 is sent twice, half a minute apart, as two chains of jobs that know nothing of each
other: a worker, relay or queue that dies takes one with it, and the other still arrives within the minute.
Both together make one notice.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from anxin.identity.models import Membership
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import local
from anxin.kernel.jobs import job
from anxin.notices.services import notify
from anxin.safety import rota
from anxin.safety.assigning import assign
from anxin.safety.entries import HelpersAlerted
from anxin.safety.models import Crisis, CrisisEvent
from anxin.safety.permissions import HANDLE
from anxin.safety.steps import step

DANGER = 3
SECOND_CHAIN = timedelta(seconds=30)
WATCH = timedelta(days=7)


class Strike(NamedTuple):
    """A clock: which state stops it, what its step is called, whether it goes to everybody."""

    done: tuple[str, ...]
    kind: str
    wide: bool


CLOCKS = {
    "acknowledge": Strike(("acknowledged", "contacted", "closed"), "reminded", False),
    "escalate": Strike(("acknowledged", "contacted", "closed"), "escalated", True),
    "contact": Strike(("contacted", "closed"), "overdue", True),
}


def start(ctx: Ctx, crisis: Crisis) -> None:
    """Set off the alert and the clocks of a new, or graver, case."""
    settings = ctx.settings_of("safety")
    ctx.enqueue(alert, crisis_id=crisis.id, level=crisis.level, chain=1)
    if crisis.level == DANGER:
        ctx.enqueue(
            alert, crisis_id=crisis.id, level=crisis.level, chain=2, at=crisis.raised_at + SECOND_CHAIN
        )
        ctx.enqueue(
            strike, crisis_id=crisis.id, level=crisis.level, clock="acknowledge", at=crisis.acknowledge_by
        )
        escalate_at = ctx.now + timedelta(minutes=settings["escalate_minutes"])
        ctx.enqueue(strike, crisis_id=crisis.id, level=crisis.level, clock="escalate", at=escalate_at)
    ctx.enqueue(strike, crisis_id=crisis.id, level=crisis.level, clock="contact", at=crisis.contact_by)


@job("safety.alert")
def alert(ctx: Ctx, *, crisis_id: str, level: int, chain: int) -> None:
    """Tell those on duty: whoever was when the case was raised, and whoever came on duty since."""
    crisis = _standing(ctx, crisis_id, level, CLOCKS["acknowledge"].done)
    if crisis is None:
        return
    told = set(
        ctx.db.scalars(
            sa.select(CrisisEvent.helper_id).where(
                CrisisEvent.tenant_id == ctx.tenant.id,
                CrisisEvent.crisis_id == crisis.id,
                CrisisEvent.kind == "alerted",
            )
        )
    )
    found = {helper for helper in told if helper is not None} | set(rota.who(ctx))
    if not found:
        _nobody(ctx)
    tell(ctx, crisis, found, "alert" if chain == 1 else "alert.again")


@job("safety.clock")
def strike(ctx: Ctx, *, crisis_id: str, level: int, clock: str) -> None:
    """A clock has run out: remind, or escalate."""
    done, kind, wide = CLOCKS[clock]
    crisis = _standing(ctx, crisis_id, level, done)
    if crisis is None:
        return
    found = set(rota.who(ctx)) | set(rota.who(ctx, role="supervisor"))
    if wide:
        found |= set(supervisors(ctx))
    if (wide and crisis.level == DANGER) or not found:
        found |= {helper_id for helper_id, _name in ctx.db.execute(rota.helpers(ctx))}
    if not found:
        _nobody(ctx)
    step(ctx, crisis, kind, key=f"{kind}:{level}")
    tell(ctx, crisis, found, clock)


def tell(ctx: Ctx, crisis: Crisis, helper_ids: Iterable[UUID], name: str) -> None:
    """Notices to helpers about one case; each helper may work with the person from now on."""
    helpers = sorted(set(helper_ids))
    kind = "safety.urgent" if crisis.level == DANGER else "safety.attention"
    # both chains of an alert are one notice; a clock that strikes makes a new one, which rings again
    key = f"crisis:{crisis.id}:{crisis.level}:{'alert' if name.startswith('alert') else name}"
    for helper_id in helpers:
        assign(ctx, crisis, helper_id)
        step(ctx, crisis, "alerted", helper_id=helper_id, key=f"alerted:{crisis.level}:{helper_id}")
        notify(ctx, helper_id, kind, f"/safety/cases/{crisis.id}", urgent=crisis.level == DANGER, key=key)
    if helpers:
        ctx.audit(
            HelpersAlerted(
                crisis_id=crisis.id, helpers=tuple(helpers), step=name, subject_id=crisis.person_id
            )
        )


def supervisors(ctx: Ctx) -> list[UUID]:
    """Helpers whose role reaches every case of the tenant: the supervisors."""
    roles = [role for role, grants in ctx.tenant.roles.items() if grants.get(HANDLE.name) == "tenant"]
    able = rota.helpers(ctx).subquery()
    return list(
        ctx.db.scalars(
            sa.select(able.c.id).where(
                sa.exists().where(
                    Membership.tenant_id == ctx.tenant.id,
                    Membership.person_id == able.c.id,
                    Membership.role.in_(roles),
                    Membership.since <= ctx.now,
                    sa.or_(Membership.until.is_(None), Membership.until > ctx.now),
                )
            )
        )
    )


@job("safety.gap_watch", every=timedelta(hours=1))
def gap_watch(ctx: Ctx) -> None:
    """Gaps of the next seven days, to those who keep the rota: once a day, and every six hours while nobody
    is on duty.

    That word comes by the clock alone, never because of a case: it must not tell an employer that there is
    one.
    """
    if not _kept(ctx):
        return
    found = rota.gaps(ctx, ctx.now, ctx.now + WATCH)
    if not found:
        return
    open_now = found[0].starts_at <= ctx.now
    here = local(ctx.now)
    key = f"gap:now:{here:%Y-%m-%d}:{here.hour // 6}" if open_now else f"gap:{here:%Y-%m-%d}"
    for manager in rota.managers(ctx):
        notify(ctx, manager, "safety.gap_now" if open_now else "safety.gap", "/safety/duty", key=key)


def _kept(ctx: Ctx) -> bool:
    """Has this tenant a rota to watch: helpers who could answer, or shifts ahead?"""
    return ctx.db.execute(rota.helpers(ctx)).first() is not None or bool(
        rota.shifts(ctx, ctx.now, ctx.now + WATCH)
    )


def _standing(ctx: Ctx, crisis_id: str, level: int, done: tuple[str, ...]) -> Crisis | None:
    """The case, locked, while it still waits for this; a clock of an older level means nothing any more."""
    crisis = ctx.db.scalar(
        sa.select(Crisis)
        .where(Crisis.tenant_id == ctx.tenant.id, Crisis.id == UUID(crisis_id))
        .with_for_update()
    )
    return None if crisis is None or crisis.level != level or crisis.state in done else crisis


def _nobody(ctx: Ctx) -> None:
    """No helper at all can answer here. Then, and only then, safety outweighs discretion: the rota's
    keepers are told.
    """
    for manager in rota.managers(ctx):
        notify(
            ctx,
            manager,
            "safety.nobody",
            "/safety/duty",
            urgent=True,
            key=f"nobody:{local(ctx.now):%Y-%m-%d-%H}",
        )
