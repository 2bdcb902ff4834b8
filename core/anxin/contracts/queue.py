"""What waits for an agency's people over all the employers they serve: each employer is asked as the helper they are
there, and answers with what the contract lets them see. The worst clock comes first; no name is on the list.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from anxin.contracts.words import CLOCK_NAMES
from anxin.extension.hookspecs import QueueItem
from anxin.identity.contract_signin import running
from anxin.identity.models import Membership, Person
from anxin.identity.roles import Scope, grants, reaches_care
from anxin.kernel.actor import Actor, TenantInfo
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.i18n import lazy
from anxin.kernel.link import Link
from anxin.safety import cases
from anxin.safety.models import Crisis
from anxin.safety.permissions import CRISIS, HANDLE
from anxin.safety.words import LEVELS, at, span
from anxin.tenancy.models import Contract

MOST_EMPLOYERS = 100
MOST_ITEMS = 60
FAR = timedelta(days=3650)


@dataclass(frozen=True)
class Served:
    """An employer the actor serves: under which contract, and who they are there."""

    contract: Contract
    employer: TenantInfo
    person_id: UUID
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Waiting:
    """One thing that waits, with the clock that runs out first (the employer's own or the contract's)."""

    served: Served
    item: QueueItem
    due: datetime | None

    def late(self, now: datetime) -> bool:
        return self.due is not None and self.due < now


@dataclass(frozen=True)
class Desk:
    """One employer on the list: what waits there, the worst first, and the modules that could not say."""

    served: Served
    items: list[Waiting]
    silent: list[Any]

    @property
    def worst(self) -> datetime | None:
        return self.items[0].due if self.items else None

    def late(self, now: datetime) -> int:
        return sum(one.late(now) for one in self.items)


def served(ctx: Ctx) -> list[Served]:
    """The running contracts of this agency that name the actor."""
    if ctx.tenant.kind != "agency" or ctx.actor.person_id is None:
        return []
    rows = ctx.db.scalars(
        sa.select(Contract)
        .where(Contract.agency_id == ctx.tenant.id, *running(ctx.today))
        .order_by(Contract.id)
        .limit(MOST_EMPLOYERS)
    ).all()
    directory = ctx.runtime.caches["directory"]
    found = [_as_helper(ctx, row, directory.by_id(row.tenant_id)) for row in rows]
    return [one for one in found if one is not None]


def _as_helper(ctx: Ctx, contract: Contract, employer: TenantInfo) -> Served | None:
    """Who the actor is in the employer's tenant; None when the contract does not name them. Asked there, where it
    counts."""
    with Link(ctx.runtime.engine) as link:
        link.enter(ctx.runtime.visitors.token(employer.id))
        rows = link.session.execute(
            sa.select(Person.id, Membership.role)
            .join(
                Membership,
                sa.and_(Membership.tenant_id == Person.tenant_id, Membership.person_id == Person.id),
            )
            .where(
                Person.tenant_id == employer.id,
                Person.contract_id == contract.id,
                Person.home_tenant_id == ctx.tenant.id,
                Person.home_person_id == ctx.actor.person_id,
                Person.state == "active",
                sa.or_(Membership.until.is_(None), Membership.until > ctx.now),
            )
        ).all()
    if not rows:
        return None
    return Served(contract, employer, rows[0].id, tuple(sorted({row.role for row in rows})))


@contextmanager
def as_helper(ctx: Ctx, one: Served) -> Iterator[Ctx]:
    """The employer's tenant with exactly the rights a session there would have: the contract's roles and modules."""
    registry = ctx.runtime.registry
    scope = Scope(one.contract.services, one.contract.roles)
    held = scope.memberships((role, None) for role in one.roles)
    given = scope.grants(grants(one.employer, registry.permissions, held, helper=True), registry.plugin_of)
    actor = Actor(
        kind="person",
        reach="clinical" if reaches_care(given, registry.permissions) else "self",
        person_id=one.person_id,
        name=ctx.actor.name,
        roles=tuple(role for role, _unit in held),
        grants=given,
        agency=ctx.tenant.name,
        agency_slug=ctx.tenant.slug,
        contract_id=one.contract.id,
        locale=ctx.actor.locale,
    )
    covered = replace(one.employer, modules=one.employer.modules & set(one.contract.services))
    with tenant_scope(ctx.runtime, covered, actor) as there:
        yield there


def desks(ctx: Ctx) -> list[Desk]:
    """Every employer the actor serves, the one with the worst clock first."""
    far = ctx.now + FAR
    found = [desk(ctx, one) for one in served(ctx)]
    return sorted(found, key=lambda each: (each.worst or far, each.served.employer.name))


def worst_first(ctx: Ctx, found: list[Desk]) -> list[Waiting]:
    """One list over all employers."""
    far = ctx.now + FAR
    every = [item for each in found for item in each.items]
    return sorted(every, key=lambda one: (one.due or far, one.item.since))[:MOST_ITEMS]


def desk(ctx: Ctx, one: Served) -> Desk:
    """What waits at one employer, core's own cases and what the modules say."""
    items: list[QueueItem] = []
    silent: list[Any] = []
    with as_helper(ctx, one) as there:
        items += _cases(there)
        for answer in there.runtime.registry.call(there, "queue_items"):
            if answer.failed:
                silent.append(there.runtime.registry.plugins[answer.plugin].title)
            else:
                items += answer.value or ()
    far = ctx.now + FAR
    waiting = [Waiting(one, item, _due(one.contract, item)) for item in items]
    return Desk(one, sorted(waiting, key=lambda each: (each.due or far, each.item.since)), silent)


def _due(contract: Contract, item: QueueItem) -> datetime | None:
    minutes = ((contract.terms or {}).get("clocks") or {}).get(item.kind)
    agreed = item.since + timedelta(minutes=minutes) if minutes else None
    known = [moment for moment in (agreed, item.due) if moment is not None]
    return min(known) if known else None


def _cases(there: Ctx) -> list[QueueItem]:
    """Requests for help that are not closed, as far as this helper may see them: to take on or call by their clock; once
    the person was reached, to follow up."""
    if not there.allowed(HANDLE):
        return []
    with there.acting(grant=there.actor.grants[HANDLE.name], purpose=CRISIS.name):
        return [_case(one) for one in cases.worklist(there)]


def _case(case: Crisis) -> QueueItem:
    title = lazy("%(level)s %(code)s", level=LEVELS[case.level], code=cases.code(case))
    href = f"/safety/cases/{case.id}"
    if case.state in ("open", "acknowledged"):
        return QueueItem("crisis", title, href, since=case.raised_at, due=cases.due(case))
    if case.closed_by is not None:  # a second person still has to sign
        return QueueItem("task", title, href, since=case.closed_at or case.raised_at)
    return QueueItem("follow_up", title, href, since=case.contacted_at or case.raised_at)


Tone = Literal["danger", "warn", "info"]


def tone(ctx: Ctx, due: datetime | None) -> Tone:
    """How pressing a clock is: over, within the hour, later."""
    if due is None:
        return "info"
    return "danger" if due < ctx.now else "warn" if due - ctx.now <= timedelta(hours=1) else "info"


def lines(ctx: Ctx, found: list[Desk]) -> list[dict[str, Any]]:
    """The list over all employers as the page shows it."""
    return [
        {
            "contract": one.served.contract,
            "employer": one.served.employer,
            "title": one.item.title,
            "kind": CLOCK_NAMES[one.item.kind],
            "next": f"/t/{one.served.employer.slug}{one.item.href}",
            "since": one.item.since,
            "due": one.due and at(ctx, one.due),
            "left": one.due and span(abs(one.due - ctx.now)),
            "late": one.late(ctx.now),
            "tone": tone(ctx, one.due),
        }
        for one in worst_first(ctx, found)
    ]
