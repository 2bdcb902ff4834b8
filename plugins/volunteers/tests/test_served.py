"""The agency's side: concerns that have arrived wait until they are closed, and each closed one is a unit."""

import pytest
import sqlalchemy as sa

from anxin.plugin import Conflict
from anxin_volunteers import policy
from anxin_volunteers.models import Concern, Slip
from anxin_volunteers.services import concerns, delivery, liaison

from .test_liaison import FACTS


@pytest.fixture
def arrived(plant, as_person, run_jobs, scope, tenant):
    """arrived(urgent=False): a concern that has gone through the levels; its id."""

    def make(*, urgent=False):
        signs = {"signs": ["hopeless"], "since": "days", "knows": False} if urgent else FACTS
        with as_person(plant["liaison"]) as ctx:
            liaison.report(ctx, plant["colleague"].id, **signs)
        run_jobs(tenant, "volunteers.deliver")
        with scope(tenant) as ctx:
            row = ctx.scalars(ctx.select(Concern).order_by(sa.desc(Concern.made_at)).limit(1)).one()
            if row.state == "passing":
                delivery.arrive(ctx, row, ctx.get(Slip, row.slip_id))
            return row.id

    return make


def theirs(items):
    return [(one.kind, one.href) for one in items if one.href.startswith("/volunteers/")]


class TestQueue:
    def test_danger_to_life_waits_at_once_the_rest_when_the_person_agreed(
        self, arrived, plant, helper, queue_of, give_consent
    ):
        urgent = arrived(urgent=True)
        quiet = arrived()
        one = ("request", f"/volunteers/concerns/{urgent}/urgent")
        assert theirs(queue_of(helper)) == [one]
        give_consent(plant["colleague"], policy.CARED)
        items = queue_of(helper)
        assert set(theirs(items)) == {one, ("request", f"/volunteers/concerns/{quiet}")}
        assert "赵建国" not in " ".join(str(each.title) for each in items)

    def test_what_was_closed_waits_no_more(self, arrived, helper, queue_of, as_person):
        concern = arrived(urgent=True)
        with as_person(helper, "assigned", purpose=policy.IN_DANGER) as ctx:
            concerns.handle(ctx, concern, "emergency", in_danger=True)
        assert theirs(queue_of(helper)) == []

    def test_only_with_the_role_and_a_contract_with_the_module(self, arrived, helper, queue_of):
        arrived(urgent=True)
        assert theirs(queue_of(helper))
        assert theirs(queue_of(helper, services=["hotline"])) == []
        assert theirs(queue_of(helper, services=["volunteers"]))
        assert theirs(queue_of(helper, roles=["nobody"])) == []


class TestUnits:
    def test_a_closed_concern_is_one_unit_whatever_came_of_it_and_names_nobody(
        self, arrived, plant, helper, as_person, served_units, tenant
    ):
        concern = arrived(urgent=True)
        assert served_units(tenant) == []
        with as_person(helper, "assigned", purpose=policy.IN_DANGER) as ctx:
            concerns.handle(ctx, concern, "unfounded", in_danger=True)
        with as_person(helper, "assigned", purpose=policy.IN_DANGER) as ctx, pytest.raises(Conflict):
            concerns.handle(ctx, concern, "talked", in_danger=True)
        (unit,) = served_units(tenant)
        assert (unit["module"], unit["kind"], unit["minutes"]) == ("volunteers", "visit", 0)
        plain = " ".join(str(value) for value in unit.values())
        assert not [one for one in (concern, plant["colleague"].id, helper.id) if str(one) in plain]

    def test_it_takes_none_of_the_persons_own_sessions(
        self, arrived, helper, as_person, served_units, queue_of, tenant
    ):
        concern = arrived(urgent=True)
        queue_of(helper, terms={"sessions_per_person": 0})
        with as_person(helper, "assigned", purpose=policy.IN_DANGER) as ctx:
            concerns.handle(ctx, concern, "talked", in_danger=True)
        assert len(served_units(tenant)) == 1

    def test_a_contract_without_the_module_is_billed_nothing_and_the_concern_is_closed(
        self, arrived, helper, as_person, served_units, queue_of, scope, tenant
    ):
        concern = arrived(urgent=True)
        queue_of(helper, services=["hotline"])  # the amendment
        with as_person(helper, "assigned", purpose=policy.IN_DANGER) as ctx:
            concerns.handle(ctx, concern, "talked", in_danger=True)
        with scope(tenant) as ctx:
            assert ctx.scalars(ctx.select(Concern)).one().state == "handled"
        assert served_units(tenant) == []
