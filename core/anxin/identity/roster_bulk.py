"""Many rows in one statement. COPY is refused under row-level security, so arrays are unnested instead: as
fast as a COPY into a staging table, and the policies look at every row.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.kernel.ctx import Ctx
from anxin.kernel.db import TenantModel
from anxin.kernel.ids import new_id

CHUNK = 10_000
_KEYS = (
    "INSERT INTO core.subject_key (tenant_id, id, wrapped) "
    "SELECT CAST(:t AS uuid), * FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS bytea[]))"
)


def insert(ctx: Ctx, model: type[TenantModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns; tenant and missing ids are filled in."""
    table = model.__table__
    for first in range(0, len(rows), CHUNK):
        part = [{"tenant_id": ctx.tenant.id, "id": new_id(), **row} for row in rows[first : first + CHUNK]]
        columns = [table.c[name] for name in part[0]]
        source = sa.func.unnest(*(_array(column, [row[column.name] for row in part]) for column in columns))
        values = source.table_valued(*(sa.column(f"c{at}") for at in range(len(columns)))).render_derived()
        picked = [sa.cast(value, column.type) for value, column in zip(values.c, columns, strict=True)]
        ctx.execute(sa.insert(model).from_select([column.name for column in columns], sa.select(*picked)))


def _array(column: sa.Column[Any], values: list[Any]) -> sa.ColumnElement[Any]:
    """The column's values as one bound array; documents and arrays travel as text."""
    if isinstance(column.type, pg.JSONB):
        texts = [None if each is None else json.dumps(each, ensure_ascii=False) for each in values]
        return sa.cast(texts, pg.ARRAY(sa.Text))
    kind = sa.Text() if isinstance(column.type, sa.Text) else column.type  # without the column's collation
    return sa.cast(values, pg.ARRAY(kind))


def subject_keys(ctx: Ctx, subject_ids: Sequence[Any]) -> None:
    """A key for each new person, made here at once instead of one by one at the first sealing."""
    for first in range(0, len(subject_ids), CHUNK):
        ids = list(subject_ids[first : first + CHUNK])
        wrapped = [ctx.runtime.keyring.new_subject_key(ctx.tenant.id)[1] for _each in ids]
        ctx.execute(sa.text(_KEYS), {"t": ctx.tenant.id, "ids": ids, "keys": wrapped})
        for subject_id, key in zip(ids, wrapped, strict=True):
            ctx.keys.know(subject_id, key)
