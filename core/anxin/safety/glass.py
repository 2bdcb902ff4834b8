"""Breaking the glass: in imminent danger two keys open a person's name, unit and phone, for a few hours,
and no more.

The first key is a helper on duty (any helper while nobody is), the second a supervisor: two different
people, which the database insists on. Both give their reason by a code. Every look is audited and shown to
the person under “who looked”; after some hours the person is told by a notice that it happened.
"""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.identity.models import Membership, Person
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, Forbidden, Invalid, NotFound, SignInRequired
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import job
from anxin.notices.services import notify
from anxin.safety import cases, rota
from anxin.safety.cases import Facts
from anxin.safety.entries import GlassAsked, GlassGranted, GlassRead, GlassRefused, GlassTold
from anxin.safety.models import BreakGlass
from anxin.safety.permissions import SECOND_KEY

REASONS = ("danger_to_self", "danger_to_others", "unreachable")
SECOND_WITHIN = timedelta(hours=1)  # afterwards the request has lapsed


def ask(ctx: Ctx, *, reason: str, number: str | None = None, case_id: UUID | None = None) -> BreakGlass:
    """The first key, about the person of a case or with an employee number. Tells the supervisors."""
    me = _me(ctx)
    if reason not in REASONS:
        raise Invalid(fields={"reason": [lazy("Choose a reason.")]})
    on_duty = {*rota.who(ctx), *rota.who(ctx, role="supervisor")}
    if rota.who(ctx) and me not in on_duty:
        raise Forbidden(lazy("Only who is on duty now can ask for this."), code="not_on_duty")
    request = ctx.add(
        BreakGlass(
            person_id=_whose(ctx, number, case_id),
            crisis_id=case_id,
            reason=reason,
            state="asked",
            asked_by=me,
            asked_at=ctx.now,
        )
    )
    ctx.db.flush()
    for holder in second_keys(ctx):
        if holder != me:
            notify(
                ctx,
                holder,
                "safety.glass",
                f"/safety/emergency/{request.id}",
                urgent=True,
                key=f"glass:{request.id}",
            )
    ctx.audit(GlassAsked(request_id=request.id, reason=reason, subject_id=request.person_id))
    return request


def _whose(ctx: Ctx, number: str | None, case_id: UUID | None) -> UUID | None:
    """The person; None for a case about somebody without an account, whose facts its module keeps."""
    if case_id is not None:
        return cases.get(ctx, case_id).person_id
    found = ctx.db.scalar(
        sa.select(Person.id).where(
            Person.tenant_id == ctx.tenant.id,
            Person.number == (number or "").strip(),
            Person.state == "active",
        )
    )
    if found is None:
        raise Invalid(fields={"number": [lazy("No active person has this employee number.")]})
    return found


def second_keys(ctx: Ctx) -> list[UUID]:
    """Helpers who hold the second key."""
    roles = [role for role, grants in ctx.tenant.roles.items() if SECOND_KEY.name in grants]
    able = rota.helpers(ctx).subquery()
    held = sa.exists().where(
        Membership.tenant_id == ctx.tenant.id,
        Membership.person_id == able.c.id,
        Membership.role.in_(roles),
        sa.or_(Membership.until.is_(None), Membership.until > ctx.now),
    )
    return list(ctx.db.scalars(sa.select(able.c.id).where(held)))


def get(ctx: Ctx, request_id: UUID, *, lock: bool = False) -> BreakGlass:
    """A request, for whoever asked and for holders of the second key; NotFound for all others."""
    statement = sa.select(BreakGlass).where(
        BreakGlass.tenant_id == ctx.tenant.id, BreakGlass.id == request_id
    )
    found = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if found is None or not (found.asked_by == ctx.actor.person_id or ctx.allowed(SECOND_KEY)):
        raise NotFound()
    return found


def waiting(ctx: Ctx) -> list[BreakGlass]:
    """Requests without a second key that have not lapsed, and those that are open, for who may see them."""
    rows = ctx.db.scalars(
        sa.select(BreakGlass)
        .where(
            BreakGlass.tenant_id == ctx.tenant.id,
            sa.or_(
                sa.and_(BreakGlass.state == "asked", BreakGlass.asked_at > ctx.now - SECOND_WITHIN),
                sa.and_(BreakGlass.state == "granted", BreakGlass.expires_at > ctx.now),
            ),
        )
        .order_by(BreakGlass.asked_at)
    )
    return [row for row in rows if row.asked_by == ctx.actor.person_id or ctx.allowed(SECOND_KEY)]


def stage(ctx: Ctx, request: BreakGlass) -> str:
    """asked, lapsed, refused, granted or expired: what the request is worth at this moment."""
    if request.state == "asked" and request.asked_at <= ctx.now - SECOND_WITHIN:
        return "lapsed"
    if request.state == "granted" and request.expires_at is not None and request.expires_at <= ctx.now:
        return "expired"
    return request.state


def second(ctx: Ctx, request_id: UUID, *, agree: bool) -> BreakGlass:
    """The second key: agree, and the facts are open for a few hours; or refuse. Never by whoever asked."""
    request, me = get(ctx, request_id, lock=True), _me(ctx)
    if request.asked_by == me:
        raise Conflict(lazy("A second person has to turn the key, not you again."), code="same_person")
    if stage(ctx, request) != "asked":
        raise Conflict(lazy("This request is decided or has lapsed."), code="decided")
    request.second_by, request.second_at = me, ctx.now
    if not agree:
        request.state = "refused"
        ctx.audit(GlassRefused(request_id=request.id, subject_id=request.person_id))
        return request
    settings = ctx.settings_of("safety")
    request.state = "granted"
    expires_at = ctx.now + timedelta(hours=settings["break_glass_hours"])
    request.expires_at = expires_at
    tell_at = expires_at + timedelta(hours=settings["tell_after_hours"])
    ctx.enqueue(tell_subject, request_id=request.id, at=tell_at)
    notify(
        ctx,
        request.asked_by,
        "safety.urgent",
        f"/safety/emergency/{request.id}",
        urgent=True,
        key=f"glass:{request.id}",
    )
    ctx.audit(GlassGranted(request_id=request.id, reason=request.reason, subject_id=request.person_id))
    return request


def facts(ctx: Ctx, request: BreakGlass) -> Facts:
    """Name, unit and phone for the two who turned the keys, while it is open; each look is audited."""
    if stage(ctx, request) != "granted" or ctx.actor.person_id not in (request.asked_by, request.second_by):
        return Facts(hidden=stage(ctx, request))
    if request.person_id is None:
        return _facts_of_case(ctx, request)
    person = ctx.db.scalar(
        sa.select(Person).where(Person.tenant_id == ctx.tenant.id, Person.id == request.person_id)
    )
    if person is None or person.state == "erased":
        return Facts(hidden="erased")
    known = cases.contact_of(ctx, person, basis="vital_interest")
    shown = tuple(name for name in ("name", "unit", "phone") if getattr(known, name))
    ctx.audit(
        GlassRead(request_id=request.id, reason=request.reason, fields=shown, subject_id=request.person_id)
    )
    return known


def _facts_of_case(ctx: Ctx, request: BreakGlass) -> Facts:
    """What the module that raised the case knows about somebody without an account."""
    answers = ctx.runtime.registry.call(ctx, "emergency_facts", case_id=request.crisis_id)
    known = next((answer.value for answer in answers if not answer.failed and answer.value), None)
    if known is None:
        return Facts(hidden="anonymous")
    shown = tuple(name for name in ("name", "place", "phone") if getattr(known, name))
    ctx.audit(
        GlassRead(request_id=request.id, reason=request.reason, fields=shown, subject_id=request.crisis_id)
    )
    return Facts(name=known.name, unit=known.place, phone=known.phone, basis="vital_interest")


@job("safety.tell_subject")
def tell_subject(ctx: Ctx, *, request_id: str) -> None:
    """Afterwards the person is told; what happened, by whom and why stands under “who looked”."""
    request = ctx.get(BreakGlass, UUID(request_id))
    if request.told_at is not None or request.person_id is None:
        return
    request.told_at = ctx.now
    notify(ctx, request.person_id, "safety.told", "/audit/who-looked", key=f"glass:{request.id}")
    ctx.audit(GlassTold(request_id=request.id, subject_id=request.person_id))


def _me(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise SignInRequired()
    return ctx.actor.person_id
