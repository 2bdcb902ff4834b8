"""Writes what the story tells into core's tables as of its days: consents, duty rota, crises, and for each
the audit entry its own service would have written then. What belongs to a module is written by the module's
`demo` hook.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.audit.models import AuditEntry
from anxin.audit.writer import row
from anxin.consent.entries import Agreed, Declined
from anxin.consent.models import Consent, Decision
from anxin.demo.data import Decided, PastCrisis, Story
from anxin.extension.manifest import Purpose
from anxin.identity.models import Login, Membership, Person
from anxin.kernel import clock
from anxin.kernel.actor import Actor, Grant
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.entry import Entry
from anxin.safety import acts
from anxin.safety.rota import fill
from anxin.safety.services import raise_crisis
from anxin.tenancy.models import Contract, Tenant

_KEYS = sa.text(
    "SELECT id, wrapped FROM core.subject_key WHERE tenant_id = CAST(:t AS uuid) AND wrapped IS NOT NULL"
)
POSTS = {"counsellor": "duty", "supervisor": "supervisor"}


@dataclass(frozen=True)
class Past:
    """A tenant's story with the people in it found: what the `demo` hook of a module receives."""

    ctx: Ctx
    story: Story
    people: Mapping[str, UUID]  # employee number → person
    units: Mapping[UUID, UUID | None]  # person → unit
    helpers: Mapping[str, Actor]  # agency login → the actor they are in this tenant
    noted: list[dict[str, Any]] = field(default_factory=list)

    def write(self, entry: Entry, actor: Actor, at: datetime, purpose: str | None = None) -> None:
        """Note an entry of the audit trail as of its day, as the act of its actor; `flush` writes them."""
        with self.as_of(actor, at, purpose):
            self.noted.append(row(self.ctx, entry))

    def flush(self) -> None:
        """Write what was noted, in the order of the days."""
        self.ctx.insert(AuditEntry, sorted(self.noted, key=lambda each: each["at"]))
        self.noted.clear()

    @contextmanager
    def as_of(self, actor: Actor, at: datetime, purpose: str | None = None) -> Iterator[None]:
        ctx = self.ctx
        before = ctx.actor, ctx.now, ctx.purpose
        ctx.actor, ctx.now, ctx.purpose = actor, at, purpose
        try:
            yield
        finally:
            ctx.actor, ctx.now, ctx.purpose = before

    def person(self, number: str) -> Actor:
        """The employee as the actor of the own acts."""
        return Actor(kind="person", reach="self", person_id=self.people[number], roles=("employee",))


def find(ctx: Ctx, story: Story) -> Past:
    """The people of the story among those of the tenant."""
    rows = ctx.db.execute(
        sa.select(Person.number, Person.id, Person.unit_id).where(
            Person.tenant_id == ctx.tenant.id, Person.number.is_not(None)
        )
    ).all()
    return Past(
        ctx, story, {row.number: row.id for row in rows}, {row.id: row.unit_id for row in rows}, _helpers(ctx)
    )


def _helpers(ctx: Ctx) -> dict[str, Actor]:
    """The contract's people by the part of their address before the @, which is their sign-in name at home; in an
    agency's own tenant its staff."""
    if ctx.tenant.kind == "agency":
        return _staff(ctx)
    found = ctx.db.execute(
        sa.select(Person, Tenant.name)
        .join(Contract, sa.and_(Contract.tenant_id == Person.tenant_id, Contract.id == Person.contract_id))
        .join(Tenant, Tenant.id == Contract.agency_id)
        .where(Person.tenant_id == ctx.tenant.id)
    ).all()
    roles = _roles(ctx)
    return {
        _login(ctx, person): Actor(
            kind="person",
            reach="clinical",
            person_id=person.id,
            name=person.name,
            roles=tuple(sorted(roles.get(person.id, ()))),
            agency=agency,
            contract_id=person.contract_id,
        )
        for person, agency in found
    }


def _staff(ctx: Ctx) -> dict[str, Actor]:
    roles = _roles(ctx)
    found = ctx.db.execute(
        sa.select(Login.name, Person.id, Person.name.label("called"))
        .join(Person, sa.and_(Person.tenant_id == Login.tenant_id, Person.id == Login.person_id))
        .where(Login.tenant_id == ctx.tenant.id)
    )
    return {
        row.name: Actor(
            kind="person",
            reach="clinical",
            person_id=row.id,
            name=row.called,
            roles=tuple(sorted(roles.get(row.id, ()))),
        )
        for row in found
    }


def _roles(ctx: Ctx) -> dict[UUID, list[str]]:
    roles: dict[UUID, list[str]] = {}
    for person_id, role in ctx.db.execute(
        sa.select(Membership.person_id, Membership.role).where(Membership.tenant_id == ctx.tenant.id)
    ):
        roles.setdefault(person_id, []).append(role)
    return roles


def _login(ctx: Ctx, person: Person) -> str:
    return ctx.open(person, "contact")["email"].partition("@")[0]


def long_here(ctx: Ctx, since: datetime) -> None:
    """Everybody held their roles before the story began, not only since the files were applied just now."""
    ctx.execute(sa.update(Membership).where(Membership.tenant_id == ctx.tenant.id).values(since=since))
    ctx.execute(sa.update(Person).where(Person.tenant_id == ctx.tenant.id).values(made_at=since))


# ---- consent ---------------------------------------------------------------------------------------


def consents(past: Past) -> int:
    """Every answer to being asked: the purposes of the modules that are on, in their current version."""
    ctx, now, proof = past.ctx, [], []
    asked = [each for each in ctx.runtime.registry.purposes_of(ctx.tenant) if each.basis == "consent"]
    hashes = {each.name: hashlib.sha256(str(each.text).encode()).digest() for each in asked}
    for decided in past.story.decided:
        for purpose, agreed, at in _answers(asked, decided):
            person_id = past.people[decided.number]
            about = {
                "person_id": person_id,
                "purpose": purpose.name,
                "version": purpose.version,
                "decided_at": at,
            }
            answer = "agreed" if agreed else "refused"
            now.append({**about, "agreed": agreed})
            proof.append(
                {
                    **about,
                    "answer": answer,
                    "text_hash": hashes[purpose.name],
                    "locale": "zh_CN",
                    "method": "page",
                }
            )
            said = {"subject_id": person_id, "purpose": purpose.name, "version": purpose.version}
            entry = Agreed(**said) if agreed else Declined(**said)
            past.write(entry, past.person(decided.number), at)
    ctx.insert(Consent, now)
    ctx.insert(Decision, proof)
    return len(now)


def _answers(asked: list[Purpose], decided: Decided) -> Iterator[tuple[Purpose, bool, datetime]]:
    """First the purposes that stand alone, then (only after a yes) those that rest on them."""
    at = decided.at
    for purpose in sorted(asked, key=lambda each: each.requires is not None):
        if purpose.requires is None:
            yield purpose, decided.agreed, at
        elif decided.agreed:
            yield purpose, decided.shares, at
        at += timedelta(seconds=25)


# ---- duty rota -------------------------------------------------------------------------------------


def duty(past: Past) -> int:
    """The shifts of the past months and the coming weeks."""
    rows = [
        {
            "person_id": past.helpers[shift.login].person_id,
            "role": POSTS[shift.post],
            "starts_at": shift.starts_at,
            "ends_at": shift.ends_at,
        }
        for shift in past.story.shifts
    ]
    return fill(past.ctx, rows)


# ---- crises ----------------------------------------------------------------------------------------


def crises(past: Past) -> int:
    """Those who asked for help by an answer or a score: raised, called and closed by the room's own services,
    each act on its day, by its person, in a transaction of its own."""
    for told in past.story.crises:
        person, helper = past.person(told.number), past.helpers[told.handled_by]
        with _on(past, person, told.raised_at) as ctx:
            case = raise_crisis(
                ctx,
                person_id=past.people[told.number],
                level=told.level,
                source=told.source,
                key=f"demo:{told.number}:{told.form}:{told.raised_at:%Y%m%d%H%M%S}",
                reason="answer" if told.item else "score",
            )
        if told.acknowledged_at:
            with _on(past, helper, told.acknowledged_at) as ctx:
                acts.acknowledge(ctx, case.id)
        if told.called_at:
            with _on(past, helper, told.called_at) as ctx:
                acts.contacted(ctx, case.id, told.note)
        if told.closed_at:
            _close(past, told, case.id)
    return len(past.story.crises)


def _close(past: Past, told: PastCrisis, case_id: UUID) -> None:
    helper = past.helpers[told.handled_by]
    at = told.closed_at or past.story.now
    with _on(past, helper, at) as ctx:
        acts.add_note(ctx, case_id, told.closing)
    with _on(past, helper, at + timedelta(minutes=1)) as ctx:
        acts.close(ctx, case_id, "follow_up")
    if told.second_by:
        with _on(past, past.helpers[told.second_by], at + timedelta(minutes=40)) as ctx:
            acts.second_signature(ctx, case_id)


@contextmanager
def _on(past: Past, actor: Actor, at: datetime) -> Iterator[Ctx]:
    """A transaction of one past act, behind the wall of its actor."""
    with clock.travel(at), tenant_scope(past.ctx.runtime, past.ctx.tenant, actor) as ctx:
        ctx.grant = Grant("tenant")
        yield ctx
