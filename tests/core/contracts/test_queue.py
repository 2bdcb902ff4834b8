"""What waits over all employers: only what each contract allows, the worst clock first, no names; and two clicks."""

from datetime import datetime, timedelta

import pytest

from anxin.extension.hookspecs import QueueItem
from anxin.kernel.ids import new_id
from anxin.safety.services import raise_crisis
from anxin.tenancy.models import Contract

from .conftest import terms


@pytest.fixture
def crisis(scope, person):
    def raised(tenant, level=3, **more):
        someone = person("employee", tenant=tenant, name="林小满")
        with scope(tenant) as ctx:
            raise_crisis(
                ctx,
                level=level,
                person_id=someone.id,
                source="test",
                reason="answer",
                key=str(new_id()),
                **more,
            )
        return someone

    return raised


def waiting(client):
    return client.get(f"{client.base}/api/contracts/waiting").get_json()


@pytest.fixture
def supervisor(two, running):
    """The counsellor as supervisor under a contract: sees all cases of the employer."""

    def make(**changed):
        made = running(**changed)
        two.as_manager.post(
            f"{two.as_manager.base}/api/contracts/{made}/staff",
            json={"person": str(two.counsellor.id), "roles": ["supervisor"]},
        )
        return made

    return make


class TestQueue:
    def test_the_worst_clock_comes_first_and_no_name_is_said(self, two, supervisor, crisis, client_as):
        supervisor()
        crisis(two.union, level=2)
        crisis(two.union, level=3)
        client = client_as(two.counsellor)
        found = waiting(client)
        assert [one["title"].split(" ")[0] for one in found] == ["危机", "重点关注"]
        assert found == sorted(found, key=lambda one: one["due"])
        page = client.get(f"{client.base}/contracts").get_data(as_text=True)
        assert "林小满" not in page
        assert page.index("危机") < page.index("重点关注")

    def test_the_contracts_clock_counts_when_it_is_shorter(self, two, supervisor, crisis, client_as):
        supervisor(clocks={"crisis": 1})
        crisis(two.union, level=2)
        (one,) = waiting(client_as(two.counsellor))
        since, due = datetime.fromisoformat(one["since"]), datetime.fromisoformat(one["due"])
        assert due - since == timedelta(minutes=1)

    def test_an_employer_without_a_contract_is_not_on_it(
        self, two, supervisor, crisis, client_as, new_tenant, scope
    ):
        made = supervisor()
        crisis(new_tenant())
        crisis(two.union)
        assert {one["employer"] for one in waiting(client_as(two.counsellor))} == {two.union.slug}
        with scope(two.union) as ctx:
            ctx.unaudited("it ends")
            ctx.db.get(Contract, (two.union.id, made)).state = "ended"
        assert waiting(client_as(two.counsellor)) == []

    def test_a_role_the_contract_does_not_give_sees_nothing(self, two, supervisor, crisis, client_as, scope):
        made = supervisor()
        crisis(two.union)
        with scope(two.union) as ctx:
            ctx.unaudited("the amendment")
            ctx.db.get(Contract, (two.union.id, made)).roles = ["helper"]
        assert waiting(client_as(two.counsellor)) == []

    def test_a_helper_sees_only_the_own_cases(self, two, running, crisis, client_as):
        crisis(two.union)  # whoever is here now is told; who comes later is not
        running()
        assert waiting(client_as(two.counsellor)) == []

    def test_a_colleague_who_is_not_named_sees_no_employer(self, two, supervisor, crisis, client_as, person):
        supervisor()
        crisis(two.union)
        colleague = client_as(person("employee", tenant=two.agency))
        assert waiting(colleague) == []
        assert two.union.name not in colleague.get(f"{colleague.base}/contracts").get_data(as_text=True)

    def test_modules_add_what_waits_and_only_those_covered(
        self, two, supervisor, client_as, runtime, monkeypatch, scope
    ):
        made = supervisor()
        asked = []

        def call(ctx, hook, **arguments):
            if hook == "queue_items":
                asked.append(set(ctx.tenant.modules))
                yield type("A", (), {"failed": False, "value": [item(ctx)], "plugin": "x"})()
            else:
                yield from real(ctx, hook, **arguments)

        def item(ctx):
            return QueueItem("follow_up", "回访", "/x", ctx.now - timedelta(days=9))

        real = runtime.registry.call
        monkeypatch.setattr(runtime.registry, "call", call)
        with scope(two.union) as ctx:
            ctx.unaudited("the amendment")
            ctx.db.get(Contract, (two.union.id, made)).terms = {"clocks": {"follow_up": 1440}}
        (one,) = waiting(client_as(two.counsellor))
        assert one["late"] is True
        assert asked == [{"assessments"}]

    def test_a_union_has_no_such_list(self, two):
        assert two.as_admin.get(f"{two.as_admin.base}/contracts").status_code == 404
        assert two.as_admin.get(f"{two.as_admin.base}/api/contracts/waiting").status_code == 404


class TestSwitching:
    def test_from_one_employer_to_the_list_and_into_the_next(
        self, two, running, enter, new_tenant, person, client_as
    ):
        """Click one: the button on every page there leads home. Click two: into the other employer."""
        inside, other = enter(running()), new_tenant(name="另一家工会")
        as_other = client_as(person("admin", tenant=other))
        base, ours = f"{as_other.base}/api/contracts", f"{two.as_manager.base}/api/contracts"
        body = {**terms(), "number": "HT-X", "other": two.agency.slug}
        second = as_other.post(f"{base}/", json=body).get_json()
        signature = {"digest": second["proposed"]["digest"]}
        for address, client in ((base, as_other), (ours, two.as_manager)):
            assert client.post(f"{address}/{second['id']}/signature", json=signature).status_code == 200
        named = {"person": str(two.counsellor.id), "roles": ["helper"]}
        assert two.as_manager.post(f"{ours}/{second['id']}/staff", json=named).status_code == 200

        page = inside.get(f"{inside.base}/work").get_data(as_text=True)
        home = f"/t/{two.agency.slug}/contracts"
        assert f'href="{home}"' in page
        enter_it = f"{home}/{second['id']}/enter"
        assert enter_it in inside.get(home).get_data(as_text=True)
        there = inside.post(enter_it, data={}, follow_redirects=True)
        assert there.status_code == 200
        assert other.name in there.get_data(as_text=True)
