"""A notice crosses from employer to agency only along a running contract, and leads back through “enter”."""

import pytest
import sqlalchemy as sa

from anxin.identity.models import Person
from anxin.kernel import jobs
from anxin.notices import from_contract
from anxin.notices.models import Delivery, Notice
from anxin.notices.services import notify
from anxin.tenancy.models import Contract


@pytest.fixture
def run_all(runtime):
    def run(tenant):
        info = runtime.caches["directory"].by_id(tenant.id)
        with runtime.engine.connect() as connection:
            connection.execute(sa.text("SELECT guard.enter(:t)"), {"t": runtime.figures.token(tenant.id)})
            found = connection.execute(
                sa.text("SELECT id, job FROM core.outbox WHERE done_at IS NULL ORDER BY id")
            ).all()
        return [(row.job, jobs.run(runtime, info, row.id)) for row in found]

    return run


def tell(scope, someone):
    with scope(someone.tenant) as ctx:
        ctx.unaudited("test")
        return notify(ctx, someone.id, "safety.urgent", "/safety/cases", urgent=True, key="x")


def inbox(scope, someone):
    with scope(someone.tenant) as ctx:
        return ctx.db.scalars(sa.select(Notice).where(Notice.person_id == someone.id)).all()


def test_it_arrives_once_however_often_it_is_sent(scope, helper, run_all):
    here, home = helper
    for _again in range(2):
        tell(scope, here)
        assert ("notices.forward", "done") in run_all(here.tenant)
        assert ("notices.deliver_from_contract", "done") in run_all(home.tenant)
    (arrived,) = inbox(scope, home)
    assert arrived.link == f"/t/{here.tenant.slug}/safety/cases"
    with scope(here.tenant) as ctx:
        assert ctx.db.scalars(sa.select(Delivery.channel)).all() == ["agency"]


def test_after_the_contract_nothing_crosses(scope, helper, run_all):
    here, home = helper
    tell(scope, here)
    with scope(here.tenant) as ctx:
        ctx.unaudited("test")
        ctx.execute(sa.update(Contract).values(state="ended"))
    run_all(here.tenant)
    run_all(home.tenant)
    assert inbox(scope, home) == []
    with scope(here.tenant) as ctx:
        assert ctx.db.scalars(sa.select(Delivery.error)).all() == ["contract_ended"]


def test_the_agency_believes_its_own_contract_only(scope, helper, new_tenant, person):
    here, _home = helper
    with scope(here.tenant) as ctx:
        contract_id = ctx.get(Person, here.id).contract_id
    stranger = person("employee", tenant=new_tenant("agency"))
    notice_id = tell(scope, here)
    told = {"contract_id": str(contract_id), "notice_id": str(notice_id), "kind": "safety.urgent"}
    with scope(stranger.tenant) as ctx:
        from_contract.deliver_from_contract(
            ctx, person_id=str(stranger.id), link="/t/x/safety", urgent=True, **told
        )
    assert inbox(scope, stranger) == []


def test_going_there_is_one_tap_and_a_sign_in_under_the_contract(scope, helper, run_all, client_as):
    here, home = helper
    tell(scope, here)
    run_all(here.tenant)
    run_all(home.tenant)
    (arrived,) = inbox(scope, home)
    client = client_as(home)
    page = client.get(f"{client.base}/notices/").text
    assert f'action="{client.base}/notices/{arrived.id}/enter"' in page
    assert here.tenant.name not in page.partition("<main")[2].partition("</main")[0]
    form = {"next": arrived.link}
    handed_on = client.post(f"{client.base}/notices/{arrived.id}/enter", data=form)
    assert handed_on.status_code == 307
    assert (
        client.post(f"{client.base}/notices/{arrived.id}/enter", data={"next": "/t/else"}).status_code == 404
    )
    there = client.post(handed_on.headers["Location"], data=form)
    assert there.headers["Location"] == arrived.link
    assert client.get(there.headers["Location"]).status_code == 200
