"""Statements written by hand where the ORM's own would cost too much: many rows in one statement, one row in the
driver's own words.

Row by row every insert pays for its round trip and for the policies' own queries; COPY is refused under row-level
security. So each column of many rows travels as one array and is unnested: the wall still judges every row.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.sql.dml import Insert


def insert(table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> Insert:
    """INSERT … SELECT … FROM unnest(…) of rows that all name the same columns."""
    columns = [table.c[name] for name in rows[0]]
    arrays = [_array(column.type, [row[column.name] for row in rows]) for column in columns]
    names = [sa.column(f"c{at}") for at in range(len(columns))]
    source = sa.func.unnest(*arrays).table_valued(*names).render_derived()
    picked = [_plain(column.type, value) for column, value in zip(columns, source.c, strict=True)]
    return sa.insert(table).from_select([column.name for column in columns], sa.select(*picked))


def _array(kind: Any, values: list[Any]) -> sa.ColumnElement[Any]:
    """One bound array. Documents and arrays travel as JSON text, because an array of arrays would be
    flattened."""
    if isinstance(kind, (pg.JSONB, sa.ARRAY)):
        texts = [
            None if each is None else json.dumps(each, ensure_ascii=False, default=str) for each in values
        ]
        return sa.cast(texts, pg.ARRAY(sa.Text))
    return sa.cast(values, pg.ARRAY(sa.Text() if isinstance(kind, sa.Text) else kind))


def _plain(kind: Any, value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The column's value again, from what `_array` sent."""
    if isinstance(kind, sa.ARRAY):
        items = sa.func.jsonb_array_elements_text(sa.cast(value, pg.JSONB)).table_valued("value")
        listed = sa.select(sa.func.array_agg(items.c.value)).scalar_subquery()
        empty = sa.literal_column("'{}'::text[]")
        return sa.case((value.is_(None), sa.null()), else_=sa.cast(sa.func.coalesce(listed, empty), kind))
    return sa.cast(value, kind) if isinstance(kind, pg.JSONB) else value


@cache
def one(table: sa.Table, names: tuple[str, ...], unless: tuple[str, ...] = ()) -> str:
    """INSERT of one row as plain SQL for the driver, with a placeholder per column; `unless` there is one already
    with the same values in those columns."""
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f"%({name})s" for name in names)
    conflict = f" ON CONFLICT ({', '.join(unless)}) DO NOTHING" if unless else ""
    return f"INSERT INTO {table.fullname} ({columns}) VALUES ({values}){conflict}"  # noqa: S608  (a model's own names)


@cache
def change(table: sa.Table, names: tuple[str, ...]) -> str:
    """UPDATE of one row as plain SQL for the driver."""
    columns = ", ".join(f'"{name}" = %({name})s' for name in names)
    where = "tenant_id = %(tenant_id)s AND id = %(id)s"
    return f"UPDATE {table.fullname} SET {columns} WHERE {where}"  # noqa: S608  (as above)


def plain(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the driver takes it: a document has to say that it is one."""
    documents = _documents(table)
    return {
        name: Jsonb(value, dumps=_json) if name in documents and value is not None else value
        for name, value in row.items()
    }


@cache
def _documents(table: sa.Table) -> frozenset[str]:
    return frozenset(column.name for column in table.columns if isinstance(column.type, pg.JSONB))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
