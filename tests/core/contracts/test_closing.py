"""The end of a contract: out at once, by every door; and what has to follow, with dates."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.contracts import closing
from anxin.files.models import StoredFile
from anxin.files.services import keep_file
from anxin.identity.apply import set_contact
from anxin.identity.models import Assignment, Person, SignIn
from anxin.kernel import clock
from anxin.kernel.clock import travel
from anxin.kernel.errors import SignInRequired
from anxin.kernel.ids import new_id
from anxin.kernel.link import Link
from anxin.notices.models import Notice
from anxin.safety.models import DutyShift
from anxin.tasks.models import TaskRow
from anxin.tenancy.models import Contract


def end(client, contract_id, reason="agreed"):
    return client.post(f"{client.base}/api/contracts/{contract_id}/end", json={"reason": reason})


def helper_of(ctx, contract_id):
    return ctx.scalar(
        sa.select(Person.id).where(Person.tenant_id == ctx.tenant.id, Person.contract_id == contract_id)
    )


@pytest.mark.parametrize("side", ["union", "agency"])
def test_either_party_ends_it_and_the_next_request_is_refused(two, running, enter, side):
    made = running()
    inside = enter(made)
    assert inside.get(f"{inside.base}/safety/cases").status_code == 200
    assert end(two.as_admin if side == "union" else two.as_manager, made).status_code == 200
    answer = inside.get(f"{inside.base}/safety/cases")
    assert answer.status_code in (302, 303)
    assert "sign-in" in answer.headers["Location"]


def test_not_even_the_capability_opens_the_tenant(two, running, enter, runtime):
    """The application's own check aside: in the database the session's token is nobody's any more."""
    made = running()
    inside = enter(made)
    token = inside.get_cookie(f"anxin-{two.union.slug}").value
    end(two.as_admin, made)
    with Link(runtime.engine) as link, pytest.raises(SignInRequired):
        link.enter(token)


def test_a_token_of_the_api_ends_with_it(two, running, enter, scope):
    made = running()
    enter(made)
    end(two.as_manager, made)
    with scope(two.union) as ctx:
        open_ = ctx.scalar(
            sa.select(sa.func.count())
            .select_from(SignIn)
            .where(
                SignIn.tenant_id == two.union.id,
                SignIn.person_id == helper_of(ctx, made),
                SignIn.ended_at.is_(None),
            )
        )
    assert open_ == 0


def test_nobody_comes_back_in_and_nobody_new_is_named(two, running, client_as):
    made = running()
    end(two.as_admin, made)
    client = client_as(two.counsellor)
    assert client.post(f"{client.base}/contracts/{made}/enter", data={}).status_code == 404
    named = two.as_manager.post(
        f"{two.as_manager.base}/api/contracts/{made}/staff",
        json={"person": str(two.counsellor.id), "roles": ["helper"]},
    )
    assert named.status_code == 409


def test_turns_and_assignments_go_by_job_and_are_counted(two, running, scope, person, run_jobs):
    made, worker = running(), person("employee")
    with scope(two.union) as ctx:
        ctx.unaudited("test set-up")
        helper = helper_of(ctx, made)
        soon = ctx.now + timedelta(hours=5)
        ctx.add(DutyShift(person_id=helper, role="duty", starts_at=soon, ends_at=soon + timedelta(hours=8)))
        ctx.add(Assignment(person_id=worker.id, helper_id=helper, reason="request"))
    end(two.as_admin, made)
    run_jobs(two.union, "contracts.tidy")
    steps = {step["code"]: step for step in _steps(two.as_admin, made)}
    assert (steps["shifts"]["count"], steps["assignments"]["count"]) == (1, 1)
    assert steps["shifts"]["done_at"]
    with scope(two.union) as ctx:
        assert ctx.scalar(sa.select(sa.func.count()).select_from(DutyShift)) == 0
        assert ctx.scalar(sa.select(Assignment.until)) is not None


def test_what_lay_here_for_the_agencys_people_is_deleted(two, running, scope, run_jobs):
    """Files their tasks made go, other people's stay; nobody's telephone or mail is kept."""
    made = running()
    with scope(two.union) as ctx:
        ctx.unaudited("test set-up")
        helper = ctx.db.scalar(sa.select(Person).where(Person.contract_id == made))
        set_contact(ctx, helper, email="he@mingxin.example", phone="13900000001")
        mine, theirs = (
            keep_file(ctx, b"%PDF-1.7", name="book.pdf", media_type="application/pdf", kind="contracts.paper")
            for _file in range(2)
        )
        for owner, file in ((helper.id, theirs), (two.admin.id, mine)):
            ctx.add(TaskRow(owner_id=owner, job_id=new_id(), title="x", file_id=file.id, made_at=ctx.now))
    end(two.as_admin, made)
    run_jobs(two.union, "contracts.tidy")
    with scope(two.union) as ctx:
        assert ctx.db.scalars(sa.select(StoredFile.id)).all() == [mine.id]
        left = ctx.db.scalar(sa.select(Person).where(Person.contract_id == made))
        assert (left.state, left.contact, left.email_index, left.phone_index) == ("left", None, None, None)
    step = next(step for step in _steps(two.as_admin, made) if step["code"] == "delete")
    assert (step["count"], step["done_at"]) == (1, None), "the agency still confirms its own copies"
    page = two.as_manager.get(f"{two.as_manager.base}/service-contracts/{made}").get_data(as_text=True)
    assert "平台上属于他们的 1 个文件" in page


def test_who_owes_a_step_is_reminded_from_its_day_on(two, running, scope, run_jobs):
    made = running()
    end(two.as_admin, made)
    told = [after(two, scope, run_jobs, made, days) for days in (0, 15, 38)]
    union, agency = zip(*told, strict=True)
    assert union == (union[0], union[0], union[0] + 1), "its receipt is due at the very end"
    assert agency == (agency[0], agency[0] + 1, agency[0] + 2), "papers to return, then copies to delete"


def after(two, scope, run_jobs, contract_id, days):
    """Notices about the contract, the union's and the agency's, once the day's reminders have gone out."""
    with travel(timedelta(days=days)), scope(two.union) as ctx:
        ctx.unaudited("test")
        closing.remind(ctx)
    for tenant in (two.union, two.union, two.agency):
        run_jobs(tenant)
    return waiting(scope, two, contract_id)


def waiting(scope, two, contract_id):
    counts = []
    for tenant in (two.union, two.agency):
        with scope(tenant) as ctx:
            link = f"/service-contracts/{contract_id}"
            counts.append(ctx.db.scalar(sa.select(sa.func.count()).where(Notice.link == link)))
    return tuple(counts)


def _steps(client, contract_id):
    return client.get(f"{client.base}/api/contracts/{contract_id}").get_json()["steps"]


def test_each_side_confirms_its_own_steps_and_the_receipt_comes_last(two, running, run_jobs):
    made = running()
    end(two.as_admin, made)
    run_jobs(two.union, "contracts.tidy")

    def confirm(client, step):
        return client.post(f"{client.base}/api/contracts/{made}/steps", json={"step": step}).status_code

    assert confirm(two.as_admin, "delete") == 404, "the union confirmed what only the agency can know"
    assert confirm(two.as_admin, "receipt") == 409, "the receipt was given before anything came back"
    assert [confirm(two.as_manager, step) for step in ("return", "delete")] == [200, 200]
    assert confirm(two.as_manager, "delete") == 409
    assert confirm(two.as_admin, "receipt") == 200
    assert all(step["done_at"] for step in _steps(two.as_manager, made))


def test_the_last_day_ends_it_like_a_signature_would(two, running, enter, scope):
    made = running()
    inside = enter(made)
    with scope(two.union) as ctx:
        ctx.unaudited("time goes by")
        row = ctx.db.get(Contract, (two.union.id, made))
        row.starts_on, row.ends_on = (
            clock.now().date() - timedelta(days=9),
            clock.now().date() - timedelta(days=2),
        )
    assert inside.get(f"{inside.base}/work").status_code in (302, 303), "a day over is over, job or not"
    with scope(two.union) as ctx:
        closing.lapse(ctx)
    told = two.as_admin.get(f"{two.as_admin.base}/api/contracts/{made}").get_json()
    assert told["state"] == "ended"
    assert len(told["steps"]) == len(closing.STEPS)


def test_the_page_shows_the_list_and_takes_the_confirmation(two, running):
    made = running()
    address = f"{two.as_manager.base}/service-contracts/{made}"
    assert two.as_manager.post(f"{address}/end", data={}).status_code == 422
    assert two.as_manager.post(f"{address}/end", data={"reason": "other"}).status_code == 303
    assert "删除全部副本" in two.as_manager.get(address).get_data(as_text=True)
    assert two.as_manager.post(f"{address}/steps", data={"step": "return"}).status_code == 303
    assert "许经理" in two.as_admin.get(f"{two.as_admin.base}/service-contracts/{made}").get_data(
        as_text=True
    )
