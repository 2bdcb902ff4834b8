"""The wall: plain SQL as the application role, with a live session of tenant A, reads nothing of tenant B
whatever it sets. Here: rows, writes, and contexts that somebody forged, edited or replayed.
"""

from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa
from tests.contracts.everything import models

from anxin.kernel import capability
from anxin.kernel.ids import new_id


def test_there_is_something_to_find(superuser, probe, b) -> None:
    """Otherwise every probe below would be content with an empty table."""
    tables = probe().tables()
    empty = [
        table
        for table in tables
        if not superuser.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE tenant_id = :t"), {"t": b.id})
    ]
    assert empty == []
    assert {model.__table__.fullname for model in models()} <= set(tables)


def test_nobody_entered_sees_nothing(probe, b) -> None:
    sql = probe()
    assert sql.reads_of(b.id) == {}
    assert all(sql.one(f"SELECT count(*) FROM {table}") == 0 for table in sql.tables())


def test_a_session_sees_its_own_tenant_alone(probe, a, b) -> None:
    with probe().inside(a.token) as sql:
        assert sql.reads_of(b.id) == {}
        assert "core.person" in sql.reads_of(a.tenant.id)
        for table in sql.tables():
            assert sql.one(f"SELECT count(*) FROM {table} WHERE tenant_id <> %s", a.tenant.id) == 0


def test_nothing_of_another_tenant_can_be_written(probe, a, b) -> None:
    with probe().inside(a.token) as sql:
        row = "INSERT INTO core.module (tenant_id, id, name) VALUES (%s, %s, 'x')"
        assert sql.refused(row, b.id, new_id()) == "42501"
        assert sql.refused("UPDATE core.module SET tenant_id = %s", b.id) == "42501"
        for table in ("core.person", "core.module", "core.role", "core.sign_in"):
            assert sql(f"DELETE FROM {table} WHERE tenant_id = %s RETURNING id", b.id) == []
        assert sql("UPDATE core.tenant SET name = 'x' WHERE id = %s RETURNING id", b.id) == []
        assert sql.refused("UPDATE core.tenant SET slug = 'x' WHERE id = %s", a.tenant.id) == "42501"


def test_an_answer_does_not_tell_a_foreign_id_from_an_unknown_one(probe, a, b, superuser) -> None:
    there = superuser.scalar(sa.text("SELECT id FROM core.person WHERE tenant_id = :t LIMIT 1"), {"t": b.id})
    said = []
    with probe().inside(a.token) as sql:
        for person_id in (there, new_id()):
            sql("SAVEPOINT one")
            with pytest.raises(psycopg.errors.ForeignKeyViolation) as refused:
                sql(
                    "INSERT INTO core.membership (tenant_id, id, person_id, role) VALUES (%s, %s, %s, 'x')",
                    a.tenant.id,
                    new_id(),
                    person_id,
                )
            sql("ROLLBACK TO one")
            said.append(str(refused.value).replace(str(person_id), "?"))
    assert said[0] == said[1]


def test_a_unique_value_of_another_tenant_is_free(probe, a, b, superuser) -> None:
    """No unique index spans tenants, so a refusal cannot tell what another tenant has."""
    number, row_id = superuser.execute(
        sa.text("SELECT coalesce(number, 'N'), id FROM core.person WHERE tenant_id = :t LIMIT 1"), {"t": b.id}
    ).one()
    with probe().inside(a.token) as sql:
        sql(
            "INSERT INTO core.person (tenant_id, id, name, sort_key, number) VALUES (%s, %s, 'x', 'x', %s)",
            a.tenant.id,
            row_id,
            number,
        )


# ---- forging the context ---------------------------------------------------------------------------------


def forged(context: str, tenant_a: str, tenant_b: str) -> list[str]:
    """Contexts somebody could think of, from a real one of tenant A."""
    body, _, signature = context.rpartition("|")
    _tenant, person, reach = body.split("|")
    return [
        tenant_b,
        context.replace(tenant_a, tenant_b),
        f"{tenant_b}|{person}|system|{signature}",
        f"{tenant_b}|||{signature}",
        f"{tenant_b}|||",
        f"{tenant_b}|{person}|{reach}|",
        f"{tenant_b}|{person}|{reach}|" + "0" * 64,
        f"{context}|{tenant_b}",
        f"{tenant_b}|{context}",
        f"{tenant_a}|{person}|system|{signature}",
        f"{tenant_a}|{person}|clinical|{signature}",
        f"{tenant_a}||{person}|{reach}|{signature}",
        "|||",
        "",
        "NULL",
    ]


@pytest.mark.parametrize("local", [True, False])
def test_a_forged_or_edited_context_opens_nothing(probe, a, b, local: bool) -> None:
    sql = probe()
    with sql.inside(a.token):
        context = sql.one("SELECT current_setting('app.ctx')")
        for value in forged(context, str(a.tenant.id), str(b.id)):
            sql("SELECT set_config('app.ctx', %s, %s)", value, local)
            assert sql.one("SELECT guard.tenant()") is None, value
            assert not sql.one("SELECT guard.sees_clinical()"), value
            assert sql.reads_of(b.id) == {}
            assert sql.one("SELECT count(*) FROM core.person") == 0


@pytest.mark.parametrize(
    "how", ["SET app.ctx = '{}'", "SET LOCAL app.ctx = '{}'", "SET SESSION app.ctx = '{}'"]
)
def test_other_ways_to_set_it_open_nothing_either(probe, a, b, how: str) -> None:
    with probe().inside(a.token) as sql:
        context = sql.one("SELECT current_setting('app.ctx')")
        sql(how.format(context.replace(str(a.tenant.id), str(b.id))))
        assert sql.reads_of(b.id) == {}


def test_a_context_is_worthless_in_another_transaction_or_backend(probe, runtime, a, b) -> None:
    token = capability.mint(runtime.auth, b.id, reach="system", lifetime=timedelta(minutes=5))
    owner, thief = probe(), probe()
    with owner.inside(token):
        context = owner.one("SELECT current_setting('app.ctx')")
        assert owner.reads_of(b.id)
        with thief.inside(a.token):  # at the same moment, in another backend
            thief("SELECT set_config('app.ctx', %s, true)", context)
            assert thief.reads_of(b.id) == {}
    owner("SELECT set_config('app.ctx', %s, false)", context)  # later, in the very same backend
    assert owner.reads_of(b.id) == {}
    with owner.inside(a.token):
        owner("SELECT set_config('app.ctx', %s, true)", context)
        assert owner.reads_of(b.id) == {}


def test_a_savepoint_brings_back_no_wider_context(probe, runtime, a, b) -> None:
    token = capability.mint(runtime.auth, b.id, reach="system", lifetime=timedelta(minutes=5))
    with probe().inside(a.token) as sql:
        sql("SAVEPOINT before")
        sql("SELECT * FROM guard.enter(%s)", token)
        assert sql.reads_of(b.id)
        sql("ROLLBACK TO before")
        assert sql.reads_of(b.id) == {}
        assert sql.one("SELECT guard.tenant()") == a.tenant.id


def test_two_connections_interleaved_do_not_mix(probe, runtime, a, b) -> None:
    token = capability.mint(runtime.auth, b.id, reach="system", lifetime=timedelta(minutes=5))
    first, second = probe(), probe()
    with first.inside(a.token), second.inside(token):
        for _ in range(3):
            assert first.one("SELECT guard.tenant()") == a.tenant.id
            assert second.one("SELECT guard.tenant()") == b.id
            assert first.reads_of(b.id) == {}
            assert second.reads_of(a.tenant.id) == {}
