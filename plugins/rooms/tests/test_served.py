"""Counselling hours under a contract: the year's sessions are kept to, and an attended hour is one unit."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.plugin import Invalid
from anxin_rooms.models import Booking, Holder
from anxin_rooms.policy import USE
from anxin_rooms.services import booking, changing, clockwork, served
from anxin_rooms.services.booking import Wish

from .conftest import hour


@pytest.fixture
def two(agency_person, person, assign, give_consent):
    """A counsellor of an agency and somebody they work with."""
    helper, client = agency_person("helper"), person(name="林小满")
    give_consent(client, USE)
    assign(helper, client)
    return helper, client


@pytest.fixture
def room(new_room):
    return new_room("一号咨询室", type="counselling")


@pytest.fixture
def book(two, room, as_person):
    """book(10, days=1): a booking of the counsellor with the client; its id."""

    def make(start=10, days=1):
        with as_person(two[0], "assigned") as ctx:
            return booking.book_with(ctx, Wish(room, [hour(start, days=days)], person_id=two[1].id)).ids[0]

    return make


@pytest.fixture
def attend(as_person, keeper_ctx, run_jobs, two, tenant):
    """attend(booking, by=helper): checked in as it begins, and over by the clock."""

    def go(booking_id, *, by=None):
        with keeper_ctx() as ctx:
            row = ctx.db.get_one(Booking, (tenant.id, booking_id))
            starts, ends = row.starts_at, row.ends_at
        if by == "keeper":
            with keeper_ctx(starts) as ctx:
                changing.mark_here(ctx, booking_id)
        elif by:
            with as_person(by, "assigned", now=starts) as ctx:
                changing.check_in(ctx, booking_id)
        with keeper_ctx(ends + timedelta(minutes=1)) as ctx:
            clockwork.finish(ctx)
        run_jobs(tenant, "rooms.served")

    return go


class TestUnits:
    @pytest.mark.parametrize("who", ["helper", "client", "keeper"])
    def test_an_attended_hour_is_one_session_without_a_name(
        self, two, book, attend, served_units, keeper_ctx, tenant, who
    ):
        helper, client = two
        made = book()
        attend(made, by={"helper": helper, "client": client, "keeper": "keeper"}[who])
        with keeper_ctx() as ctx:
            served.count(ctx, booking_id=str(made))  # a job may run twice
        (unit,) = served_units(tenant)
        assert (unit["module"], unit["kind"], unit["minutes"]) == ("rooms", "session", 60)
        assert unit["done_on"] == hour(10)[0].date()
        plain = " ".join(str(value) for value in unit.values())
        assert not [one for one in (made, helper.id, client.id) if str(one) in plain]

    def test_an_hour_that_ended_early_counts_too(
        self, two, book, as_person, run_jobs, served_units, tenant, keeper_ctx
    ):
        made = book()
        begins = hour(10)[0]
        with as_person(two[1], now=begins) as ctx:
            changing.check_in(ctx, made)
        with as_person(two[1], now=begins + timedelta(minutes=20)) as ctx:
            changing.leave(ctx, made)
        with keeper_ctx(begins + timedelta(hours=2)) as ctx:
            clockwork.finish(ctx)
        run_jobs(tenant, "rooms.served")
        assert len(served_units(tenant)) == 1

    def test_nobody_came_or_it_was_cancelled_nothing_counts(
        self, two, book, attend, as_person, served_units, tenant
    ):
        attend(book())
        cancelled = book(14)
        with as_person(two[0], "assigned") as ctx:
            changing.cancel(ctx, cancelled)
        attend(cancelled)
        assert served_units(tenant) == []

    def test_a_room_booked_alone_is_no_session(self, two, room, as_person, attend, served_units, tenant):
        with as_person(two[1]) as ctx:
            made = booking.book(ctx, Wish(room, [hour(11)])).ids[0]
        attend(made, by=two[1])
        assert served_units(tenant) == []

    def test_own_staff_and_a_contract_without_rooms_bill_nothing(
        self, two, book, attend, served_units, queue_of, tenant, keeper_ctx, person
    ):
        queue_of(two[0], services=["hotline"])  # the amendment
        attend(book(), by=two[0])
        second = book(14)
        with keeper_ctx() as ctx:
            ctx.execute(
                sa.update(Holder)
                .where(Holder.tenant_id == tenant.id, Holder.booking_id == second)
                .values(helper_id=person().id)
            )
        attend(second, by=two[1])
        assert served_units(tenant) == []
        with keeper_ctx() as ctx:
            assert {row.state for row in ctx.scalars(sa.select(Booking))} == {"done"}


class TestSessionsOfTheYear:
    def test_what_is_used_or_booked_is_left_no_more(
        self, two, book, attend, queue_of, as_person, served_units, tenant
    ):
        helper, client = two
        queue_of(helper, terms={"sessions_per_person": 2})
        with as_person(helper, "assigned") as ctx:
            assert served.left(ctx, [client.id]) == {client.id: 2}
        attend(book(), by=helper)
        book(14)
        with as_person(helper, "assigned") as ctx:
            assert served.left(ctx, [client.id]) == {client.id: 0}
        with pytest.raises(Invalid) as refused:
            book(16)
        assert "person_id" in refused.value.fields
        assert len(served_units(tenant)) == 1

    def test_a_cancelled_hour_is_given_back(self, two, book, queue_of, as_person):
        queue_of(two[0], terms={"sessions_per_person": 1})
        first = book()
        with as_person(two[0], "assigned") as ctx:
            changing.cancel(ctx, first)
        book(14)

    def test_a_limit_that_was_lowered_meanwhile_bills_no_more_than_it_says(
        self, two, book, attend, queue_of, served_units, tenant
    ):
        made = book()
        queue_of(two[0], terms={"sessions_per_person": 0})
        attend(made, by=two[0])
        assert served_units(tenant) == []

    def test_the_counsellor_sees_how_many_are_left_and_is_told_when_none_is(
        self, two, room, queue_of, client_as
    ):
        helper, client = two
        desk = client_as(helper)
        page = f"{desk.base}/rooms/clients?on={hour(10)[0].date()}"
        assert "还可约" not in desk.get(page).get_data(as_text=True)
        queue_of(helper, terms={"sessions_per_person": 1})
        assert "林小满，今年还可约 1 次" in desk.get(page).get_data(as_text=True)
        times = {"starts_at": hour(10)[0].isoformat(), "ends_at": hour(10)[1].isoformat()}
        form = {"person_id": str(client.id), **times}
        assert desk.post(f"{desk.base}/rooms/{room}/client", data=form).status_code == 303
        later = {"starts_at": hour(14)[0].isoformat(), "ends_at": hour(14)[1].isoformat()}
        again = desk.post(f"{desk.base}/rooms/{room}/client", data=form | later)
        assert again.status_code == 422
        assert "今年的咨询次数" in again.get_data(as_text=True)
