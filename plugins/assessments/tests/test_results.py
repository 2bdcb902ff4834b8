"""Who reads a result: the person, and the counsellor who works with them and whom they let read."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.plugin import ConsentRefused, NotFound, ProgrammingError
from anxin_assessments.models import Invitation, Outcome, Part, Sheet
from anxin_assessments.policy import SHARE
from anxin_assessments.services import results, sheets


@pytest.fixture
def worker(person: Any, agree: Any, as_person: Any) -> Any:
    """Somebody with one PHQ-9 result, who lets counsellors read."""
    someone = person("employee")
    agree(someone, share=True)
    with as_person(someone) as ctx:
        sheets.fill(ctx, "phq9", [1, 1, 1, 1, 0, 0, 0, 0, 0])
    return someone


def looking(as_person: Any, helper: Any) -> Any:
    return as_person(helper, "assigned", purpose=SHARE.name)


class TestCounsellor:
    def test_reads_with_assignment_and_consent_and_is_written_down(
        self, worker: Any, agency_person: Any, assign: Any, as_person: Any, scope: Any
    ) -> None:
        helper = agency_person()
        assign(helper, worker)
        with looking(as_person, helper) as ctx:
            (record,) = results.of_person(ctx, worker.id)
            assert record.answers == [1, 1, 1, 1, 0, 0, 0, 0, 0]
            assert record.value == 4
        with scope(worker.tenant) as ctx:
            read = ctx.scalars(
                sa.text("SELECT action FROM core.audit_entry WHERE tenant_id = :t AND subject_id = :s"),
                {"t": worker.tenant.id, "s": worker.id},
            ).all()
            ctx.unaudited("test")
        assert "assessments.results_read" in read

    def test_is_nobody_without_an_assignment(self, worker: Any, agency_person: Any, as_person: Any) -> None:
        with looking(as_person, agency_person()) as ctx, pytest.raises(NotFound):
            results.of_person(ctx, worker.id)

    def test_is_refused_from_the_next_look_on_after_a_withdrawal(
        self, worker: Any, agency_person: Any, assign: Any, agree: Any, as_person: Any
    ) -> None:
        helper = agency_person()
        assign(helper, worker)
        with looking(as_person, helper) as ctx:
            assert results.of_person(ctx, worker.id)
        agree(worker, share=True, agreed=False)
        with looking(as_person, helper) as ctx, pytest.raises(ConsentRefused):
            results.of_person(ctx, worker.id)

    def test_cannot_look_without_it_being_written_down(
        self, worker: Any, agency_person: Any, assign: Any, as_person: Any
    ) -> None:
        helper = agency_person()
        assign(helper, worker)
        with looking(as_person, helper) as ctx:
            row = ctx.scalars(ctx.select(Outcome)).one()
            ctx.open(row, "scores")
            with pytest.raises(ProgrammingError, match="without an audit entry"):
                ctx.commit()
            ctx.restart()


def test_reminder_is_a_job_in_two_weeks(worker: Any, as_person: Any, scope: Any) -> None:
    with as_person(worker) as ctx:
        outcome = results.mine(ctx)[0].outcome
        at = results.remind_again(ctx, outcome.id)
        assert at == ctx.now + timedelta(days=14)
    with scope(worker.tenant) as ctx:
        row = ctx.execute(
            sa.text(
                "SELECT due_at, payload FROM core.outbox WHERE tenant_id = :t AND job = 'assessments.again'"
            ),
            {"t": worker.tenant.id},
        ).one()
        assert row.due_at == at
        assert row.payload == {"person_id": str(worker.id), "instrument": "phq9"}


class TestDataRights:
    def test_export_gives_questions_answers_and_scores(self, worker: Any, runtime: Any, scope: Any) -> None:
        with scope(worker.tenant) as ctx:
            answers = {a.plugin: a for a in runtime.registry.call(ctx, "subject_export", person_id=worker.id)}
            exported = answers["assessments"].value
        (sheet,) = exported["sheets"]
        assert sheet["scores"]["scales"]["total"] == 4
        assert len(sheet["answers"]) == 9
        assert sheet["answers"][0]["answer"]

    def test_erasing_leaves_nothing_and_may_be_repeated(self, worker: Any, runtime: Any, scope: Any) -> None:
        for expected in (1, 0):
            with scope(worker.tenant) as ctx:
                ctx.unaudited("test")
                answers = {
                    a.plugin: a for a in runtime.registry.call(ctx, "subject_erase", person_id=worker.id)
                }
                assert answers["assessments"].value["sheet"] == expected
        with scope(worker.tenant) as ctx:
            for model in (Sheet, Outcome, Part, Invitation):
                assert not ctx.scalars(ctx.select(model).where(model.person_id == worker.id)).all()
