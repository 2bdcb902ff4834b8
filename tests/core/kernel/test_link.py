"""A link: plain statements and the ORM in one transaction, over one connection of the pool."""

import time
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from anxin.identity.models import Person
from anxin.kernel import wire
from anxin.kernel.ids import new_id
from anxin.kernel.link import Link


@pytest.fixture
def link(runtime):
    with Link(runtime.engine) as made:
        yield made


def test_values_come_back_as_they_went(link) -> None:
    row = (new_id(), datetime.now(UTC), "中文 100%", 3, 70_000, None, b"\x00\xff", ["a", "b"], True)
    marks = ("uuid", "timestamptz", "text", "int", "int", "int", "bytea", "text[]", "bool")
    answer = link.execute("SELECT " + ", ".join(f"%s::{mark}" for mark in marks), row)
    assert answer.fetchone() == row
    assert answer.rowcount == 1


def test_names_may_stand_twice_and_percent_signs_are_doubled(link) -> None:
    found = link.execute("SELECT %(a)s::int + %(b)s::int + %(a)s::int, 7 %% 4", {"a": 1, "b": 10, "more": 5})
    assert found.fetchall() == [(12, 3)]


def test_both_ways_work_in_one_transaction(link) -> None:
    ask = "SELECT current_setting('app.said', true)"
    link.execute("SELECT set_config('app.said', %s, true)", ("plainly",))
    assert link.session.scalar(sa.text(ask)) == "plainly"
    link.session.execute(sa.text("SELECT set_config('app.said', 'by the ORM', true)"))
    assert link.execute(ask).fetchone() == ("by the ORM",)
    link.commit()
    assert link.execute(ask).fetchone() == ("",)


def test_what_the_database_refuses_is_psycopgs_own_error(link) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        link.execute("SELECT 1 / %s::int", (0,))
    link.rollback()
    assert link.execute("SELECT 1").fetchone() == (1,)


def test_nothing_stays_of_what_was_not_committed(runtime, link) -> None:
    link.execute("SELECT set_config('app.mine', 'here', false)")
    link.close()
    links = [Link(runtime.engine) for _ in range(runtime.settings.pool_size)]
    try:
        told = {one.execute("SELECT current_setting('app.mine', true)").fetchone()[0] for one in links}
    finally:
        for one in links:
            one.close()
    assert told <= {None, ""}


def test_what_a_link_was_made_to_prepare_is_forgotten_too(runtime, link) -> None:
    link.execute("PREPARE mine AS SELECT 1")
    pid = link.execute("SELECT pg_backend_pid()").fetchone()
    link.close()
    with Link(runtime.engine) as next_one:
        assert next_one.execute("SELECT pg_backend_pid()").fetchone() == pid
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            next_one.execute("EXECUTE mine")


def test_a_statement_is_prepared_once_and_kept_by_the_connection(link) -> None:
    for number in range(3):
        link.execute("SELECT 'once', %s::int", (number,))
    names = {name for (statement, _types), name in link.prepared.items() if "'once'" in statement}
    assert len(names) == 1


def test_an_isolation_level_holds_for_plain_statements_too(runtime) -> None:
    with Link(runtime.engine.execution_options(isolation_level="REPEATABLE READ")) as strict:
        assert strict.execute("SHOW transaction_isolation").fetchone() == ("repeatable read",)
    with Link(runtime.engine) as plain:
        assert plain.execute("SHOW transaction_isolation").fetchone() == ("read committed",)


def test_several_go_together_and_answer_in_their_order(link) -> None:
    asked = [(f"SELECT {number}, %s::text", (f"第 {number}",)) for number in range(5)]
    assert [answer.fetchone() for answer in link.run(asked)] == [
        (number, f"第 {number}") for number in range(5)
    ]


def test_after_one_that_failed_the_others_do_not_run(link) -> None:
    def keep(number: int) -> tuple[str, tuple[str]]:
        return "SELECT set_config('app.kept', %s, false)", (str(number),)

    fails = "SELECT 1 / %s::int", (0,)
    with pytest.raises(psycopg.errors.DivisionByZero):
        link.run([keep(1), fails, keep(2)])
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        link.commit()
    link.rollback()
    with pytest.raises(psycopg.errors.DivisionByZero):
        link.commit([keep(3), fails])
    link.rollback()
    kept = "SELECT current_setting('app.kept', true)"
    assert link.execute(kept).fetchone()[0] in (None, "")
    link.commit([keep(4)])
    assert link.execute(kept).fetchone() == ("4",)


def test_more_than_the_sockets_hold_goes_both_ways(link) -> None:
    much = "安" * 2_000_000
    answers = link.run([("SELECT %s::text, repeat('心', 2000000)", (much,)) for _ in range(4)])
    assert {(len(there), len(back)) for answer in answers for there, back in answer} == {
        (2_000_000, 2_000_000)
    }


def test_a_transaction_that_changed_nothing_ends_when_its_connection_comes_back(link, superuser) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND pid = :pid"
    pid = link.execute("SELECT pg_backend_pid()").fetchone()[0]
    begun = [link.execute("SELECT transaction_timestamp()").fetchone()[0]]
    link.end()
    assert superuser.scalar(sa.text(waiting), {"pid": pid}) == 1
    begun.append(link.execute("SELECT transaction_timestamp()").fetchone()[0])
    link.end()
    begun.append(link.session.scalar(sa.text("SELECT transaction_timestamp()")))
    assert len(set(begun)) == 3, "the next statement begins a new one, and so does the ORM"
    link.commit()
    link.close()
    link.execute("SELECT 1")
    link.end()
    link.close()
    assert wait_for(lambda: superuser.scalar(sa.text(waiting), {"pid": pid}) == 0)


def test_a_connection_that_was_interrupted_is_thrown_away(runtime, link, monkeypatch) -> None:
    def interrupted(*_anything: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(wire, "_wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            link.run([("SELECT pg_sleep(0.2)", ()), ("SELECT 1", ())])
        link.rollback()
        link.close()
    with Link(runtime.engine) as other:
        assert other.execute("SELECT 'mine'").fetchone() == ("mine",)


def test_a_connection_that_was_ended_while_it_lay_idle_is_replaced(runtime, superuser) -> None:
    with Link(runtime.engine) as link:
        pid = link.execute("SELECT pg_backend_pid()").fetchone()[0]
    superuser.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with Link(runtime.engine) as link:
        assert link.execute("SELECT pg_backend_pid()").fetchone() != (pid,)


def wait_for(true) -> bool:
    until = time.monotonic() + 5
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


class TestLast:
    """Changes nobody waits for."""

    def test_they_are_seen_by_whatever_is_asked_next(self, scope, tenant, person) -> None:
        someone = person("employee")
        with scope(tenant) as ctx:
            ctx.unaudited("a test")
            ctx.last(
                "UPDATE core.person SET name = 'A' WHERE tenant_id = %s AND id = %s", (tenant.id, someone.id)
            )
            assert name(ctx, someone.id) == "A"

    def test_a_savepoint_does_not_take_back_what_came_before_it(self, scope, tenant, person) -> None:
        someone = person("employee")
        with scope(tenant) as ctx:
            ctx.unaudited("a test")
            ctx.last(
                "UPDATE core.person SET name = 'A' WHERE tenant_id = %s AND id = %s", (tenant.id, someone.id)
            )
            mark = ctx.mark()
            savepoint = ctx.db.begin_nested()
            ctx.last(
                "UPDATE core.person SET name = 'B' WHERE tenant_id = %s AND id = %s", (tenant.id, someone.id)
            )
            savepoint.rollback()
            ctx.undo(mark)
            assert name(ctx, someone.id) == "A"

    def test_they_need_an_entry_like_any_change(self, scope, tenant, person) -> None:
        someone = person("employee")
        with pytest.raises(Exception, match="without an audit entry"), scope(tenant) as ctx:
            ctx.last(
                "UPDATE core.person SET name = 'A' WHERE tenant_id = %s AND id = %s", (tenant.id, someone.id)
            )


def name(ctx, person_id: UUID) -> str:
    return ctx.fast(
        "SELECT name FROM core.person WHERE tenant_id = %s AND id = %s", (ctx.tenant.id, person_id)
    ).fetchone()[0]


def test_the_orm_reads_anew_what_plain_sql_changed(scope, tenant, person) -> None:
    someone = person("employee")
    with scope(tenant) as ctx:
        ctx.unaudited("a test")
        read = ctx.db.get_one(Person, (tenant.id, someone.id))
        read.locale = "en"  # a change of its own, not sent yet
        ctx.last(
            "UPDATE core.person SET name = 'A' WHERE tenant_id = %s AND id = %s", (tenant.id, someone.id)
        )
        again = ctx.scalars(
            sa.select(Person).where(Person.tenant_id == tenant.id, Person.id == someone.id)
        ).one()
        assert (again.name, again.locale) == ("A", "en")
