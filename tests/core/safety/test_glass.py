"""Breaking the glass: two keys, minimum facts, hours, every look written down, the person told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from anxin.audit.models import AuditEntry
from anxin.identity.models import Person
from anxin.kernel import clock
from anxin.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from anxin.notices.models import Notice
from anxin.safety import glass
from anxin.safety.models import BreakGlass


@pytest.fixture
def boss(agency_person):
    return agency_person("supervisor", name="沈岳")


@pytest.fixture
def number(scope, worker):
    with scope(worker.tenant) as ctx:
        return ctx.get(Person, worker.id).number


@pytest.fixture
def asked(as_helper, on_duty, boss, number):
    with as_helper(on_duty) as ctx:
        return glass.ask(ctx, reason="danger_to_self", number=number)


@pytest.fixture
def granted(as_helper, boss, asked):
    with as_helper(boss) as ctx:
        return glass.second(ctx, asked.id, agree=True)


def seen_by(as_helper, someone, request):
    with as_helper(someone) as ctx:
        return glass.facts(ctx, glass.get(ctx, request.id))


def test_one_key_opens_nothing_two_keys_the_minimum(as_helper, on_duty, boss, asked):
    assert seen_by(as_helper, on_duty, asked).hidden == "asked"
    with as_helper(boss) as ctx:
        glass.second(ctx, asked.id, agree=True)
    known = seen_by(as_helper, on_duty, asked)
    assert (known.name, known.phone) == ("林晓峰", "13800000001")
    assert seen_by(as_helper, boss, asked).name == "林晓峰"


def test_the_same_person_cannot_turn_both_keys(scope, as_helper, on_duty, asked):
    with as_helper(on_duty) as ctx, pytest.raises(Conflict):
        glass.second(ctx, asked.id, agree=True)
    with scope(on_duty.tenant) as ctx:
        statement = sa.update(BreakGlass).values(
            state="granted", second_by=on_duty.id, expires_at=ctx.now + timedelta(hours=1)
        )
        with pytest.raises(IntegrityError):
            ctx.db.execute(statement)
        ctx.db.rollback()


def test_it_closes_by_itself_and_a_late_second_key_turns_nothing(as_helper, on_duty, boss, granted, number):
    with clock.travel(timedelta(hours=4, seconds=1)), as_helper(on_duty) as ctx:
        assert glass.facts(ctx, glass.get(ctx, granted.id)).hidden == "expired"
    with as_helper(on_duty) as ctx:
        late = glass.ask(ctx, reason="unreachable", number=number)
    with clock.travel(timedelta(minutes=61)), as_helper(boss) as ctx, pytest.raises(Conflict):
        glass.second(ctx, late.id, agree=True)


def test_refused_stays_closed(as_helper, on_duty, boss, asked):
    with as_helper(boss) as ctx:
        glass.second(ctx, asked.id, agree=False)
    assert seen_by(as_helper, on_duty, asked).hidden == "refused"
    with as_helper(boss) as ctx, pytest.raises(Conflict):
        glass.second(ctx, asked.id, agree=True)


def test_every_look_is_written_down_and_the_person_is_told(
    scope, as_helper, worker, on_duty, granted, run_jobs
):
    seen_by(as_helper, on_duty, granted)
    seen_by(as_helper, on_duty, granted)
    assert run_jobs(worker.tenant, "safety.tell_subject") == ["safety.tell_subject"]
    with scope(worker.tenant) as ctx:
        looks = ctx.db.scalars(
            sa.select(AuditEntry).where(
                AuditEntry.action == "safety.break_glass_read", AuditEntry.subject_id == worker.id
            )
        ).all()
        assert [(look.actor_id, look.looks, look.detail["reason"]) for look in looks] == [
            (on_duty.id, True, "danger_to_self")
        ] * 2
        told = ctx.db.scalars(sa.select(Notice).where(Notice.person_id == worker.id)).one()
        assert told.kind == "safety.told"
        assert ctx.get(BreakGlass, granted.id).told_at is not None


def test_only_who_is_on_duty_may_ask_unless_nobody_is(as_helper, on_duty, agency_person, number):
    idle = agency_person("helper")
    with as_helper(idle) as ctx, pytest.raises(Forbidden):
        glass.ask(ctx, reason="danger_to_self", number=number)
    with clock.travel(timedelta(hours=9)), as_helper(idle) as ctx:
        assert glass.ask(ctx, reason="danger_to_self", number=number).state == "asked"


def test_strangers_to_a_request_do_not_learn_of_it(as_person, asked, agency_person):
    other = agency_person("plain")
    with as_person(other) as ctx, pytest.raises(NotFound):
        glass.get(ctx, asked.id)


def test_wrong_number_and_reason_are_said(as_helper, on_duty, number):
    with as_helper(on_duty) as ctx, pytest.raises(Invalid) as refused:
        glass.ask(ctx, reason="danger_to_self", number="no such")
    assert "number" in refused.value.fields
    with as_helper(on_duty) as ctx, pytest.raises(Invalid) as refused:
        glass.ask(ctx, reason="curious", number=number)
    assert "reason" in refused.value.fields
