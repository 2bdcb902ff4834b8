"""A quiz from the workbook of questions to the replayed ranking: one paper each, time kept by the server, ties by time."""

import io
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.kernel import clock
from anxin.plugin import Conflict, NotFound, Sheet, workbook
from anxin_competitions.models import Paper, Question
from anxin_competitions.policy import TAKE_PART
from anxin_competitions.rules.quiz import FULL, draw, score
from anxin_competitions.services import bank, competitions, entries, papers, ranking

ROWS = [
    ("单选", f"第 {number} 题：热线是哪个号码？", "12356", f"1231{number}", "12345", "", "", "", "A", 1, "")
    for number in range(6)
]
BANK = [
    {"kind": "one", "text": f"{number}", "options": ["甲", "乙", "丙"], "right": [number % 3], "points": 1}
    for number in range(12)
]


class TestPaper:
    @given(st.integers(0, 2**62), st.integers(1, 15))
    def test_a_seed_gives_one_paper_and_right_answers_full_points(self, seed: int, count: int) -> None:
        drawn = draw(BANK, count, seed)
        assert drawn == draw(BANK, count, seed)
        assert len({one["text"] for one in drawn}) == min(count, len(BANK))
        for one in drawn:
            whole = next(known for known in BANK if known["text"] == one["text"])
            assert {one["options"][at] for at in one["right"]} == {
                whole["options"][at] for at in whole["right"]
            }
        right = {str(at): one["right"] for at, one in enumerate(drawn, 1)}
        assert score(drawn, right) == FULL
        assert score(drawn, {}) == 0

    def test_half_a_multiple_choice_is_nothing(self) -> None:
        drawn = [{"kind": "many", "text": "", "options": ["a", "b", "c"], "right": [0, 2], "points": 2}]
        assert score(drawn, {"1": [0]}) == 0
        assert score(drawn, {"1": [0, 1, 2]}) == 0
        assert score(drawn, {"1": [2, 0]}) == FULL


class TestWorkbook:
    def test_every_mistake_is_named_with_its_row(self) -> None:
        wrong = [
            ("填空", "题一", "甲", "乙", "", "", "", "", "A", 1, ""),
            ("单选", "题二", "甲", "", "丙", "", "", "", "A", 1, ""),
            ("单选", "题三", "甲", "乙", "", "", "", "", "D", 1, ""),
            ("多选", "题四", "甲", "乙", "", "", "", "", "A", 1, ""),
            ("判断", "题五", "", "", "", "", "", "", "也许", 1, ""),
            ("单选", "题六", "甲", "乙", "", "", "", "", "A", 0, ""),
            ("判断", "题七", "", "", "", "", "", "", "对", 1, ""),
            ("判断", "题七", "", "", "", "", "", "", "错", 1, ""),
        ]
        lines = bank.read(workbook([Sheet("题库", bank.head("zh_CN"), wrong)]))
        assert [line.row for line in lines if line.question is None] == [2, 3, 4, 5, 6, 7, 9]
        (good,) = [line.question for line in lines if line.question]
        assert (good["options"], good["right"]) == (["对", "错"], [0])

    @pytest.mark.parametrize("locale", ["zh_CN", "en"])
    def test_the_template_is_taken_in_as_it_is(self, locale: str) -> None:
        lines = bank.read(bank.template(locale))
        assert [line.problem for line in lines] == [None, None, None]
        taken = [line.question for line in lines if line.question]
        assert [(one["kind"], one["right"]) for one in taken] == [
            ("one", [0]),
            ("many", [0, 1, 3]),
            ("judge", [1]),
        ]

    def test_heads_and_kinds_may_be_of_either_language(self) -> None:
        """Half a workbook comes from a colleague: what counts is what the words mean."""
        heads = ("kind", "题目", "OPTION a", "选项B", "Option G", "答案", "points")
        rows = [("单选题", "甲？", "一", "二", "", "B", 2), ("true/false", "乙？", "", "", "", "True", 1)]
        lines = bank.read(workbook([Sheet("Bank", heads, rows)]))
        assert [line.problem for line in lines] == [None, None]
        taken = [(one.question["right"], one.question["points"]) for one in lines if one.question]
        assert taken == [([1], 2), ([0], 1)]


@pytest.fixture
def final_(acting, person, units, give_consent, client_as):
    """(officer, second officer, teams, competition): three teams of two, accepted, a quiz with five questions a paper."""
    first, second = person("employee", "admin"), person("employee", "admin")
    teams = [[person("employee", unit_id=units[number]) for _ in range(2)] for number in range(3)]
    desk = client_as(first)
    with acting(first) as ctx:
        day = ctx.today
        made = competitions.create(
            ctx, title="知识竞赛决赛", preset="quiz", enter_from=day, enter_until=day, held_on=None, text="",
            place="", publicity_days=5,
        )  # fmt: skip
        ctx.db.flush()
        competitions.set_rules(
            ctx,
            made.id,
            {
                **made.rules,
                "team": {**made.rules["team"], "at_least": 2, "at_most": 2},
                "quiz": {"questions": 5, "minutes": 10},
            },
        )
        competitions.advance(ctx, made.id)
        category, competition = competitions.categories(ctx, made.id)[0].id, made.id
    book = workbook(
        [
            Sheet(
                "题库",
                bank.head("zh_CN"),
                [*ROWS, ("单选", "坏的一行", "甲", "", "", "", "", "", "A", 1, "")],
            )
        ]
    )
    address = f"{desk.base}/competitions/{competition}/questions"
    offered = desk.post(
        address, data={"file": (io.BytesIO(book), "题库.xlsx")}, content_type="multipart/form-data"
    )
    assert offered.status_code == 303
    preview = desk.get(offered.headers["Location"])
    assert "坏的一行" in preview.text
    assert "至少两个选项" in preview.text
    with acting(first) as ctx:
        assert bank.count(ctx, competition) == 0, "nothing before it is confirmed"
    assert desk.post(offered.headers["Location"]).status_code == 303
    for team in teams:
        for someone in team:
            give_consent(someone, TAKE_PART)
        with acting(team[0], "own") as ctx:
            entries.enter(ctx, competition, category, title="", members=[team[1].id])
    with acting(first) as ctx:
        assert bank.count(ctx, competition) == 6
        entries.accept_all(ctx, competition)
        competitions.advance(ctx, competition)
    return first, second, teams, competition


def right(acting, someone, entry):
    """The right options of somebody's paper, by number."""
    with acting(someone, "own") as ctx:
        return [one["right"][0] for one in papers.entry_of(ctx, entry)[3].drawn]


def entry_id(acting, someone):
    with acting(someone, "own") as ctx:
        return papers.mine(ctx)[0][0].id


def take(acting, client_as, someone, *, wrong: int = 0, seconds: int = 60) -> None:
    """Somebody's whole attempt over plain forms, without script."""
    entry = entry_id(acting, someone)
    phone = client_as(someone)
    address = f"{phone.base}/competitions/quiz/{entry}"
    assert "开始答题" in phone.get(address).text
    assert phone.post(address).status_code == 303
    answers = right(acting, someone, entry)
    with clock.travel(timedelta(seconds=seconds)):
        for number, value in enumerate(answers, 1):
            assert "还剩" in phone.get(f"{address}/{number}").text
            chosen = (value + 1) % 3 if number <= wrong else value
            assert phone.post(f"{address}/{number}", data={"value": chosen}).status_code == 303
        assert phone.post(f"{address}/finish").status_code == 303
        assert "已交卷" in phone.get(address).text


def test_tied_teams_are_decided_by_time_and_the_ranking_replays(acting, final_, client_as) -> None:
    first, second, teams, competition = final_
    for someone in teams[0]:
        take(acting, client_as, someone, wrong=1, seconds=120)
    for someone in teams[1]:
        take(acting, client_as, someone, wrong=1, seconds=90)
    take(acting, client_as, teams[2][0], seconds=30)  # the other one never comes
    with acting(first) as ctx:
        competitions.advance(ctx, competition)
        ranking.freeze(ctx, competition)
    with acting(second) as ctx:
        frozen = ranking.confirm(ctx, competition)
        rows = ranking.opened(frozen)["categories"][0]["entries"]
        assert [(row["place"], row["mark"]) for row in rows] == [(1, 160_000), (2, 160_000), (3, 100_000)]
        assert ranking.holds(frozen)
    with acting(teams[1][0], "own") as ctx:
        winner = papers.mine(ctx)[0][0]
        assert str(winner.id) == rows[0]["id"]


def test_time_is_the_servers_and_what_was_kept_counts(acting, final_, client_as) -> None:
    _first, _second, teams, _competition = final_
    someone = teams[0][0]
    entry = entry_id(acting, someone)
    with acting(someone, "own") as ctx:
        papers.start(ctx, entry)
    answers = right(acting, someone, entry)
    with acting(someone, "own") as ctx:
        papers.answer(ctx, entry, 1, [answers[0]])
        papers.answer(ctx, entry, 2, [answers[1]])
    with clock.travel(timedelta(minutes=10, seconds=5)), acting(someone, "own") as ctx:
        assert papers.answer(ctx, entry, 3, [answers[2]]).finished_at is None, "the grace is for the network"
    with clock.travel(timedelta(minutes=11)), acting(someone, "own") as ctx:
        paper = papers.answer(ctx, entry, 4, [answers[3]])
        assert paper.finished_at == paper.due_at
        assert paper.score == 60_000
        assert paper.took == 600_000
        assert papers.finish(ctx, entry).score == 60_000


def test_one_attempt_and_the_same_paper_again(acting, final_) -> None:
    _first, _second, teams, competition = final_
    someone, other = teams[0]
    entry = entry_id(acting, someone)
    with acting(someone, "own") as ctx:
        drawn = papers.start(ctx, entry).drawn
        ctx.db.flush()
        assert papers.start(ctx, entry).drawn == drawn
    with acting(someone, "own") as ctx:
        papers.finish(ctx, entry)
        assert papers.start(ctx, entry).finished_at is not None
        assert papers.answer(ctx, entry, 1, [0]).answers == {}
    with acting(other, "own") as ctx:
        assert len(papers.start(ctx, entry).drawn) == 5, "a paper of their own"
    with acting(teams[1][0], "own") as ctx, pytest.raises(NotFound):
        papers.start(ctx, entry)
    with acting(someone, "tenant") as ctx:
        assert len(ctx.scalars(ctx.select(Paper)).all()) == 2
        assert competition


def test_a_bank_changed_later_moves_no_paper_and_is_shut_when_it_began(acting, final_) -> None:
    first, _second, teams, competition = final_
    someone = teams[0][0]
    entry = entry_id(acting, someone)
    with acting(someone, "own") as ctx:
        before = papers.start(ctx, entry).drawn
    with acting(first) as ctx:
        with pytest.raises(Conflict):
            bank.add_one(
                ctx,
                competition,
                {"kind": "judge", "text": "新题", "options": [], "right": "对", "points": 1, "topic": ""},
            )
        ctx.unaudited("test")
        for row in ctx.scalars(ctx.select(Question)):
            row.options = ["改", "了", "吗"]
    with acting(someone, "own") as ctx:
        assert papers.start(ctx, entry).drawn == before


def test_freezing_waits_for_running_papers(acting, final_) -> None:
    first, _second, teams, competition = final_
    with acting(teams[0][0], "own") as ctx:
        papers.start(ctx, papers.mine(ctx)[0][0].id)
    with acting(first) as ctx:
        competitions.advance(ctx, competition)
    with acting(first) as ctx, pytest.raises(Conflict):
        ranking.freeze(ctx, competition)
    with clock.travel(timedelta(minutes=12)), acting(first) as ctx:
        ranking.freeze(ctx, competition)


def test_nobody_learns_right_answers_over_the_api(acting, final_, client_as) -> None:
    _first, _second, teams, competition = final_
    someone = teams[0][0]
    phone = client_as(someone)
    entry = entry_id(acting, someone)
    paper = phone.post(f"{phone.base}/api/competitions/quiz/{entry}").json
    assert len(paper["questions"]) == 5
    assert {key for one in paper["questions"] for key in one} == {"kind", "text", "options"}
    assert phone.get(f"{phone.base}/api/competitions/{competition}/questions").status_code == 403
    kept = phone.put(f"{phone.base}/api/competitions/quiz/{entry}/1", json={"value": [0]}).json
    assert kept["answers"] == {"1": [0]}
    assert phone.put(f"{phone.base}/api/competitions/quiz/{entry}/1", json={"value": [7]}).status_code == 422
