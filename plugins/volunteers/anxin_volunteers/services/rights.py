"""A person's copy and erasure, over every table that is about a person."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, TenantModel
from anxin_volunteers import entries
from anxin_volunteers.models import MODELS, Outside, Qualification
from anxin_volunteers.services import competence, outside

# who worried, decided or handled is theirs, not the person's
HIDDEN = {
    "tenant_id",
    "id",
    "token_hash",
    "reach",
    "confirm_hash",
    "confirmed_by",
    "decided_by",
    "handled_by",
    "to_id",
    "author_id",
}


def personal() -> Iterator[type[TenantModel]]:
    """The models that are about somebody, those that refer to others first."""
    order = {table: at for at, table in enumerate(TenantModel.metadata.sorted_tables)}
    about = [model for model in MODELS if model.__subject__ not in (None, "id")]
    return iter(sorted(about, key=lambda model: -order[model.__table__]))  # type: ignore[index]


def export(ctx: Ctx, person_id: UUID) -> dict[str, Any]:
    """Rows by table, sealed columns opened, as JSON values."""
    found: dict[str, Any] = {}
    for model in personal():
        rows = ctx.scalars(
            ctx.select(model).where(getattr(model, str(model.__subject__)) == person_id).order_by(model.id)
        ).all()
        if rows:
            found[str(model.__tablename__)] = [_plain(ctx, row) for row in rows]
    if came := outside.of_person(ctx, person_id):
        found[str(Outside.__tablename__)] = [_plain(ctx, row) for row in came]
    return found


def _plain(ctx: Ctx, row: TenantModel) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in row.__table__.columns:
        value = getattr(row, column.name)
        others = column.name == "reporter_id" and row.__subject__ != "reporter_id"
        if others or column.name in HIDDEN or value is None:
            continue
        values[column.name] = ctx.open(row, column.name) if column.info.get("sealed") else _json(value)
    return values


def _json(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case _:
            return value


def erase(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    """Delete the person's rows; where they only decided about others, their erased account is named."""
    counts: dict[str, int] = {}
    for row in ctx.scalars(ctx.select(Qualification).where(Qualification.person_id == person_id)):
        competence.drop_proof(ctx, row)
    ctx.db.flush()
    came = ctx.execute(
        sa.delete(Outside).where(Outside.tenant_id == ctx.tenant.id, Outside.person_id == person_id)
    )
    counts[str(Outside.__tablename__)] = came.rowcount  # type: ignore[attr-defined]
    for model in personal():
        done = ctx.execute(
            sa.delete(model).where(
                model.tenant_id == ctx.tenant.id, getattr(model, str(model.__subject__)) == person_id
            )
        )
        counts[str(model.__tablename__)] = done.rowcount  # type: ignore[attr-defined]
    if any(counts.values()):
        ctx.audit(entries.Erased(rows=sum(counts.values()), subject_id=person_id))
    return counts
