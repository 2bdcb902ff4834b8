"""One row in every table of a tenant, made from the metadata, so that a probe for foreign rows always has
something to find; tables of tomorrow are filled without a word here.
"""

import os
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.audit import sealer
from anxin.audit.models import Checkpoint
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.db import TenantModel
from anxin.kernel.ids import new_id
from anxin.kernel.runtime import Runtime

# values that pages read a meaning into; any other text column gets a short code
MEANT = {"instrument": "phq9-1", "instruments": ["phq9-1"], "locale": "zh_CN", "mark": 1, "reason": "answer"}
SEALER_MAKES = {Checkpoint}  # the application cannot write a checkpoint


def models() -> list[type[TenantModel]]:
    """Every model of every loaded room and plugin, parents before children."""
    return _models(len(TenantModel.metadata.tables))


@cache
def _models(_tables: int) -> list[type[TenantModel]]:
    """Sorted anew only when there are more tables: a test of all routes asks a thousand times."""
    found: dict[sa.Table, type[TenantModel]] = {}
    waiting: list[type[TenantModel]] = [TenantModel]
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if "__table__" in vars(model):
            found[model.__table__] = model
    return [found[table] for table in TenantModel.metadata.sorted_tables if table in found]


def fill(runtime: Runtime, tenant_id: UUID) -> dict[type[TenantModel], UUID]:
    """Make a row of each model and of each table without a model; returns the ids."""
    tenant = runtime.caches["directory"].by_id(tenant_id)
    made: dict[type[TenantModel], UUID] = {}
    with tenant_scope(runtime, tenant) as ctx:
        ctx.unaudited("test set-up")
        for model in models():
            if model not in SEALER_MAKES:
                made[model] = one(ctx, model, made)
        job = next(iter(runtime.jobs.values()))
        ctx.enqueue(job, at=ctx.now + timedelta(days=365))
        ctx.db.execute(
            sa.text(
                "INSERT INTO core.idempotency "
                "(tenant_id, id, person_id, key, fingerprint, status, headers, body) "
                "VALUES (CAST(:t AS uuid), CAST(:i AS uuid), CAST(:i AS uuid), 'k', 'f', 200, '{}', 'b')"
            ),
            {"t": tenant_id, "i": new_id()},
        )
    sealer.seal(runtime, tenant_id)
    with tenant_scope(runtime, tenant) as ctx:
        for model in SEALER_MAKES:
            made[model] = ctx.scalars(ctx.select(model)).one().id
    return made


def one(ctx: Ctx, model: type[TenantModel], made: dict[type[TenantModel], UUID], **told: Any) -> UUID:
    """A row of one model; references lead to the rows in `made`, or to one of the kind the row asks for."""
    row = model(id=new_id())
    row.tenant_id = ctx.tenant.id
    for column, value in _values(ctx, model, {**made, **_of_a_kind(ctx, model, made)}):
        setattr(row, column.key, value)
    for name, value in told.items():
        setattr(row, name, value)
    ctx.add(row)
    for column in model.__table__.columns:
        if column.info.get("sealed"):
            ctx.seal(row, _attribute(model, column), {})
    ctx.db.flush()
    return row.id


def _of_a_kind(
    ctx: Ctx, model: type[TenantModel], made: dict[type[TenantModel], UUID]
) -> dict[type[TenantModel], UUID]:
    """Rows for references that say more than an id: an anonymous sheet's campaign must be an anonymous one."""
    found: dict[type[TenantModel], UUID] = {}
    for key in model.__table__.foreign_key_constraints:
        told = {
            part.column.name: part.parent.server_default.arg
            for part in key.elements
            if not isinstance(part.parent.type, sa.Uuid) and part.parent.server_default is not None
        }
        for target in [other for other in made if other.__table__ is key.referred_table] if told else []:
            found[target] = one(ctx, target, made, **told)
    return found


def _attribute(model: type[TenantModel], column: sa.Column[Any]) -> str:
    return sa.inspect(model).get_property_by_column(column).key


def _values(
    ctx: Ctx, model: type[TenantModel], made: dict[type[TenantModel], UUID]
) -> Iterator[tuple[Any, Any]]:
    by_table = {other.__table__: row_id for other, row_id in made.items()}
    allowed = _allowed(model)
    mapper = sa.inspect(model)
    for number, column in enumerate(model.__table__.columns):
        if column.name in ("tenant_id", "id") or column.info.get("sealed"):
            continue
        attribute = mapper.get_property_by_column(column)
        # a further column of a composite reference (a campaign's mode) is no id
        ids = isinstance(column.type, sa.Uuid)
        targets = [key.column.table for key in column.foreign_keys] if ids else []
        if targets and (not column.nullable or column.name == model.__subject__):
            yield attribute, by_table.get(targets[0], ctx.tenant.id)
        elif column.name in MEANT or (not column.nullable and column.server_default is None):
            yield attribute, allowed.get(column.name) or _value(ctx, column, number)


def _allowed(model: type[TenantModel]) -> dict[str, Any]:
    """The first value of each `column IN (…)` check."""
    found: dict[str, Any] = {}
    for check in model.__table__.constraints:
        text = str(check.sqltext) if isinstance(check, sa.CheckConstraint) else ""
        if match := re.fullmatch(r"(\w+) IN \(('?)([^',)]+)\2.*", text):
            found[match[1]] = match[3] if match[2] else int(match[3])
    return found


def _value(ctx: Ctx, column: sa.Column[Any], number: int) -> Any:
    if column.name in MEANT:
        return MEANT[column.name]
    kind = dict if isinstance(column.type, sa.JSON) else column.type.python_type
    later = ctx.now + timedelta(hours=number)  # a column declared later ("ends_at") is later in time
    makers: dict[type, Any] = {
        str: f"x{number}",
        bytes: os.urandom(32),
        bool: False,
        int: 1,
        Decimal: Decimal(1),
        UUID: new_id(),
        datetime: later,
        date: later.date(),
        dict: {},
        list: ["x"],
    }
    return makers[kind]
