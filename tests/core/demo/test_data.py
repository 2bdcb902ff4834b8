"""The demo's history: the same on every run, plausible as a whole, and never a surprise for the story told
live."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anxin.demo import data
from anxin.demo.story.answers import FORMS
from anxin.demo.story.rota import gaps
from anxin.identity import roster
from anxin.tenancy import files

DEMO = Path(__file__).parents[3] / "tenants" / "demo"
NOW = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def tenant() -> files.TenantFile:
    return files.load(DEMO / "dongling.toml")


@pytest.fixture(scope="module")
def people() -> list[roster.RosterRow]:
    return roster.read(DEMO / "dongling-roster.xlsx").rows


@pytest.fixture(scope="module")
def story(tenant: files.TenantFile, people: list[roster.RosterRow]) -> data.Story:
    return data.tell(tenant, people, NOW)


def test_told_twice_it_is_the_same_story(tenant, people, story) -> None:
    assert data.tell(tenant, people, NOW) == story


def test_everybody_in_it_works_there_and_about_four_in_ten_took_part(story, people) -> None:
    active = {sitting.number for sitting in story.sittings}
    assert active <= {row.number for row in people if row.status}
    assert 0.34 < len(active) / len(story.people) < 0.42


def test_lin_xiaofeng_begins_with_a_clean_page(story) -> None:
    told = [*story.sittings, *story.decided, *story.declined, *story.crises]
    assert "DL10268" in story.people
    assert "DL10268" not in {each.number for each in told}


def test_nobody_answers_before_agreeing_or_in_the_future(story) -> None:
    agreed = {decided.number: decided.at for decided in story.decided if decided.agreed}
    assert all(agreed[sitting.number] < sitting.at < NOW for sitting in story.sittings)
    assert len(agreed) + sum(not decided.agreed for decided in story.decided) == len(story.decided)
    assert not {each.number for each in story.declined} & {sitting.number for sitting in story.sittings}


def test_answers_fit_their_forms(story) -> None:
    for sitting in story.sittings:
        form = FORMS[sitting.form]
        assert len(sitting.answers) == len(form.hardness)
        assert set(sitting.answers) <= set(form.options)


def test_a_round_is_answered_once_and_in_its_days(story) -> None:
    rounds = {each.key: each for each in story.rounds}
    assert set(rounds) == {"closed", "running"}
    assert rounds["closed"].closes_at < NOW < rounds["running"].closes_at
    once = Counter((each.number, each.campaign, each.form) for each in story.sittings if each.campaign)
    assert max(once.values()) == 1
    for sitting in story.sittings:
        if sitting.campaign:
            held = rounds[sitting.campaign]
            assert held.opens_at <= sitting.at <= held.closes_at
            assert sitting.form in held.forms


def test_scores_look_like_a_working_population(story) -> None:
    totals = [sum(each.answers) for each in story.sittings if each.form == "phq9-1"]
    assert 0.05 < sum(total >= 10 for total in totals) / len(totals) < 0.15
    assert 0.25 < sum(total == 0 for total in totals) / len(totals) < 0.5
    wellbeing = [sum(each.answers) * 4 for each in story.sittings if each.form == "who5-1"]
    assert 48 < sum(wellbeing) / len(wellbeing) < 62


def test_people_resemble_themselves_over_time(story) -> None:
    by_person: dict[str, list[int]] = {}
    for each in story.sittings:
        if each.form == "phq9-1":
            by_person.setdefault(each.number, []).append(sum(each.answers))
    pairs = [(scores[0], scores[-1]) for scores in by_person.values() if len(scores) > 1]
    apart = sum(abs(a - b) for a, b in pairs) / len(pairs)
    shuffled = sum(abs(a - b) for (a, _), (_, b) in zip(pairs, pairs[1:] + pairs[:1], strict=True)) / len(
        pairs
    )
    assert apart < shuffled * 0.85


def test_only_the_told_dangers_carry_a_risk_answer(story) -> None:
    risky = {each.number for each in story.sittings if each.form == "phq9-1" and each.answers[8] > 0}
    dangers = [crisis for crisis in story.crises if crisis.level == 3]
    assert risky == {crisis.number for crisis in dangers}
    assert len(dangers) == 2
    for crisis in dangers:
        assert crisis.raised_at < crisis.acknowledged_at < crisis.called_at < crisis.closed_at < NOW
        assert crisis.second_by not in {None, crisis.handled_by}


def test_every_score_that_asks_for_a_call_got_one_or_waits_since_a_short_time(story) -> None:
    concerns = [crisis for crisis in story.crises if crisis.level == 2]
    asked = {
        (each.number, each.form)
        for each in story.sittings
        if FORMS[each.form].concern is not None and sum(each.answers) >= FORMS[each.form].concern
    }
    dangers = {crisis.number for crisis in story.crises if crisis.level == 3}
    assert {(each.number, each.form) for each in concerns} == {
        pair for pair in asked if pair[0] not in dangers
    }
    for crisis in concerns:
        if crisis.called_at is None:
            assert NOW - crisis.raised_at < timedelta(hours=72)
        else:
            assert timedelta() < crisis.called_at - crisis.raised_at < timedelta(hours=72)
    assert any(crisis.closed_at is None for crisis in concerns)


@pytest.mark.parametrize("post", ["counsellor", "supervisor"])
def test_somebody_is_on_duty_at_every_hour_of_the_next_weeks(story, post) -> None:
    on_duty = [shift for shift in story.shifts if shift.post == post]
    assert gaps(on_duty, NOW, NOW + timedelta(weeks=4)) == []
    assert gaps(on_duty[:1], NOW, NOW + timedelta(weeks=4)) != []


def test_a_tenant_the_plot_does_not_name_has_self_tests_and_its_own_helpers() -> None:
    qinghe = files.load(DEMO / "qinghe.toml")
    told = data.tell(qinghe, roster.read(DEMO / "qinghe-roster.xlsx").rows, NOW)
    assert told.rounds == []
    assert told.sittings
    assert {crisis.handled_by for crisis in told.crises} <= {
        person.login for person in qinghe.contracts[0].staff
    }
    assert {shift.login for shift in told.shifts} == {"gunian", "luxingzhou", "shenyue"}
