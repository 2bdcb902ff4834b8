"""The agency's side: follow-ups on the list over all employers, and one unit for each call somebody was helped in."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.plugin import Conflict
from anxin.tenancy.models import Contract
from anxin_hotline.calls import Call, FollowUp
from anxin_hotline.services import followups, logging, seeing


def save(acting, who, told):
    with acting(who, "tenant") as ctx:
        return logging.save(ctx, told["token"], told)


class TestQueue:
    def test_open_follow_ups_wait_with_their_clock_and_without_a_name(
        self, acting, operator, told, queue_of, duty
    ):
        duty(operator)
        saved = save(acting, operator, told(risk=3, next="none", note="说到林小满"))
        items = [one for one in queue_of(operator) if one.href.startswith("/hotline/")]
        with acting(operator, "tenant") as ctx:
            (row,) = followups.of_call(ctx, saved.call_id)
        (one,) = items
        assert (one.kind, one.due, one.href) == ("follow_up", row.due_at, f"/hotline/follow-ups/{row.id}")
        assert seeing.code(saved.call_id) in str(one.title)
        assert "林小满" not in str(one.title)

    def test_the_contracts_clock_counts_from_when_it_was_asked_for(self, acting, operator, told, queue_of):
        saved = save(acting, operator, told())
        with acting(operator, "tenant") as ctx:
            back = followups.plan(ctx, saved.call_id, days=9, kind="call_back")
            check = followups.plan(ctx, saved.call_id, days=9, kind="check_in")
            made, due = back.made_at, check.due_at
        since = {one.href.rsplit("/", 1)[1]: one.since for one in queue_of(operator)}
        assert abs(since[str(back.id)] - made) < timedelta(seconds=5)
        assert since[str(check.id)] == due

    def test_what_is_done_waits_no_more(self, acting, operator, told, queue_of):
        saved = save(acting, operator, told())
        with acting(operator, "tenant") as ctx:
            row = followups.plan(ctx, saved.call_id, days=0)
        assert queue_of(operator)
        with acting(operator, "tenant") as ctx:
            followups.attempt(ctx, row.id, "reached")
        assert queue_of(operator) == []

    def test_only_under_a_contract_with_the_line_and_a_role_that_answers_it(
        self, acting, operator, told, queue_of, scope
    ):
        saved = save(acting, operator, told())
        with acting(operator, "tenant") as ctx:
            followups.plan(ctx, saved.call_id, days=0)
        assert queue_of(operator)
        assert queue_of(operator, services=["assessments"]) == []
        assert queue_of(operator, services=["hotline"])
        assert queue_of(operator, roles=["nobody"]) == []


class TestUnits:
    def test_a_saved_call_is_one_unit_without_a_name(self, acting, operator, told, served_units, scope):
        form = told(note="林小满来电")
        with acting(operator, "tenant") as ctx:
            started = ctx.now - timedelta(minutes=18, seconds=20)
        form |= {"started_at": started, "answered_at": started}
        saved = save(acting, operator, form)
        save(acting, operator, form)  # sent twice
        (unit,) = served_units(operator.tenant)
        assert (unit["module"], unit["kind"], unit["minutes"]) == ("hotline", "call", 19)
        plain = " ".join(str(value) for value in unit.values())
        for secret in (saved.call_id, operator.id, "林小满"):
            assert str(secret) not in plain

    def test_a_draft_that_was_saved_later_counts_from_its_answer(self, acting, operator, told, served_units):
        form = told()
        with acting(operator, "tenant") as ctx:
            logging.keep(ctx, form["token"], 0, {"note": "…"})
        with acting(operator, "tenant") as ctx:
            ctx.execute(
                sa.update(Call)
                .where(Call.tenant_id == ctx.tenant.id, Call.token == form["token"])
                .values(answered_at=ctx.now - timedelta(minutes=30))
            )
            ctx.unaudited("half an hour ago")
        save(acting, operator, form)
        (unit,) = served_units(operator.tenant)
        assert unit["minutes"] in (30, 31)

    @pytest.mark.parametrize("nature", ["silent", "abusive", "prank", "wrong"])
    def test_nobody_is_billed_for_a_wrong_number(self, acting, operator, told, served_units, nature):
        save(acting, operator, told(nature=nature))
        assert served_units(operator.tenant) == []

    def test_a_contract_that_ends_at_that_moment_bills_nothing_and_the_draft_stays(
        self, acting, operator, told, served_units, scope
    ):
        def ends_in(days: int) -> None:
            with scope(operator.tenant) as ctx:
                ctx.unaudited("a test")
                contract = ctx.db.scalar(sa.select(Contract).where(Contract.tenant_id == ctx.tenant.id))
                contract.ends_on = ctx.today + timedelta(days=days)

        form = told()
        with acting(operator, "tenant") as ctx:
            logging.keep(ctx, form["token"], 0, {"note": "…"})
        entered = acting(operator, "tenant")
        ctx = entered.__enter__()  # while it ran
        ends_in(-1)
        logging.save(ctx, form["token"], form)
        with pytest.raises(Conflict):
            entered.__exit__(None, None, None)
        ends_in(100)
        assert served_units(operator.tenant) == []
        with acting(operator, "tenant") as ctx:
            (draft,) = logging.drafts(ctx)
            assert logging.resume(ctx, draft.id)[1] == {"note": "…"}

    def test_a_contract_without_the_line_is_billed_nothing_and_the_log_is_kept(
        self, acting, operator, told, served_units, queue_of
    ):
        queue_of(operator, services=["assessments"])  # the amendment
        saved = save(acting, operator, told())
        assert served_units(operator.tenant) == []
        with acting(operator, "tenant") as ctx:
            assert seeing.get(ctx, saved.call_id).state == "logged"

    def test_follow_ups_are_no_units(self, acting, operator, told, served_units):
        saved = save(acting, operator, told())
        with acting(operator, "tenant") as ctx:
            row = followups.plan(ctx, saved.call_id, days=0)
            followups.attempt(ctx, row.id, "reached")
            assert ctx.db.get_one(FollowUp, (ctx.tenant.id, row.id)).state == "done"
        assert len(served_units(operator.tenant)) == 1
