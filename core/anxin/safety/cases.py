"""Working on a case: who may see it, what it shows, and the acts from acknowledging to the second signature.

**Who.** A case is seen by the helpers who were told of it or got it handed over, and by those whose grant
covers the tenant (supervisors). Everybody else, every role of the employer first, gets the same 404 as for
a case that never was; in the database the restrictive policy says the same. This is why cases are not
fetched by `ctx.get`: some have no person.

In an agency's own tenant there are cases of people who called its line and are nobody's employees yet; a case that has
a person there is a colleague's, and no colleague sees it.

**What.** Before somebody has taken the case on, it shows the level, the source and the clocks. Afterwards
whoever leads it (and a supervisor) sees name, unit and phone: at level 3 because life is at stake (PIPL
13(4)); at level 2 because the person asked, or while the consent named by the raising module stands.
Answers and results never come from here: plugins show them in their panels, under their own purposes and
consents, and only modules the service contract covers. When the case is closed the contact data is closed
too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select

from anxin.consent.decide import agreed
from anxin.extension.hookspecs import Panel
from anxin.identity.models import Person
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import NotFound
from anxin.safety.entries import CrisisRead
from anxin.safety.models import Crisis, CrisisEvent
from anxin.tenancy.models import Contract, Unit

DANGER = 3


@dataclass(frozen=True)
class Facts:
    """Whom it is about, as far as the reader may know. `hidden` says why not, as a code."""

    name: str | None = None
    unit: str | None = None
    phone: str | None = None
    basis: str | None = None
    hidden: str | None = None


@dataclass(frozen=True)
class Told:
    """One step of the timeline."""

    at: datetime
    kind: str
    actor: str | None
    helper: str | None
    code: str | None
    note: str | None


def visible(ctx: Ctx) -> Select[Crisis]:
    """The cases this actor may see under the permission of the request."""
    statement = sa.select(Crisis).where(Crisis.tenant_id == ctx.tenant.id)
    if ctx.tenant.kind == "agency" and ctx.actor.kind != "system":
        statement = statement.where(Crisis.person_id.is_(None))
    if ctx.actor.kind == "system" or (ctx.grant is not None and ctx.grant.scope == "tenant"):
        return statement
    mine = sa.select(CrisisEvent.crisis_id).where(
        CrisisEvent.tenant_id == ctx.tenant.id,
        CrisisEvent.helper_id == ctx.actor.person_id,
        CrisisEvent.kind.in_(("alerted", "handed_over")),
    )
    return statement.where(Crisis.id.in_(mine))


def get(ctx: Ctx, case_id: UUID, *, lock: bool = False) -> Crisis:
    """One case, or NotFound. `lock` is for acts: two at once come one after the other."""
    statement = visible(ctx).where(Crisis.id == case_id).execution_options(populate_existing=True)
    found = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


def due(crisis: Crisis) -> datetime:
    """The moment the next clock of an open case runs out."""
    return crisis.acknowledge_by if crisis.state == "open" and crisis.acknowledge_by else crisis.contact_by


def worklist(ctx: Ctx) -> list[Crisis]:
    """Cases that are not closed, the worst clock first; those already called come last. No names: reading
    is per case.
    """
    rows = ctx.db.scalars(visible(ctx).where(Crisis.state != "closed"))
    return sorted(rows, key=lambda one: (one.state == "contacted", due(one)))


def closed(ctx: Ctx, limit: int = 20) -> list[Crisis]:
    """The cases closed last."""
    ended = sa.func.coalesce(Crisis.second_at, Crisis.closed_at)
    return list(
        ctx.db.scalars(visible(ctx).where(Crisis.state == "closed").order_by(ended.desc()).limit(limit))
    )


def still_open(ctx: Ctx, case_id: UUID) -> bool:
    """Has nobody closed it yet? For the module that raised it; tells nothing else."""
    return bool(
        ctx.db.scalar(
            sa.select(Crisis.state != "closed").where(Crisis.tenant_id == ctx.tenant.id, Crisis.id == case_id)
        )
    )


def code(crisis: Crisis) -> str:
    """Something to say on the telephone instead of a name: the last of the id, which is random."""
    return crisis.id.hex[-6:].upper()


def facts(ctx: Ctx, crisis: Crisis) -> Facts:
    """Name, unit and phone, or why they are hidden. Seeing them is audited by `read`."""
    hidden = _why_hidden(ctx, crisis)
    if hidden:
        return Facts(hidden=hidden)
    person = ctx.db.scalar(
        sa.select(Person).where(Person.tenant_id == ctx.tenant.id, Person.id == crisis.person_id)
    )
    if person is None or person.state == "erased":
        return Facts(hidden="erased")
    basis = "vital_interest" if crisis.level == DANGER else "consent" if crisis.purpose else "request"
    return contact_of(ctx, person, basis=basis)


def contact_of(ctx: Ctx, person: Person, *, basis: str) -> Facts:
    """The minimum that lets somebody call: the caller has decided that it may be shown, and audits."""
    unit = ctx.db.scalar(
        sa.select(Unit.name).where(Unit.tenant_id == ctx.tenant.id, Unit.id == person.unit_id)
    )
    known: dict[str, Any] = ctx.open(person, "contact") if person.contact else {}
    return Facts(name=person.name, unit=unit, phone=known.get("phone"), basis=basis)


def _why_hidden(ctx: Ctx, crisis: Crisis) -> str | None:
    if crisis.person_id is None:
        return "anonymous"
    if crisis.state == "closed":
        return "closed"
    if crisis.lead_id is None:
        return "not_taken"
    supervises = ctx.grant is not None and ctx.grant.scope == "tenant"
    if crisis.lead_id != ctx.actor.person_id and not supervises:
        return "other_lead"
    if crisis.level < DANGER and crisis.purpose is not None:
        purpose = ctx.runtime.registry.purposes.get(crisis.purpose)
        if purpose is None or not agreed(ctx, crisis.person_id, purpose):
            return "no_consent"
    return None


def timeline(ctx: Ctx, crisis: Crisis) -> list[Told]:
    """What was done so far, oldest first; notes are opened only for those who see the facts."""
    rows = ctx.db.scalars(
        sa.select(CrisisEvent)
        .where(CrisisEvent.tenant_id == ctx.tenant.id, CrisisEvent.crisis_id == crisis.id)
        .order_by(CrisisEvent.at, CrisisEvent.id)
    ).all()
    names = _helper_names(
        ctx, {i for row in rows for i in (row.actor_id, row.helper_id)} - {crisis.person_id}
    )
    may_read = _why_hidden(ctx, crisis) in (None, "anonymous", "no_consent")
    return [
        Told(
            row.at,
            row.kind,
            names.get(row.actor_id),
            names.get(row.helper_id),
            row.code,
            _note(ctx, row) if may_read else None,
        )
        for row in rows
    ]


def _note(ctx: Ctx, row: CrisisEvent) -> str | None:
    """A note's words; None when there are none, or the person's key is erased and with it what it sealed."""
    if row.note is None:
        return None
    try:
        return ctx.open(row, "note")
    except NotFound:
        return None


def _helper_names(ctx: Ctx, ids: set[UUID | None]) -> dict[UUID | None, str]:
    wanted = [each for each in ids if each is not None]
    found = ctx.db.execute(
        sa.select(Person.id, Person.name).where(Person.tenant_id == ctx.tenant.id, Person.id.in_(wanted))
    )
    return {row.id: row.name for row in found}


@dataclass(frozen=True)
class Case:
    """A case as its page shows it."""

    crisis: Crisis
    facts: Facts
    timeline: list[Told]
    panels: list[Panel]
    silent: list[Any]


def read(ctx: Ctx, case_id: UUID) -> Case:
    """Everything one case shows to this actor; the look is audited, with which fields."""
    crisis = get(ctx, case_id)
    known = facts(ctx, crisis)
    steps = timeline(ctx, crisis)
    panels, silent = _panels(ctx, crisis) if known.hidden is None else ([], [])
    if known.hidden in (None, "anonymous") and _leads(ctx, crisis):
        panels = [*_case_panels(ctx, crisis), *panels]
    fields = [name for name in ("name", "unit", "phone") if getattr(known, name)]
    if any(step.note for step in steps):
        fields.append("notes")
    ctx.audit(CrisisRead(crisis_id=crisis.id, fields=tuple(fields), subject_id=crisis.person_id))
    return Case(crisis, known, steps, panels, silent)


def _panels(ctx: Ctx, crisis: Crisis) -> tuple[list[Panel], list[Any]]:
    """What plugins show about the person; each reads under its own purpose and consent. And the titles of
    the silent.
    """
    registry = ctx.runtime.registry
    panels: list[Panel] = []
    silent: list[Any] = []
    with _contracted(ctx):
        for answer in registry.call(ctx, "person_panels", person_id=crisis.person_id):
            if answer.failed:
                silent.append(registry.plugins[answer.plugin].title)
            else:
                panels += answer.value or []
    return sorted(panels, key=lambda panel: panel.order), silent


def _leads(ctx: Ctx, crisis: Crisis) -> bool:
    """Does the actor work on an open case, or supervise?"""
    supervises = ctx.grant is not None and ctx.grant.scope == "tenant"
    return crisis.state != "closed" and (crisis.lead_id == ctx.actor.person_id or supervises)


def _case_panels(ctx: Ctx, crisis: Crisis) -> list[Panel]:
    """What the module that raised the case shows about it."""
    with _contracted(ctx):
        answers = list(ctx.runtime.registry.call(ctx, "case_panels", case_id=crisis.id))
    found = [panel for answer in answers if not answer.failed for panel in answer.value or []]
    return sorted(found, key=lambda panel: panel.order)


@contextmanager
def _contracted(ctx: Ctx) -> Iterator[None]:
    """For the block, only the modules that the actor's service contract covers are on; at home all of the agency's."""
    if ctx.tenant.kind == "agency":
        yield
        return
    covered: list[str] = []
    if ctx.actor.contract_id is not None:
        covered = ctx.get(Contract, ctx.actor.contract_id).services
    before = ctx.tenant
    ctx.tenant = replace(before, modules=before.modules & set(covered))
    try:
        yield
    finally:
        ctx.tenant = before
