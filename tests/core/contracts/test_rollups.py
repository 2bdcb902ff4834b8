"""Figures for the union above: only what was published, suppressed before, signed, and gone when taken back."""

import pytest
import sqlalchemy as sa

from anxin.contracts import statements, units
from anxin.contracts.models import Rollup, ServiceUnit, Statement
from anxin.identity.models import Person
from anxin.identity.sessions import open_ctx
from anxin.kernel import clock
from anxin.kernel.ids import new_id
from anxin.tenancy.directory import touch
from anxin.tenancy.models import Tenant

LAST = statements.month_before(clock.now().date())


@pytest.fixture
def above(two, new_tenant, person, client_as, scope):
    """The union above `two.union`, its admin and a client of theirs."""
    parent = new_tenant("district_union", name="青禾区总工会")
    with scope(two.union) as ctx:
        ctx.unaudited("test set-up")
        ctx.execute(sa.update(Tenant).where(Tenant.id == two.union.id).values(parent_id=parent.id))
        touch(ctx)
    admin = person("admin", tenant=parent)
    return parent, admin, client_as(admin)


@pytest.fixture
def served(two, running, scope):
    """A statement with 7 sessions; 3 visits wait for a later one."""
    made = running()
    with scope(two.union) as ctx:
        for kind, times in (("session", 7), ("visit", 3)):
            for _time in range(times):
                units.record_service_unit(
                    ctx, made, "assessments", kind, minutes=50, key=str(new_id()), done_on=LAST
                )
    base = f"{two.as_admin.base}/api/contracts/{made}/statements"
    assert two.as_admin.post(base, json={"month": str(LAST)}).status_code == 201


def publish(client, month=LAST):
    return client.post(f"{client.base}/api/contracts/rollups", json={"month": str(month)})


def received(client):
    return client.get(f"{client.base}/api/contracts/rollups/received").get_json()


def test_nothing_is_seen_above_before_it_is_published(two, above, served):
    assert received(above[2]) == []
    assert publish(two.as_admin).status_code == 201
    (one,) = received(above[2])
    assert one["union"] == two.union.slug
    assert one["genuine"] is True
    figures = {figure["code"]: figure["value"] for figure in one["figures"]}
    assert figures["served.session"] == 7
    assert "served.visit" not in figures
    assert figures["people"] is None, "one or two people were told exactly"


def test_taken_back_it_is_gone_and_comes_back_the_same(two, above, served, scope):
    rollup = publish(two.as_admin).get_json()["id"]
    first = received(above[2])[0]["figures"]
    assert two.as_admin.delete(f"{two.as_admin.base}/api/contracts/rollups/{rollup}").status_code == 204
    assert received(above[2]) == []
    with scope(two.union) as ctx:
        ctx.unaudited("people come and go")
        for number in range(30):
            ctx.add(Person(name="甲", sort_key="jia", number=f"M{number}"))
    assert publish(two.as_admin).status_code == 201
    assert received(above[2])[0]["figures"] == first, "two versions of one month subtract"


def test_one_month_is_published_once_and_when_it_is_over(two, above, served):
    assert publish(two.as_admin, clock.now().date()).status_code == 409
    assert publish(two.as_admin).status_code == 201
    assert publish(two.as_admin).status_code == 409


@pytest.mark.parametrize(
    "tampering",
    [
        "figures = jsonb_set(figures, '{1,value}', '700')",
        "month = month - 31",
        "note = replace(note, 'anxin/rollup', 'anxin/rollup2')",
    ],
)
def test_tampering_shows_above_and_the_figures_are_not_said(two, above, served, scope, tampering):
    publish(two.as_admin)
    with scope(two.union) as ctx:
        ctx.unaudited("an attacker with SQL")
        ctx.execute(sa.text(f"UPDATE core.rollup SET {tampering}"))
    (one,) = received(above[2])
    assert (one["genuine"], one["figures"]) == (False, [])
    page = above[2].get(f"{above[2].base}/rollups/received").get_data(as_text=True)
    assert "签名不符" in page
    assert ">700<" not in page


def test_with_sql_the_union_above_reads_no_other_row_of_it(two, above, served, runtime):
    publish(two.as_admin)
    parent, admin, _client = above
    ctx = open_ctx(runtime, parent, admin.token)
    try:
        theirs = two.union.id
        assert ctx.db.scalar(sa.select(Rollup.id).where(Rollup.tenant_id == theirs)) is not None
        for model in (ServiceUnit, Statement, Person):
            assert ctx.db.scalar(sa.select(model.id).where(model.tenant_id == theirs)) is None
        changed = ctx.db.execute(sa.update(Rollup).where(Rollup.tenant_id == theirs).values(publisher="x"))
        assert changed.rowcount == 0
    finally:
        ctx.close()


def test_another_union_sees_nothing(two, above, served, new_tenant, person, client_as):
    publish(two.as_admin)
    stranger = client_as(person("admin", tenant=new_tenant("district_union")))
    assert received(stranger) == []


def test_a_union_without_one_above_publishes_nothing(two, served):
    assert publish(two.as_admin).status_code == 404


def test_the_pages_preview_publish_and_take_back(two, above, served, scope):
    client = two.as_admin
    assert client.get(f"{client.base}/rollups").status_code == 200
    preview = client.get(f"{client.base}/rollups/month?month={LAST}").get_data(as_text=True)
    assert "个体咨询" in preview
    assert "走访" not in preview
    assert client.post(f"{client.base}/rollups", data={"month": str(LAST)}).status_code == 303
    assert "签名有效" in above[2].get(f"{above[2].base}/rollups/received").get_data(as_text=True)
    with scope(two.union) as ctx:
        rollup = ctx.scalars(sa.select(Rollup.id)).one()
    assert client.post(f"{client.base}/rollups/{rollup}/withdraw").status_code == 303
