"""Many rows in one statement: every type comes back as it went in."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from anxin.identity.models import Person, SignIn
from anxin.tenancy.models import Setting


def test_every_type_of_column_survives(ctx, person) -> None:
    someone = person()
    now = datetime(2026, 11, 22, 3, 4, 5, 678901, tzinfo=UTC)
    rows = [
        {
            "person_id": someone.id,
            "kind": "token",
            "token_hash": bytes([at]) * 32,
            "method": "“引号” and \\ {braces}, NULL",
            "permissions": permissions,
            "expires_at": now + timedelta(days=at),
            "ended_at": None,
        }
        for at, permissions in enumerate([None, [], ["a.b"], ["a.b", "c,d", '"x"', "NULL"]], 1)
    ]
    ctx.insert(SignIn, rows)
    found = ctx.scalars(sa.select(SignIn).where(SignIn.kind == "token").order_by(SignIn.expires_at)).all()
    for row, told in zip(found, rows, strict=True):
        assert {name: getattr(row, name) for name in told} == told


def test_documents_and_nulls_survive(ctx) -> None:
    values = [{}, {"名": ["一", None, 2.5, {"a": "“”"}]}, {"t": "{1,2}"}]
    ctx.insert(Setting, [{"name": f"s{at}", "value": value} for at, value in enumerate(values)])
    found = ctx.scalars(sa.select(Setting.value).where(Setting.name.like("s_")).order_by(Setting.name)).all()
    assert found == values


def test_a_column_with_a_collation_and_many_rows(ctx) -> None:
    count = 12_345
    ctx.insert(
        Person, [{"name": f"王{at}", "sort_key": f"wang {at:06}", "number": f"B{at}"} for at in range(count)]
    )
    kept = ctx.scalar(sa.select(sa.func.count()).select_from(Person).where(Person.number.like("B%")))
    assert kept == count


def test_nothing_is_nothing(ctx) -> None:
    ctx.insert(Person, [])
