"""Campaigns: nobody invited without a duty rota, nobody named, nothing shown that could be worked out."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.kernel import clock
from anxin.kernel import jobs as kernel_jobs
from anxin.kernel.i18n import day, local
from anxin.plugin import Conflict, Invalid, NotFound, Unit
from anxin.testing import today
from anxin_assessments import hooks, jobs, views
from anxin_assessments.figure_models import Tally
from anxin_assessments.services import campaigns, figures, freezing, inviting, sheets
from anxin_assessments.services.counting import ROUND, count_round, fold


@pytest.fixture
def admin(person: Any) -> Any:
    return person("admin")


@pytest.fixture
def duty(agency_person: Any, shift: Any) -> Any:
    helper = agency_person()
    shift(helper)
    return helper


def units(scope: Any, tenant: Any, *names: str) -> list[Any]:
    """A plant and teams below it."""
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        made: list[Any] = []
        for name in names:
            parent = made[0] if made else None
            unit = ctx.add(Unit(code=name, name=name, parent_id=parent.id if parent else None, path=""))
            unit.path = (parent.path if parent else "") + f"/{unit.id.hex}"
            made.append(unit)
            ctx.db.flush()
        return [unit.id for unit in made]


def due(ctx: Any) -> list[Any]:
    return [one for one in inviting.at_work(ctx) if inviting.reminder_due(one, ctx.now)]


def plan(ctx: Any, *instruments: str, unit_id: Any = None, days: int = 7, **more: Any) -> Any:
    day = today()
    return campaigns.create(
        ctx,
        title="秋季状态自评",
        instruments=instruments,
        opens_on=day - timedelta(days=1),
        closes_on=day + timedelta(days=days),
        unit_id=unit_id,
        **more,
    )


def published(as_person: Any, admin: Any, *instruments: str, unit_id: Any = None) -> Any:
    with as_person(admin, "tenant") as ctx:
        campaign = plan(ctx, *instruments, unit_id=unit_id)
        return campaigns.publish(ctx, campaign.id).id


class TestPublishing:
    def test_needs_a_duty_rota_when_answers_can_call_for_help(
        self, admin: Any, as_person: Any, scope: Any
    ) -> None:
        with as_person(admin, "tenant") as ctx:
            campaign = plan(ctx, "phq9")
            with pytest.raises(Invalid) as refused:
                campaigns.publish(ctx, campaign.id)
        assert refused.value.code == "assessments.no_duty"

    def test_and_over_its_whole_time(
        self, admin: Any, agency_person: Any, shift: Any, as_person: Any
    ) -> None:
        shift(agency_person(), days=2)
        with as_person(admin, "tenant") as ctx:
            campaign = plan(ctx, "gad7", "phq9")
            with pytest.raises(Invalid):
                campaigns.publish(ctx, campaign.id)

    def test_other_instruments_do_not_need_one(self, admin: Any, as_person: Any) -> None:
        assert published(as_person, admin, "who5")

    def test_only_once(self, admin: Any, duty: Any, as_person: Any) -> None:
        campaign = published(as_person, admin, "phq9")
        with as_person(admin, "tenant") as ctx, pytest.raises(Conflict):
            campaigns.publish(ctx, campaign)

    def test_not_after_its_last_day(self, admin: Any, as_person: Any) -> None:
        with as_person(admin, "tenant") as ctx:
            campaign = plan(ctx, "who5", days=0)
        with clock.travel(timedelta(days=2)), as_person(admin, "tenant") as ctx, pytest.raises(Invalid):
            campaigns.publish(ctx, campaign.id)

    def test_invites_the_unit_and_what_is_below(
        self, admin: Any, person: Any, scope: Any, tenant: Any, as_person: Any
    ) -> None:
        plant, team, other = units(scope, tenant, "厂", "一队", "二队")
        inside, outside = person(unit_id=team), person(unit_id=other)
        person(unit_id=plant)
        published(as_person, admin, "who5", unit_id=team)
        with as_person(inside) as ctx:
            assert [todo.campaign.title for todo in campaigns.todo(ctx)] == ["秋季状态自评"]
        with as_person(outside) as ctx:
            assert campaigns.todo(ctx) == []

    def test_people_read_the_same_last_day_as_the_admin(
        self, app: Any, admin: Any, person: Any, tenant: Any, as_person: Any
    ) -> None:
        """The window ends at a midnight; the day that begins there is one too late."""
        someone = person()
        campaign = published(as_person, admin, "who5")
        chosen = today() + timedelta(days=7)
        with app.test_request_context(f"/t/{tenant.slug}/"), as_person(someone) as ctx:
            (todo,) = campaigns.todo(ctx)
            card = next(iter(hooks.home_cards(ctx)))
            shown = views.todo(todo, "zh_CN")["until"]
            assert todo.campaign.id == campaign
            assert local(campaigns.last_day(todo.campaign)).date() == chosen
            assert shown == day(campaigns.last_day(todo.campaign))
            assert shown in str(card.text)

    def test_a_unit_without_people(self, admin: Any, scope: Any, tenant: Any, as_person: Any) -> None:
        (plant,) = units(scope, tenant, "空厂")
        with as_person(admin, "tenant") as ctx:
            campaign = plan(ctx, "who5", unit_id=plant)
            with pytest.raises(Invalid):
                campaigns.publish(ctx, campaign.id)


class TestTakingPart:
    def test_a_round_is_finished_when_all_instruments_are(
        self, admin: Any, person: Any, agree: Any, as_person: Any
    ) -> None:
        someone = person()
        agree(someone)
        campaign = published(as_person, admin, "who5", "k6")
        with as_person(someone) as ctx:
            sheets.fill(ctx, "who5", [3] * 5, campaign)
        with as_person(someone) as ctx:
            (todo,) = campaigns.todo(ctx)
            assert [one.id for one in todo.left] == ["k6"]
        with as_person(someone) as ctx:
            sheets.fill(ctx, "k6", [0, 1, 0, 1, 0, 1], campaign)
        with as_person(someone) as ctx:
            assert campaigns.todo(ctx) == []

    def test_once_a_person(self, admin: Any, person: Any, agree: Any, as_person: Any) -> None:
        someone = person()
        agree(someone)
        campaign = published(as_person, admin, "who5")
        with as_person(someone) as ctx:
            sheets.fill(ctx, "who5", [3] * 5, campaign)
        with as_person(someone) as ctx, pytest.raises(Conflict):
            sheets.start(ctx, "who5", campaign)
        with as_person(someone) as ctx:
            assert sheets.start(ctx, "who5")  # outside the campaign whenever they like

    def test_declining_counts_as_an_answer(self, admin: Any, person: Any, as_person: Any, scope: Any) -> None:
        someone = person()
        campaign = published(as_person, admin, "who5")
        with as_person(someone) as ctx:
            campaigns.decline(ctx, campaign)
        with as_person(someone) as ctx:
            assert campaigns.todo(ctx) == []
            with pytest.raises(NotFound):
                campaigns.decline(ctx, campaign)

    def test_only_invited_people_and_only_in_time(
        self, admin: Any, person: Any, agree: Any, as_person: Any
    ) -> None:
        early = person()
        campaign = published(as_person, admin, "who5")
        late = person()
        agree(early), agree(late)
        with as_person(late) as ctx, pytest.raises(NotFound):
            sheets.start(ctx, "who5", campaign)
        with as_person(early) as ctx, pytest.raises(NotFound):
            sheets.start(ctx, "k6", campaign)
        with as_person(admin, "tenant") as ctx:
            campaigns.close(ctx, campaign)
        with as_person(early) as ctx, pytest.raises(Conflict):
            sheets.start(ctx, "who5", campaign)


class TestReminding:
    def test_the_silent_are_reminded_once_and_nobody_else(
        self, admin: Any, person: Any, agree: Any, as_person: Any, scope: Any, tenant: Any
    ) -> None:
        answered, declined, silent = person(), person(), person()
        agree(answered)
        campaign = published(as_person, admin, "who5")
        with as_person(answered) as ctx:
            sheets.fill(ctx, "who5", [3] * 5, campaign)
        with as_person(declined) as ctx:
            campaigns.decline(ctx, campaign)
        with scope(tenant) as ctx:
            assert due(ctx) == []
        with clock.travel(timedelta(days=7)):
            with scope(tenant) as ctx:
                ctx.plugin = "assessments"
                (soon,) = due(ctx)
                assert inviting.remind_silent(ctx, soon) == 2  # the silent one and the admin
            with scope(tenant) as ctx:
                assert due(ctx) == []
        assert silent


class TestFigures:
    @pytest.fixture
    def round(self, admin: Any, person: Any, agree: Any, as_person: Any, scope: Any, tenant: Any) -> Any:
        """A plant with teams of 30, 14 and 4: most answer WHO-5, everybody in the small team does."""
        plant, big, small, tiny = units(scope, tenant, "厂", "大队", "小队", "四人班")
        people = [
            (team, person(unit_id=team))
            for team, size in ((big, 30), (small, 14), (tiny, 4))
            for _ in range(size)
        ]
        campaign = published(as_person, admin, "who5", unit_id=plant)
        answered = [one for team, one in people if team != big][:18] + [
            one for team, one in people if team == big
        ][:18]
        for number, someone in enumerate(answered):
            agree(someone)
            value = 3 if number % 2 else 1
            with as_person(someone) as ctx:
                sheets.fill(ctx, "who5", [value] * 5, campaign)
            with scope(tenant) as ctx:
                ctx.plugin = "assessments"
                ctx.unaudited("test")
                count_round(ctx, campaign_id=str(campaign), person_id=str(someone.id))
        return campaign

    def test_nothing_but_a_rough_count_while_it_runs(self, round: Any, admin: Any, as_person: Any) -> None:
        with as_person(admin, "tenant") as ctx:
            found = figures.of_campaign(ctx, round)
        assert found.waves == []
        assert found.invited == 48
        assert found.progress.value == 35  # 36 in steps of 5

    def test_small_groups_stay_hidden_when_it_is_over(self, round: Any, admin: Any, as_person: Any) -> None:
        with as_person(admin, "tenant") as ctx:
            campaigns.close(ctx, round)
        with as_person(admin, "tenant") as ctx:
            (wave,) = figures.of_campaign(ctx, round).waves
        rows = {row.name: row.figures for row in wave.rows}
        assert wave.all.name == "厂"
        assert rows["厂"].mean.value == pytest.approx(40.0)
        assert not rows["四人班"].mean.shown
        assert not rows["四人班"].answered.shown
        assert sum(one.share.value or 0 for one in rows["厂"].distribution) == pytest.approx(1, abs=0.11)

    def test_tallies_have_no_person(self, round: Any, scope: Any, tenant: Any) -> None:
        assert not {"person_id", "sheet_id", "made_at"} & set(Tally.__table__.columns.keys())
        with scope(tenant) as ctx:
            assert len(ctx.scalars(ctx.select(Tally).where(Tally.instrument == "who5-1")).all()) == 36


def test_the_round_is_counted_by_a_job(
    admin: Any, person: Any, agree: Any, as_person: Any, scope: Any, runtime: Any
) -> None:
    someone = person()
    agree(someone)
    campaign = published(as_person, admin, "k6")
    with as_person(someone) as ctx:
        sheets.fill(ctx, "k6", [0] * 6, campaign)
    tenant = runtime.caches["directory"].by_id(someone.tenant.id)
    with scope(someone.tenant) as ctx:
        job = ctx.scalar(
            sa.text("SELECT id FROM core.outbox WHERE tenant_id = :t AND job = 'assessments.count'"),
            {"t": tenant.id},
        )
    assert kernel_jobs.run(runtime, tenant, job) == "done"
    assert kernel_jobs.run(runtime, tenant, job) == "gone"
    with scope(someone.tenant) as ctx:
        (tally,) = ctx.scalars(ctx.select(Tally).where(Tally.instrument != ROUND)).all()
        assert (tally.instrument, tally.band, tally.score) == ("k6-1", "low", 0)


class TestScope:
    def hired(self, person: Any, years: float, **fields: Any) -> Any:
        day = today() - timedelta(days=round(365.25 * years))
        return person(hired_on=day, **fields)

    def invited_to(self, ctx: Any, **conditions: Any) -> set[Any]:
        campaign = plan(ctx, "who5", **conditions)
        return {row.id for row in ctx.execute(inviting.people(ctx, campaign))}

    def test_length_of_service_month_of_birth_and_day_of_hire(
        self, admin: Any, person: Any, as_person: Any
    ) -> None:
        fresh, settled = self.hired(person, 0.05), self.hired(person, 9)
        old = self.hired(person, 30, traits={"birthday": "05-01"})
        day = today()
        with as_person(admin, "tenant") as ctx:
            assert self.invited_to(ctx, scope={"years_from": 5}) == {settled.id, old.id}
            assert self.invited_to(ctx, scope={"years_from": 5, "years_until": 20}) == {settled.id}
            assert self.invited_to(ctx, scope={"born_month": 5}) == {old.id}
            month_ago = (day - timedelta(days=60)).isoformat()
            assert self.invited_to(ctx, scope={"hired_from": month_ago}) == {fresh.id}
            assert self.invited_to(ctx, rolling="hired") == {fresh.id}

    def test_a_rolling_campaign_invites_who_has_a_birthday_once(
        self, admin: Any, person: Any, as_person: Any, scope: Any, tenant: Any, run_jobs: Any
    ) -> None:
        with as_person(admin, "tenant") as ctx:
            campaign = campaigns.publish(ctx, plan(ctx, "who5", rolling="birthday").id).id
            day = f"{ctx.today:%m-%d}"
        someone = person(traits={"birthday": day})
        for _day in range(2):
            with scope(tenant) as ctx:
                ctx.plugin = "assessments"
                ctx.unaudited("test")
                jobs.invite_new(ctx)
        with scope(tenant) as ctx:
            assert inviting.invited(ctx, campaign) == 1
        with as_person(someone) as ctx:
            assert [todo.campaign.id for todo in campaigns.todo(ctx)] == [campaign]
        assert "assessments.announce" in run_jobs(tenant, "assessments.announce")

    def test_29_february_is_no_trap(self) -> None:
        assert inviting._years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)


class TestRunning:
    def test_paused_nobody_can_begin(self, admin: Any, person: Any, agree: Any, as_person: Any) -> None:
        someone = person()
        agree(someone)
        campaign = published(as_person, admin, "who5")
        with as_person(admin, "tenant") as ctx:
            campaigns.pause(ctx, campaign)
        with as_person(someone) as ctx:
            assert campaigns.todo(ctx) == []
            with pytest.raises(Conflict):
                sheets.start(ctx, "who5", campaign)
        with as_person(admin, "tenant") as ctx:
            campaigns.resume(ctx, campaign)
        with as_person(someone) as ctx:
            assert sheets.start(ctx, "who5", campaign)

    def test_extending_asks_for_the_duty_rota_again(
        self, admin: Any, agency_person: Any, shift: Any, as_person: Any
    ) -> None:
        shift(agency_person(), days=20)
        campaign = published(as_person, admin, "phq9")
        day = today()
        with as_person(admin, "tenant") as ctx:
            assert campaigns.extend(ctx, campaign, day + timedelta(days=14))
            with pytest.raises(Invalid):
                campaigns.extend(ctx, campaign, day + timedelta(days=3))
            with pytest.raises(Invalid) as refused:
                campaigns.extend(ctx, campaign, day + timedelta(days=40))
        assert refused.value.code == "assessments.no_duty"

    def test_the_union_asks_and_the_system_reminds(
        self, admin: Any, person: Any, as_person: Any, run_jobs: Any, tenant: Any, client_as: Any
    ) -> None:
        silent, spoken = person(), person()
        campaign = published(as_person, admin, "who5")
        with as_person(spoken) as ctx:
            campaigns.decline(ctx, campaign)
        with as_person(admin, "tenant") as ctx:
            campaigns.ask_to_remind(ctx, campaign)
        run_jobs(tenant)
        for someone, text in ((silent, True), (spoken, False)):
            client = client_as(someone)
            assert ("有一件事" in client.get(f"{client.base}/notices/").get_data(as_text=True)) is text
        with as_person(admin, "tenant") as ctx, pytest.raises(Conflict):
            campaigns.ask_to_remind(ctx, campaign)

    def test_half_way_and_two_days_before_the_end(self, admin: Any, as_person: Any) -> None:
        with as_person(admin, "tenant") as ctx:
            campaign = plan(ctx, "who5", days=13)
            at = campaign.opens_at
            assert not inviting.reminder_due(campaign, at + timedelta(days=2))
            assert inviting.reminder_due(campaign, at + timedelta(days=8))
            campaign.reminded_at = at + timedelta(days=8)
            assert not inviting.reminder_due(campaign, at + timedelta(days=9))
            assert inviting.reminder_due(campaign, campaign.closes_at - timedelta(days=1))


class TestRounds:
    def test_only_people_of_both_rounds_are_compared_and_another_instrument_is_not(
        self, admin: Any, person: Any, agree: Any, as_person: Any, run_jobs: Any, tenant: Any
    ) -> None:
        people = [person() for _number in range(16)]
        for someone in people:
            agree(someone)
        first = published(as_person, admin, "k6")
        self.answer(as_person, people, first, "k6", [3] * 6)
        with as_person(admin, "tenant") as ctx:
            campaigns.close(ctx, first)
            day = today()
            second = campaigns.create(
                ctx,
                title="第二轮",
                instruments=["k6", "who5"],
                opens_on=day,
                closes_on=day + timedelta(days=7),
                before_id=first,
            )
            assert (second.round, second.before_id) == (2, first)
            second = campaigns.publish(ctx, second.id).id
        for number, someone in enumerate(people):
            with as_person(someone) as ctx:
                sheets.fill(ctx, "k6", [1 if number % 2 else 2] * 6, second)
            with as_person(someone) as ctx:
                sheets.fill(ctx, "who5", [3] * 5, second)
        run_jobs(tenant, "assessments.count")
        with as_person(admin, "tenant") as ctx:
            campaigns.close(ctx, second)
        with as_person(admin, "tenant") as ctx:
            (k6,) = figures.of_campaign(ctx, second).changes
        assert k6["instrument"] == "k6-1"
        assert (k6["people"], k6["before"], k6["after"], k6["better"]) == (15, 18.0, 9.0, 9.0)

    def answer(self, as_person: Any, people: Any, campaign: Any, name: str, answers: list[int]) -> None:
        for someone in people:
            with as_person(someone) as ctx:
                sheets.fill(ctx, name, answers, campaign)

    def test_few_people_left_over_hide_the_change(
        self, admin: Any, person: Any, agree: Any, as_person: Any, run_jobs: Any, tenant: Any
    ) -> None:
        """Fourteen of both rounds and two of the first alone: their mean could be subtracted."""
        people = [person() for _number in range(16)]
        for someone in people:
            agree(someone)
        first = published(as_person, admin, "k6")
        self.answer(as_person, people, first, "k6", [3] * 6)
        with as_person(admin, "tenant") as ctx:
            campaigns.close(ctx, first)
            day = today()
            second = campaigns.next_round(ctx, first, opens_on=day, closes_on=day + timedelta(days=7))
            second = campaigns.publish(ctx, second.id).id
        self.answer(as_person, people[:14], second, "k6", [1] * 6)
        run_jobs(tenant, "assessments.count")
        with as_person(admin, "tenant") as ctx:
            campaigns.close(ctx, second)
        with as_person(admin, "tenant") as ctx:
            (k6,) = figures.of_campaign(ctx, second).changes
        assert k6["hidden"]


class TestFrozen:
    @pytest.fixture
    def over(self, admin: Any, person: Any, agree: Any, as_person: Any, run_jobs: Any, tenant: Any) -> Any:
        people = [person() for _number in range(24)]
        campaign = published(as_person, admin, "who5")
        for someone in people[:18]:
            agree(someone)
            with as_person(someone) as ctx:
                sheets.fill(ctx, "who5", [3] * 5, campaign)
        return campaign

    def test_wait_for_the_last_answers_to_be_counted(
        self, over: Any, admin: Any, as_person: Any, run_jobs: Any, tenant: Any
    ) -> None:
        with as_person(admin, "tenant") as ctx:
            campaigns.close(ctx, over)
        with as_person(admin, "tenant") as ctx:
            found = figures.of_campaign(ctx, over)
            assert found.counting
            assert found.waves == []
        run_jobs(tenant, "assessments.count")
        with as_person(admin, "tenant") as ctx:
            assert not figures.of_campaign(ctx, over).counting

    def test_never_move_again(
        self, over: Any, admin: Any, as_person: Any, run_jobs: Any, tenant: Any, scope: Any
    ) -> None:
        run_jobs(tenant, "assessments.count")
        with as_person(admin, "tenant") as ctx:
            campaigns.close(ctx, over)
        with as_person(admin, "tenant") as ctx:
            before = figures.of_campaign(ctx, over).waves
        with scope(tenant) as ctx:
            ctx.unaudited("a key is corrected, units are merged, rows are gone")
            ctx.execute(sa.delete(Tally).where(Tally.tenant_id == tenant.id))
            ctx.execute(sa.text("UPDATE core.unit SET name = 'x' WHERE tenant_id = :t"), {"t": tenant.id})
        with as_person(admin, "tenant") as ctx:
            assert figures.of_campaign(ctx, over).waves == before

    def test_folding_changes_no_figure(
        self, over: Any, admin: Any, as_person: Any, run_jobs: Any, tenant: Any, scope: Any
    ) -> None:
        run_jobs(tenant, "assessments.count")
        with scope(tenant) as ctx:
            live = ctx.execute(freezing.counts(tenant.id, over)).all()
            for _twice in range(2):
                ctx.unaudited("test")
                fold(ctx)
            assert ctx.scalars(ctx.select(Tally)).all() == []
            assert ctx.execute(freezing.counts(tenant.id, over)).all() == live

    def test_aims_stand_beside_what_was_reached(
        self, admin: Any, person: Any, agree: Any, as_person: Any, run_jobs: Any, tenant: Any
    ) -> None:
        people = [person() for _number in range(39)]
        with as_person(admin, "tenant") as ctx:
            campaign = campaigns.publish(ctx, plan(ctx, "who5", targets={"took_part": 80}).id).id
        for someone in people[:20]:
            agree(someone)
            with as_person(someone) as ctx:
                sheets.fill(ctx, "who5", [3] * 5, campaign)
        run_jobs(tenant, "assessments.count")
        with as_person(admin, "tenant") as ctx:
            campaigns.close(ctx, campaign)
        with as_person(admin, "tenant") as ctx:
            (aim,) = figures.of_campaign(ctx, campaign).targets
        assert (aim["what"], aim["planned"], aim["part"]) == ("took_part", 80, 0.5)


class TestProgress:
    def test_small_units_show_a_dash_and_nobody_sees_today(
        self, admin: Any, person: Any, scope: Any, tenant: Any, as_person: Any
    ) -> None:
        big, small = units(scope, tenant, "大队", "小班")
        people = [person(unit_id=big) for _number in range(24)] + [person(unit_id=small) for _n in range(6)]
        campaign = published(as_person, admin, "who5")
        for someone in people:
            with as_person(someone) as ctx:
                campaigns.decline(ctx, campaign)
        with as_person(admin, "tenant") as ctx:
            rows = {one.name: one.spoken for one in figures.of_campaign(ctx, campaign).units}
            assert not rows["大队"].shown
        with clock.travel(timedelta(days=1)), as_person(admin, "tenant") as ctx:
            rows = {one.name: one.spoken for one in figures.of_campaign(ctx, campaign).units}
        assert rows["大队"].value == 25, "thirty spoke, but never is it said that all did"
        assert not rows["小班"].shown
