"""Volunteers from the application to leaving: apply, decide, sign, pause, leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Forbidden, Invalid, NotFound, Person, lazy, names_of, notify
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Call, Member, Outside, Post, Team, Volunteer
from anxin_volunteers.services import calls
from anxin_volunteers.services.units import tree
from anxin_volunteers.words import DECISIONS, SERVING

PAGE = 20


@dataclass(frozen=True)
class Line:
    """A volunteer, or an application from outside, as a row of the list."""

    volunteer: Volunteer | Outside
    name: str
    unit: str
    teams: tuple[str, ...] = ()


def own(ctx: Ctx) -> Volunteer | None:
    """The actor's own record."""
    return ctx.db.scalar(
        sa.select(Volunteer).where(
            Volunteer.tenant_id == ctx.tenant.id, Volunteer.person_id == ctx.actor.person_id
        )
    )


def ready(volunteer: Volunteer | None) -> bool:
    """May they be given a task: approved, and the agreement signed in its present version?"""
    return (
        volunteer is not None
        and volunteer.state in SERVING
        and (volunteer.pledge_version or 0) >= policy.PLEDGE_VERSION
    )


def insist_ready(ctx: Ctx) -> Volunteer:
    """The actor's record; Forbidden until they are approved and have signed."""
    volunteer = own(ctx)
    if volunteer is None or volunteer.state not in SERVING:
        raise Forbidden(lazy("This is open to approved volunteers."), code="volunteers.not_serving")
    if not ready(volunteer):
        raise Forbidden(
            lazy("Sign the confidentiality agreement first; it comes before the first task."),
            code="volunteers.pledge_first",
        )
    return volunteer


def apply(ctx: Ctx, data: Mapping[str, Any]) -> Volunteer:
    """Offer to help, for a call or on one's own. Who was declined or has left may apply again."""
    person_id = ctx.actor.person_id
    if person_id is None:
        raise NotFound()
    call = ctx.get(Call, data["call_id"]) if data.get("call_id") is not None else None
    if call is not None:
        _insist_open(ctx, call)
    asked = calls.asked(call, data)
    volunteer = own(ctx)
    if volunteer is not None and volunteer.state not in ("declined", "left"):
        raise Conflict(lazy("You have applied already."), code="volunteers.applied")
    if volunteer is None:
        volunteer = ctx.add(Volunteer(person_id=person_id))
    volunteer.call_id, volunteer.state = call.id if call else None, "applied"
    volunteer.applied_at = ctx.now
    volunteer.left_at = volunteer.decided_at = volunteer.decided_by = volunteer.trial_until = None
    ctx.seal(volunteer, "application", {**written(data), "asked": asked})
    ctx.audit(entries.Applied(volunteer_id=volunteer.id, subject_id=person_id))
    return volunteer


def written(data: Mapping[str, Any]) -> dict[str, Any]:
    """What everybody is asked, as it is sealed."""
    return {name: data.get(name, "") for name in ("why", "skills", "times")}


def _insist_open(ctx: Ctx, call: Call) -> None:
    mine = ctx.actor.unit_id
    if call.state != "open" or (call.closes_on is not None and call.closes_on < ctx.today):
        raise Conflict(lazy("This call is over."), code="volunteers.call_over")
    if not tree(ctx).inside(mine, call.unit_id):
        raise Forbidden(lazy("This call is for people of another unit."), code="volunteers.other_unit")


def decide(ctx: Ctx, volunteer_id: UUID, what: str) -> Volunteer:
    """One step of DECISIONS; the volunteer is told that there is news."""
    if what not in DECISIONS:
        raise Invalid(fields={"what": [lazy("This step is not known.")]})
    volunteer = ctx.get(Volunteer, volunteer_id)
    allowed, becomes = DECISIONS[what]
    if volunteer.state not in allowed:
        raise Conflict()
    volunteer.state, volunteer.decided_at, volunteer.decided_by = becomes, ctx.now, ctx.actor.person_id
    if what == "approve":
        begin(ctx, volunteer)
    if becomes == "left":
        _end(ctx, volunteer)
    ctx.audit(entries.Decided(volunteer_id=volunteer.id, what=what, subject_id=volunteer.person_id))
    notify(ctx, volunteer.person_id, policy.NEWS.code, "/volunteers/")
    return volunteer


def begin(ctx: Ctx, volunteer: Volunteer) -> None:
    """On probation from now, where the union has one."""
    days = ctx.settings["trial_days"]
    volunteer.trial_until = ctx.now + timedelta(days=days)
    volunteer.state = "trial" if days else "active"


def pledge(ctx: Ctx, *, signature: str) -> Volunteer:
    """Sign the confidentiality agreement by one's own name; before the first task, and again after a change."""
    volunteer = own(ctx)
    if volunteer is None or volunteer.state not in SERVING:
        raise NotFound()
    if signature.strip() != ctx.actor.name.strip():
        raise Invalid(fields={"signature": [lazy("Please write your own name as it stands in the roster.")]})
    volunteer.pledged_at, volunteer.pledge_version = ctx.now, policy.PLEDGE_VERSION
    ctx.audit(entries.Pledged(version=policy.PLEDGE_VERSION, subject_id=volunteer.person_id))
    return volunteer


def leave(ctx: Ctx) -> None:
    """Stop volunteering: teams and posts end with it, what was done stays on record."""
    volunteer = own(ctx)
    if volunteer is None or volunteer.state in ("declined", "left"):
        raise NotFound()
    volunteer.state = "left"
    _end(ctx, volunteer)
    ctx.audit(entries.Decided(volunteer_id=volunteer.id, what="leave", subject_id=volunteer.person_id))


def _end(ctx: Ctx, volunteer: Volunteer) -> None:
    volunteer.left_at = ctx.now
    for model in (Member, Post):
        ctx.execute(
            sa.update(model)
            .where(
                model.tenant_id == ctx.tenant.id,
                model.person_id == volunteer.person_id,
                model.until.is_(None),
            )
            .values(until=ctx.now)
        )


def enlist(ctx: Ctx, person_id: UUID) -> Volunteer:
    """A volunteer's record for somebody the union appoints; the agreement still waits for them."""
    ctx.get(Person, person_id)
    found = ctx.db.scalar(
        sa.select(Volunteer).where(Volunteer.tenant_id == ctx.tenant.id, Volunteer.person_id == person_id)
    )
    if found is None:
        found = ctx.add(Volunteer(person_id=person_id, state="active", applied_at=ctx.now))
        ctx.db.flush()
        notify(ctx, person_id, policy.WAITS.code, "/volunteers/", key=f"enlisted:{person_id}")
    elif found.state not in SERVING:
        found.state, found.left_at = "active", None
        found.decided_at, found.decided_by = ctx.now, ctx.actor.person_id
    return found


def listed(
    ctx: Ctx, *, state: str = "", team_id: UUID | None = None, page: int = 1
) -> tuple[list[Line], int]:
    """A page of the volunteers this actor may see, with those who applied from outside among them, and how many there
    are in all; the look is recorded."""
    volunteers, outside = ctx.select(Volunteer), ctx.select(Outside).where(Outside.state != "approved")
    if state:
        volunteers, outside = (
            volunteers.where(Volunteer.state == state),
            outside.where(Outside.state == state),
        )
    if team_id is not None:
        inside = sa.select(Member.person_id).where(
            Member.tenant_id == ctx.tenant.id, Member.team_id == team_id, Member.until.is_(None)
        )
        volunteers, outside = volunteers.where(Volunteer.person_id.in_(inside)), outside.where(sa.false())
    both = sa.union_all(
        volunteers.with_only_columns(Volunteer.id, Volunteer.applied_at),
        outside.with_only_columns(Outside.id, Outside.applied_at),
    ).subquery()
    total = ctx.scalar(sa.select(sa.func.count()).select_from(both)) or 0
    order = ctx.scalars(
        sa.select(both.c.id)
        .order_by(both.c.applied_at.desc(), both.c.id)
        .limit(PAGE)
        .offset(PAGE * (page - 1))
    ).all()
    found = {
        line.volunteer.id: line
        for line in (
            *lines(ctx, ctx.scalars(ctx.select(Volunteer).where(Volunteer.id.in_(order))).all()),
            *(
                Line(row, row.name, "")
                for row in ctx.scalars(ctx.select(Outside).where(Outside.id.in_(order)))
            ),
        )
    }
    ctx.audit(entries.PeopleRead(count=len(found)))
    return [found[row_id] for row_id in order], total


def lines(ctx: Ctx, rows: Sequence[Volunteer]) -> list[Line]:
    """Names, units and teams beside the records."""
    ids = [row.person_id for row in rows]
    names, units = names_of(ctx, ids), units_of(ctx, ids)
    teams: dict[UUID, list[str]] = {}
    if ids:
        found = ctx.db.execute(
            sa.select(Member.person_id, Team.title)
            .join(Team, sa.and_(Team.tenant_id == Member.tenant_id, Team.id == Member.team_id))
            .where(Member.tenant_id == ctx.tenant.id, Member.person_id.in_(ids), Member.until.is_(None))
        )
        for person_id, title in found:
            teams.setdefault(person_id, []).append(title)
    return [
        Line(
            row,
            names.get(row.person_id, ""),
            tree(ctx).name(units.get(row.person_id)),
            tuple(teams.get(row.person_id, ())),
        )
        for row in rows
    ]


def units_of(ctx: Ctx, ids: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """person → unit."""
    if not ids:
        return {}
    found = ctx.db.execute(
        sa.select(Person.id, Person.unit_id).where(Person.tenant_id == ctx.tenant.id, Person.id.in_(ids))
    )
    return {row.id: row.unit_id for row in found}


def read(ctx: Ctx, volunteer_id: UUID) -> tuple[Volunteer, dict[str, str]]:
    """One record with what the person wrote when they applied; the look is recorded."""
    volunteer = ctx.get(Volunteer, volunteer_id)
    text = ctx.open(volunteer, "application") if volunteer.application else {}
    ctx.audit(entries.PersonRead(fields=("application", "service"), subject_id=volunteer.person_id))
    return volunteer, text


def by_number(ctx: Ctx, number: str) -> Person:
    """Somebody at work by their employee number; Invalid when there is nobody."""
    found = ctx.scalar(
        ctx.select(Person).where(Person.number == number.strip().upper(), Person.state == "active")
    )
    if found is None:
        raise Invalid(fields={"number": [lazy("Nobody with this employee number is at work here.")]})
    return found


def colleague(ctx: Ctx, number: str) -> UUID:
    """A fellow volunteer by employee number, for whoever serves; Invalid when there is nobody."""
    found = ctx.scalar(
        sa.select(Person.id)
        .join(Volunteer, sa.and_(Volunteer.tenant_id == Person.tenant_id, Volunteer.person_id == Person.id))
        .where(
            Person.tenant_id == ctx.tenant.id,
            Person.number == number.strip().upper(),
            Volunteer.state.in_(SERVING),
        )
    )
    if found is None:
        raise Invalid(fields={"number": [lazy("No fellow volunteer has this employee number.")]})
    return found
