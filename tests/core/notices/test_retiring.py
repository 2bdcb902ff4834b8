"""A colleague took it on: the others' unread marks go, also in the inbox at their agency, and what comes later stays."""

import pytest
import sqlalchemy as sa

from anxin.notices.models import Notice
from anxin.notices.retiring import retire

LINK = "/safety/cases/1"


@pytest.fixture
def done(scope, run_jobs):
    """done(someone): somebody took it on, and the job ran."""

    def close(someone, link=LINK):
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test")
            retire(ctx, link)
        assert run_jobs(someone.tenant, "notices.retire") == ["done"]

    return close


def unread(scope, someone):
    with scope(someone.tenant) as ctx:
        mine = sa.select(Notice.link).where(Notice.person_id == someone.id, Notice.read_at.is_(None))
        return list(ctx.db.scalars(mine))


def test_it_closes_for_the_colleagues(scope, person, told, done):
    colleagues = [person(), person()]
    for one in colleagues:
        told(one, link=LINK)
        told(one, link="/else")
    done(colleagues[0])
    assert [unread(scope, one) for one in colleagues] == [["/else"], ["/else"]]


def test_what_is_told_afterwards_stays(scope, person, told, run_jobs):
    someone = person()
    with scope(someone.tenant) as ctx:
        ctx.unaudited("test")
        retire(ctx, LINK)
    told(someone, link=LINK)
    run_jobs(someone.tenant, "notices.retire")
    assert unread(scope, someone) == [LINK]


def test_what_waits_to_be_sent_is_not_sent(reachable, told, done, run_jobs, mails, sent):
    told(reachable, link=LINK)
    done(reachable)
    run_jobs(reachable.tenant, "notices.mail")
    assert mails() == []
    assert sent(reachable)["mail"].error == "read_already"


def test_the_agency_s_copy_closes_too(scope, helper, told, done, run_jobs):
    here, home = helper
    told(here, link=LINK, urgent=True)
    run_jobs(here.tenant, "notices.forward")
    run_jobs(home.tenant, "notices.deliver_from_contract")
    assert len(unread(scope, home)) == 1
    done(here)
    assert run_jobs(home.tenant, "notices.retire_from_contract") == ["done"]
    assert unread(scope, here) == unread(scope, home) == []


def test_a_copy_still_on_its_way_closes_when_it_is_there(scope, helper, told, done, run_jobs):
    here, home = helper
    told(here, link=LINK, urgent=True)
    run_jobs(here.tenant, "notices.forward")
    done(here)
    run_jobs(home.tenant, "notices.retire_from_contract")
    run_jobs(home.tenant, "notices.deliver_from_contract")
    assert len(unread(scope, home)) == 1
    assert run_jobs(home.tenant, "notices.retire_from_contract") == ["done"]
    assert unread(scope, home) == []
    assert run_jobs(home.tenant, "notices.retire_from_contract") == []


def test_one_that_was_closed_before_it_was_forwarded_makes_no_copy(scope, helper, told, done, run_jobs, sent):
    here, home = helper
    told(here, link=LINK, urgent=True)
    done(here)
    run_jobs(here.tenant, "notices.forward")
    assert run_jobs(home.tenant, "notices.deliver_from_contract") == []
    assert sent(here)["agency"].error == "read_already"
