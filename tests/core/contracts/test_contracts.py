"""A contract's life from both sides, and everybody who tries it from the wrong one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from anxin.audit.models import AuditEntry
from anxin.identity.models import Membership
from anxin.kernel import clock
from anxin.notices.models import Notice
from anxin.tenancy.models import Contract

from .conftest import terms


def actions(scope, tenant):
    with scope(tenant) as ctx:
        return list(ctx.scalars(sa.select(AuditEntry.action).where(AuditEntry.tenant_id == tenant.id)))


class TestSigning:
    def test_it_runs_when_both_have_signed_and_not_before(self, two, draft, sign, scope):
        made = draft().get_json()["id"]
        assert sign(two.as_admin, made).get_json()["state"] == "draft"
        assert sign(two.as_manager, made).get_json()["state"] == "running"
        assert {"contracts.signed", "contracts.began"} <= set(actions(scope, two.union))
        assert "contracts.signed" in actions(scope, two.agency)

    def test_one_side_cannot_sign_twice_for_two(self, two, draft, sign):
        made = draft().get_json()["id"]
        assert sign(two.as_admin, made).status_code == 200
        assert sign(two.as_admin, made).status_code == 409
        told = two.as_admin.get(f"{two.as_admin.base}/api/contracts/{made}").get_json()
        assert told["state"] == "draft"

    def test_a_changed_word_takes_the_signatures_away(self, two, draft, sign, versions):
        made = draft().get_json()["id"]
        old = two.as_manager.get(f"{two.as_manager.base}/api/contracts/{made}").get_json()["proposed"][
            "digest"
        ]
        sign(two.as_admin, made)
        reworded = two.as_manager.put(
            f"{two.as_manager.base}/api/contracts/{made}/wording", json=terms(prices={"session": 90000})
        )
        assert reworded.status_code == 200
        assert versions(made)[0].employer_signed_at is None
        stale = two.as_admin.post(f"{two.as_admin.base}/api/contracts/{made}/signature", json={"digest": old})
        assert stale.status_code == 409, "the old wording was signed although the words have changed"

    def test_words_changed_behind_the_digest_are_not_signed(self, two, draft, sign, scope):
        made = draft().get_json()["id"]
        with scope(two.union) as ctx:
            ctx.unaudited("an attacker with SQL")
            ctx.execute(
                sa.text(
                    "UPDATE core.contract_version SET content = jsonb_set(content, '{prices,session}', '1') "
                    "WHERE contract_id = CAST(:id AS uuid)"
                ),
                {"id": made},
            )
        assert sign(two.as_manager, made).status_code == 409

    def test_the_database_refuses_a_running_contract_with_one_signature(self, two, draft, scope):
        made = draft().get_json()["id"]
        forced = (
            sa.update(Contract)
            .where(Contract.tenant_id == two.union.id, Contract.id == made)
            .values(state="running", employer_signed_at=clock.now())
        )
        with scope(two.union) as ctx:
            with pytest.raises(IntegrityError):
                ctx.execute(forced)
            ctx.pause()

    def test_an_amendment_holds_only_once_both_have_signed(self, two, running, sign):
        made = running()
        two.as_admin.put(
            f"{two.as_admin.base}/api/contracts/{made}/wording", json=terms(sessions_per_person=6)
        )
        sign(two.as_admin, made)
        told = two.as_admin.get(f"{two.as_admin.base}/api/contracts/{made}").get_json()
        assert told["content"]["sessions_per_person"] is None
        assert sign(two.as_manager, made).get_json()["content"]["sessions_per_person"] == 6

    def test_the_same_words_are_no_amendment(self, two, running):
        made = running()
        again = two.as_admin.put(f"{two.as_admin.base}/api/contracts/{made}/wording", json=terms())
        assert again.status_code == 422

    def test_the_agency_may_draft_and_the_union_is_told(self, two, draft, run_jobs, scope):
        made = draft(two.as_manager, number="MX-9", other=two.union.slug)
        assert made.status_code == 201
        run_jobs(two.union, "contracts.tell")
        with scope(two.union) as ctx:
            told = ctx.db.execute(
                sa.select(Notice.person_id, Notice.link).where(Notice.tenant_id == two.union.id)
            ).all()
        assert told == [(two.admin.id, f"/service-contracts/{made.get_json()['id']}")]

    def test_a_second_contract_of_the_same_number_is_refused(self, draft):
        assert draft().status_code == 201
        assert draft().status_code == 422

    @pytest.mark.parametrize(
        "wrong",
        [
            {"ends_on": "2001-01-01"},
            {"services": ["nothing"]},
            {"roles": ["admin"]},
            {"prices": {"session": -1}},
            {"clocks": {"crisis": 0}},
            {"sessions_per_person": 0},
            {"other": "nobody-here"},
        ],
    )
    def test_what_does_not_fit_is_refused_by_field(self, draft, two, wrong):
        answer = draft(**wrong)
        assert answer.status_code == 422
        assert two.as_admin.get(f"{two.as_admin.base}/api/contracts/").get_json() == []


class TestWrongSide:
    def test_a_third_party_does_not_even_see_it(self, two, running, new_tenant, person, client_as):
        made = running()
        other = client_as(person("admin", tenant=new_tenant("agency")))
        union = client_as(person("admin", tenant=new_tenant()))
        for stranger in (other, union):
            base = f"{stranger.base}/api/contracts"
            assert stranger.get(f"{base}/").get_json() == []
            assert stranger.get(f"{base}/{made}").status_code == 404
            assert stranger.post(f"{base}/{made}/end", json={"reason": "other"}).status_code == 404
            assert stranger.put(f"{base}/{made}/wording", json=terms()).status_code == 404

    def test_staff_of_the_agency_inside_the_union_sign_for_nobody(
        self, two, draft, sign, running, enter, scope
    ):
        """Even one who was given the union's own admin role there."""
        made, waiting = running(), draft(number="HT-2").get_json()["id"]
        with scope(two.union) as ctx:
            ctx.unaudited("a careless admin")
            contract = ctx.db.get(Contract, (two.union.id, made))
            contract.roles = [*contract.roles, "admin"]
            helper = ctx.scalar(
                sa.text("SELECT id FROM core.person WHERE contract_id = CAST(:c AS uuid)"), {"c": made}
            )
            ctx.add(Membership(person_id=helper, role="admin"))
        inside = enter(made)
        digest = two.as_admin.get(f"{two.as_admin.base}/api/contracts/{waiting}").get_json()["proposed"][
            "digest"
        ]
        signed = inside.post(f"{inside.base}/api/contracts/{waiting}/signature", json={"digest": digest})
        assert signed.status_code == 403
        assert (
            inside.post(f"{inside.base}/api/contracts/{made}/end", json={"reason": "other"}).status_code
            == 403
        )

    def test_the_union_does_not_name_the_agencys_people(self, two, running):
        made = running()
        named = two.as_admin.post(
            f"{two.as_admin.base}/api/contracts/{made}/staff",
            json={"person": str(two.counsellor.id), "roles": ["helper"]},
        )
        assert named.status_code == 403

    def test_a_union_role_cannot_be_given_to_the_agency(self, two, running):
        made = running()
        named = two.as_manager.post(
            f"{two.as_manager.base}/api/contracts/{made}/staff",
            json={"person": str(two.counsellor.id), "roles": ["admin"]},
        )
        assert named.status_code == 422


class TestEntering:
    def test_named_staff_come_in_and_others_do_not(self, two, running, enter, person, client_as):
        made = running()
        inside = enter(made)
        assert inside.get(f"{inside.base}/work").status_code == 200
        other = client_as(person("employee", tenant=two.agency))
        assert other.post(f"{other.base}/contracts/{made}/enter", data={}).status_code == 404

    def test_nobody_comes_in_under_a_draft(self, two, draft, sign, client_as):
        made = draft().get_json()["id"]
        sign(two.as_manager, made)
        two.as_manager.post(
            f"{two.as_manager.base}/api/contracts/{made}/staff",
            json={"person": str(two.counsellor.id), "roles": ["helper"]},
        )
        client = client_as(two.counsellor)
        assert client.post(f"{client.base}/contracts/{made}/enter", data={}).status_code == 404

    def test_outside_its_days_it_lets_nobody_in(self, two, running, client_as):
        tomorrow = clock.now().date() + timedelta(days=2)
        made = running(starts_on=tomorrow.isoformat())
        client = client_as(two.counsellor)
        assert client.post(f"{client.base}/contracts/{made}/enter", data={}).status_code == 404

    def test_modules_the_contract_does_not_name_are_not_there(self, two, running, enter, scope):
        made = running()
        inside = enter(made)
        places = ("/assessments/", "/api/assessments/instruments")
        assert [inside.get(f"{inside.base}{place}").status_code for place in places] == [200, 200]
        with scope(two.union) as ctx:
            ctx.unaudited("the amendment")
            ctx.db.get(Contract, (two.union.id, made)).services = ["hotline"]
        assert [inside.get(f"{inside.base}{place}").status_code for place in places] == [403, 403]

    def test_a_role_the_contract_no_longer_gives_is_gone_with_the_next_request(
        self, two, running, enter, scope
    ):
        made = running()
        inside = enter(made)
        assert inside.get(f"{inside.base}/safety/cases").status_code == 200
        with scope(two.union) as ctx:
            ctx.unaudited("the amendment")
            ctx.db.get(Contract, (two.union.id, made)).roles = ["supervisor"]
        assert inside.get(f"{inside.base}/safety/cases").status_code == 404

    def test_who_is_taken_off_is_out_at_once(self, two, running, enter):
        made = running()
        inside = enter(made)
        people = two.as_admin.get(f"{two.as_admin.base}/api/contracts/{made}/staff").get_json()
        gone = two.as_admin.delete(f"{two.as_admin.base}/api/contracts/{made}/staff/{people[0]['id']}")
        assert gone.status_code == 204
        assert inside.get(f"{inside.base}/work").status_code in (302, 303)


class TestPages:
    def test_both_parties_see_the_contract_and_its_forms(self, two, running, draft):
        made, open_ = running(), draft(number="HT-2").get_json()["id"]
        for client in (two.as_admin, two.as_manager):
            for path in (
                "/service-contracts",
                "/service-contracts/new",
                f"/service-contracts/{made}",
                f"/service-contracts/{made}/wording",
                f"/service-contracts/{made}/end",
                f"/service-contracts/{made}/use",
                f"/service-contracts/{open_}",
            ):
                assert client.get(f"{client.base}{path}").status_code == 200, path

    def test_the_page_signs_only_what_was_ticked(self, two, draft, versions):
        made = draft().get_json()["id"]
        digest = versions(made)[0].digest
        address = f"{two.as_admin.base}/service-contracts/{made}/sign"
        assert two.as_admin.post(address, data={"digest": digest}).status_code == 422
        assert two.as_admin.post(address, data={"digest": digest, "read": "1"}).status_code == 303
        assert versions(made)[0].employer_signer == "周主席"

    def test_a_form_with_a_mistake_keeps_what_was_typed(self, two):
        form = {
            "other": two.agency.slug,
            "number": "HT-7",
            "services": ["assessments"],
            "roles": ["helper"],
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "price_session": "四百",
            "clock_request": "24",
        }
        address = f"{two.as_admin.base}/service-contracts/new"
        again = two.as_admin.post(address, data=form)
        assert again.status_code == 422
        text = again.get_data(as_text=True)
        assert "四百" in text
        assert "HT-7" in text
        assert two.as_admin.post(address, data=form | {"price_session": "399.50"}).status_code == 303
        told = two.as_admin.get(f"{two.as_admin.base}/api/contracts/").get_json()[0]
        assert told["content"]["prices"] == {"session": 39950}
        assert told["content"]["clocks"] == {"request": 1440}
