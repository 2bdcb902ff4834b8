"""Weekly duty turns of a tenant file: as shifts with dates, laid eight weeks ahead and kept that far ahead by a job."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from anxin.identity.models import Login, Person
from anxin.kernel.actor import system
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.jobs import job
from anxin.safety.entries import RotaLaid
from anxin.safety.rota import fill
from anxin.tenancy import apply as tenancy
from anxin.tenancy.files import DutyTurn, TenantFile
from anxin.tenancy.models import Tenant

AHEAD = timedelta(weeks=8)
POSTS = {"counsellor": "duty", "supervisor": "supervisor"}


@dataclass(frozen=True, slots=True)
class Shift:
    """One person on duty from one moment to another; `post` is "counsellor" or "supervisor"."""

    agency: str
    login: str
    post: str
    starts_at: datetime
    ends_at: datetime


def shifts(turns: Iterable[DutyTurn], first: date, days: int, timezone: str) -> Iterator[Shift]:
    """All shifts that begin in the given days, by their beginning. A turn whose end is not after its start
    runs over midnight; 00:00–00:00 is a whole day."""
    zone, turns = ZoneInfo(timezone), list(turns)
    for at in range(days):
        day = first + timedelta(days=at)
        for turn in sorted(turns, key=lambda each: each.since):
            if day.weekday() in turn.days:
                last = day if turn.until > turn.since else day + timedelta(days=1)
                starts = datetime.combine(day, turn.since, zone)
                yield Shift(
                    turn.agency, turn.staff, turn.post, starts, datetime.combine(last, turn.until, zone)
                )


def lay(ctx: Ctx, told: TenantFile) -> int:
    """Put the file's turns on the rota from today on; those that are there already stay. Returns how many are new."""
    people = {turn.key: _helper(ctx, turn) for turn in told.duty}
    by_login = {(turn.agency, turn.staff): people[turn.key] for turn in told.duty}
    rows = [
        {
            "person_id": person_id,
            "role": POSTS[shift.post],
            "starts_at": shift.starts_at,
            "ends_at": shift.ends_at,
        }
        for shift in shifts(told.duty, ctx.today, AHEAD.days, told.timezone)
        if (person_id := by_login[shift.agency, shift.login]) is not None
    ]
    return fill(ctx, rows)


def _helper(ctx: Ctx, turn: DutyTurn) -> UUID | None:
    """Who the agency's person is in this tenant; None when no contract names them (a gap shows then, not a name)."""
    if turn.agency == ctx.tenant.slug:
        return ctx.db.scalar(
            sa.select(Login.person_id)
            .join(Person, sa.and_(Person.tenant_id == Login.tenant_id, Person.id == Login.person_id))
            .where(Login.tenant_id == ctx.tenant.id, Login.name == turn.staff, Person.state == "active")
        )
    agency = ctx.db.scalar(sa.select(Tenant.id).where(Tenant.slug == turn.agency))
    if agency is None:
        return None
    with tenant_scope(ctx.runtime, ctx.runtime.caches["directory"].by_id(agency), system("rota")) as there:
        at_home = there.db.scalar(
            sa.select(Login.person_id).where(Login.tenant_id == agency, Login.name == turn.staff)
        )
    return ctx.db.scalar(
        sa.select(Person.id).where(
            Person.tenant_id == ctx.tenant.id, Person.home_person_id == at_home, Person.state == "active"
        )
    )


@job("safety.rota_ahead", every=timedelta(days=1))
def keep_ahead(ctx: Ctx) -> None:
    """Each day: the turns of the applied file, eight weeks ahead."""
    told = tenancy.read(ctx)
    if told is not None and told.duty:
        laid = lay(ctx, told)
        if laid:
            ctx.audit(RotaLaid(shifts=laid))
