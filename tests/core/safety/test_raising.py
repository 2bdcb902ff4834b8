"""Raising a crisis: idempotent, in the person's own transaction, with clocks, assignments and a fallback."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.identity.models import Assignment
from anxin.kernel.errors import ProgrammingError
from anxin.safety.models import Crisis, CrisisEvent
from anxin.safety.policy import SafetySettings
from anxin.safety.services import raise_crisis


def steps(scope, tenant):
    with scope(tenant) as ctx:
        return list(ctx.db.scalars(sa.select(CrisisEvent.kind).order_by(CrisisEvent.id)))


def test_a_crisis_is_recorded_once_with_its_clocks(scope, worker, on_duty, in_crisis):
    first, again = in_crisis(worker), in_crisis(worker)
    assert first.id == again.id
    assert first.acknowledge_by - first.raised_at == timedelta(minutes=15)
    assert first.contact_by - first.raised_at == timedelta(minutes=60)
    assert not first.uncovered
    assert steps(scope, worker.tenant) == ["raised", "alerted"]
    with scope(worker.tenant) as ctx:
        assert ctx.db.scalars(sa.select(Assignment.helper_id)).all() == [on_duty.id]
        jobs = ctx.db.execute(
            sa.text("SELECT job, payload->>'clock' FROM core.outbox WHERE job LIKE 'safety%' ORDER BY due_at")
        ).all()
    assert [tuple(job) for job in jobs] == [
        ("safety.alert", None),
        ("safety.alert", None),
        ("safety.clock", "acknowledge"),
        ("safety.clock", "escalate"),
        ("safety.clock", "contact"),
    ]


@pytest.mark.parametrize(("reason", "hours"), [("answer", 24), ("asked", 24), ("score", 72)])
def test_attention_has_a_slower_clock_and_no_siren(worker, on_duty, in_crisis, reason, hours):
    crisis = in_crisis(worker, level=2, reason=reason)
    assert crisis.contact_by - crisis.raised_at == timedelta(hours=hours)
    assert crisis.acknowledge_by is None


def test_a_graver_answer_begins_anew_a_milder_one_changes_nothing(scope, worker, on_duty, in_crisis):
    mild = in_crisis(worker, level=2, key="sheet.9")
    grave = in_crisis(worker, level=3, key="sheet.9")
    mild_again = in_crisis(worker, level=2, key="sheet.9")
    assert mild.id == grave.id == mild_again.id
    assert (grave.level, mild_again.level) == (3, 3)
    assert grave.acknowledge_by is not None
    assert steps(scope, worker.tenant) == ["raised", "alerted", "graver", "alerted"]


def test_with_nobody_on_duty_everybody_who_can_help_is_told(scope, worker, agency_person, person, in_crisis):
    helpers = {agency_person("helper").id, agency_person("supervisor").id}
    person("admin")
    crisis = in_crisis(worker)
    assert crisis.uncovered
    with scope(worker.tenant) as ctx:
        told = ctx.db.scalars(sa.select(CrisisEvent.helper_id).where(CrisisEvent.kind == "alerted"))
        assert set(told) == helpers
    assert "uncovered" in steps(scope, worker.tenant)


def test_a_shift_under_an_ended_contract_covers_nobody(worker, agency_person, shift, in_crisis):
    gone = agency_person("helper", state="ended")
    shift(gone)
    assert in_crisis(worker).uncovered


def test_the_record_exists_although_nobody_agreed_to_anything(scope, worker, on_duty, in_crisis):
    crisis = in_crisis(worker)
    with scope(worker.tenant) as ctx:
        assert ctx.db.scalar(sa.text("SELECT count(*) FROM core.consent")) == 0
        assert ctx.get(Crisis, crisis.id).person_id == worker.id


def test_an_employee_cannot_raise_a_crisis_about_somebody_else(as_person, worker, person, on_duty):
    other = person()
    with as_person(worker) as ctx, pytest.raises(ProgrammingError):
        raise_crisis(ctx, person_id=other.id, level=3, source="x", key="k")
    with as_person(worker) as ctx, pytest.raises(ProgrammingError):
        raise_crisis(ctx, person_id=None, level=3, source="x", key="k")


def test_a_helper_can_raise_one_without_a_name(as_helper, on_duty):
    with as_helper(on_duty) as ctx:
        crisis = raise_crisis(ctx, person_id=None, level=3, source="hotline", key="call.1", reason="imminent")
    assert crisis.person_id is None


def test_levels_and_reasons_off_the_ladder_are_refused(as_person, worker):
    with as_person(worker) as ctx:
        for wrong in ({"level": 1}, {"level": 4}, {"reason": "because"}):
            told = {"person_id": worker.id, "level": 3, "source": "x", "key": "k"} | wrong
            with pytest.raises(ProgrammingError):
                raise_crisis(ctx, **told)


def test_clocks_may_be_shortened_never_lengthened():
    schema = SafetySettings()
    assert schema.load({})["acknowledge_minutes"] == 15
    assert schema.load({"contact_minutes": 30})["contact_minutes"] == 30
    for name, value in (("acknowledge_minutes", 16), ("contact_minutes", 61), ("contact_hours_score", 73)):
        assert name in schema.validate({name: value})
    assert schema.validate({"acknowledge_minutes": 0})
