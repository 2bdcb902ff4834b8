"""The agency's side: results that wait for an interpretation, and one unit for each that was sent."""

import pytest

from anxin.plugin import Conflict
from anxin_assessments.models import Outcome
from anxin_assessments.policy import SHARE
from anxin_assessments.services import interpreting


@pytest.fixture
def result(person, agree, client_as, scope):
    """result(share=True): somebody with a finished self-test; (the person, the result's id)."""

    def make(*, share=True):
        worker = person(name="林小满")
        agree(worker, share=share)
        mine = client_as(worker)
        sheet = mine.post(f"{mine.base}/assessments/take/gad7").headers["Location"].rsplit("/", 2)[1]
        for item in range(1, 8):
            mine.post(f"{mine.base}/assessments/sheets/{sheet}/{item}", data={"value": 1})
        mine.post(f"{mine.base}/assessments/sheets/{sheet}/submit")
        with scope(worker.tenant) as ctx:
            return worker, ctx.scalars(ctx.select(Outcome).where(Outcome.person_id == worker.id)).one().id

    return make


@pytest.fixture
def counsellor(agency_person, shift):
    someone = agency_person("helper")
    shift(someone)
    return someone


@pytest.fixture
def send(as_person):
    def do(helper, worker, outcome):
        with as_person(helper, "assigned", purpose=SHARE.name) as ctx:
            interpreting.send(ctx, worker.id, outcome, text="谢谢你愿意说，我们一起理一理。")

    return do


class TestQueue:
    def test_a_result_waits_until_it_is_interpreted_and_nobody_is_named(
        self, counsellor, assign, result, queue_of, send
    ):
        worker, outcome = result()
        assign(counsellor, worker)
        (one,) = queue_of(counsellor)
        assert (one.kind, one.href) == ("task", f"/assessments/people/{worker.id}")
        assert "林小满" not in str(one.title)
        send(counsellor, worker, outcome)
        assert queue_of(counsellor) == []

    def test_a_promised_one_is_a_request_and_comes_first(
        self, counsellor, assign, result, queue_of, monkeypatch
    ):
        """The contract's clock for requests puts it above what was not promised."""
        for _each in range(2):
            worker, _outcome = result()
            assign(counsellor, worker)
        real = interpreting.waiting

        def promised(ctx):
            first, second = real(ctx)
            return [second.__class__(**{**vars(second), "promised": True}), first]

        monkeypatch.setattr(interpreting, "waiting", promised)
        items = queue_of(counsellor, terms={"clocks": {"request": 60}})
        assert [one.kind for one in items] == ["request", "task"]

    def test_somebody_with_several_results_is_one_line(self, counsellor, assign, result, queue_of, client_as):
        worker, _outcome = result()
        assign(counsellor, worker)
        mine = client_as(worker)
        sheet = mine.post(f"{mine.base}/assessments/take/who5").headers["Location"].rsplit("/", 2)[1]
        for item in range(1, 6):
            mine.post(f"{mine.base}/assessments/sheets/{sheet}/{item}", data={"value": 4})
        assert mine.post(f"{mine.base}/assessments/sheets/{sheet}/submit").status_code == 303
        assert len(queue_of(counsellor)) == 1

    def test_only_of_people_one_works_with_who_share_and_under_a_contract_with_the_module(
        self, counsellor, assign, result, queue_of, agency_person
    ):
        silent, _outcome = result(share=False)
        worker, _outcome = result()
        assign(counsellor, silent)
        assert queue_of(counsellor) == []
        assign(counsellor, worker)
        assert len(queue_of(counsellor)) == 1
        assert queue_of(counsellor, services=["hotline"]) == []
        assert queue_of(counsellor, services=["assessments"])
        assert queue_of(counsellor, roles=["nobody"]) == []


class TestUnits:
    def test_an_interpretation_that_was_sent_is_one_unit_without_a_name(
        self, counsellor, assign, result, send, served_units
    ):
        worker, outcome = result()
        assign(counsellor, worker)
        send(counsellor, worker, outcome)
        with pytest.raises(Conflict):
            send(counsellor, worker, outcome)
        (unit,) = served_units(worker.tenant)
        assert (unit["module"], unit["kind"], unit["minutes"]) == ("assessments", "interpretation", 0)
        plain = " ".join(str(value) for value in unit.values())
        assert not [secret for secret in (worker.id, outcome, counsellor.id) if str(secret) in plain]

    def test_a_self_test_alone_is_none(self, result, served_units):
        worker, _outcome = result()
        assert served_units(worker.tenant) == []

    def test_a_contract_without_the_module_is_billed_nothing_and_the_words_arrive(
        self, counsellor, assign, result, send, served_units, queue_of, as_person
    ):
        worker, outcome = result()
        assign(counsellor, worker)
        queue_of(counsellor, services=["hotline"])  # the amendment
        send(counsellor, worker, outcome)
        assert served_units(worker.tenant) == []
        with as_person(worker) as ctx:
            assert interpreting.mine(ctx, outcome) is not None
