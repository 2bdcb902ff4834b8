"""Who gets in, and what a session of the union sees of care: nothing, its own tenant's included."""

import contextlib
import os
import threading
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from tests.contracts.everything import fill, models

from anxin.consent.models import Consent
from anxin.kernel import capability
from anxin.kernel.ctx import tenant_scope
from anxin.kernel.ids import new_id
from anxin.kernel.link import Link

SESSION = "SELECT * FROM guard.enter_session(%s, current_date, NULL)"
WAYS = (
    "SELECT * FROM guard.enter(%s)",
    SESSION,
    "SELECT * FROM guard.enter_session(%s, current_date)",  # processes of the version before
)


@pytest.mark.parametrize("way_in", WAYS)
def test_only_a_live_token_enters(probe, runtime, a, way_in: str) -> None:
    sql = probe()
    for token in ("", "x", a.token + "x", a.token[:-1], capability.new_token(), None):
        assert sql.refused(way_in, token) == "28000"
    sql("BEGIN")
    sql(way_in, a.token)
    assert sql.one("SELECT guard.tenant()") == a.tenant.id
    sql("ROLLBACK")
    capability.revoke(runtime.auth, capability.token_hash(a.token))
    assert sql.refused(way_in, a.token) == "28000"


@pytest.mark.parametrize(
    "aged",
    [
        "expires_at = clock_timestamp() - interval '1 second'",
        "idle = interval '1 hour', seen_at = clock_timestamp() - interval '61 minutes'",
        "revoked_at = clock_timestamp()",
    ],
)
def test_expired_idle_and_revoked_are_refused(probe, superuser, a, aged: str) -> None:
    sql = probe()
    superuser.execute(
        sa.text(f"UPDATE guard.capability SET {aged} WHERE token_hash = :h"),
        {"h": capability.token_hash(a.token)},
    )
    for way_in in WAYS:
        assert sql.refused(way_in, a.token) == "28000"
    assert sql.one("SELECT count(*) FROM core.person") == 0


def test_who_has_signed_in_is_told_of_sessions_only(probe, runtime, a, superuser) -> None:
    """A capability without a session of an active person says nothing but its tenant; and rows of others say nothing."""
    ask = f"SELECT person_id, name, memberships, wrapped FROM ({SESSION}) e"
    sql, visitor = probe(), runtime.visitors.token(a.tenant.id)
    with sql.inside(a.token):
        assert sql(ask, a.token)[0][0] == a.id
        assert sql(ask, visitor) == [(None, None, None, None)]
    superuser.execute(sa.text("UPDATE core.person SET state = 'left' WHERE id = :p"), {"p": a.id})
    with sql.inside(a.token):
        assert sql(ask, a.token) == [(None, None, None, None)]


def test_the_way_in_refuses_who_is_not_as_before(probe, superuser, a) -> None:
    sql, again = probe(), "SELECT digest FROM guard.enter_session(%s, current_date, %s)"
    sql("BEGIN")
    digest = sql(f"SELECT digest FROM ({SESSION}) e", a.token)[0][0]
    assert sql(again, a.token, digest) == [(digest,)]
    assert sql(again.replace("digest", "*", 1), a.token, digest)[0][:-1] == (None,) * 20, (
        "nothing but the digest"
    )
    sql("ROLLBACK")
    assert sql.refused(again, a.token, b"another") == "28000"
    superuser.execute(sa.text("UPDATE core.person SET state = 'left' WHERE id = :p"), {"p": a.id})
    assert sql.refused(again, a.token, digest) == "28000", "no row to tell, and no digest of nothing"


@pytest.mark.parametrize("way_in", WAYS)
def test_using_a_session_keeps_it_from_idling(probe, superuser, a, way_in: str) -> None:
    seen = sa.text("SELECT seen_at FROM guard.capability WHERE token_hash = :h")
    h = {"h": capability.token_hash(a.token)}
    superuser.execute(
        sa.text(
            "UPDATE guard.capability SET idle = '1 hour', seen_at = now() - interval '50 minutes' "
            "WHERE token_hash = :h"
        ),
        h,
    )
    before = superuser.scalar(seen, h)
    sql = probe()
    sql("BEGIN")
    sql(way_in, a.token)
    sql("COMMIT")
    assert superuser.scalar(seen, h) > before


def test_a_refused_entry_leaves_the_transaction_outside(probe, a, b) -> None:
    with probe().inside(a.token) as sql:
        sql.refused("SELECT * FROM guard.enter('wrong')")
        assert sql.one("SELECT guard.tenant()") == a.tenant.id
        assert sql.reads_of(b.id) == {}


def test_a_job_token_opens_one_job_of_one_tenant(probe, runtime, tenant, b, superuser) -> None:
    with tenant_scope(runtime, tenant) as ctx:
        ctx.unaudited("test")
        job_id = ctx.enqueue(next(iter(runtime.jobs.values())), at=ctx.now + timedelta(days=1))
    token = runtime.job_token(job_id)
    sql = probe()
    sql("BEGIN")
    for tenant_id, one, secret in (
        (b.id, job_id, token),
        (tenant.id, new_id(), token),
        (tenant.id, job_id, "x"),
        (tenant.id, job_id, runtime.job_token(new_id())),
        (tenant.id, job_id, None),
    ):
        assert not sql.one("SELECT guard.enter_job(%s, %s, %s)", tenant_id, one, secret)
        assert sql.one("SELECT guard.tenant()") is None
    assert sql.one("SELECT guard.enter_job(%s, %s, %s)", tenant.id, job_id, token)
    assert sql.reads_of(b.id) == {}
    sql("ROLLBACK")
    for state in ("done_at", "failed_at"):
        superuser.execute(sa.text(f"UPDATE core.outbox SET {state} = now() WHERE id = :id"), {"id": job_id})
        assert not sql.one("SELECT guard.enter_job(%s, %s, %s)", tenant.id, job_id, token)


# ---- the employer wall -----------------------------------------------------------------------------------


def clinical() -> list[str]:
    return [model.__table__.fullname for model in models() if model.__clinical__]


def test_the_unions_session_reads_no_row_of_care(probe, runtime, person, superuser) -> None:
    admin = person("admin")
    fill(runtime, admin.tenant.id)
    with probe().inside(admin.token) as sql:
        for table in clinical():
            assert superuser.scalar(
                sa.text(f"SELECT count(*) FROM {table} WHERE tenant_id = '{admin.tenant.id}'")
            )
            assert sql.one(f"SELECT count(*) FROM {table}") == 0, table
            assert sql(f"DELETE FROM {table} RETURNING id") == [] if may_delete(sql, table) else True


def may_delete(sql, table: str) -> bool:
    return bool(sql.one("SELECT has_table_privilege(%s, 'DELETE')", table))


def test_a_person_reads_their_own_care_and_nobody_elses(
    probe, runtime, person, agency_person, superuser
) -> None:
    someone = person("employee")
    with tenant_scope(runtime, someone.tenant) as ctx:
        ctx.unaudited("test")
        ctx.add(Consent(person_id=someone.id, purpose="x", version=1, agreed=True, decided_at=ctx.now))
    fill(runtime, someone.tenant.id)
    with probe().inside(someone.token) as sql:
        assert sql("SELECT DISTINCT person_id FROM core.consent") == [(someone.id,)]
    helper = agency_person("helper")
    with probe().inside(helper.token) as sql:
        assert sql.one("SELECT count(*) FROM core.consent") == 2


def test_no_visitor_reads_care(probe, runtime, tenant) -> None:
    fill(runtime, tenant.id)
    with probe().inside(runtime.visitors.token(tenant.id)) as sql:
        assert [table for table in clinical() if sql.one(f"SELECT count(*) FROM {table}")] == []


def test_a_union_cannot_make_itself_a_job(probe, runtime, a) -> None:
    """A job sees care; so a row of the outbox that the application role wrote by itself must open nothing."""
    fill(runtime, a.tenant.id)
    with probe().inside(a.token) as sql:
        job_id = new_id()
        sql(
            "INSERT INTO core.outbox (tenant_id, id, job, token_hash) VALUES (%s, %s, 'x', sha256('mine'))",
            a.tenant.id,
            job_id,
        )
        sql("SELECT guard.enter_job(%s, %s, 'mine')", a.tenant.id, job_id)
        assert not sql.one("SELECT guard.sees_clinical()")
        assert [table for table in clinical() if sql.one(f"SELECT count(*) FROM {table}")] == []


# ---- the pool --------------------------------------------------------------------------------------------


def test_a_connection_comes_back_empty(runtime, a, b) -> None:
    """Whatever a request left in its backend is gone: settings, cursors, what it prepared, listening, the
    tenant.
    """
    with runtime.engine.connect() as connection:
        driver = connection.connection.driver_connection
        pid = driver.info.backend_pid
        driver.execute("SELECT * FROM guard.enter(%s)", (a.token,))
        driver.execute("SELECT set_config('app.ctx', current_setting('app.ctx'), false)")
        driver.execute("SET work_mem = '1GB'")
        driver.execute("SET search_path = core")
        driver.execute("PREPARE mine AS SELECT * FROM core.person")
        driver.execute("DECLARE mine CURSOR WITH HOLD FOR SELECT * FROM core.person")
        driver.execute("LISTEN mine")
        driver.commit()
    with contextlib.ExitStack() as stack:
        again = [stack.enter_context(runtime.engine.connect()) for _ in range(runtime.settings.pool_size)]
        driver = next(
            c.connection.driver_connection
            for c in again
            if c.connection.driver_connection.info.backend_pid == pid
        )
        assert driver.execute("SELECT guard.tenant()").fetchone() == (None,)
        assert driver.execute("SELECT current_setting('app.ctx', true)").fetchone()[0] in (None, "")
        assert driver.execute("SHOW work_mem").fetchone() != ("1GB",)
        assert driver.execute("SHOW search_path").fetchone() == ("pg_catalog",)
        assert driver.execute("SELECT count(*) FROM pg_cursors WHERE name = 'mine'").fetchone() == (0,)
        assert driver.execute("SELECT count(*) FROM pg_listening_channels()").fetchone() == (0,)
        assert driver.execute("SELECT session_user = current_user").fetchone() == (True,)
        assert driver.execute("SELECT count(*) FROM core.person").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            driver.execute("EXECUTE mine")


def test_a_process_of_the_version_before_can_still_forget(runtime) -> None:
    with psycopg.connect(runtime.settings.app_database_url) as driver:
        driver.execute("PREPARE mine AS SELECT 1")
        driver.execute("SELECT guard.forget_statements()")
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            driver.execute("EXECUTE mine")


def test_nobody_puts_a_statement_of_theirs_in_a_links_place(runtime) -> None:
    """What a link prepared stays for the next request, so its name must be out of reach of SQL that slipped in."""
    ask = "SELECT 'asked for', %s::int"
    with Link(runtime.engine) as link:
        link.execute(ask, (1,))
        driver = link.driver
        for look in ("SELECT name FROM pg_prepared_statements", "SELECT * FROM pg_prepared_statement()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                driver.execute(look)
            driver.rollback()
        driver.execute("DEALLOCATE ALL")
        for number in range(3):
            driver.execute(f"PREPARE anxin_{number} (int) AS SELECT 'slipped in', $1")
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            link.execute(ask, (2,))
        link.rollback()
        assert link.execute(ask, (3,)).fetchone() == ("asked for", 3)


def test_many_threads_in_one_pool_never_see_each_other(runtime, person, new_tenant) -> None:
    people = [person("employee", tenant=new_tenant()) for _ in range(runtime.settings.pool_size)]
    seen: set[tuple[object, object]] = set()
    failed: list[BaseException] = []

    def work(someone) -> None:
        try:
            for _ in range(25):
                with runtime.engine.connect() as connection:
                    connection.execute(sa.text("SELECT * FROM guard.enter(:t)"), {"t": someone.token})
                    found = connection.scalars(sa.text("SELECT DISTINCT tenant_id FROM core.person")).all()
                    seen.update((someone.tenant.id, other) for other in found)
                    if os.urandom(1)[0] % 2:
                        connection.commit()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(someone,)) for someone in people for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert seen == {(someone.tenant.id, someone.tenant.id) for someone in people}
