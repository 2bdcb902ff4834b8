"""Campaigns: nobody invited without a duty rota, nobody named, nothing shown that could be worked out."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.kernel import clock
from anxin.kernel import jobs as kernel_jobs
from anxin.kernel.i18n import day, local
from anxin.plugin import Conflict, Invalid, NotFound, Unit
from anxin_assessments import hooks, views
from anxin_assessments.models import Tally
from anxin_assessments.services import campaigns, figures, sheets
from anxin_assessments.services.counting import count_round


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


def plan(ctx: Any, *instruments: str, unit_id: Any = None, days: int = 7) -> Any:
    today = date.today()  # noqa: DTZ011 - the tenant's calendar day, as an admin would type it
    return campaigns.create(
        ctx,
        title="秋季状态自评",
        instruments=instruments,
        opens_on=today - timedelta(days=1),
        closes_on=today + timedelta(days=days),
        unit_id=unit_id,
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
        chosen = date.today() + timedelta(days=7)  # noqa: DTZ011 - as in `plan`
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
            assert campaigns.ending(ctx, within=timedelta(days=2)) == []
        with clock.travel(timedelta(days=7)):
            with scope(tenant) as ctx:
                ctx.plugin = "assessments"
                (soon,) = campaigns.ending(ctx, within=timedelta(days=2))
                assert campaigns.remind_silent(ctx, soon) == 2  # the silent one and the admin
            with scope(tenant) as ctx:
                assert campaigns.ending(ctx, within=timedelta(days=2)) == []
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
            assert len(ctx.scalars(ctx.select(Tally)).all()) == 36


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
        (tally,) = ctx.scalars(ctx.select(Tally)).all()
        assert (tally.instrument, tally.band, tally.score) == ("k6-1", "low", 0)
