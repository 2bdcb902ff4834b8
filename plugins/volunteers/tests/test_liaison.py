"""A liaison officer notices somebody: facts only, sealed, on through the levels; danger to life at once."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.kernel import clock
from anxin.plugin import Conflict, ConsentRefused, Forbidden, Invalid, NotFound
from anxin.safety.models import Crisis
from anxin_volunteers import policy
from anxin_volunteers.models import Concern, HandOn, Period, Slip, Visit, Welcome
from anxin_volunteers.services import care, concerns, handons, liaison

FACTS = {"signs": ["sleepless", "change"], "since": "weeks", "knows": True}


def slips(ctx: Any) -> list[str]:
    return [slip.state for slip in ctx.scalars(sa.select(Slip).where(Slip.tenant_id == ctx.tenant.id))]


class TestHandingIn:
    def test_five_taps_and_two_pages(self, plant: Any, client_as: Any, run_jobs: Any) -> None:
        phone = client_as(plant["liaison"])
        home = phone.get(f"{phone.base}/volunteers/liaison").get_data(as_text=True)
        assert "赵建国" in home
        form = f"{phone.base}/volunteers/liaison/{plant['colleague'].id}"
        assert "赵建国" in phone.get(form).get_data(as_text=True)
        sent = phone.post(f"{form}/concern", data={"signs": "sleepless", "since": "days", "knows": "1"})
        assert sent.status_code == 303
        run_jobs(plant["liaison"].tenant)
        home = phone.get(f"{phone.base}/volunteers/liaison").get_data(as_text=True)
        assert "已送出" in home
        assert "睡不着" not in home

    @pytest.mark.parametrize("note", ["我看他是抑郁症", "整天疯疯癫癫", "looks bipolar to me"])
    def test_a_verdict_is_refused_and_nothing_is_lost(self, plant: Any, client_as: Any, note: str) -> None:
        phone = client_as(plant["liaison"])
        address = f"{phone.base}/volunteers/liaison/{plant['colleague'].id}/concern"
        answer = phone.post(address, data={"signs": "sleepless", "since": "weeks", "note": note})
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert "下结论" in page
        assert note in page
        assert 'value="sleepless" checked' in page

    def test_only_about_colleagues_and_only_by_those_appointed(
        self, plant: Any, as_person: Any, volunteer: Any
    ) -> None:
        with as_person(plant["liaison"]) as ctx, pytest.raises(NotFound):
            liaison.report(ctx, plant["stranger"].id, **FACTS)
        with as_person(volunteer()) as ctx, pytest.raises(NotFound):
            liaison.report(ctx, plant["colleague"].id, **FACTS)

    def test_the_agreement_comes_first(self, plant: Any, as_person: Any, scope: Any, tenant: Any) -> None:
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")
            ctx.execute(
                sa.text(
                    "UPDATE volunteers.volunteer SET pledged_at = NULL, pledge_version = NULL WHERE person_id = :p"
                ),
                {"p": plant["liaison"].id},
            )
        with as_person(plant["liaison"]) as ctx, pytest.raises(Forbidden):
            liaison.report(ctx, plant["colleague"].id, **FACTS)

    def test_a_tenant_may_want_the_yes_first(
        self, plant: Any, as_person: Any, scope: Any, tenant: Any, monkeypatch: Any
    ) -> None:
        with as_person(plant["liaison"]) as ctx:
            strict = {**ctx.settings, "without_asking": "never"}
            monkeypatch.setattr(type(ctx), "settings", property(lambda self: strict))
            with pytest.raises(Invalid) as refused:
                liaison.report(ctx, plant["colleague"].id, **{**FACTS, "knows": False})
            assert "knows" in refused.value.fields
            liaison.report(ctx, plant["colleague"].id, signs=["harm"], since="days", knows=False)


class TestTheWay:
    def test_level_by_level_and_the_reporter_sees_two_words(
        self,
        plant: Any,
        as_person: Any,
        scope: Any,
        tenant: Any,
        run_jobs: Any,
        helper: Any,
        give_consent: Any,
    ) -> None:
        with as_person(plant["liaison"]) as ctx:
            liaison.report(ctx, plant["colleague"].id, **FACTS)
        run_jobs(tenant)
        with scope(tenant) as ctx:
            assert slips(ctx) == ["sent"]
            assert ctx.scalars(sa.select(Crisis).where(Crisis.tenant_id == tenant.id)).all() == []
        with as_person(plant["plant"]) as ctx:
            assert handons.waiting(ctx) == []
        with as_person(plant["mine"]) as ctx:
            (turn,) = handons.waiting(ctx)
            handons.hand_on(ctx, turn.id)
        run_jobs(tenant)
        with scope(tenant) as ctx:
            assert slips(ctx) == ["received"]
        with as_person(plant["mine"]) as ctx, pytest.raises(Conflict):
            handons.hand_on(ctx, turn.id)
        with as_person(plant["plant"]) as ctx:
            (turn,) = handons.waiting(ctx)
            handons.hand_on(ctx, turn.id)
        run_jobs(tenant)
        with scope(tenant) as ctx:
            crisis = ctx.scalars(sa.select(Crisis).where(Crisis.tenant_id == tenant.id)).one()
            assert (crisis.level, crisis.reason, crisis.purpose) == (2, "concern", policy.CARED.name)
            concern_id = ctx.scalars(ctx.select(Concern)).one().id

        with as_person(helper, "assigned", purpose=policy.CARED.name) as ctx, pytest.raises(ConsentRefused):
            concerns.read(ctx, concern_id)
        with as_person(helper, "assigned", purpose=policy.IN_DANGER) as ctx, pytest.raises(NotFound):
            concerns.read(ctx, concern_id, in_danger=True)
        give_consent(plant["colleague"], policy.CARED)
        with as_person(helper, "assigned", purpose=policy.CARED.name) as ctx:
            found = concerns.read(ctx, concern_id)
            assert found.facts["signs"] == ["sleepless", "change"]
            concerns.handle(ctx, concern_id, "counselling")
        with as_person(plant["liaison"]) as ctx:
            (slip,) = liaison.mine(ctx)
            assert (slip.state, slip.content) == ("handled", None)

    def test_a_level_that_does_nothing_is_passed_by_its_clock(
        self, plant: Any, as_person: Any, scope: Any, tenant: Any, run_jobs: Any, helper: Any
    ) -> None:
        with as_person(plant["liaison"]) as ctx:
            liaison.report(ctx, plant["colleague"].id, **FACTS)
        run_jobs(tenant)
        from anxin_volunteers.services import delivery

        for expected in (["lapsed", "waiting"], ["lapsed", "lapsed"]):
            with scope(tenant) as ctx:
                later = max(row.due_at for row in ctx.scalars(ctx.select(HandOn))) + timedelta(minutes=1)
            with clock.travel(later), scope(tenant) as ctx:
                delivery.clocks(ctx)
            run_jobs(tenant, "volunteers.pass_on")
            with scope(tenant) as ctx:
                rows = ctx.scalars(ctx.select(HandOn).order_by(HandOn.position)).all()
                assert [row.state for row in rows] == expected
        with scope(tenant) as ctx:
            assert ctx.scalars(sa.select(Crisis).where(Crisis.tenant_id == tenant.id)).one().level == 2

    def test_the_levels_see_no_name(self, plant: Any, client_as: Any, as_person: Any, run_jobs: Any) -> None:
        with as_person(plant["liaison"]) as ctx:
            liaison.report(ctx, plant["colleague"].id, **FACTS)
        run_jobs(plant["liaison"].tenant)
        lead = client_as(plant["mine"])
        page = lead.get(f"{lead.base}/volunteers/handons").get_data(as_text=True)
        assert "还剩" in page
        for secret in ("赵建国", "一队", str(plant["colleague"].id), str(plant["liaison"].id)):
            assert secret not in page

    def test_danger_goes_to_those_on_duty_at_once(
        self, plant: Any, as_person: Any, scope: Any, tenant: Any, run_jobs: Any, helper: Any
    ) -> None:
        with as_person(plant["liaison"]) as ctx:
            liaison.report(ctx, plant["colleague"].id, signs=["hopeless"], since="days", knows=False)
        run_jobs(tenant, "volunteers.deliver")
        with scope(tenant) as ctx:
            crisis = ctx.scalars(sa.select(Crisis).where(Crisis.tenant_id == tenant.id)).one()
            assert (crisis.level, crisis.person_id) == (3, plant["colleague"].id)
            assert ctx.scalars(ctx.select(HandOn)).all() == []
            assert slips(ctx) == ["received"]
            concern_id = ctx.scalars(ctx.select(Concern)).one().id
        with as_person(helper, "assigned", purpose=policy.IN_DANGER) as ctx:
            assert concerns.read(ctx, concern_id, in_danger=True).facts["signs"] == ["hopeless"]
            concerns.handle(ctx, concern_id, "emergency", in_danger=True)


class TestTheWall:
    def test_no_role_of_the_employer_reads_it_back(
        self, plant: Any, as_person: Any, person: Any, run_jobs: Any, tenant: Any, client_as: Any, scope: Any
    ) -> None:
        with as_person(plant["liaison"]) as ctx:
            liaison.report(ctx, plant["colleague"].id, **FACTS)
        run_jobs(tenant)
        with scope(tenant) as ctx:
            concern_id = ctx.scalars(ctx.select(Concern)).one().id
        for someone in (plant["liaison"], plant["mine"], person("admin")):
            with as_person(someone, "tenant", purpose=policy.CARED.name) as ctx:
                assert ctx.db.scalars(sa.select(Concern)).all() == []
        admin = client_as(person("admin"))
        assert admin.get(f"{admin.base}/volunteers/concerns/{concern_id}").status_code == 404
        assert admin.get(f"{admin.base}/volunteers/concerns/{concern_id}/urgent").status_code == 404

    def test_the_slip_is_emptied(self, plant: Any, as_person: Any, run_jobs: Any, tenant: Any) -> None:
        with as_person(plant["liaison"]) as ctx:
            slip = liaison.report(ctx, plant["colleague"].id, **FACTS)
            assert slip.content is not None
        run_jobs(tenant, "volunteers.deliver")
        with as_person(plant["liaison"]) as ctx:
            assert liaison.mine(ctx)[0].content is None


class TestCare:
    @pytest.fixture
    def cared(self, plant: Any, as_person: Any, give_consent: Any) -> Any:
        someone = plant["colleague"]
        give_consent(someone, policy.CARED)
        with as_person(someone, purpose=policy.CARED.name) as ctx:
            care.welcome(ctx, wanted=True)
        return someone

    def test_a_time_of_care_lets_the_liaison_greet_without_the_reason(
        self, plant: Any, cared: Any, as_person: Any, scope: Any, tenant: Any, client_as: Any, run_jobs: Any
    ) -> None:
        with as_person(cared, purpose=policy.CARED.name) as ctx:
            today = ctx.now.date()
            care.add_period(ctx, reason="family", starts_on=today, ends_on=today + timedelta(days=30))
        with scope(tenant) as ctx:
            care.greetings(ctx)
        phone = client_as(plant["liaison"])
        page = phone.get(f"{phone.base}/volunteers/liaison").get_data(as_text=True)
        assert "该问候了" in page
        assert "家里有事" not in page
        visit = {"on": today.isoformat(), "kind": "work", "help": "listened", "note": "聊了半小时"}
        assert phone.post(f"{phone.base}/volunteers/liaison/{cared.id}/visit", data=visit).status_code == 303
        run_jobs(tenant, "volunteers.deliver")
        mine = client_as(cared)
        page = mine.get(f"{mine.base}/volunteers/care").get_data(as_text=True)
        assert "聊了半小时" in page
        assert "家里有事" in page
        page = phone.get(f"{phone.base}/volunteers/liaison").get_data(as_text=True)
        assert "该问候了" not in page

    def test_no_visit_without_the_yes(self, plant: Any, as_person: Any) -> None:
        with as_person(plant["liaison"]) as ctx, pytest.raises(Forbidden):
            liaison.visit(ctx, plant["colleague"].id, on=ctx.now.date(), kind="work", help_=[])

    def test_what_a_liaison_notes_is_told_and_can_be_deleted(
        self, plant: Any, cared: Any, as_person: Any, run_jobs: Any, tenant: Any
    ) -> None:
        with as_person(plant["liaison"]) as ctx:
            today = ctx.now.date()
            liaison.period(ctx, cared.id, reason="post", starts_on=today, ends_on=today)
        run_jobs(tenant)
        with as_person(cared, purpose=policy.CARED.name) as ctx:
            ((row, reason),) = care.periods(ctx)
            assert (row.by_self, reason) == (False, "post")
            care.remove_period(ctx, row.id)
        with as_person(cared, purpose=policy.CARED.name) as ctx:
            assert care.periods(ctx) == []

    def test_withdrawing_ends_it_and_a_late_note_is_not_kept(
        self, plant: Any, cared: Any, as_person: Any, run_jobs: Any, tenant: Any, scope: Any
    ) -> None:
        with as_person(plant["liaison"]) as ctx:
            liaison.visit(ctx, cared.id, on=ctx.now.date(), kind="phone", help_=["listened"])
        with scope(tenant) as ctx:
            from anxin.plugin import ConsentWithdrawn

            care.on_withdrawn(ctx, ConsentWithdrawn(person_id=cared.id, purpose=policy.CARED.name))
        run_jobs(tenant, "volunteers.deliver")
        with scope(tenant) as ctx:
            for model in (Welcome, Period, Visit):
                assert ctx.scalars(ctx.select(model)).all() == []

    def test_a_persons_copy_does_not_name_who_worried(
        self, plant: Any, as_person: Any, run_jobs: Any, tenant: Any, scope: Any, runtime: Any
    ) -> None:
        with as_person(plant["liaison"]) as ctx:
            liaison.report(ctx, plant["colleague"].id, **FACTS)
        run_jobs(tenant)
        with scope(tenant) as ctx:
            answers = runtime.registry.call(ctx, "subject_export", person_id=plant["colleague"].id)
            copy = next(one.value for one in answers if one.plugin == "volunteers")
        assert copy["concern"][0]["facts"]["signs"] == ["sleepless", "change"]
        assert str(plant["liaison"].id) not in str(copy)
