"""Every table of every room and plugin keeps the data rules: composite keys, the wall, Citus; what "
"the models
say and what the database has are one. Read from the metadata and the live catalogue, so tomorrow's tables are
held to it too.
"""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from anxin.kernel.db import Base, TenantModel, sealed_columns

# tables of migrations without a model, each with the reason
WITHOUT_MODEL = {
    "core.subject_key": "read and written by the vault's statements alone (kernel/subjects.py)",
    "core.outbox": "read and written by the relay's statements alone (kernel/outbox.py)",
    "core.idempotency": "read and written by kernel/idempotency.py alone",
}
# tables that are nobody's: no tenant_id, each with the reason
WITHOUT_TENANT = {
    "core.tenant": "the directory itself; a reference table on Citus",
}
# indexes that do not begin with tenant_id, each with the reason
ACROSS_TENANTS = {
    "core.outbox_relay": "the relay asks across tenants, as the guard",
    "core.outbox_done": "the sweep deletes across tenants, as the guard",
}
# permissive policies beside `tenant`, each with the reason
MORE_POLICIES = {
    ("core.contract", "agency"): "an agency reads the contracts it is a party of",
    ("core.contract_version", "agency"): "an agency reads the wordings it is asked to sign",
    ("core.statement", "agency"): "an agency reads the statements of its contracts",
    ("core.service_unit", "agency"): "an agency counts what it has served; there are no names in it",
    ("core.closing_step", "agency"): "an agency sees what it has to return and delete",
    ("core.rollup", "parent"): "a union reads what those below have published to it, while it stands",
}
# tables of everybody whose rows may say that somebody takes part: writing is open, reading is walled, each with the reason
READ_WALLS = {
    "core.audit_entry": "a subject's id beside the name of an act; entries about accounts are not confidential",
    "core.outbox": "ids beside the name of a job",
}
# columns named like ids that hold somebody else's, each with the reason
NOT_OUR_IDS = {
    "Provider.client_id": "OpenID Connect's word for the name a provider knows us by",
}
ASKS_ONCE = "(tenant_id = ( SELECT guard.tenant() AS tenant))"


def models() -> list[type[TenantModel]]:
    found: list[type[TenantModel]] = []
    waiting: list[type[TenantModel]] = [TenantModel]
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if "__table__" in vars(model):
            found.append(model)
    return sorted(found, key=lambda model: model.__table__.fullname)


def rows(connection: sa.Connection, query: str) -> list[sa.Row]:
    return list(connection.execute(sa.text(query.replace("::", r"\:\:"))))


OURS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
# what an extension brings belongs to it, and lies where the application may not look (see its test)
OWN = "NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')"
VERSIONS = "c.relname <> 'alembic_version'"  # Alembic's own, one a component, not granted to the application


@pytest.fixture(scope="module")
def tables(superuser) -> dict[str, sa.Row]:
    """Our tables as they are: everything but the guard's two and Alembic's."""
    query = (
        "SELECT n.nspname || '.' || c.relname AS name, c.oid, c.relkind, c.relrowsecurity, "
        "c.relforcerowsecurity, "
        "pg_get_userbyid(c.relowner) AS owner, EXISTS (SELECT 1 FROM pg_attribute a WHERE "
        "a.attrelid = c.oid "
        "AND a.attname = 'tenant_id' AND NOT a.attisdropped) AS has_tenant "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE {OURS} AND n.nspname <> 'guard' AND {VERSIONS} AND c.relkind IN ('r', 'p')"
    )
    return {row.name: row for row in rows(superuser, query)}


def test_every_table_is_a_tenants(tables) -> None:
    assert {name for name, row in tables.items() if not row.has_tenant} == set(WITHOUT_TENANT)


def test_models_and_catalogue_name_the_same_tables(tables) -> None:
    modelled = {model.__table__.fullname for model in models()} | set(WITHOUT_TENANT)
    assert set(tables) == modelled | set(WITHOUT_MODEL)


def test_the_schema_tells_whose_table_it_is(runtime) -> None:
    """A plugin's tables lie in its own schema and are named in its manifest, a room's in core."""
    listed = {m for plugin in runtime.registry.plugins.values() for m in plugin.models}
    wrong = [m.__name__ for m in models() if (m.__schema__ != "core") != (m in listed)]
    assert wrong == []


# ---- keys and indexes ------------------------------------------------------------------------------------


def test_primary_keys_are_composite(tables, superuser) -> None:
    query = (
        "SELECT i.indrelid, array_agg(a.attname ORDER BY x.n) AS columns FROM pg_index i "
        "CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS x (att, n) "
        "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = x.att WHERE i.indisprimary "
        "GROUP BY 1"
    )
    keys = {row.indrelid: list(row.columns) for row in rows(superuser, query)}
    wrong = {name: keys.get(row.oid) for name, row in tables.items() if row.has_tenant}
    assert {name: key for name, key in wrong.items() if key != ["tenant_id", "id"]} == {}


def test_every_index_begins_with_the_tenant(tables, superuser) -> None:
    """Which is also what Citus asks of unique constraints: they contain the distribution column."""
    query = (
        "SELECT n.nspname || '.' || x.relname AS name, t.oid AS table, a.attname AS first FROM pg_index i "
        "JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid "
        "JOIN pg_namespace n ON n.oid = t.relnamespace "
        "LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]"
    )
    tenants = {row.oid for row in tables.values() if row.has_tenant}
    across = {row.name for row in rows(superuser, query) if row.table in tenants and row.first != "tenant_id"}
    assert across == set(ACROSS_TENANTS)


def test_exclusions_begin_with_the_tenant(superuser) -> None:
    query = (
        "SELECT conrelid::regclass::text AS table, conname, pg_get_constraintdef(oid) AS text FROM "
        "pg_constraint "
        "WHERE contype = 'x'"
    )
    wrong = [row for row in rows(superuser, query) if "(tenant_id WITH =" not in row.text]
    assert wrong == []


def foreign_keys(superuser) -> list[sa.Row]:
    return rows(
        superuser,
        "SELECT f.conname, f.conrelid::regclass::text AS from_table, f.confrelid::regclass::text AS "
        "to_table, "
        "(SELECT array_agg(a.attname ORDER BY x.n) FROM unnest(f.conkey) WITH ORDINALITY AS x (att, n) "
        "  JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = x.att) AS columns, "
        "(SELECT array_agg(a.attname ORDER BY x.n) FROM unnest(f.confkey) WITH ORDINALITY AS x (att, n) "
        "  JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = x.att) AS referred "
        "FROM pg_constraint f WHERE f.contype = 'f'",
    )


def test_a_reference_cannot_cross_tenants(superuser) -> None:
    """Composite from tenant to tenant; only the directory (Citus: a reference table) is referred "
    "to by its id."""
    wrong = [
        f"{key.from_table}.{key.conname}"
        for key in foreign_keys(superuser)
        if key.to_table not in WITHOUT_TENANT
        # further columns may tie a row to what its parent is (a campaign's mode), so that a CHECK can speak of it
        and not (key.columns[0] == key.referred[0] == "tenant_id" and key.referred[:2] == ["tenant_id", "id"])
    ]
    assert wrong == []


def test_every_tenant_column_points_at_the_directory(tables, superuser) -> None:
    held = {key.from_table for key in foreign_keys(superuser) if list(key.columns) == ["tenant_id"]}
    assert {name for name, row in tables.items() if row.has_tenant} - held == set()


def test_references_stay_inside_a_plugin_or_point_at_core(superuser) -> None:
    wrong = [
        f"{key.from_table} → {key.to_table}"
        for key in foreign_keys(superuser)
        if key.to_table.partition(".")[0] not in ("core", key.from_table.partition(".")[0])
    ]
    assert wrong == []


def test_a_cascade_never_changes_the_tenant(superuser) -> None:
    """SET NULL on a composite key would null tenant_id (and Citus refuses it)."""
    query = (
        "SELECT conname FROM pg_constraint WHERE contype = 'f' "
        "AND (confdeltype IN ('n', 'd') OR confupdtype <> 'a')"
    )
    assert rows(superuser, query) == []


# ---- the wall --------------------------------------------------------------------------------------------


def test_row_security_is_on_and_forced(tables) -> None:
    open_tables = [n for n, row in tables.items() if not (row.relrowsecurity and row.relforcerowsecurity)]
    assert open_tables == []


@pytest.fixture(scope="module")
def policies(superuser) -> list[sa.Row]:
    return rows(
        superuser,
        "SELECT schemaname || '.' || tablename AS table, policyname, permissive, roles::text[] AS "
        "roles, cmd, qual, "
        "with_check FROM pg_policies",
    )


def test_one_policy_lets_the_tenant_in_and_asks_once(tables, policies) -> None:
    """The call stands in a sub-select: asked once a statement, not once a row."""
    found = {p.table: p for p in policies if p.policyname == "tenant" and p.table not in WITHOUT_TENANT}
    assert set(found) == {name for name, row in tables.items() if row.has_tenant}
    wrong = [
        p.table
        for p in found.values()
        if (p.qual, p.with_check, p.cmd, list(p.roles)) != (ASKS_ONCE, ASKS_ONCE, "ALL", ["anxin_app"])
    ]
    assert wrong == []


def test_no_other_policy_opens_a_table_to_the_application(policies) -> None:
    more = {
        (p.table, p.policyname)
        for p in policies
        if p.permissive == "PERMISSIVE"
        and p.policyname != "tenant"
        and {"anxin_app", "public"} & set(p.roles)
        and p.table not in WITHOUT_TENANT
    }
    assert more == set(MORE_POLICIES)


def test_the_guard_is_called_in_a_sub_select_everywhere(policies) -> None:
    bare = [
        (p.table, p.policyname)
        for p in policies
        for text in (p.qual or "", p.with_check or "")
        if text.count("guard.") != text.count("( SELECT guard.")
    ]
    assert bare == []


def test_clinical_tables_have_the_employer_wall(policies) -> None:
    walls = {
        p.table: p
        for p in policies
        if p.permissive == "RESTRICTIVE" and "guard.sees_clinical()" in (p.qual or "")
    }
    reading = {table for table, wall in walls.items() if wall.cmd == "SELECT"}
    assert reading == set(READ_WALLS)
    walls = {table: wall for table, wall in walls.items() if table not in reading}
    assert set(walls) == {model.__table__.fullname for model in models() if model.__clinical__}
    wrong = []
    for model in models():
        if model.__clinical__:
            wall = walls[model.__table__.fullname]
            assert wall.cmd == "ALL"
            assert wall.qual == wall.with_check
            own = f"({model.__subject__} = ( SELECT guard.person() AS person))"
            # a row about a call by somebody unknown has a subject whose key it is, and nobody who could read it
            own_is_theirs = about_a_person(model) and not model.__of_helpers__
            wrong += [model.__name__] if (own in wall.qual) != own_is_theirs else []
    assert wrong == []


def about_a_person(model) -> bool:
    return any(
        key.referred_table.fullname == "core.person"
        and model.__subject__ in {column.name for column in key.columns}
        for key in model.__table__.foreign_key_constraints
    )


def test_what_is_sealed_belongs_to_somebody(policies) -> None:
    """Sealed with a subject's key, or (a tenant's own secret, without a person) with the tenant's."""
    loose = [m.__name__ for m in models() if m.__clinical__ and sealed_columns(m) and not m.__subject__]
    assert loose == []


# ---- roles and rights ------------------------------------------------------------------------------------


def test_the_applications_roles_are_small(superuser) -> None:
    query = (
        "SELECT rolname, rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication "
        "AS mighty, "
        "rolcanlogin, (SELECT array_agg(g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid "
        "= m.roleid "
        "WHERE m.member = r.oid) AS member_of FROM pg_roles r WHERE rolname LIKE 'anxin\\_%'"
    )
    found = {row.rolname: row for row in rows(superuser, query)}
    assert set(found) == {"anxin_owner", "anxin_guard", "anxin_app", "anxin_auth"}
    assert not any(row.mighty for row in found.values())
    assert found["anxin_app"].member_of is None
    assert found["anxin_auth"].member_of is None
    assert not found["anxin_guard"].rolcanlogin


def test_the_application_owns_nothing(superuser, tables) -> None:
    assert {row.owner for row in tables.values()} == {"anxin_owner"}
    query = (
        "SELECT count(*) FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid "
        "WHERE d.deptype = 'o' AND r.rolname IN ('anxin_app', 'anxin_auth')"
    )
    assert superuser.scalar(sa.text(query)) == 0


@pytest.mark.parametrize("role", ["anxin_app", "anxin_auth"])
def test_rights_are_plain_dml(superuser, role: str) -> None:
    kinds = ["TRUNCATE", "REFERENCES", "TRIGGER"]
    if superuser.scalar(sa.text("SELECT current_setting('server_version_num')::int >= 170000")):
        kinds.append("MAINTAIN")
    rights = rows(
        superuser,
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE {OURS} AND c.relkind IN ('r', 'p', 'v') "
        f"AND has_table_privilege('{role}', c.oid, '{', '.join(kinds)}')",
    )
    assert rights == []
    assert not superuser.scalar(
        sa.text(f"SELECT has_database_privilege('{role}', current_database(), 'TEMP')")
    )
    assert not superuser.scalar(
        sa.text(f"SELECT has_database_privilege('{role}', current_database(), 'CREATE')")
    )
    schemas = f"SELECT nspname FROM pg_namespace WHERE has_schema_privilege('{role}', oid, 'CREATE')"
    assert rows(superuser, schemas) == []


def test_the_auth_role_reads_the_directory_alone(superuser, tables) -> None:
    query = (
        "SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = "
        "c.relnamespace "
        f"WHERE {OURS} AND c.relkind IN ('r', 'p') AND (has_any_column_privilege('anxin_auth', "
        f"c.oid, 'SELECT') "
        "OR has_table_privilege('anxin_auth', c.oid, 'INSERT, UPDATE, DELETE'))"
    )
    assert {row.name for row in rows(superuser, query)} == {"core.tenant"}


def test_the_trail_and_the_proofs_are_append_only(superuser) -> None:
    query = (
        "SELECT t.name FROM (VALUES ('core.audit_entry'), ('core.audit_checkpoint'), "
        "('core.consent_decision'), "
        "('core.crisis_event')) AS t (name) WHERE has_any_column_privilege('anxin_app', t.name, 'UPDATE') "
        "OR has_table_privilege('anxin_app', t.name, 'DELETE')"
    )
    assert rows(superuser, query) == []


def test_the_guards_functions_are_safe_to_call(superuser) -> None:
    """SECURITY DEFINER with a pinned search_path, owned by the guard, never open to everybody; or an expression over one
    that is, parsed when it was made: it has the caller's rights only and no name left to be looked up."""
    query = (
        "SELECT p.oid::regprocedure::text AS name, p.prosecdef, pg_get_userbyid(p.proowner) AS "
        "owner, p.proconfig, p.prosqlbody IS NOT NULL AS expression, "
        "has_function_privilege('public', p.oid, 'EXECUTE') AS open FROM pg_proc p "
        f"JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {OURS} AND {OWN}"
    )
    found = rows(superuser, query)
    assert found
    pinned = [row for row in found if "search_path=pg_catalog, pg_temp" in (row.proconfig or [])]
    wrong = [
        row.name
        for row in found
        if row.owner != "anxin_guard"
        or row.open
        or (row not in pinned if row.prosecdef else not row.expression)
    ]
    assert wrong == []


def test_which_functions_the_application_may_call(superuser) -> None:
    query = (
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        f"WHERE {OURS} AND {OWN} AND has_function_privilege('anxin_app', p.oid, 'EXECUTE')"
    )
    may = {row.proname for row in rows(superuser, query)}
    assert may == {
        "context",
        "forget_statements",
        "tenant",
        "person",
        "sees_clinical",
        "enter",
        "enter_job",
        "enter_session",
        "claim_job",
        "job_state",
        "lock",
        "refuse",
    }


@pytest.mark.parametrize("role", ["anxin_app", "anxin_auth"])
def test_extensions_lie_where_the_application_may_not_look(superuser, role: str) -> None:
    """Index support needs no right to be called by name."""
    query = (
        "SELECT n.nspname FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace "
        "WHERE x.extname <> 'plpgsql'"
    )
    schemas = {row.nspname for row in rows(superuser, query)}
    assert schemas == {"extensions"}
    assert not superuser.scalar(sa.text(f"SELECT has_schema_privilege('{role}', 'extensions', 'USAGE')"))


def test_nothing_that_the_wall_does_not_reach(superuser) -> None:
    """No sequence (it counts across tenants), no materialised view; a view asks with its reader's "
    "rights."""
    kinds = rows(
        superuser,
        "SELECT c.oid::regclass::text AS name, c.relkind::text AS kind, c.reloptions FROM pg_class c "
        f"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS} AND c.relkind IN ('S', 'm', 'v', 'f')",
    )
    assert [
        k.name for k in kinds if k.kind != "v" or "security_invoker=true" not in (k.reloptions or [])
    ] == []
    identity = rows(
        superuser,
        "SELECT a.attrelid::regclass::text, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid "
        "= a.attrelid "
        f"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS} AND a.attidentity <> ''",
    )
    assert identity == []


def test_no_triggers_or_rules(superuser) -> None:
    """They would run with somebody else's rights, out of sight of who reads the service."""
    triggers = rows(superuser, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    rules = rows(
        superuser,
        "SELECT rulename FROM pg_rules WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    assert triggers + rules == []


# ---- models and migrations are one -----------------------------------------------------------------------


def test_migrations_and_models_do_not_differ(superuser) -> None:
    schemas = {model.__schema__ for model in models()} | {"core"}

    def wanted(name, kind, parents) -> bool:
        if kind == "schema":
            return name in schemas
        full = f"{parents.get('schema_name')}.{name}"
        return kind != "table" or (full not in WITHOUT_MODEL and name != "alembic_version")

    context = MigrationContext.configure(
        superuser, opts={"include_schemas": True, "include_name": wanted, "compare_type": True}
    )
    differences = "\n".join(str(found) for found in compare_metadata(context, Base.metadata))
    assert differences == ""


def test_checks_are_in_the_database_too(superuser) -> None:
    query = "SELECT conrelid::regclass::text AS table, conname FROM pg_constraint WHERE contype = 'c'"
    there: dict[str, set[str]] = {}
    for row in rows(superuser, query):
        there.setdefault(row.table, set()).add(row.conname)
    missing = {}
    for model in models():
        table = model.__table__
        names = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        if names != there.get(table.fullname, set()):
            missing[table.fullname] = names ^ there.get(table.fullname, set())
    assert missing == {}


def test_times_ids_and_enums_have_the_house_types() -> None:
    """timestamptz, UUID ids, integer money; no enum type and no float for what is counted."""
    wrong = []
    for model in models():
        for column in model.__table__.columns:
            kind, name = column.type, f"{model.__name__}.{column.name}"
            if (isinstance(kind, sa.DateTime) and not kind.timezone) or isinstance(kind, sa.Enum | sa.Float):
                wrong.append(f"{name}: {kind!r}")
            if column.name.endswith("_id") and name not in NOT_OUR_IDS and not isinstance(kind, sa.Uuid):
                wrong.append(f"{name} is no UUID")
            if column.name.endswith("_fen") and not isinstance(kind, sa.Integer):
                wrong.append(f"{name} is no integer")
    assert wrong == []
