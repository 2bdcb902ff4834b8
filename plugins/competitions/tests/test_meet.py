"""A sports meet from its announcement to its certificates, through the pages."""

import json
import re

import pytest
import sqlalchemy as sa

from anxin.kernel import db as kernel_db
from anxin.plugin import Conflict, Invalid, NotFound
from anxin_competitions.policy import TAKE_PART
from anxin_competitions.services import awards, competitions, entries, publicity, ranking, results, starting

DAYS = {"enter_from": "2020-01-01", "enter_until": "2099-12-31", "held_on": "2099-12-31"}


@pytest.fixture
def meet(acting, person, units, give_consent):
    """(officer, second officer, four workers of four units, competition's id): open for entering."""
    first, second = (
        person("employee", "admin", unit_id=units[0]),
        person("employee", "admin", unit_id=units[1]),
    )
    workers = [person("employee", unit_id=unit, name=f"工人{number}") for number, unit in enumerate(units)]
    for worker in workers:
        give_consent(worker, TAKE_PART)
    with acting(first) as ctx:
        made = competitions.create(ctx, title="运动会", preset="sports", **dates(ctx))
        ctx.db.flush()
        competitions.advance(ctx, made.id)
        return first, second, workers, made.id


def dates(ctx):
    day = ctx.today
    return {
        "enter_from": day,
        "enter_until": day,
        "held_on": day,
        "text": "",
        "place": "",
        "publicity_days": 5,
    }


def sprint(ctx, competition_id):
    return competitions.categories(ctx, competition_id)[0].id


def run_it(acting, meet, marks):
    """Everybody enters the first category, is accepted, and runs; returns the entries' ids."""
    first, _second, workers, competition = meet
    made = []
    for worker in workers:
        with acting(worker, "own") as ctx:
            made.append(entries.enter(ctx, competition, sprint(ctx, competition)).id)
    with acting(first) as ctx:
        assert entries.accept_all(ctx, competition) == len(workers)
        starting.draw_heats(ctx, competition, sprint(ctx, competition), seed=1)
        starting.schedule(ctx, competition)
        competitions.advance(ctx, competition)
        for entry, (mark, outcome) in zip(made, marks, strict=True):
            results.record(ctx, entry, mark=mark, outcome=outcome)
        competitions.advance(ctx, competition)
    return made


MARKS = [("13.2", "ok"), ("12.95", "ok"), ("12.95", "ok"), ("", "dns")]


def test_a_whole_meet(acting, meet, client_as) -> None:
    first, second, workers, competition = meet
    made = run_it(acting, meet, MARKS)
    with acting(first) as ctx:
        with pytest.raises(Conflict):
            results.check_category(ctx, competition, sprint(ctx, competition))
        ctx.restart()
        with pytest.raises(Conflict):
            ranking.freeze(ctx, competition)
        ctx.restart()
    with acting(second) as ctx:
        assert results.check_category(ctx, competition, sprint(ctx, competition)) == 4
    with acting(first) as ctx:
        ranking.freeze(ctx, competition)
    with acting(first) as ctx:
        with pytest.raises(Conflict):
            ranking.confirm(ctx, competition)
        ctx.restart()
        with pytest.raises(Conflict):
            publicity.publish(ctx, competition)
        ctx.restart()
    with acting(second) as ctx:
        frozen = ranking.confirm(ctx, competition)
        rows = ranking.opened(frozen)["categories"][0]["entries"]
        assert [(row["id"], row["place"], row["points"]) for row in rows] == [
            (str(made[1]), 1, 900), (str(made[2]), 1, 900), (str(made[0]), 3, 600), (str(made[3]), None, -200),
        ]  # fmt: skip
        assert ranking.holds(frozen)
        publicity.publish(ctx, competition)
    client = client_as(workers[0])
    page = client.get(f"{client.base}/competitions/{competition}").text
    assert "12.95" in page
    assert "工人1" in page
    with acting(second) as ctx:
        found = competitions.one(ctx, competition)
        with pytest.raises(Conflict):
            publicity.conclude(ctx, competition)
        ctx.restart()
        found = competitions.one(ctx, competition)
        found.publicity_until = found.published_on
        ctx.now = ctx.now.replace(year=ctx.now.year + 1)
        publicity.conclude(ctx, competition)
        given = awards.give(ctx, competition)
        assert [award.title for award in given][:2] == ["男子 100 米 一等奖", "男子 100 米 一等奖"]


def test_an_upheld_objection_leads_to_a_new_version_that_says_what_changed(acting, meet) -> None:
    first, second, workers, competition = meet
    made = run_it(acting, meet, MARKS)
    with acting(second) as ctx:
        results.check_category(ctx, competition, sprint(ctx, competition))
    with acting(first) as ctx:
        ranking.freeze(ctx, competition)
    with acting(second) as ctx:
        before = ranking.confirm(ctx, competition)
        publicity.publish(ctx, competition)
    with acting(workers[0], "own") as ctx:
        objection = publicity.object_to(ctx, competition, "秒表读错了，我是 12.2 秒。").id
    with acting(workers[1], "own") as ctx:
        assert publicity.objections(ctx, competition, everybody=False) == []
    with acting(first) as ctx:
        assert publicity.read(ctx, objection)[1].startswith("秒表")
        publicity.answer(ctx, objection, upheld=True, text="录像核对属实。")
        results.record(ctx, made[0], mark="12.2")
    with acting(second) as ctx:
        results.check(ctx, made[0])
    with acting(first) as ctx:
        with pytest.raises(Invalid):
            ranking.freeze(ctx, competition)
        ctx.restart()
        ranking.freeze(ctx, competition, reason="第一道成绩更正")
    with acting(second) as ctx:
        after = ranking.confirm(ctx, competition)
        assert after.version == 2
        assert {row["entry"]: (row["before"], row["after"]) for row in ranking.changed(before, after)} == {
            str(made[0]): (3, 1),
            str(made[1]): (1, 2),
            str(made[2]): (1, 2),
        }
        assert ranking.holds(before), "the older version stays as it was published"


def test_one_changed_byte_of_a_frozen_ranking_shows(acting, meet, settings) -> None:
    first, second, _workers, competition = meet
    run_it(acting, meet, MARKS)
    with acting(second) as ctx:
        results.check_category(ctx, competition, sprint(ctx, competition))
    with acting(first) as ctx:
        ranking.freeze(ctx, competition)
    with acting(second) as ctx:
        body = bytes(ranking.confirm(ctx, competition).body)
    moved = json.loads(body)
    moved["result"]["categories"][0]["entries"][0]["points"] += 100
    engine = sa.create_engine(kernel_db.driver_url(settings.database_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as superuser:
        superuser.execute(
            sa.text("UPDATE competitions.ranking SET body = :b WHERE competition_id = :c"),
            {"b": ranking.canonical(moved), "c": competition},
        )
    engine.dispose()
    with acting(first) as ctx:
        assert not ranking.holds(ranking.versions(ctx, competition)[0])


def test_quota_twice_and_closed(acting, meet, person, units, give_consent) -> None:
    first, _second, workers, competition = meet
    with acting(first) as ctx:
        category = competitions.add_category(
            ctx,
            competition,
            title="定点投篮",
            measure="count",
            relay=False,
            unit_quota=1,
            lanes=8,
            minutes=10,
        ).id
    mate = person("employee", unit_id=units[0])
    give_consent(mate, TAKE_PART)
    with acting(workers[0], "own") as ctx:
        entries.enter(ctx, competition, category)
    with acting(workers[0], "own") as ctx, pytest.raises(Conflict):
        entries.enter(ctx, competition, category)
    with acting(mate, "own") as ctx, pytest.raises(Conflict):
        entries.enter(ctx, competition, category)
    with acting(first) as ctx:
        competitions.advance(ctx, competition)
    with acting(workers[1], "own") as ctx, pytest.raises(Conflict):
        entries.enter(ctx, competition, category)


def test_a_refusal_has_a_reason_only_its_person_reads(acting, meet, client_as) -> None:
    first, _second, workers, competition = meet
    with acting(workers[0], "own") as ctx:
        entry = entries.enter(ctx, competition, sprint(ctx, competition)).id
    with acting(first) as ctx:
        with pytest.raises(Invalid):
            entries.review(ctx, entry, accepted=False)
        ctx.restart()
        entries.review(ctx, entry, accepted=False, reason="体检表未交。")
    client = client_as(workers[0])
    assert "体检表未交" in client.get(f"{client.base}/competitions/mine").text
    other = client_as(workers[1])
    assert other.post(f"{other.base}/competitions/entries/{entry}/withdraw").status_code == 404


def test_team_rules_are_said_in_words(acting, meet, client_as) -> None:
    first, _second, workers, competition = meet
    with acting(first) as ctx:
        found = competitions.one(ctx, competition)
        team = {**found.rules["team"], "at_least": 4, "at_most": 4, "women_at_least": 1}
        competitions.set_rules(ctx, competition, {**found.rules, "team": team})
        category = sprint(ctx, competition)
    client = client_as(workers[0])
    address = f"{client.base}/competitions/{competition}/{category}/enter"
    assert "4 到 4 人" in client.get(address).text or "4" in client.get(address).text
    refused = client.post(address, data={"title": "飞人队"})
    assert refused.status_code == 422
    assert "飞人队" in refused.text, "what was typed stays"
    assert re.search(r"至少 ?4 ?人", refused.text)


def test_consent_is_asked_before_entering(acting, meet, person, units, client_as) -> None:
    _first, _second, _workers, competition = meet
    someone = person("employee", unit_id=units[0])
    with acting(someone, "own") as ctx:
        category = sprint(ctx, competition)
    client = client_as(someone)
    answer = client.get(f"{client.base}/competitions/{competition}/{category}/enter")
    assert answer.status_code == 303
    assert "/consent/ask/competitions.take_part" in answer.headers["Location"]


def test_certificate_and_verifier(acting, meet, client_as, app) -> None:
    first, second, workers, competition = meet
    run_it(acting, meet, MARKS)
    with acting(second) as ctx:
        results.check_category(ctx, competition, sprint(ctx, competition))
    with acting(first) as ctx:
        ranking.freeze(ctx, competition)
    with acting(second) as ctx:
        ranking.confirm(ctx, competition)
        competitions.one(ctx, competition).state = "final"
        award = next(one for one in awards.give(ctx, competition) if one.person_id == workers[1].id)
        code, number, award_id = award.code, award.number, award.id
    client, stranger = client_as(workers[1]), client_as(tenant=workers[1].tenant)
    assert client.get(f"{client.base}/competitions/awards/{award_id}/certificate").data.startswith(b"%PDF")
    other = client_as(workers[0])
    assert other.get(f"{other.base}/competitions/awards/{award_id}/certificate").status_code == 404
    shown = stranger.get(f"{stranger.base}/competitions/verify/{code}").text
    assert number in shown
    assert "工人1" not in shown
    with acting(first) as ctx:
        awards.revoke(ctx, award_id)
    assert "不再有效" in stranger.get(f"{stranger.base}/competitions/verify/{code}").text
    assert stranger.get(f"{stranger.base}/competitions/verify/x").status_code == 404


def test_a_draft_is_there_for_officers_alone(acting, meet, client_as) -> None:
    first, _second, workers, _competition = meet
    with acting(first) as ctx:
        draft = competitions.create(ctx, title="还没公布", preset="works", **dates(ctx)).id
    client = client_as(workers[0])
    assert client.get(f"{client.base}/competitions/{draft}").status_code == 404
    assert "还没公布" not in client.get(f"{client.base}/competitions/").text
    with acting(workers[0], "own") as ctx, pytest.raises(NotFound):
        competitions.one(ctx, draft)


def test_a_draft_needs_no_date_yet(person, client_as) -> None:
    officer = client_as(person("employee", "admin"))
    form = {
        "preset": "quiz",
        "title": "知识竞赛",
        "enter_from": "2030-01-01",
        "enter_until": "2030-02-01",
        "held_on": "",
        "place": "",
        "text": "",
        "publicity_days": "5",
    }
    made = officer.post(f"{officer.base}/competitions/manage/new", data=form)
    assert made.status_code == 303
    assert "知识竞赛" in officer.get(made.headers["Location"]).text
