"""One notice for many: the same for each of them as if they were told one by one."""

from datetime import UTC, datetime, time

import pytest
import sqlalchemy as sa

from anxin.kernel.errors import ProgrammingError
from anxin.kernel.ids import new_id
from anxin.notices.many import notify_many
from anxin.notices.models import Choice, Notice, Quiet

from .conftest import KIND

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # noon in Shanghai
NIGHT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 23:00


@pytest.fixture
def tell(scope, runtime):
    """tell(people, at=NOON, key="round"): how many were told now."""

    def many(people, at=NOON, key="round", report=None):
        with scope(runtime.caches["directory"].by_id(people[0].tenant.id)) as ctx:
            ctx.unaudited("test")
            ctx.now = at
            return notify_many(ctx, [one.id for one in people], KIND, "/somewhere", key=key, report=report)

    return many


def test_each_once_a_key(tell, person, reachable, scope):
    people = [reachable, person(), person()]
    assert tell(people) == 3
    assert tell([*people, person()]) == 1
    assert tell(people, key="another round") == 3
    with scope(reachable.tenant) as ctx:
        assert ctx.scalar(sa.select(sa.func.count()).select_from(Notice)) == 7


def test_no_address_no_job(tell, person, reachable, sent, waits):
    other = person()
    tell([reachable, other])
    assert sent(reachable)["mail"].state == "waiting"
    assert (sent(other)["mail"].state, sent(other)["mail"].error) == ("skipped", "no_address")
    assert len(waits(reachable.tenant, "notices.mail")) == 1


def test_what_they_chose_holds(tell, person, reachable, sent, scope, waits):
    with scope(reachable.tenant) as ctx:
        ctx.unaudited("test")
        ctx.add(Choice(person_id=reachable.id, channel="mail", wanted=False, chosen_at=ctx.now))
    tell([reachable])
    assert sent(reachable) == {}
    assert waits(reachable.tenant, "notices.mail") == []


def test_each_wakes_by_their_own_hours(tell, person, reachable, scope, waits):
    with scope(reachable.tenant) as ctx:
        ctx.unaudited("test")
        ctx.add(Quiet(person_id=reachable.id, quiet_from="22:30", quiet_until="06:15"))
    tell([reachable], at=NIGHT)
    ((_id, due, _payload),) = waits(reachable.tenant, "notices.mail")
    assert due.astimezone(UTC).time() == time(22, 15)


def test_an_agency_s_staff_hear_of_it_at_their_agency(tell, agency_person, sent):
    helper = agency_person()
    tell([helper])
    assert list(sent(helper)) == ["agency"]


def test_it_says_how_far_it_is(tell, person):
    seen = []
    tell([person(), person()], report=lambda done, total: seen.append((done, total)))
    assert seen == [(2, 2)]


def test_strangers_are_passed_over(scope, tenant):
    with scope(tenant) as ctx:
        assert notify_many(ctx, [new_id()], KIND, key="x") == 0


def test_only_jobs_tell_many(acting, person):
    with (
        acting(person("admin"), "tenant") as ctx,
        pytest.raises(ProgrammingError, match="enqueue"),
    ):
        notify_many(ctx, [], KIND, key="x")
