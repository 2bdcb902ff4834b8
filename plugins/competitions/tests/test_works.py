"""Works judged blind: even deals, recusal that leaks nothing, scores that follow from the sheets."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin.plugin import Conflict, Invalid, NotFound
from anxin_competitions.policy import TAKE_PART
from anxin_competitions.rules.deal import deal
from anxin_competitions.rules.final import final
from anxin_competitions.rules.heats import Starter, draw
from anxin_competitions.rules.timetable import end_of, in_order, least, timetable
from anxin_competitions.services import competitions, entries, judging, ranking


@pytest.fixture
def contest(acting, person, units, give_consent):
    """(officer, second officer, judges, authors, competition): four essays by people of three units, accepted."""
    first, second = person("employee", "admin"), person("employee", "admin")
    judges = [person("employee", "admin", unit_id=units[3], name=f"评委{number}") for number in range(4)]
    authors = [person("employee", unit_id=units[number % 3], name=f"钱小满{number}") for number in range(4)]
    for author in authors:
        give_consent(author, TAKE_PART)
    with acting(first) as ctx:
        day = ctx.today
        made = competitions.create(
            ctx,
            title="征文",
            preset="works",
            enter_from=day,
            enter_until=day,
            held_on=None,
            text="",
            place="",
            publicity_days=5,
        )
        ctx.db.flush()
        competitions.set_rules(ctx, made.id, {**made.rules, "judges": 3, "method": "mean"})
        competitions.advance(ctx, made.id)
        category = competitions.categories(ctx, made.id)[0].id
        competition = made.id
    for number, author in enumerate(authors):
        with acting(author, "own") as ctx:
            entries.enter(ctx, competition, category, title=f"井场的灯 {number}", summary="一个夜班的故事")
    with acting(first) as ctx:
        entries.accept_all(ctx, competition)
        for judge in judges:
            judging.add_judge(ctx, competition, judge.id)
            ctx.db.flush()
        competitions.advance(ctx, competition)
        assert judging.deal_out(ctx, competition) == 12
    return first, second, judges, authors, competition


SHEET = {"idea": 8, "content": 7, "form": 9}


def judge_all(acting, judges, points=SHEET):
    for judge in judges:
        with acting(judge, "own") as ctx:
            for assignment, _entry, _competition in judging.mine(ctx):
                judging.score(ctx, assignment.id, given=points)


def test_judges_see_numbers_and_titles_and_no_names(acting, contest, client_as) -> None:
    _first, _second, judges, _authors, _competition = contest
    client = client_as(judges[0])
    listed = client.get(f"{client.base}/competitions/judging").text
    assert "井场的灯" in listed
    assert "钱小满" not in listed
    with acting(judges[0], "own") as ctx:
        mine = judging.mine(ctx)[0][0].id
    sheet = client.get(f"{client.base}/competitions/judging/{mine}").text
    assert "一个夜班的故事" in sheet
    assert "钱小满" not in sheet


def test_a_recused_work_is_gone_for_that_judge_and_counts_no_more(acting, contest, client_as) -> None:
    first, _second, judges, _authors, competition = contest
    judge_all(acting, judges)
    with acting(judges[0], "own") as ctx:
        assignment, entry, _ = judging.mine(ctx)[0]
        gone, entry_id, before = assignment.id, entry.id, len(judging.mine(ctx))
        judging.score(ctx, gone, given={"idea": 0, "content": 0, "form": 0})
    with acting(first) as ctx:
        with_it = judging.scores_of(ctx, competitions.one(ctx, competition), [entry_id])[entry_id]
    with acting(judges[0], "own") as ctx:
        judging.recuse(ctx, gone)
    with acting(judges[0], "own") as ctx:
        assert len(judging.mine(ctx)) == before - 1
        with pytest.raises(NotFound):
            judging.assignment(ctx, gone)
    client = client_as(judges[0])
    for method, address in (
        ("get", f"/competitions/judging/{gone}"),
        ("put", f"/api/competitions/judging/{gone}"),
    ):
        body = {"json": {"given": SHEET}} if method == "put" else {}
        assert getattr(client, method)(client.base + address, **body).status_code == 404
    listed = client.get(f"{client.base}/api/competitions/judging").json
    assert str(gone) not in {one["id"] for one in listed}
    with acting(first) as ctx:
        assert judging.scores_of(ctx, competitions.one(ctx, competition), [entry_id])[entry_id] > with_it
        judging.deal_out(ctx, competition)
    with acting(judges[0], "own") as ctx:
        assert all(found.id != entry_id for _assignment, found, _ in judging.mine(ctx)), "never dealt back"


def test_nobody_opens_anothers_sheet(acting, contest, client_as) -> None:
    _first, _second, judges, authors, _competition = contest
    with acting(judges[0], "own") as ctx:
        of_first = judging.mine(ctx)[0][0].id
    other = client_as(judges[1])
    assert other.get(f"{other.base}/competitions/judging/{of_first}").status_code == 404
    author = client_as(authors[0])
    assert author.get(f"{author.base}/competitions/judging/{of_first}").status_code in {403, 404}


def test_a_sheet_out_of_range_is_named_and_kept(acting, contest, client_as) -> None:
    _first, _second, judges, _authors, _competition = contest
    with acting(judges[0], "own") as ctx:
        mine = judging.mine(ctx)[0][0].id
    client = client_as(judges[0])
    refused = client.post(
        f"{client.base}/competitions/judging/{mine}", data={"points": ["11", "5", "5"], "comment": "很好"}
    )
    assert refused.status_code == 422
    assert "请填 0 到 10" in refused.text
    assert "很好" in refused.text
    with acting(judges[0], "own") as ctx, pytest.raises(Invalid):
        judging.score(ctx, mine, given={"idea": 1})


def test_the_ranking_waits_for_every_sheet(acting, contest) -> None:
    first, second, judges, _authors, competition = contest
    judge_all(acting, judges[:3])
    with acting(first) as ctx:
        competitions.advance(ctx, competition)
    with acting(first) as ctx, pytest.raises(Conflict):
        ranking.freeze(ctx, competition)
    judge_all(acting, judges)
    with acting(first) as ctx:
        ranking.freeze(ctx, competition)
    with acting(second) as ctx:
        frozen = ranking.confirm(ctx, competition)
        rows = ranking.opened(frozen)["categories"][0]["entries"]
        assert {row["mark"] for row in rows} == {79_000}
        assert {row["place"] for row in rows} == {1}


# ---- properties ------------------------------------------------------------------------------------------------------


@given(st.integers(1, 12), st.integers(1, 8), st.integers(1, 4), st.randoms(use_true_random=False))
def test_a_deal_keeps_conflicts_apart_and_loads_even(works, judges, each, lot) -> None:
    names, bench = [f"w{n}" for n in range(works)], [f"j{n}" for n in range(judges)]
    barred = {(work, judge) for work in names for judge in bench if lot.random() < 0.2}
    new, short = deal(names, bench, barred, [], each)
    assert not barred & set(new)
    assert len(new) == len(set(new))
    for work in names:
        got = sum(1 for of, _ in new if of == work)
        assert got == each or (work in short and got < each)
    if not barred and each <= judges:
        loads = [sum(1 for _, judge in new if judge == one) for one in bench]
        assert max(loads) - min(loads) <= 1


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(1, 8), st.integers(0, 99))
def test_heats_hold_everybody_once_and_spread_units(units, lanes, seed) -> None:
    starters = [Starter(f"e{n}", f"u{unit}") for n, unit in enumerate(units)]
    heats = draw(starters, lanes, random.Random(seed))
    assert sorted(s.key for heat in heats for s in heat) == sorted(s.key for s in starters)
    assert all(len(heat) <= lanes for heat in heats)
    assert max(map(len, heats)) - min(map(len, heats)) <= 1
    for unit in set(units):
        in_heats = [sum(s.unit == f"u{unit}" for s in heat) for heat in heats]
        assert max(in_heats) - min(in_heats) <= 1


@settings(max_examples=20)  # each may ask the solver
@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.frozensets(st.integers(0, 9).map(str), max_size=4)),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 3),
)
def test_nobody_stands_in_two_places(heats, tracks) -> None:
    listed = [(f"h{n}", minutes, people) for n, (minutes, people) in enumerate(heats)]
    with pytest.MonkeyPatch.context() as patch:  # what it finds is judged, not whether it is the best
        patch.setattr("anxin_competitions.rules.timetable.SECONDS", 2.0)
        starts = timetable(listed, tracks)
    spans = {key: (starts[key], starts[key] + minutes, people) for key, minutes, people in listed}
    for one, (begin, end, people) in spans.items():
        for other, (begin2, end2, people2) in spans.items():
            if one != other and people & people2:
                assert end <= begin2 or end2 <= begin
    for moment in {begin for begin, _, _ in spans.values()}:
        assert sum(begin <= moment < end for begin, end, _ in spans.values()) <= tracks
    assert least(listed, tracks) <= end_of(listed, starts) <= end_of(listed, in_order(listed, tracks))


def test_a_timetable_ends_as_early_as_it_can() -> None:
    """Where the order of the programme would leave a track empty; and otherwise the order stays."""
    heats = [
        ("relay", 10, frozenset("ab")),
        ("ring toss", 10, frozenset("cd")),
        ("stretcher", 20, frozenset("ef")),
    ]
    assert end_of(heats, in_order(heats, 2)) == 30
    assert end_of(heats, timetable(heats, 2)) == least(heats, 2) == 20
    assert timetable(heats, 1) == {"relay": 0, "ring toss": 10, "stretcher": 20}


def test_a_whole_day_is_drawn_up(monkeypatch) -> None:
    """Sixty heats of five events, people in up to three of them, four at once: nobody waits for nothing."""
    monkeypatch.setattr("anxin_competitions.rules.timetable.SECONDS", 1.0)
    lot = random.Random(4)
    people = [str(number) for number in range(90)]
    heats = [
        (f"h{number}", lot.choice([10, 15, 20]), frozenset(lot.sample(people, 4))) for number in range(60)
    ]
    starts = timetable(heats, 4)
    assert end_of(heats, starts) <= 1.1 * least(heats, 4)


ENTRIES = st.lists(
    st.tuples(st.integers(0, 3), st.one_of(st.integers(1, 9), st.sampled_from(["dns", "dsq"]))),
    min_size=1,
    max_size=12,
)


def material(rows, order=None):
    entries_of = [
        {
            "id": f"e{number}",
            "number": number,
            "unit": f"u{unit}",
            "mark": mark if isinstance(mark, int) else None,
            "outcome": "ok" if isinstance(mark, int) else mark,
        }
        for number, (unit, mark) in enumerate(rows)
    ]
    if order is not None:
        order.shuffle(entries_of)
    rules = {
        "table": [10, 8, 6, 5, 4, 3, 2, 1],
        "few": 8,
        "relay": 2,
        "record": 3,
        "no_show": 2,
        "ties": "share",
    }
    category = {
        "id": "c",
        "title": "t",
        "measure": "time",
        "relay": False,
        "record": 2,
        "entries": entries_of,
    }
    return {"points": rules, "categories": [category]}


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_writing_changes_nothing_and_totals_add_up(rows, lot) -> None:
    result = final(material(rows))
    shuffled = final(material(rows, lot))
    assert result["categories"] == shuffled["categories"]
    assert result["teams"] == shuffled["teams"]
    points = [row["points"] for row in result["categories"][0]["entries"]]
    assert sum(team["points"] for team in result["teams"]) == sum(points)
    assert ranking.replay(
        ranking.canonical({"input": material(rows), "result": result})
    ) == ranking.canonical({"input": material(rows), "result": result})
