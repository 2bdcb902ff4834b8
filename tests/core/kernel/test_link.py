"""A link: plain statements and the ORM in one transaction, over one connection of the pool."""

from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from anxin.identity.models import Person
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
