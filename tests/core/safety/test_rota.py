"""The rota: who is on duty, gaps, and that only those count who can really answer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.kernel.errors import Invalid, NotFound
from anxin.kernel.ids import new_id
from anxin.safety import rota
from anxin.safety.services import duty_covered

HOUR = timedelta(hours=1)


def test_duty_covered_says_whether_there_is_no_gap(scope, on_duty):
    with scope(on_duty.tenant) as ctx:
        assert duty_covered(ctx, ctx.now, ctx.now + 6 * HOUR)
        assert not duty_covered(ctx, ctx.now, ctx.now + 8 * HOUR)
        assert not duty_covered(ctx, ctx.now - 3 * HOUR, ctx.now + HOUR)


def test_without_a_rota_nothing_is_covered(scope, tenant):
    with scope(tenant) as ctx:
        assert not duty_covered(ctx, ctx.now, ctx.now + HOUR)


def test_a_supervisor_does_not_fill_a_gap(scope, agency_person, shift):
    boss = agency_person("supervisor")
    shift(boss, role="supervisor")
    with scope(boss.tenant) as ctx:
        assert not duty_covered(ctx, ctx.now, ctx.now + HOUR)
        assert rota.who(ctx, role="supervisor") == [boss.id]


def test_a_person_without_the_role_does_not_count(scope, person, shift):
    admin = person("admin")
    shift(admin)
    with scope(admin.tenant) as ctx:
        assert rota.who(ctx) == []
        assert not rota.shifts(ctx, ctx.now, ctx.now + HOUR)[0].counts


def test_a_turn_is_set_for_several_weeks_and_twice_is_once(scope, agency_person):
    helper = agency_person("helper")
    with scope(helper.tenant) as ctx:
        begins = ctx.now + HOUR
        told = {"person_id": helper.id, "role": "duty", "starts_at": begins, "ends_at": begins + 8 * HOUR}
        assert rota.set_shift(ctx, **told, weeks=3) == 3
        assert rota.set_shift(ctx, **told) == 0
        assert len(rota.shifts(ctx, ctx.now, ctx.now + timedelta(weeks=4))) == 3


def test_only_the_agency_s_helpers_can_be_put_on_duty(scope, person):
    worker = person()
    with scope(worker.tenant) as ctx:
        span = {"starts_at": ctx.now, "ends_at": ctx.now + HOUR}
        with pytest.raises(Invalid) as refused:
            rota.set_shift(ctx, person_id=worker.id, role="duty", **span)
        assert "person_id" in refused.value.fields


@pytest.mark.parametrize("hours", [0, -1, 24 * 8])
def test_a_turn_has_sensible_times(scope, agency_person, hours):
    helper = agency_person("helper")
    with scope(helper.tenant) as ctx, pytest.raises(Invalid):
        rota.set_shift(
            ctx, person_id=helper.id, role="duty", starts_at=ctx.now, ends_at=ctx.now + hours * HOUR
        )


def test_what_is_over_stays_on_the_rota(scope, agency_person, shift):
    helper = agency_person("helper")
    shift(helper, start=timedelta(hours=-5), hours=2)
    with scope(helper.tenant) as ctx:
        past = rota.shifts(ctx, ctx.now - 6 * HOUR, ctx.now)[0]
        with pytest.raises(NotFound):
            rota.remove(ctx, past.id)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=8))
def test_gaps_and_shifts_together_are_the_whole_time(spans):
    """Whatever the shifts, each half hour is either covered by one or inside a gap, never both."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    end = start + 48 * HOUR
    shifts = [
        rota.Shift(new_id(), new_id(), "", "duty", start + begin * HOUR, start + (begin + long) * HOUR, True)
        for begin, long in spans
    ]
    gaps = rota.uncovered(shifts, start, end)
    for half in range(96):
        at = start + half * HOUR / 2
        covered = any(shift.starts_at <= at < shift.ends_at for shift in shifts)
        in_gap = any(gap.starts_at <= at < gap.ends_at for gap in gaps)
        assert covered != in_gap
