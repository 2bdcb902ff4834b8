"""Taking an instrument, with real roles, row-level security and sealing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.plugin import CSV, Conflict, Invalid, NotFound, TakenUpload
from anxin.safety.models import Crisis
from anxin_assessments import scoring
from anxin_assessments.exchange import wording as exchange
from anxin_assessments.models import Outcome, Sheet
from anxin_assessments.services import results, sheets, wordings


@pytest.fixture
def worker(person: Any, agree: Any) -> Any:
    someone = person("employee")
    agree(someone)
    return someone


def crises(scope: Any, tenant: Any) -> list[tuple[int, str, str]]:
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        rows = ctx.scalars(sa.select(Crisis).where(Crisis.tenant_id == tenant.id).order_by(Crisis.source))
        return [(row.level, row.source, row.reason) for row in rows]


def test_from_start_to_result(worker: Any, as_person: Any) -> None:
    with as_person(worker) as ctx:
        sheet = sheets.start(ctx, "phq9")
    for item, value in enumerate([1, 1, 1, 1, 1, 0, 0, 0, 0], 1):
        with as_person(worker) as ctx:
            sitting = sheets.answer(ctx, sheet.id, item, value)
            assert sitting.next_item == (item + 1 if item < 9 else None)
    with as_person(worker) as ctx:
        outcome = sheets.submit(ctx, sheet.id)
    with as_person(worker) as ctx:
        record = results.one(ctx, outcome.id)
        assert record.value == 5
        assert record.band == "mild"
        assert [one.outcome.id for one in results.mine(ctx)] == [outcome.id]


def test_an_unfinished_sheet_is_gone_on_with(worker: Any, as_person: Any) -> None:
    with as_person(worker) as ctx:
        first = sheets.start(ctx, "gad7").id
        sheets.answer(ctx, first, 1, 2)
    with as_person(worker) as ctx:
        assert sheets.start(ctx, "gad7").id == first
        assert sheets.look(ctx, first).answers == [2, *[None] * 6]


def test_haste_is_seen_page_by_page_and_a_pause_does_not_hide_it(worker: Any, as_person: Any) -> None:
    """Five of seven answers within a blink; an hour's pause makes the whole look slow."""
    start = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    seconds = [600, 0.2, 0.2, 0.2, 3600, 0.2, 0.2]
    at, sheet_id = start, None
    for item, passed in enumerate(seconds, 1):
        with as_person(worker, now=at) as ctx:
            sheet_id = sheets.start(ctx, "gad7").id
        at += timedelta(seconds=passed)
        with as_person(worker, now=at) as ctx:
            sheets.answer(ctx, sheet_id, item, item % 3)
    with as_person(worker, now=at) as ctx:
        outcome = sheets.submit(ctx, sheet_id)
        assert ctx.open(outcome, "scores")["quality"] == ["fast"]


def test_answers_and_scores_are_sealed(worker: Any, as_person: Any, scope: Any) -> None:
    with as_person(worker) as ctx:
        sheets.fill(ctx, "who5", [3, 3, 3, 3, 3])
    with scope(worker.tenant) as ctx:
        sheet = ctx.scalars(ctx.select(Sheet)).one()
        outcome = ctx.scalars(ctx.select(Outcome)).one()
        assert b"3" not in sheet.answers[:1]
        for blob in (sheet.answers, outcome.scores):
            with pytest.raises(UnicodeDecodeError):
                blob.decode()
        assert ctx.open(sheet, "answers") == [3] * 5


class TestRisk:
    def test_a_grave_answer_opens_a_crisis_at_once(self, worker: Any, as_person: Any, scope: Any) -> None:
        with as_person(worker) as ctx:
            sheet = sheets.start(ctx, "phq9")
        with as_person(worker) as ctx:
            sitting = sheets.answer(ctx, sheet.id, 9, 2)
            assert sitting.risk is not None
            assert sitting.risk.level == 3
        assert crises(scope, worker.tenant) == [(3, "assessments.phq9.9", "answer")]

    def test_saying_it_again_changes_nothing_and_graver_raises(
        self, worker: Any, as_person: Any, scope: Any
    ) -> None:
        with as_person(worker) as ctx:
            sheet = sheets.start(ctx, "phq9")
        for value, level in ((1, 2), (1, 2), (2, 3), (1, 3)):
            with as_person(worker) as ctx:
                sheets.answer(ctx, sheet.id, 9, value)
            assert [found[0] for found in crises(scope, worker.tenant)] == [level]

    def test_taking_the_answer_back_does_not_take_the_call_back(
        self, worker: Any, as_person: Any, scope: Any
    ) -> None:
        with as_person(worker) as ctx:
            sheet = sheets.start(ctx, "phq9")
            sheets.answer(ctx, sheet.id, 9, 3)
            sheets.answer(ctx, sheet.id, 9, 0)
        assert [found[0] for found in crises(scope, worker.tenant)] == [3]

    def test_a_high_score_asks_for_attention(self, worker: Any, as_person: Any, scope: Any) -> None:
        with as_person(worker) as ctx:
            sheets.fill(ctx, "gad7", [3, 3, 3, 3, 3, 0, 0])
        assert crises(scope, worker.tenant) == [(2, "assessments.gad7.score", "score")]

    def test_a_whole_sheet_at_once_sounds_the_same_alarms(
        self, worker: Any, as_person: Any, scope: Any
    ) -> None:
        with as_person(worker) as ctx:
            sheets.fill(ctx, "phq9", [3, 3, 3, 3, 3, 0, 0, 0, 2])
        assert crises(scope, worker.tenant) == [
            (3, "assessments.phq9.9", "answer"),
            (2, "assessments.phq9.score", "score"),
        ]

    def test_ordinary_answers_call_nobody(self, worker: Any, as_person: Any, scope: Any) -> None:
        with as_person(worker) as ctx:
            sheets.fill(ctx, "phq9", [1, 1, 1, 1, 0, 0, 0, 0, 0])
        assert crises(scope, worker.tenant) == []


class TestRefusals:
    def test_only_offered_answers(self, worker: Any, as_person: Any) -> None:
        with as_person(worker) as ctx:
            sheet = sheets.start(ctx, "phq9")
            for item, value in ((1, 4), (1, -1), (10, 0), (0, 0)):
                with pytest.raises(Invalid):
                    sheets.answer(ctx, sheet.id, item, value)

    def test_gaps_are_named(self, worker: Any, as_person: Any) -> None:
        with as_person(worker) as ctx:
            sheet = sheets.start(ctx, "who5")
            sheets.answer(ctx, sheet.id, 2, 1)
            with pytest.raises(Invalid) as refused:
                sheets.submit(ctx, sheet.id)
        assert sorted(refused.value.fields) == ["item-1", "item-3", "item-4", "item-5"]

    def test_a_submitted_sheet_stays_as_it_is(self, worker: Any, as_person: Any) -> None:
        with as_person(worker) as ctx:
            outcome = sheets.fill(ctx, "k6", [0, 0, 0, 0, 0, 0])
        with as_person(worker) as ctx, pytest.raises(Conflict):
            sheets.answer(ctx, outcome.sheet_id, 1, 4)
        with as_person(worker) as ctx, pytest.raises(Conflict):
            sheets.submit(ctx, outcome.sheet_id)

    def test_nobody_else_finds_it(self, worker: Any, person: Any, as_person: Any) -> None:
        with as_person(worker) as ctx:
            outcome = sheets.fill(ctx, "k6", [0, 0, 0, 0, 0, 0])
        for role in ("employee", "admin"):
            with as_person(person(role), "own") as ctx:
                with pytest.raises(NotFound):
                    results.one(ctx, outcome.id)
                with pytest.raises(NotFound):
                    sheets.look(ctx, outcome.sheet_id)

    def test_the_wall_holds_against_raw_sql(self, worker: Any, person: Any, as_person: Any) -> None:
        """A union admin's session reads no clinical row, whatever statement it runs."""
        with as_person(worker) as ctx:
            sheets.fill(ctx, "k6", [1, 1, 1, 1, 1, 1])
        with as_person(person("admin"), "tenant") as ctx:
            for table in ("sheet", "outcome", "part", "tally"):
                assert ctx.db.scalar(sa.text(f"SELECT count(*) FROM assessments.{table}")) == 0

    def test_an_instrument_that_is_switched_off(self, worker: Any, as_person: Any) -> None:
        with as_person(worker) as ctx, pytest.raises(NotFound):
            sheets.start(ctx, "scl90")


class TestLongAndFreeForms:
    """Ninety items in blocks, and questions that are answered with a number, on words the tenant brought."""

    @pytest.fixture
    def brought(self, worker: Any, as_person: Any, scope: Any, shift: Any) -> Any:
        def bring(name: str) -> None:
            key = scoring.load(name)
            rows = [["类别", "序号", "文字", "只用于题"]]
            rows += [
                [kind, number, f"{kind}{number}", only] for kind, number, _, only in exchange.template(key)
            ]
            text = "\n".join(",".join(row) for row in rows)
            with scope(worker.tenant) as ctx, ctx.acting(plugin="assessments"):
                wordings.bring(
                    ctx,
                    key,
                    upload=TakenUpload("words.csv", CSV, text.encode()),
                    locale="zh_CN",
                    holder="示例",
                    number="1",
                    expires_on=None,
                    licence=None,
                )

        return bring

    def test_ninety_questions_rest_after_each_block(self, worker: Any, brought: Any, client_as: Any) -> None:
        brought("scl90_cn")
        phone = client_as(worker)
        at = phone.post(f"{phone.base}/assessments/take/scl90_cn").location
        rested = []
        for item in range(1, 91):
            at = phone.post(at, data={"value": "1"}).location
            if "/rest" in at:
                rested.append(item)
                page = phone.get(at).get_data(as_text=True)
                assert f"{item} / 90" in page
                at = f"{at.partition('/rest')[0]}/{item + 1}"
        assert rested == [30, 60]
        assert at.endswith("/check")

    def test_hours_and_times_are_typed_and_checked(self, worker: Any, brought: Any, client_as: Any) -> None:
        brought("psqi")
        phone = client_as(worker)
        at = phone.post(f"{phone.base}/assessments/take/psqi").location
        assert 'type="time"' in phone.get(at).get_data(as_text=True)
        wrong = phone.post(at, data={"value": "25:00"})
        assert wrong.status_code == 422
        for value in ("23:30", "20", "6:30", "6.5"):
            at = phone.post(at, data={"value": value}).location
        for _item in range(14):
            at = phone.post(at, data={"value": "0"}).location
        assert at.endswith("/check")
        assert phone.post(f"{at.removesuffix('/check')}/submit").status_code == 303
        (found,) = phone.get(f"{phone.base}/api/assessments/results").json
        assert found["scores"]["scales"]["total"] == 2
