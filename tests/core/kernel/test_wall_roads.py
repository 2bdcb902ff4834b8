"""Other roads round the wall: roles, definitions, files, statistics, odd queries, errors that might tell."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.kernel import capability


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE anxin_owner",
        "SET ROLE anxin_guard",
        "SET ROLE anxin_auth",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION anxin_owner",
        "SET session_replication_role = replica",
        "ALTER ROLE anxin_app BYPASSRLS",
        "ALTER TABLE core.person DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE core.person NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON core.person",
        "CREATE POLICY mine ON core.person USING (true)",
        "TRUNCATE core.person",
        "LOCK TABLE core.tenant IN ACCESS EXCLUSIVE MODE",
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (x int)",
        "CREATE TABLE core.mine (x int)",
        "CREATE TABLE guard.mine (x int)",
        "CREATE TEMP TABLE mine (x int)",
        "CREATE TEMP VIEW mine AS SELECT * FROM core.person",
        "CREATE FUNCTION guard.tenant2() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        "CREATE OR REPLACE FUNCTION guard.tenant() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
        "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
        "CREATE OPERATOR public.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = uuid_ne)",
        "CREATE EXTENSION pgcrypto",
        "CREATE EXTENSION dblink",
        "CREATE TRIGGER mine BEFORE INSERT ON core.person EXECUTE FUNCTION tsvector_update_trigger()",
        "CREATE RULE mine AS ON INSERT TO core.person DO NOTHING",
        "CREATE STATISTICS core.mine ON name, number FROM core.person",
        "CREATE PUBLICATION mine FOR ALL TABLES",
        "CREATE LANGUAGE plpython3u",
        "COPY core.person TO PROGRAM 'cat'",
        "COPY core.person TO '/tmp/mine'",
        "COPY core.person FROM PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('.')",
        "SELECT * FROM guard.key",
        "SELECT * FROM guard.capability",
        "INSERT INTO guard.key VALUES ('ctx', '', '')",
        "UPDATE guard.capability SET revoked_at = NULL",
        "SELECT guard.sign('x')",
        "SELECT guard.hmac('ctx', 'x')",
        "SELECT guard.set_context(gen_random_uuid(), NULL, 'system')",
        "SELECT guard.mint('x', gen_random_uuid(), NULL, 'system', '1 hour', NULL)",
        "SELECT guard.revoke('x')",
        "SELECT guard.found(gen_random_uuid(), 'x', 'agency', 'x', 'zh_CN')",
        "SELECT * FROM guard.outbox_take(100, '1 hour')",
        "SELECT guard.outbox_put(gen_random_uuid(), gen_random_uuid(), 'x', '{}', 'x', now())",
        "SELECT * FROM guard.seal_take(gen_random_uuid(), 10)",
        "SELECT * FROM pg_stat_activity",
        "SELECT * FROM pg_prepared_statements",
        "SELECT * FROM pg_prepared_statement()",
        "SELECT * FROM pg_stat_get_activity(NULL)",
        "SELECT pg_stat_get_backend_activity(1)",
        "SELECT pg_terminate_backend(1)",
        "SELECT pg_cancel_backend(1)",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_try_advisory_lock(1)",
        "SELECT pg_advisory_xact_lock(1)",
        "SELECT pg_try_advisory_xact_lock_shared(1, 2)",
        "SELECT lo_creat(-1)",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_get(1)",
        "SELECT lo_open(1, 131072)",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_export(1, '/tmp/mine')",
        "SELECT * FROM pg_authid",
        "SELECT * FROM pg_statistic",
        "SELECT * FROM pg_largeobject",
        "SELECT * FROM core.alembic_version",
        "SELECT pg_reload_conf()",
        "SELECT pg_logical_slot_peek_changes('x', NULL, NULL)",
        "SELECT set_config('session_preload_libraries', 'x', false)",
    ],
)
def test_refused_outright(probe, a, statement: str) -> None:
    with probe().inside(a.token) as sql:
        assert sql.refused(statement) in {
            "42501",
            "22023",
            "42883",
            "0A000",
            "42P01",
            "25001",
            "55000",
            "0LP01",
        }


READS = {
    "plain": "SELECT * FROM {table} WHERE tenant_id = '{b}'",
    "everything": "SELECT * FROM (SELECT tenant_id AS t FROM {table}) AS x WHERE t = '{b}' OR "
    "x::text LIKE '%%{b}%%'",
    "search_path": "SELECT * FROM {table} WHERE tenant_id = '{b}'",
    "in a function body": "DO $$ BEGIN IF EXISTS (SELECT 1 FROM {table} WHERE tenant_id = '{b}') "
    "THEN RAISE EXCEPTION 'seen'; END IF; END $$",
    "as xml": "SELECT * FROM query_to_xml('SELECT * FROM {table} WHERE tenant_id = ''{b}''', false, "
    "false, '') x "
    "WHERE x::text LIKE '%%{b}%%'",
    "for update": "SELECT id FROM {table} WHERE tenant_id = '{b}' FOR UPDATE",
    "tablesample": "SELECT * FROM {table} TABLESAMPLE SYSTEM (100) WHERE tenant_id = '{b}'",
    "by ctid": "SELECT * FROM {table} WHERE ctid = ANY (ARRAY(SELECT ('(' || p || ',' || n || ')')::tid "
    "FROM generate_series(0, 3) p, generate_series(1, 60) n)) AND tenant_id = '{b}'",
    "left join": "SELECT x.* FROM (SELECT 1) AS one LEFT JOIN {table} x ON true WHERE x.tenant_id = '{b}'",
    "lateral": "SELECT x.* FROM core.tenant t, LATERAL (SELECT * FROM {table} WHERE tenant_id = t.id) x "
    "WHERE t.id = '{b}'",
    "recursive": "WITH RECURSIVE r AS (SELECT tenant_id FROM {table} UNION SELECT tenant_id FROM r) "
    "SELECT * FROM r WHERE tenant_id = '{b}'",
    "a prepared statement": "EXECUTE probe_{number}",
    "a cursor": "FETCH ALL FROM probe_{number}",
}
SETTINGS = (
    "SET LOCAL search_path = pg_temp, core, public",
    "SET LOCAL enable_indexscan = off",
    "SET LOCAL enable_seqscan = off",
    "SET LOCAL plan_cache_mode = force_generic_plan",
    "SET LOCAL debug_parallel_query = on",
    "SET LOCAL parallel_setup_cost = 0",
    "SET LOCAL jit = on",
)


def test_no_shape_of_query_reads_the_other_tenant(probe, a, b) -> None:
    with probe().inside(a.token) as sql:
        for setting in SETTINGS:
            sql(setting)
        for number, table in enumerate(sql.tables()):
            own = f"SELECT * FROM {table} WHERE tenant_id = '{b.id}'"
            sql(f"PREPARE probe_{number} AS {own}")
            sql(f"DECLARE probe_{number} CURSOR WITH HOLD FOR {own}")
            for name, shape in READS.items():
                if name == "for update" and not may_update(sql, table):
                    continue
                assert sql(shape.format(table=table, b=b.id, number=number)) == [], f"{name}: {table}"


def may_update(sql, table: str) -> bool:
    return bool(sql.one("SELECT has_table_privilege(%s, 'UPDATE')", table))


def test_a_held_cursor_and_a_prepared_statement_outlive_no_transaction(probe, runtime, a, b) -> None:
    """Both are planned and filled under the rows of the moment; a later tenant does not inherit them in the
    pool.
    """
    token = capability.mint(runtime.auth, b.id, reach="system", lifetime=timedelta(minutes=5))
    sql = probe()
    with sql.inside(a.token):
        sql("PREPARE mine AS SELECT count(*) FROM core.person")
        assert sql.one("EXECUTE mine") > 0
    with sql.inside(token):
        of_b = sql.one("EXECUTE mine")
        assert of_b == sql.one("SELECT count(*) FROM core.person")
    assert sql.one("EXECUTE mine") == 0


def test_copy_out_holds_the_policy_too(probe, a, b) -> None:
    with probe().inside(a.token) as sql:
        for table in sql.tables():
            with sql.connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
                assert str(b.id).encode() not in b"".join(bytes(block) for block in copy)
            with sql.connection.cursor().copy(
                f"COPY (SELECT * FROM {table} WHERE tenant_id = '{b.id}') TO STDOUT"
            ) as copy:
                assert b"".join(bytes(block) for block in copy) == b""


@pytest.mark.parametrize(
    "condition",
    [
        "1 / (length(name) - length(name)) = 1",
        "name::int = 1",
        "cast(name AS date) IS NOT NULL",
        "('{' || name || '}')::int[] IS NOT NULL",
        "(('{\"a\": ' || name || '}')::jsonb) IS NOT NULL",
        "name ~ ('(' || name)",
    ],
)
def test_no_error_speaks_of_a_hidden_row(probe, a, b, superuser, condition: str) -> None:
    """A condition that fails on B's row is never asked of it: only leakproof operators may go before the
    policy.
    """
    query = f"SELECT count(*) FROM core.person WHERE tenant_id = '{b.id}' AND {condition}"
    with pytest.raises(sa.exc.DBAPIError):  # the condition does fail on that row
        superuser.exec_driver_sql(query)
    with probe().inside(a.token) as sql:
        assert sql(query) == [(0,)]


def test_what_explain_and_statistics_tell(probe, a, b, superuser) -> None:
    """The plan's figures are the same whatever the hidden rows hold, and the statistics views are closed."""
    superuser.execute(sa.text("ANALYZE core.person"))
    name = superuser.scalar(sa.text("SELECT name FROM core.person WHERE tenant_id = :t LIMIT 1"), {"t": b.id})
    with probe().inside(a.token) as sql:
        plans = [
            sql(f"EXPLAIN (FORMAT TEXT) SELECT * FROM core.person WHERE name = '{value}'")
            for value in (name, "nobody-is-called-so")
        ]
        assert str(plans[0]).replace(name, "?") == str(plans[1]).replace("nobody-is-called-so", "?")
        assert (
            sql("SELECT * FROM pg_stats WHERE schemaname NOT IN ('pg_catalog', 'information_schema')") == []
        )
        assert sql("SELECT * FROM pg_stats_ext") == []


def test_what_other_sessions_do_is_out_of_sight(probe, runtime, a, b) -> None:
    other = probe()
    other("BEGIN")
    other("SELECT 'a secret of B'")
    with probe().inside(a.token) as sql:
        for view in ("pg_stat_activity", "pg_stat_ssl", "pg_stat_replication", "pg_prepared_statements"):
            assert sql.refused(f"SELECT * FROM {view}") == "42501"
        assert sql("SELECT name FROM pg_cursors WHERE name <> ''") == []
        assert sql("SELECT * FROM pg_prepared_xacts") == []
    other("ROLLBACK")


def test_no_setting_holds_what_the_wall_hangs_on(probe, a) -> None:
    """Neither a token nor a key is to be found among the settings of a session."""
    with probe().inside(a.token) as sql:
        everything = str(sql("SELECT name, setting, reset_val FROM pg_settings"))
        assert a.token not in everything
        assert sql("SELECT * FROM pg_db_role_setting WHERE setconfig::text LIKE '%%ctx%%'") == []


def test_a_lock_of_one_tenant_is_none_of_anothers(probe, runtime, a, b) -> None:
    token = capability.mint(runtime.auth, b.id, reach="system", lifetime=timedelta(minutes=5))
    first, second = probe(), probe()
    with first.inside(a.token), second.inside(token):
        second("SET LOCAL lock_timeout = '2s'")
        first("SELECT guard.lock('hot')")
        second("SELECT guard.lock('hot')")  # would time out if it were the same lock
