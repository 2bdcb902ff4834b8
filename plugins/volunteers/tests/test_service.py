"""Hours and thanks: the code at the door, told hours, corrections with a trace, stars, the list and its certificates."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anxin.kernel import clock
from anxin.plugin import Conflict, Forbidden, Invalid, NotFound, new_id
from anxin_volunteers.models import Award, DutyRole, Need, Service, Shift, Signup, Task
from anxin_volunteers.services import hours, thanks


@pytest.fixture
def shift(scope: Any, tenant: Any) -> Any:
    """shift(*people): one that has begun half an hour ago, with these people in it."""

    def make(*people: Any, began: timedelta = timedelta(minutes=30)) -> Any:
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")
            role = ctx.add(DutyRole(title=f"角色{new_id()}"))
            task = ctx.add(Task(title="值守"))
            ctx.db.flush()
            begins = ctx.now - began
            row = ctx.add(Shift(task_id=task.id, starts_at=begins, ends_at=begins + timedelta(hours=3)))
            ctx.db.flush()
            need = ctx.add(Need(shift_id=row.id, role_id=role.id, count=5))
            ctx.db.flush()
            for someone in people:
                ctx.add(
                    Signup(
                        shift_id=row.id,
                        need_id=need.id,
                        person_id=someone.id,
                        state="assigned",
                        starts_at=row.starts_at,
                        ends_at=row.ends_at,
                    )
                )
            return row.id

    return make


@pytest.fixture
def served(scope: Any, tenant: Any) -> Any:
    """served(someone, hours, on): confirmed hours."""

    def make(someone: Any, count: float, on: date) -> None:
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")
            left = int(count * 60)
            while left > 0:
                ctx.add(
                    Service(
                        person_id=someone.id,
                        on_day=on,
                        minutes=min(left, 1440),
                        source="checkin",
                        state="confirmed",
                    )
                )
                left -= 1440

    return make


class TestCheckingIn:
    def test_by_the_code_of_the_minute_then_the_hours(
        self, volunteer: Any, shift: Any, person: Any, as_person: Any, scope: Any, tenant: Any
    ) -> None:
        someone, absent = volunteer(), volunteer()
        at = shift(someone, absent)
        admin = person("admin")
        with as_person(admin, "tenant") as ctx:
            _turn, code, came = hours.screen(ctx, at)
            assert came == 0
            assert len(code) == 6
        with as_person(someone) as ctx:
            old = hours.code_of(ctx, at, ctx.now - timedelta(minutes=5))
            with pytest.raises(Invalid):
                hours.check_in(ctx, at, old)
            hours.check_in(ctx, at, code)
        with as_person(admin, "tenant") as ctx, pytest.raises(Conflict):
            hours.settle(ctx, at)
        with clock.travel(datetime.now(UTC) + timedelta(hours=5)), as_person(admin, "tenant") as ctx:
            assert hours.settle(ctx, at) == 1
            with pytest.raises(Conflict):
                hours.settle(ctx, at)
        with scope(tenant) as ctx:
            (row,) = ctx.scalars(ctx.select(Service)).all()
            assert row.person_id == someone.id
            assert 148 <= row.minutes <= 150

    def test_only_those_assigned_and_only_around_the_time(
        self, volunteer: Any, shift: Any, as_person: Any
    ) -> None:
        someone = volunteer()
        at, past = shift(someone), shift(someone, began=timedelta(days=2))
        with as_person(volunteer()) as ctx, pytest.raises(NotFound):
            hours.check_in(ctx, at, "000000")
        with as_person(someone) as ctx, pytest.raises(Conflict):
            hours.check_in(ctx, past, hours.code_of(ctx, past))

    def test_the_screen_leads_to_the_form(
        self, volunteer: Any, shift: Any, person: Any, client_as: Any
    ) -> None:
        someone = volunteer()
        at = shift(someone)
        admin, me = client_as(person("admin")), client_as(someone)
        page = admin.get(f"{admin.base}/volunteers/shifts/{at}/screen").get_data(as_text=True)
        assert "<svg" in page
        assert me.get(f"{me.base}/volunteers/checkin/{at}?code=123456").status_code == 200
        assert me.post(f"{me.base}/volunteers/checkin/{at}", data={"code": "x"}).status_code == 422


class TestHours:
    def test_told_hours_count_once_somebody_else_confirms(
        self, volunteer: Any, as_person: Any, person: Any
    ) -> None:
        someone = volunteer(roles=("employee", "admin"))
        with as_person(someone) as ctx:
            row = hours.claim(ctx, on=ctx.now.date(), minutes=90, what="陪同事去医院")
        with as_person(someone) as ctx:
            assert hours.mine(ctx)[1] == 0
        with as_person(someone, "tenant") as ctx, pytest.raises(Forbidden):
            hours.decide(ctx, row.id, "confirm")
        with as_person(person("admin"), "tenant") as ctx:
            ((_, _, what),) = hours.waiting(ctx)
            assert what == "陪同事去医院"
            hours.decide(ctx, row.id, "confirm")
        with as_person(someone) as ctx:
            assert hours.mine(ctx)[1] == 90

    def test_a_correction_keeps_what_was_there(
        self,
        volunteer: Any,
        served: Any,
        as_person: Any,
        person: Any,
        client_as: Any,
        scope: Any,
        tenant: Any,
    ) -> None:
        someone = volunteer()
        served(someone, 2, date(2026, 3, 1))
        with scope(tenant) as ctx:
            row_id = ctx.scalars(ctx.select(Service)).one().id
        with as_person(person("admin"), "tenant") as ctx:
            hours.correct(ctx, row_id, minutes=150, reason="longer")
        me = client_as(someone)
        page = me.get(f"{me.base}/volunteers/hours").get_data(as_text=True)
        assert "120 分钟改为 150 分钟" in page
        assert "2.5 小时" in page

    @pytest.mark.parametrize(
        ("count", "wanted"),
        [(99.9, 0), (100, 1), (299, 1), (300, 2), (600, 3), (1000, 4), (1499, 4), (1500, 5)],
    )
    def test_stars(self, count: float, wanted: int) -> None:
        assert hours.stars(int(count * 60)) == wanted


def test_hours_of_a_year_become_stars_and_certificates_after_the_public_days(
    volunteer: Any,
    served: Any,
    as_person: Any,
    person: Any,
    client_as: Any,
    run_jobs: Any,
    scope: Any,
    tenant: Any,
) -> None:
    much, some, doubted, little = (volunteer(name=name) for name in ("周大力", "吴小勤", "郑有疑", "王刚来"))
    year = datetime.now(UTC).year - 1
    served(much, 260, date(year, 5, 1))
    served(much, 50, date(year - 1, 5, 1))
    served(some, 30, date(year, 6, 1))
    served(doubted, 40, date(year, 7, 1))
    served(little, 3, date(year, 8, 1))
    admin = person("admin")
    with as_person(admin, "tenant") as ctx:
        found = thanks.draw_up(ctx, year=year, least_hours=20)
        ctx.db.flush()
        assert [(name, award.stars) for award, name in thanks.people_on(ctx, found)] == [
            ("周大力", 2),
            ("郑有疑", 0),
            ("吴小勤", 0),
        ]
        thanks.publish(ctx, found.id)
        list_id, until = found.id, found.public_until
    reader = client_as(little)
    page = reader.get(f"{reader.base}/volunteers/thanks").get_data(as_text=True)
    assert "周大力" in page
    with as_person(little) as ctx:
        public = thanks.public_list(ctx)
        assert public is not None
        about = next(award.id for award, name in public[1] if name == "郑有疑")
        thanks.object_to(ctx, about, "那天他没有来")
    with as_person(admin, "tenant") as ctx, pytest.raises(Conflict) as early:
        thanks.grant(ctx, list_id)
    assert early.value.code == "volunteers.too_early"
    after = datetime(until.year, until.month, until.day, 12, tzinfo=UTC) + timedelta(days=1)
    with clock.travel(after), as_person(admin, "tenant") as ctx:
        with pytest.raises(Conflict) as undecided:
            thanks.grant(ctx, list_id)
        assert undecided.value.code == "volunteers.objections"
        ((objection, name, text),) = thanks.objections(ctx, list_id)
        assert (name, text) == ("郑有疑", "那天他没有来")
        thanks.decide(ctx, objection.id, "upheld")
        ctx.db.flush()
        thanks.grant(ctx, list_id)
    run_jobs(tenant, "volunteers.print_certificates")
    with scope(tenant) as ctx:
        rows = {award.state: award for award in ctx.scalars(ctx.select(Award))}
        assert set(rows) == {"granted", "removed"}
        mine = next(a for a in ctx.scalars(ctx.select(Award)) if a.person_id == much.id)
    me, visitor = client_as(much), client_as(None, tenant)
    pdf = me.get(f"{me.base}/volunteers/certificates/{mine.id}")
    assert pdf.data.startswith(b"%PDF")
    assert reader.get(f"{reader.base}/volunteers/certificates/{mine.id}").status_code == 404
    page = visitor.get(f"{visitor.base}/volunteers/verify/{mine.number}").get_data(as_text=True)
    assert "证书真实有效" in page
    assert "周＊＊" in page
    assert "周大力" not in page
    wrong = visitor.get(f"{visitor.base}/volunteers/verify/{year}-AAAAAAAA").get_data(as_text=True)
    assert "没有这个编号" in wrong


def test_objections_are_heard_only_while_the_list_is_public(
    volunteer: Any, served: Any, as_person: Any, person: Any
) -> None:
    someone = volunteer()
    served(someone, 30, date(2025, 6, 1))
    with as_person(person("admin"), "tenant") as ctx:
        found = thanks.draw_up(ctx, year=2025, least_hours=20)
        ctx.db.flush()
        ((award, _name),) = thanks.people_on(ctx, found)
    with as_person(volunteer()) as ctx, pytest.raises(NotFound):
        thanks.object_to(ctx, award.id, "不对")
