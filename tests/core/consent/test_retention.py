"""Retention deletes what is over its time, of this tenant only, and writes down how much."""

from datetime import timedelta

import sqlalchemy as sa

from anxin.consent import retention
from anxin.identity import signin
from anxin.identity.models import Link
from anxin.kernel import clock


def test_old_links_go_and_young_ones_stay(scope, person, tenant, other_tenant):
    for info in (tenant, other_tenant):
        someone = person("employee", tenant=info)
        with scope(info) as ctx:
            signin.make_link(ctx, someone.id, "activate")
    with clock.travel(timedelta(days=29)), scope(tenant) as ctx:
        assert retention.run(ctx) == {}
    with clock.travel(timedelta(days=31)), scope(tenant) as ctx:
        assert retention.run(ctx)["core.link"] == 1
    with scope(other_tenant) as ctx:
        assert ctx.db.scalar(sa.select(sa.func.count()).select_from(Link)) == 1


def test_every_rule_names_a_column_that_exists(ctx):
    for rule in retention.rules(ctx):
        assert retention.due(ctx, rule) >= 0
