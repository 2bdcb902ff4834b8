"""Alerts and clocks: who is told, again, when it goes to more people; that one dead chain costs nothing."""

from datetime import timedelta

import sqlalchemy as sa
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from anxin.identity.models import Assignment, Person
from anxin.kernel import clock, jobs
from anxin.kernel.outbox import QUEUE, Relay
from anxin.notices.models import Notice
from anxin.safety import acts, alerts
from anxin.safety.models import CrisisEvent


def notices(scope, someone):
    with scope(someone.tenant) as ctx:
        rows = ctx.db.scalars(sa.select(Notice).where(Notice.person_id == someone.id).order_by(Notice.id))
        return [(row.kind, row.urgent) for row in rows]


def unread(scope, someone):
    with scope(someone.tenant) as ctx:
        mine = sa.select(Notice.id).where(Notice.person_id == someone.id, Notice.read_at.is_(None))
        return len(ctx.db.scalars(mine).all())


def kinds(scope, tenant):
    with scope(tenant) as ctx:
        return list(ctx.db.scalars(sa.select(CrisisEvent.kind).order_by(CrisisEvent.id)))


def strike(run_jobs, tenant, name):
    return run_jobs(tenant, "safety.clock", where=f"payload->>'clock' = '{name}'")


def test_both_chains_of_an_alert_are_one_notice(scope, worker, on_duty, in_crisis, run_jobs):
    in_crisis(worker)
    assert run_jobs(worker.tenant, "safety.alert") == ["safety.alert", "safety.alert"]
    assert notices(scope, on_duty) == [("safety.urgent", True)]


def test_each_chain_alone_brings_the_alert(scope, worker, on_duty, in_crisis, run_jobs):
    in_crisis(worker)
    assert len(run_jobs(worker.tenant, "safety.alert", where="payload->>'chain' = '2'")) == 1
    assert notices(scope, on_duty) == [("safety.urgent", True)]


def test_the_duty_supervisor_is_told_at_once(
    scope, worker, on_duty, agency_person, shift, in_crisis, run_jobs
):
    boss = agency_person("supervisor")
    shift(boss, role="supervisor")
    in_crisis(worker)
    run_jobs(worker.tenant, "safety.alert")
    assert notices(scope, boss) == [("safety.urgent", True)]


def test_attention_is_told_without_hurry(scope, worker, on_duty, in_crisis, run_jobs):
    in_crisis(worker, level=2)
    assert run_jobs(worker.tenant, "safety.alert") == ["safety.alert"]
    assert notices(scope, on_duty) == [("safety.attention", False)]


def test_after_15_minutes_again_after_30_the_supervisors(
    scope, worker, on_duty, agency_person, in_crisis, run_jobs
):
    boss, colleague = agency_person("supervisor"), agency_person("helper")
    in_crisis(worker)
    run_jobs(worker.tenant, "safety.alert")
    with clock.travel(timedelta(minutes=16)):
        strike(run_jobs, worker.tenant, "acknowledge")
    assert len(notices(scope, on_duty)) == 2
    assert notices(scope, boss) == notices(scope, colleague) == []
    with clock.travel(timedelta(minutes=31)):
        strike(run_jobs, worker.tenant, "escalate")
    assert len(notices(scope, on_duty)) == 3
    assert notices(scope, boss) == notices(scope, colleague) == [("safety.urgent", True)]
    assert [kind for kind in kinds(scope, worker.tenant) if kind in ("reminded", "escalated")] == [
        "reminded",
        "escalated",
    ]
    with scope(worker.tenant) as ctx:
        helpers = set(ctx.db.scalars(sa.select(Assignment.helper_id)))
    assert helpers == {on_duty.id, boss.id, colleague.id}


def test_acknowledging_stops_the_first_clocks_not_the_last(
    scope, worker, on_duty, agency_person, in_crisis, run_jobs, as_helper
):
    boss = agency_person("supervisor")
    crisis = in_crisis(worker)
    run_jobs(worker.tenant, "safety.alert")
    with as_helper(on_duty) as ctx:
        acts.acknowledge(ctx, crisis.id)
    with clock.travel(timedelta(minutes=31)):
        strike(run_jobs, worker.tenant, "acknowledge")
        strike(run_jobs, worker.tenant, "escalate")
    assert notices(scope, boss) == []
    with clock.travel(timedelta(minutes=61)):
        strike(run_jobs, worker.tenant, "contact")
    assert notices(scope, boss) == [("safety.urgent", True)]
    assert "overdue" in kinds(scope, worker.tenant)


def test_taking_it_on_closes_the_colleagues_alerts_until_something_new_happens(
    scope, worker, on_duty, agency_person, shift, in_crisis, run_jobs, as_helper
):
    boss = agency_person("supervisor")
    shift(boss, role="supervisor")
    crisis = in_crisis(worker)
    run_jobs(worker.tenant, "safety.alert")
    assert unread(scope, boss) == 1
    with as_helper(on_duty) as ctx:
        acts.acknowledge(ctx, crisis.id)
    run_jobs(worker.tenant, "notices.retire")
    assert unread(scope, boss) == unread(scope, on_duty) == 0
    with clock.travel(timedelta(minutes=61)):
        strike(run_jobs, worker.tenant, "contact")
    assert unread(scope, boss) == 1


def test_a_contact_stops_the_last_clock(
    scope, worker, on_duty, agency_person, in_crisis, run_jobs, as_helper
):
    boss = agency_person("supervisor")
    crisis = in_crisis(worker)
    with as_helper(on_duty) as ctx:
        acts.contacted(ctx, crisis.id)
    strike(run_jobs, worker.tenant, "contact")
    assert notices(scope, boss) == []


def test_a_clock_that_strikes_twice_tells_once(scope, runtime, worker, on_duty, in_crisis, run_jobs):
    crisis = in_crisis(worker)
    for _again in range(2):
        with scope(worker.tenant) as ctx:
            alerts.strike(ctx, crisis_id=str(crisis.id), level=3, clock="acknowledge")
    assert kinds(scope, worker.tenant).count("reminded") == 1
    assert notices(scope, on_duty) == [("safety.urgent", True)]


def test_nobody_at_all_is_said_aloud(scope, worker, person, in_crisis, run_jobs):
    admin = person("admin")
    assert in_crisis(worker).uncovered
    run_jobs(worker.tenant, "safety.alert")
    assert notices(scope, admin) == [("safety.nobody", True)]


def test_the_gap_watch_tells_once_a_day_and_never_because_of_a_case(
    scope, worker, person, agency_person, shift, in_crisis, run_jobs
):
    admin, helper = person("admin"), agency_person("helper")
    shift(helper)
    in_crisis(worker)
    run_jobs(worker.tenant, "safety.alert")
    assert notices(scope, admin) == []
    for _hour in range(2):
        with scope(worker.tenant) as ctx:
            ctx.unaudited("as a job")
            alerts.gap_watch(ctx)
    assert notices(scope, admin) == [("safety.gap", False)]


def test_the_alert_reaches_the_agency_s_own_inbox_through_relay_and_worker(
    app, scope, runtime, valkey, worker, agency_person, shift, person, in_crisis
):
    """Outbox → relay → queue → the worker's entry: in the employer's tenant, then in the agency's."""
    helper = agency_person("helper")
    with scope(helper.tenant) as ctx:
        row = ctx.get(Person, helper.id)
        agency = runtime.caches["directory"].by_id(row.home_tenant_id)
    at_home = person("employee", tenant=agency, name="何静怡")
    with scope(helper.tenant) as ctx:
        ctx.unaudited("test set-up")
        ctx.get(Person, helper.id).home_person_id = at_home.id
    shift(helper)
    crisis = in_crisis(worker)
    redis = Redis.from_url(valkey)
    redis.flushall()
    relay, queue = Relay(runtime, redis), Queue(QUEUE, connection=redis, serializer=JSONSerializer)
    for _hop in range(4):
        relay.relay()
        for sent in queue.get_jobs():
            with app.app_context():
                jobs.perform(*sent.args)
        queue.empty()
    with scope(agency) as ctx:
        found = ctx.db.scalars(sa.select(Notice).where(Notice.person_id == at_home.id)).one()
        assert found.link == f"/t/{helper.tenant.slug}/safety/cases/{crisis.id}"
        assert (found.urgent, found.kind) == (True, "safety.urgent")
        assert found.contract_id is not None
