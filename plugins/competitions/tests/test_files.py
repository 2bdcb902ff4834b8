"""Works as files judged blind, appeals, money and clothes, pictures with the yes of those they show."""

import io
import zlib

import pytest
from PIL import Image

from anxin.plugin import Conflict, NotFound
from anxin_competitions.models import Entry
from anxin_competitions.policy import TAKE_PART
from anxin_competitions.rules.traces import traces
from anxin_competitions.services import (
    appeals,
    budget,
    competitions,
    entries,
    judging,
    press,
    publicity,
    ranking,
    works,
)

SHEET = {"idea": 8, "content": 7, "form": 9}


def pdf(author: str = "", *, packed: str = "") -> bytes:
    """A PDF as far as a reader of its bytes can tell."""
    info = f"1 0 obj << /Title (work) /Author ({author}) >> endobj\n" if author else "1 0 obj << >> endobj\n"
    stream = zlib.compress(packed.encode("utf-16-be"))
    body = b"2 0 obj << /Length 1 >> stream\n" + stream + b"\nendstream endobj\n" if packed else b""
    return b"%PDF-1.7\n" + info.encode() + body + b"%%EOF"


def picture(colour: str = "teal") -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(kept, "JPEG")
    return kept.getvalue()


class TestTraces:
    def test_author_fields_and_names_are_found_also_packed(self) -> None:
        assert traces(pdf("Qian"), []) == ["Author"]
        assert traces(pdf(), ["钱小满"]) == []
        assert traces(pdf(packed="作者：钱小满"), ["钱小满", "一队"]) == ["钱小满"]
        assert traces(b"%PDF-1.7\n<dc:creator><rdf:Seq><rdf:li>Li</rdf:li></rdf:Seq>", []) == ["dc:creator"]
        assert traces(b"%PDF-1.7\n/Author ( ) <dc:creator></dc:creator>", []) == []


@pytest.fixture
def essay(acting, person, units, give_consent, client_as):
    """(first officer, second officer, judges, authors, competition): three works handed in as PDFs over HTTP."""
    first, second = person("employee", "admin"), person("employee", "admin")
    judges = [person("employee", "admin", unit_id=units[3], name=f"评委{number}") for number in range(7)]
    authors = [person("employee", unit_id=units[number], name=f"钱小满{number}") for number in range(3)]
    with acting(first) as ctx:
        day = ctx.today
        made = competitions.create(
            ctx, title="征文", preset="works", enter_from=day, enter_until=day, held_on=None, text="", place="",
            publicity_days=5,
        )  # fmt: skip
        ctx.db.flush()
        competitions.set_rules(ctx, made.id, {**made.rules, "judges": 5, "method": "trimmed"})
        competitions.advance(ctx, made.id)
        category, competition = competitions.categories(ctx, made.id)[0].id, made.id
    for number, author in enumerate(authors):
        give_consent(author, TAKE_PART)
        phone = client_as(author)
        answer = phone.post(
            f"{phone.base}/competitions/{competition}/{category}/enter",
            data={
                "title": f"井场的灯 {number}",
                "summary": "一个夜班",
                "file": (io.BytesIO(pdf("钱小满0" if number == 0 else "")), "钱小满的征文.pdf"),
            },
            content_type="multipart/form-data",
        )
        assert answer.status_code == 303, answer.text
    with acting(first) as ctx:
        entries.accept_all(ctx, competition)
        for judge in judges:
            judging.add_judge(ctx, competition, judge.id)
            ctx.db.flush()
        competitions.advance(ctx, competition)
    return first, second, judges, authors, competition


def entry_of(acting, author):
    with acting(author, "own") as ctx:
        return entries.mine(ctx)[0][0].id


def test_seven_judges_blind_two_recused_and_no_name_anywhere(acting, essay, client_as) -> None:
    first, second, judges, authors, competition = essay
    desk = client_as(first)
    deal = f"{desk.base}/competitions/{competition}/deal"
    assert desk.post(deal).status_code == 409, "no copy without names yet"
    ids = [entry_of(acting, author) for author in authors]
    as_it_is = desk.post(f"{desk.base}/competitions/entries/{ids[0]}/copy")
    assert as_it_is.status_code == 422
    assert "还能看出作者" in as_it_is.text
    redacted = desk.post(
        f"{desk.base}/competitions/entries/{ids[0]}/copy",
        data={"file": (io.BytesIO(pdf()), "钱小满0 改.pdf")},
        content_type="multipart/form-data",
    )
    assert redacted.status_code == 303
    for entry in ids[1:]:
        assert desk.post(f"{desk.base}/competitions/entries/{entry}/copy").status_code == 303
    assert desk.post(deal).status_code == 303
    stepped = {judges[0].id, judges[1].id}
    gone = []
    for judge in judges:
        client = client_as(judge)
        with acting(judge, "own") as ctx:
            mine = [(row.id, entry.number, entry.id) for row, entry, _ in judging.mine(ctx)]
        for at, (assignment, number, entry) in enumerate(mine):
            address = f"{client.base}/competitions/judging/{assignment}"
            if judge.id in stepped and at == 0:
                assert client.post(f"{address}/recuse").status_code == 303
                gone.append((client, address, assignment))
                continue
            got = client.get(f"{address}/work")
            assert got.status_code == 200
            assert f"{number}.pdf" in got.headers["Content-Disposition"]
            assert "钱小满" not in got.headers["Content-Disposition"] + client.get(address).text
            assert "%E9%92%B1" not in got.headers["Content-Disposition"]
            assert client.get(f"{client.base}/competitions/entries/{entry}/work").status_code in {200, 404}
            assert (
                client.post(address, data={"points": [8, 7, 9], "comment": f"评语{number}"}).status_code
                == 303
            )
    assert len(gone) == 2
    for client, address, assignment in gone:
        assert client.get(f"{address}/work").status_code == 404
        assert client.get(f"{client.base}/api/competitions/judging/{assignment}/work").status_code == 404
        assert client.get(address).status_code == 404
    with acting(first) as ctx:
        judging.deal_out(ctx, competition)  # others take what two stepped back from
    for judge in judges:
        with acting(judge, "own") as ctx:
            for row, _entry, _competition in judging.mine(ctx):
                if row.state == "open":
                    judging.score(ctx, row.id, given=SHEET)
    with acting(first) as ctx:
        competitions.advance(ctx, competition)
        ranking.freeze(ctx, competition)
    with acting(second) as ctx:
        frozen = ranking.confirm(ctx, competition)
        assert ranking.holds(frozen)
        publicity.publish(ctx, competition)
    author = client_as(authors[0])
    words = author.get(f"{author.base}/competitions/entries/{ids[0]}").text
    assert "评委寄语" in words
    assert "评委0" not in words


def test_a_judge_without_the_right_to_run_it_never_gets_the_original(
    acting, essay, person, units, client_as
) -> None:
    first, _second, _judges, authors, competition = essay
    judge = person("employee", "judge", unit_id=units[3])
    ids = [entry_of(acting, author) for author in authors]
    with acting(first) as ctx:
        judging.add_judge(ctx, competition, judge.id)
        for number, entry in enumerate(ids):
            works.redact(ctx, entry, None) if number else works.redact(
                ctx, entry, works.WORK.check("x.pdf", pdf())
            )
        ctx.db.flush()
        works.deal_out(ctx, competition)
    client = client_as(judge)
    for entry in ids:
        assert client.get(f"{client.base}/competitions/entries/{entry}/work").status_code == 404
        assert client.get(f"{client.base}/competitions/entries/{entry}/copy/file").status_code == 403


def test_a_file_that_is_none_is_refused_and_the_entry_is_not_made(acting, essay, client_as, person) -> None:
    _first, _second, _judges, authors, _competition = essay
    phone = client_as(authors[1])
    entry = entry_of(acting, authors[1])
    refused = phone.post(
        f"{phone.base}/competitions/entries/{entry}/work",
        data={"file": (io.BytesIO(b"MZ" + bytes(64)), "作品.pdf")},
        content_type="multipart/form-data",
    )
    assert refused.status_code == 422
    other = client_as(authors[2])
    assert other.get(f"{other.base}/competitions/entries/{entry}").status_code == 404
    with acting(authors[1], "own") as ctx, pytest.raises(Conflict):
        works.hand_in(ctx, entry, works.WORK.check("x.pdf", pdf()))


class TestAppeal:
    def test_refused_with_a_reason_appealed_and_heard_by_somebody_else(
        self, acting, person, units, give_consent, client_as
    ) -> None:
        first, second = person("employee", "admin"), person("employee", "admin")
        someone = person("employee", unit_id=units[0])
        give_consent(someone, TAKE_PART)
        with acting(first) as ctx:
            day = ctx.today
            made = competitions.create(
                ctx, title="演讲", preset="works", enter_from=day, enter_until=day, held_on=None, text="",
                place="", publicity_days=5,
            )  # fmt: skip
            ctx.db.flush()
            competitions.advance(ctx, made.id)
            category, competition = competitions.categories(ctx, made.id)[0].id, made.id
        with acting(someone, "own") as ctx:
            entry = entries.enter(ctx, competition, category, title="我的师傅").id
        one, other = client_as(first), client_as(second)
        refuse = {"accepted": "false", "reason": "不在册"}
        assert one.post(f"{one.base}/competitions/entries/{entry}/review", data=refuse).status_code == 303
        phone = client_as(someone)
        page = phone.get(f"{phone.base}/competitions/entries/{entry}").text
        assert "不在册" in page
        assert "申请复议" in page
        sent = phone.post(f"{phone.base}/competitions/entries/{entry}/appeal", data={"text": "我上月刚调入"})
        assert sent.status_code == 303
        with acting(someone, "own") as ctx, pytest.raises(Conflict):
            appeals.appeal(ctx, entry, "再说一次")
        with acting(first) as ctx:
            ((appeal, _entry),) = appeals.listed(ctx, competition)
            appeal_id = appeal.id
        said = {"upheld": "true", "text": "调令已核实"}
        assert one.post(f"{one.base}/competitions/appeals/{appeal_id}", data=said).status_code == 409
        assert "我上月刚调入" in other.get(f"{other.base}/competitions/appeals/{appeal_id}").text
        assert other.post(f"{other.base}/competitions/appeals/{appeal_id}", data=said).status_code == 303
        assert "调令已核实" in phone.get(f"{phone.base}/competitions/entries/{entry}").text
        with acting(first) as ctx:
            assert ctx.get(Entry, entry).state == "accepted"
        assert phone.get(f"{phone.base}/competitions/appeals/{appeal_id}").status_code == 403


class TestAround:
    @pytest.fixture
    def meet(self, acting, person, units, give_consent):
        """(officer, runner, competition): one runner entered in a sports meet."""
        officer, runner = person("employee", "admin"), person("employee", unit_id=units[0], number="R7")
        give_consent(runner, TAKE_PART)
        with acting(officer) as ctx:
            day = ctx.today
            made = competitions.create(
                ctx, title="运动会", preset="sports", enter_from=day, enter_until=day, held_on=day, text="",
                place="", publicity_days=5,
            )  # fmt: skip
            ctx.db.flush()
            competitions.advance(ctx, made.id)
            competition, category = made.id, competitions.categories(ctx, made.id)[0].id
        with acting(runner, "own") as ctx:
            entries.enter(ctx, competition, category)
        return officer, runner, competition

    def test_planned_against_spent_and_clothes_by_size(self, acting, meet, client_as) -> None:
        officer, runner, competition = meet
        desk, phone = client_as(officer), client_as(runner)
        line = {"kind": "clothing", "title": "运动服", "planned": "1200.50"}
        assert desk.post(f"{desk.base}/competitions/{competition}/budget", data=line).status_code == 303
        told = desk.get(f"{desk.base}/api/competitions/{competition}/budget").json
        assert (told["planned"], told["actual"], told["untold"]) == (120_050, 0, 1)
        cost = told["lines"][0]["id"]
        spent = {"kind": "clothing", "title": "运动服", "planned_fen": 120_050, "actual_fen": 130_000}
        assert desk.put(f"{desk.base}/api/competitions/costs/{cost}", json=spent).status_code == 200
        assert (
            phone.post(f"{phone.base}/competitions/{competition}/size", data={"size": "XL"}).status_code
            == 303
        )
        page = desk.get(f"{desk.base}/competitions/{competition}/budget").text
        assert "实际支出超过预算" in page
        assert "<b>XL</b> 1" in page
        assert desk.get(f"{desk.base}/competitions/{competition}/budget.xlsx").status_code == 200
        with acting(officer, "own") as ctx, pytest.raises(NotFound):
            budget.tell_size(ctx, competition, "M")

    def test_a_picture_waits_for_everybody_on_it_and_goes_with_a_no(
        self, acting, meet, client_as, person
    ) -> None:
        officer, runner, competition = meet
        other, stranger = person("employee", number="R8"), person("employee")
        desk = client_as(officer)
        sent = desk.post(
            f"{desk.base}/competitions/{competition}/photos",
            data={"file": (io.BytesIO(picture()), "a.jpg"), "caption": "冲线", "numbers": "R7，R8"},
            content_type="multipart/form-data",
        )
        assert sent.status_code == 303, sent.text
        assert (
            desk.post(
                f"{desk.base}/competitions/{competition}/press", data={"text": "比赛圆满", "public": "true"}
            ).status_code
            == 303
        )
        with acting(officer) as ctx:
            ((photo, _shown),) = press.managed(ctx, competition)
            address = f"/competitions/photos/{photo.id}"
        onlooker = client_as(stranger)
        show = f"{onlooker.base}/competitions/{competition}"
        assert "比赛圆满" in onlooker.get(show).text
        assert onlooker.get(onlooker.base + address).status_code == 404
        for someone in (runner, other):
            client = client_as(someone)
            assert client.get(client.base + address).status_code == 200
            assert client.post(f"{client.base}{address}/answer", data={"agrees": "true"}).status_code == 303
        assert onlooker.get(onlooker.base + address).status_code == 200
        assert "冲线" in onlooker.get(show).text
        client = client_as(other)
        client.post(f"{client.base}{address}/answer", data={"agrees": "false"})
        assert onlooker.get(onlooker.base + address).status_code == 404
        assert "冲线" not in onlooker.get(show).text
        assert onlooker.post(f"{onlooker.base}{address}/answer", data={"agrees": "true"}).status_code == 404

    def test_nobody_named_must_be_said(self, meet, client_as) -> None:
        officer, _runner, competition = meet
        desk = client_as(officer)
        refused = desk.post(
            f"{desk.base}/competitions/{competition}/photos",
            data={"file": (io.BytesIO(picture()), "a.jpg"), "caption": "场地"},
            content_type="multipart/form-data",
        )
        assert refused.status_code == 422
        assert "没有能认出来的人" in refused.text
