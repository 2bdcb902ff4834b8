"""Working on a case: taking it on, two signatures, what is shown to whom, and 404 for everybody else."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from anxin.audit.models import AuditEntry
from anxin.consent.models import Consent
from anxin.identity.models import Assignment
from anxin.kernel.errors import Conflict, Invalid, NotFound
from anxin.safety import acts, cases
from anxin.safety.models import Crisis, CrisisEvent
from anxin.safety.services import raise_crisis


@pytest.fixture
def colleague(agency_person, shift):
    second = agency_person("helper", name="顾念")
    shift(second)
    return second


def test_facts_appear_when_somebody_takes_it_on(scope, worker, on_duty, in_crisis, as_helper):
    crisis = in_crisis(worker)
    with as_helper(on_duty) as ctx:
        assert cases.read(ctx, crisis.id).facts.hidden == "not_taken"
    with as_helper(on_duty) as ctx:
        acts.acknowledge(ctx, crisis.id)
        known = cases.read(ctx, crisis.id).facts
    assert (known.name, known.phone, known.basis) == ("林晓峰", "13800000001", "vital_interest")
    with scope(worker.tenant) as ctx:
        looks = ctx.db.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "safety.read").order_by(AuditEntry.id)
        ).all()
    assert [look.detail["fields"] for look in looks] == [[], ["name", "phone"]]
    assert {look.subject_id for look in looks} == {worker.id}
    assert all(look.looks and look.agency for look in looks)


def test_one_takes_it_on_the_quicker_one(worker, on_duty, colleague, in_crisis, as_helper):
    crisis = in_crisis(worker)
    with as_helper(on_duty) as ctx:
        assert acts.acknowledge(ctx, crisis.id).lead_id == on_duty.id
    with as_helper(on_duty) as ctx:
        acts.acknowledge(ctx, crisis.id)  # a double click
    with as_helper(colleague) as ctx, pytest.raises(Conflict):
        acts.acknowledge(ctx, crisis.id)
    with as_helper(colleague) as ctx:
        assert cases.read(ctx, crisis.id).facts.hidden == "other_lead"


def test_a_crisis_is_closed_by_two_different_people(scope, worker, on_duty, colleague, in_crisis, as_helper):
    crisis = in_crisis(worker)
    with as_helper(on_duty) as ctx, pytest.raises(Conflict):
        acts.close(ctx, crisis.id, "safe")
    with as_helper(on_duty) as ctx:
        acts.acknowledge(ctx, crisis.id)
        with pytest.raises(Invalid):
            acts.close(ctx, crisis.id, "safe")  # nobody was reached yet
    with as_helper(on_duty) as ctx:
        acts.contacted(ctx, crisis.id, "说好明天再聊")
        assert acts.close(ctx, crisis.id, "follow_up").state == "contacted"
    with as_helper(on_duty) as ctx, pytest.raises(Conflict):
        acts.second_signature(ctx, crisis.id)
    with as_helper(colleague) as ctx:
        ended = acts.second_signature(ctx, crisis.id)
    assert (ended.state, ended.closed_by, ended.second_by) == ("closed", on_duty.id, colleague.id)
    with scope(worker.tenant) as ctx:
        assert ctx.db.scalars(sa.select(Assignment.until)).all().count(None) == 0
    with as_helper(on_duty) as ctx:
        assert cases.read(ctx, crisis.id).facts.hidden == "closed"


def test_the_database_insists_on_the_second_person(scope, worker, on_duty, in_crisis):
    crisis = in_crisis(worker)
    for values in (
        {"state": "closed", "outcome": "safe", "closed_by": on_duty.id},
        {"state": "closed", "outcome": "safe", "closed_by": on_duty.id, "second_by": on_duty.id},
        {"closed_by": on_duty.id, "second_by": on_duty.id},
    ):
        with scope(worker.tenant) as ctx:
            statement = sa.update(Crisis).where(Crisis.id == crisis.id).values(**values)
            with pytest.raises(IntegrityError):
                ctx.db.execute(statement)
            ctx.db.rollback()


def test_attention_is_closed_by_one(worker, on_duty, in_crisis, as_helper):
    crisis = in_crisis(worker, level=2)
    with as_helper(on_duty) as ctx:
        acts.contacted(ctx, crisis.id)
        assert acts.close(ctx, crisis.id, "safe").state == "closed"


def test_not_yet_takes_the_first_signature_back(worker, on_duty, colleague, in_crisis, as_helper):
    crisis = in_crisis(worker)
    with as_helper(on_duty) as ctx:
        acts.contacted(ctx, crisis.id)
        acts.close(ctx, crisis.id, "safe")
    with as_helper(colleague) as ctx:
        again = acts.reopen(ctx, crisis.id)
    assert (again.state, again.closed_by, again.lead_id) == ("contacted", None, colleague.id)
    with as_helper(colleague) as ctx:
        acts.close(ctx, crisis.id, "referred")  # a second round of signatures has its own steps


def test_a_case_goes_to_a_colleague_who_sees_it_from_then_on(
    scope, worker, on_duty, agency_person, in_crisis, as_helper
):
    crisis = in_crisis(worker)
    later = agency_person("helper")
    with as_helper(later) as ctx, pytest.raises(NotFound):
        cases.read(ctx, crisis.id)
    with as_helper(on_duty) as ctx:
        acts.acknowledge(ctx, crisis.id)
        acts.hand_over(ctx, crisis.id, later.id)
    with as_helper(later) as ctx:
        assert cases.read(ctx, crisis.id).facts.name == "林晓峰"
    with as_helper(on_duty) as ctx:
        assert cases.read(ctx, crisis.id).facts.hidden == "other_lead"


def test_a_case_is_not_handed_to_somebody_who_cannot_answer(worker, on_duty, person, in_crisis, as_helper):
    crisis, admin = in_crisis(worker), person("admin")
    with as_helper(on_duty) as ctx:
        acts.acknowledge(ctx, crisis.id)
        with pytest.raises(Invalid):
            acts.hand_over(ctx, crisis.id, admin.id)


def test_at_level_2_name_and_phone_hang_on_the_consent(scope, worker, on_duty, in_crisis, as_helper, runtime):
    purpose = next(iter(sorted(p.name for p in runtime.registry.purposes.values() if p.basis == "consent")))
    crisis = in_crisis(worker, level=2, purpose=purpose)
    with scope(worker.tenant) as ctx:
        ctx.unaudited("test")
        ctx.add(Consent(person_id=worker.id, purpose=purpose, version=99, agreed=True, decided_at=ctx.now))
    with as_helper(on_duty) as ctx:
        acts.acknowledge(ctx, crisis.id)
        assert cases.read(ctx, crisis.id).facts.basis == "consent"
    with scope(worker.tenant) as ctx:
        ctx.unaudited("test")
        ctx.execute(sa.update(Consent).values(agreed=False))
    with as_helper(on_duty) as ctx:
        assert cases.read(ctx, crisis.id).facts.hidden == "no_consent"


def test_a_request_without_a_name_says_so(on_duty, as_helper):
    with as_helper(on_duty) as ctx:
        crisis = raise_crisis(ctx, person_id=None, level=3, source="hotline", key="call.7", reason="imminent")
        acts.acknowledge(ctx, crisis.id)
        assert cases.read(ctx, crisis.id).facts.hidden == "anonymous"
        acts.add_note(ctx, crisis.id, "电话里没有说名字")
    with as_helper(on_duty) as ctx:
        assert [step.note for step in cases.read(ctx, crisis.id).timeline if step.note] == [
            "电话里没有说名字"
        ]


def test_notes_are_sealed_and_shown_to_the_lead_only(scope, worker, on_duty, colleague, in_crisis, as_helper):
    crisis = in_crisis(worker)
    with as_helper(on_duty) as ctx:
        acts.contacted(ctx, crisis.id, "妻子陪着他")
    with scope(worker.tenant) as ctx:
        blob = ctx.db.scalars(sa.select(CrisisEvent.note).where(CrisisEvent.note.is_not(None))).one()
        assert "妻子".encode() not in bytes(blob)
    with as_helper(on_duty) as ctx:
        assert any(step.note == "妻子陪着他" for step in cases.read(ctx, crisis.id).timeline)
    with as_helper(colleague) as ctx:
        assert not any(step.note for step in cases.read(ctx, crisis.id).timeline)


def test_steps_can_be_appended_never_changed(scope, worker, on_duty, in_crisis):
    in_crisis(worker)
    for statement in (sa.update(CrisisEvent).values(kind="closed"), sa.delete(CrisisEvent)):
        with pytest.raises(Exception, match="permission denied"), scope(worker.tenant) as ctx:
            ctx.execute(statement)


def test_the_worst_clock_comes_first(worker, person, on_duty, in_crisis, as_helper):
    slow, taken = in_crisis(person(), level=2), in_crisis(person())
    with as_helper(on_duty) as ctx:
        acts.acknowledge(ctx, taken.id)
    fresh, reached = in_crisis(worker), in_crisis(person())
    with as_helper(on_duty) as ctx:
        acts.contacted(ctx, reached.id)
    with as_helper(on_duty) as ctx:
        assert [case.id for case in cases.worklist(ctx)] == [fresh.id, taken.id, slow.id, reached.id]


@pytest.mark.parametrize("role", ["admin", "employee"])
def test_no_employer_role_reads_a_case_in_page_api_or_database(
    worker, person, on_duty, in_crisis, client_as, as_person, role
):
    crisis, insider = in_crisis(worker), person(role)
    client = client_as(insider)
    for path in (
        "/safety/cases",
        "/safety/cases/now",
        f"/safety/cases/{crisis.id}",
        f"/safety/cases/{crisis.id}/clock",
        "/safety/emergency",
        "/api/safety/cases",
        f"/api/safety/cases/{crisis.id}",
    ):
        assert client.get(client.base + path).status_code == 404, path
    for path in ("acknowledge", "contacted", "notes", "hand-over", "close", "second", "reopen"):
        for prefix in ("/safety", "/api/safety"):
            answer = client.post(f"{client.base}{prefix}/cases/{crisis.id}/{path}")
            assert answer.status_code == 404, path
    with as_person(insider) as ctx:
        for table in ("crisis", "crisis_event", "break_glass", "assignment"):
            assert ctx.db.scalar(sa.text(f"SELECT count(*) FROM core.{table}")) == 0


def test_a_helper_of_another_tenant_gets_404(
    worker, on_duty, in_crisis, agency_person, other_tenant, client_as
):
    crisis = in_crisis(worker)
    stranger = agency_person("supervisor", tenant=other_tenant)
    client = client_as(stranger)
    assert client.get(f"{client.base}/safety/cases/{crisis.id}").status_code == 404
    assert client.post(f"{client.base}/api/safety/cases/{crisis.id}/acknowledge").status_code == 404
