"""The rules over a plugin's real tables: what PostgreSQL says, not what the models promise (see
conformance.py)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from anxin.extension.conformance import Examined, Rule
from anxin.kernel.db import Base
from anxin.kernel.ddl import APP, OWNER

_RELATIONS = sa.text("""
    SELECT c.relname AS name, c.relkind AS kind, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced,
           pg_get_userbyid(c.relowner) AS owner, coalesce(array_to_string(c.reloptions, ','), '') AS options,
           has_table_privilege(:app, c.oid, 'TRUNCATE, REFERENCES, TRIGGER') AS too_much
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = :schema AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname <> 'alembic_version'
""")
_POLICIES = sa.text(
    "SELECT tablename, permissive, roles, cmd, qual, with_check FROM pg_policies WHERE schemaname = :schema"
)
_INDEXES = sa.text("""
    SELECT t.relname AS "table", x.relname AS name, i.indisprimary AS primary,
           array(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(num, place)
                   LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.num ORDER BY k.place) AS
                   columns
      FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
      JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE n.nspname = :schema AND t.relname <> 'alembic_version'
""")
_REFERENCES = sa.text("""
    SELECT t.relname AS "table", c.conname AS name, fn.nspname AS to_schema, ft.relname AS to_table,
           array(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(num, place)
                   JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.num ORDER BY k.place) AS columns
      FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
      JOIN pg_class ft ON ft.oid = c.confrelid JOIN pg_namespace fn ON fn.oid = ft.relnamespace
     WHERE c.contype = 'f' AND n.nspname = :schema
""")
_ROUTINES = sa.text("""
    SELECT p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = :schema AND p.prosecdef
""")


def _rows(it: Examined, query: sa.TextClause, **parameters: Any) -> Iterator[Mapping[Any, Any]]:
    return iter(it.connection.execute(query, {"schema": it.plugin.name, **parameters}).mappings().all())


def wall(it: Examined) -> Iterable[str]:
    """Row-level security on and forced, the tenant's policy, the employer wall around what is clinical."""
    policies: dict[str, list[Mapping[Any, Any]]] = {}
    for policy in _rows(it, _POLICIES):
        policies.setdefault(policy["tablename"], []).append(policy)
    clinical = {model.__tablename__ for model in it.plugin.models if model.__clinical__}
    for table in _rows(it, _RELATIONS, app=APP):
        name = f"{it.plugin.name}.{table['name']}"
        if table["kind"] == "v":
            if "security_invoker=true" not in table["options"]:
                yield (
                    f"the view {name} runs with its owner's rights: create it WITH (security_invoker = true)"
                )
        elif table["kind"] in "mf":
            yield f"{name} cannot have row-level security: use a table and a job that fills it"
        else:
            yield from _wall_of(
                name, table, policies.get(table["name"], []), clinical=table["name"] in clinical
            )
    for routine in _rows(it, _ROUTINES):
        yield (
            f"the function {it.plugin.name}.{routine['name']} is SECURITY DEFINER: it would reach "
            "over the wall"
        )


def _wall_of(
    name: str, table: Mapping[Any, Any], policies: list[Mapping[Any, Any]], *, clinical: bool
) -> Iterable[str]:
    fix = "call ddl.protect() in the migration"
    if not (table["secured"] and table["forced"]):
        yield f"{name} has no forced row-level security: {fix}"
    if table["owner"] != OWNER:
        yield f"{name} belongs to {table['owner']}, not {OWNER}: leave ownership alone in migrations"
    if table["too_much"]:
        yield f"{name}: {APP} may do more than read and write rows; grant with ddl.protect(rights=…) only"
    permissive = [policy for policy in policies if policy["permissive"] == "PERMISSIVE"]
    if not permissive:
        yield f"{name} has no policy for the tenant: {fix}"
    for policy in permissive:
        for clause in (policy["qual"], policy["with_check"]):
            if clause is not None and "tenant_id = ( SELECT guard.tenant()" not in clause:
                yield f"{name} has a policy that does not compare tenant_id with guard.tenant(): {clause}"
    if clinical and not any(policy["permissive"] == "RESTRICTIVE" for policy in policies):
        yield f"{name} is clinical without the employer wall: ddl.protect(…, clinical_subject=…)"


def keys(it: Examined) -> Iterable[str]:
    """Composite keys and references, every index led by the tenant: no row can point across, and Citus can
    spread."""
    with_key = set()
    for index in _rows(it, _INDEXES):
        name = f"{it.plugin.name}.{index['table']}"
        if index["primary"]:
            with_key.add(index["table"])
            if list(index["columns"]) != ["tenant_id", "id"]:
                yield (
                    f"{name} has the primary key ({', '.join(index['columns'])}); it must be (tenant_id, id)"
                )
        elif index["columns"][0] != "tenant_id":
            yield (
                f"the index {index['name']} of {name} begins with {index['columns'][0]}; let it "
                "begin with tenant_id"
            )
    for table in _rows(it, _RELATIONS, app=APP):
        if table["kind"] in "rp" and table["name"] not in with_key:
            yield f"{it.plugin.name}.{table['name']} has no primary key"
    for key in _rows(it, _REFERENCES):
        name = f"the foreign key {key['name']} of {it.plugin.name}.{key['table']}"
        if key["to_schema"] not in (it.plugin.name, "core"):
            yield f"{name} points into {key['to_schema']}; only the plugin's own tables and core's"
        if (key["to_schema"], key["to_table"]) != ("core", "tenant") and key["columns"][0] != "tenant_id":
            yield f"{name} can point across tenants: use tenant_fk()"


def migrations(it: Examined) -> Iterable[str]:
    """What the migrations made is what the models say, CHECKs by name included."""
    schema = it.plugin.name
    context = MigrationContext.configure(
        it.connection,
        opts={
            "include_schemas": True,
            "compare_type": True,
            "include_name": lambda name, kind, parents: (
                name == schema if kind == "schema" else name != "alembic_version" if kind == "table" else True
            ),
            "include_object": lambda item, name, kind, reflected, other: (
                item.schema == schema if kind == "table" else True
            ),
        },
    )
    for difference in compare_metadata(context, Base.metadata):
        yield f"the models and the migrations differ: {_said(difference)}"
    inspector = sa.inspect(it.connection)
    existing = set(inspector.get_table_names(schema=schema))
    for model in it.plugin.models:
        if model.__tablename__ not in existing:
            continue
        real = {
            found["name"] for found in inspector.get_check_constraints(model.__tablename__, schema=schema)
        }
        said = {str(c.name) for c in model.__table__.constraints if isinstance(c, sa.CheckConstraint)}
        # the model's names get their prefix from the naming convention when they are compiled
        said = {name if name.startswith("ck_") else f"ck_{model.__tablename__}_{name}" for name in said}
        for name in sorted(name for name in said ^ real if name):
            yield (
                f"the CHECK {name} of {schema}.{model.__tablename__} is only in the "
                f"{'model' if name in said else 'database'}"
            )


def _said(difference: Any) -> str:
    """add_index ix_wish_person → one line; alembic nests the changes of one column in a list."""
    parts = difference[0] if isinstance(difference, list) else difference
    named = [getattr(part, "name", part) for part in parts[1:] if getattr(part, "name", part) is not None]
    return f"{parts[0]} {' '.join(str(part) for part in named)}"


RULES: dict[str, Rule] = {"wall": wall, "keys": keys, "migrations": migrations}
