"""Reading the trail: the auditor's list, and "who looked at my data" in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.audit.models import AuditEntry, Checkpoint
from anxin.identity.people import names_of
from anxin.identity.roles import titles
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import SignInRequired
from anxin.kernel.i18n import _

PAGE = 40


@dataclass(frozen=True)
class Line:
    """One entry in words: when, who (with role and agency), what, for which purpose, which parts."""

    id: UUID
    at: datetime
    who: str
    role: str
    agency: str | None
    what: str
    purpose: str | None
    fields: Sequence[str]
    looks: bool
    sealed: bool
    action: str
    detail: Mapping[str, Any]


def who_looked(ctx: Ctx, *, before: UUID | None = None) -> list[Line]:
    """Everybody but the person themself who read or changed something about the signed-in person, newest first."""
    if ctx.actor.person_id is None:
        raise SignInRequired()
    statement = sa.select(AuditEntry).where(
        AuditEntry.tenant_id == ctx.tenant.id,
        AuditEntry.subject_id == ctx.actor.person_id,
        sa.or_(AuditEntry.actor_id.is_(None), AuditEntry.actor_id != ctx.actor.person_id),
        AuditEntry.actor_kind == "person",
    )
    return _lines(ctx, _page(statement, before))


def trail(ctx: Ctx, *, action: str | None = None, before: UUID | None = None) -> list[Line]:
    """The tenant's entries for its auditor, newest first: never whom they are about; who acted by name, except where
    somebody acts for themself in a confidential matter. The session itself does not see those rows (the employer wall);
    they are read beside it and told without a name.
    """
    statement = sa.select(AuditEntry).where(AuditEntry.tenant_id == ctx.tenant.id)
    if action:
        statement = statement.where(AuditEntry.action == action)
    with ctx.figures() as beside:
        rows = beside.scalars(_page(statement, before)).all()
        beside.expunge_all()
    names = names_of(ctx, {row.actor_id for row in rows if row.actor_id and not _own_matter(row)})
    return [_line(ctx, row, names) for row in rows]


def _own_matter(row: AuditEntry) -> bool:
    return row.confidential and row.actor_id is not None and row.actor_id == row.subject_id


def head(ctx: Ctx) -> Checkpoint | None:
    """The newest signed checkpoint."""
    return ctx.db.scalar(
        sa.select(Checkpoint)
        .where(Checkpoint.tenant_id == ctx.tenant.id)
        .order_by(Checkpoint.size.desc())
        .limit(1)
    )


def _page(statement: sa.Select[Any], before: UUID | None) -> sa.Select[Any]:
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    return statement.order_by(AuditEntry.id.desc()).limit(PAGE)


def _lines(ctx: Ctx, statement: sa.Select[Any]) -> list[Line]:
    rows = ctx.db.scalars(statement).all()
    names = names_of(ctx, {row.actor_id for row in rows if row.actor_id})
    return [_line(ctx, row, names) for row in rows]


def _line(ctx: Ctx, row: AuditEntry, names: Mapping[UUID, str]) -> Line:
    registry = ctx.runtime.registry
    entry = registry.entries.get(row.action)
    purpose = registry.purposes.get(row.purpose) if row.purpose else None
    roles = [role for role in (row.role or "").split(",") if role]
    person = row.actor_kind == "person"
    return Line(
        id=row.id,
        at=row.at,
        who=_who(row, names, ctx.actor.person_id),
        role=" · ".join(map(str, titles(ctx.tenant, roles))) if person else "",
        agency=row.agency,
        what=str(entry.line) if entry else row.action,
        purpose=str(purpose.title) if purpose else None,
        fields=[field_title(name) for name in row.detail.get("fields", [])],
        looks=row.looks,
        sealed=row.seq is not None,
        action=row.action,
        detail={} if row.confidential and row.subject_id != ctx.actor.person_id else row.detail,
    )


def _who(row: AuditEntry, names: Mapping[UUID, str], reader_id: UUID | None) -> str:
    if _own_matter(row) and row.actor_id != reader_id:
        return _("Somebody, for themself")
    if row.actor_kind == "system":
        return _("The system")
    if row.actor_id is None:
        return _("A visitor")
    return names.get(row.actor_id) or _("Somebody who has left")


def field_title(code: str) -> str:
    """A field of a read entry in the reader's words; an unknown code is shown as it is."""
    known = {
        "name": _("name"),
        "phone": _("phone number"),
        "email": _("e-mail"),
        "unit": _("unit"),
        "number": _("employee number"),
        "answers": _("single answers"),
        "scores": _("scores"),
        "results": _("results"),
        "notes": _("notes"),
        "history": _("history"),
    }
    return known.get(code, code)
