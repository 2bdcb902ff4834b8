"""A crowded database: each table's one row multiplied, mostly into tenants nobody asks for, so that a plan that reads
what it need not read shows itself.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel.db import TenantModel
from anxin.kernel.runtime import Runtime

from .everything import fill, models

OTHERS, OWN, TENANTS = 6000, 1500, 30
PLAIN = ("core.subject_key", "core.outbox", "core.idempotency")  # the kernel's tables without a model


def crowd(runtime: Runtime, superuser: sa.Connection, tenant_id: UUID) -> None:
    """Multiply what `fill` makes: everything into other tenants; personal rows also into this one, for people nobody is."""
    made = fill(runtime, tenant_id)
    superuser.execute(
        sa.text("SET session_replication_role = replica")
    )  # the crowd refers to nobody: no foreign keys
    for model in models():
        if _empty(superuser, model.__table__.fullname):
            _multiply(superuser, model, made[model], _elsewhere(), OTHERS)
        if model.__subject__:
            _multiply(superuser, model, made[model], f"'{tenant_id}'", OWN)
    for table in PLAIN:
        if _empty(superuser, table):
            _multiply_plain(superuser, table, tenant_id, _elsewhere(), OTHERS)
        _multiply_plain(superuser, table, tenant_id, f"'{tenant_id}'", OWN)
    superuser.execute(sa.text("RESET session_replication_role"))
    superuser.execute(sa.text("ANALYZE"))


def disperse(superuser: sa.Connection, tenant_id: UUID) -> None:
    """Send everybody away whom `crowd` brought."""
    tenants = f"tenant_id = '{tenant_id}' OR tenant_id IN (SELECT {_elsewhere()} FROM generate_series(1, {TENANTS}) n)"
    superuser.execute(sa.text("SET session_replication_role = replica"))
    for table in (*PLAIN, *(model.__table__.fullname for model in models())):
        superuser.execute(sa.text(f"DELETE FROM {table} WHERE {tenants}"))
    superuser.execute(sa.text("RESET session_replication_role"))


def _empty(superuser: sa.Connection, table: str) -> bool:
    """Has the crowd elsewhere not been made yet, or another test cleared it away?"""
    first = f"(SELECT {_elsewhere()} FROM (SELECT 1 AS n) AS one)"
    return not superuser.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE tenant_id = {first}"))


def _elsewhere() -> str:
    return f"CAST(md5('tenant' || n % {TENANTS}) AS uuid)"


def _multiply(
    superuser: sa.Connection, model: type[TenantModel], row_id: UUID, tenant: str, count: int
) -> None:
    table = model.__table__
    apart = {column.name for column in table.columns if _tells_apart(model, column)} - {"tenant_id", "id"}
    values = {column.name: f't."{column.name}"' for column in table.columns if column.computed is None}
    values |= {
        c.name: f"t.\"{c.name}\" - n * interval '1 hour'"
        for c in table.columns
        if isinstance(c.type, sa.DateTime)
    }
    values |= {name: _fresh(table.columns[name], row_id) for name in apart}
    values |= {"tenant_id": tenant, "id": "gen_random_uuid()"}
    superuser.execute(
        sa.text(
            f"INSERT INTO {table.fullname} ({_named(values)}) "
            f"SELECT {', '.join(values.values())} FROM {table.fullname} t, generate_series(1, {count}) n "
            "WHERE t.id = :id"
        ),
        {"id": row_id},
    )


def _named(values: dict[str, str]) -> str:
    return ", ".join(f'"{name}"' for name in values)


def _tells_apart(model: type[TenantModel], column: sa.Column[Any]) -> bool:
    """Columns of unique constraints and the subject: another value in each row."""
    unique = [c for c in model.__table__.constraints if isinstance(c, sa.UniqueConstraint)]
    indexes = [index for index in model.__table__.indexes if index.unique]
    return column.name == model.__subject__ or any(
        column.name in part.columns for part in (*unique, *indexes)
    )


def _fresh(column: sa.Column[Any], salt: UUID) -> str:
    kind = column.type
    if isinstance(kind, sa.Uuid):
        return "gen_random_uuid()"
    if isinstance(kind, sa.LargeBinary):
        return "CAST('\\x' || md5(CAST(random() AS text)) AS bytea)"
    if isinstance(kind, sa.DateTime):
        return f"t.\"{column.name}\" - n * interval '1 hour'"
    if isinstance(kind, sa.Date):
        return f't."{column.name}" - n'
    if isinstance(kind, sa.Integer):
        return f'CASE WHEN t."{column.name}" IS NULL THEN NULL ELSE n + 1000000 END'
    return f"md5('{salt}' || n || CAST(random() AS text))" if not _checked(column) else f't."{column.name}"'


def _checked(column: sa.Column[Any]) -> bool:
    """Its values are listed in a CHECK; the other columns of the key tell the rows apart."""
    return any(
        isinstance(check, sa.CheckConstraint) and str(check.sqltext).startswith(f"{column.name} IN")
        for check in column.table.constraints
    )


def _multiply_plain(superuser: sa.Connection, table: str, tenant_id: UUID, tenant: str, count: int) -> None:
    """The kernel's tables without a model; all their keys are ids."""
    columns = superuser.scalars(
        sa.text(
            "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:t AS regclass) AND attnum > 0 "
            "AND NOT attisdropped"
        ),
        {"t": table},
    ).all()
    values = {name: f't."{name}"' for name in columns} | {"id": "gen_random_uuid()", "tenant_id": tenant}
    if "person_id" in values:
        values["person_id"] = "gen_random_uuid()"
    one = f"(SELECT * FROM {table} WHERE tenant_id = '{tenant_id}' LIMIT 1)"
    superuser.execute(
        sa.text(
            f"INSERT INTO {table} ({_named(values)}) "
            f"SELECT {', '.join(values.values())} FROM {one} t, generate_series(1, {count}) n"
        )
    )
