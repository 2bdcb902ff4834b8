"""Booking: nothing twice, the rules from every door, and nobody's name where it does not belong."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.plugin import Conflict, ConsentRefused, ConsentRequired, Invalid, NotFound, resources
from anxin_rooms import storm
from anxin_rooms.models import Booking, Holder
from anxin_rooms.policy import USE
from anxin_rooms.services import booking, changing, keeping, mine, waiting
from anxin_rooms.services.booking import Wish
from anxin_rooms.services.rules import Refused

from .conftest import ZONE, hour, tomorrow


def test_the_second_is_told_that_somebody_was_quicker(new_room, person, as_person) -> None:
    room = new_room()
    with as_person(person()) as ctx:
        booking.book(ctx, Wish(room, [hour(10)]))
    with pytest.raises(resources.AlreadyTaken), as_person(person()) as ctx:
        booking.book(ctx, Wish(room, [hour(10)]))
    with as_person(person()) as ctx:
        rows = ctx.db.scalars(sa.select(Booking).where(Booking.room_id == room)).all()
        assert len(rows) == 1, "nothing of the second one is left"


def test_pauses_keep_people_apart(new_room, person, as_person) -> None:
    room = new_room(step=30, minutes=30, after=10)
    with as_person(person()) as ctx:
        booking.book(ctx, Wish(room, [(tomorrow(10), tomorrow(10, 30))]))
    with pytest.raises(resources.AlreadyTaken), as_person(person()) as ctx:
        booking.book(ctx, Wish(room, [(tomorrow(10, 30), tomorrow(11))]))


@pytest.mark.parametrize(
    "times",
    [
        (tomorrow(8), tomorrow(9)),  # before it opens
        (tomorrow(17, 30), tomorrow(18, 30)),  # over its end
        (tomorrow(10, 7), tomorrow(11, 7)),  # no time it offers
        (tomorrow(10), tomorrow(15)),  # too long
        (tomorrow(10), tomorrow(10)),  # no time at all
        (tomorrow(10, days=-2), tomorrow(11, days=-2)),  # over
        (tomorrow(10, days=60), tomorrow(11, days=60)),  # too far ahead
    ],
)
def test_what_the_room_does_not_offer_is_refused(new_room, person, as_person, times) -> None:
    room = new_room()
    with pytest.raises(Invalid), as_person(person()) as ctx:
        booking.book(ctx, Wish(room, [times]))


def test_a_confidential_booking_names_nobody(new_room, person, as_person, give_consent, keeper_ctx) -> None:
    room, someone = new_room("一号咨询室", type="counselling"), person()
    with pytest.raises(ConsentRequired), as_person(someone) as ctx:
        booking.book(ctx, Wish(room, [hour(10)], title="很想说说"))
    give_consent(someone, USE)
    with as_person(someone) as ctx:
        made = booking.book(ctx, Wish(room, [hour(10)], title="很想说说", note="睡不好"))
    with keeper_ctx() as ctx:
        row = ctx.get(Booking, made.ids[0])
        assert (row.organiser_id, row.made_by, row.title, row.unit_id) == (None, None, "", None)
        assert ctx.scalars(ctx.select(Holder)).one().person_id == someone.id
    with as_person(person("admin"), "tenant") as ctx:
        assert ctx.execute(sa.select(Holder)).all() == []  # the wall, whatever is asked
        [entry] = keeping.day(ctx, hour(10)[0].date())
        assert (entry.title, entry.organiser, entry.organiser_id) == ("", "", None)
    with as_person(someone) as ctx:
        assert [line.id for line in mine.coming(ctx)] == made.ids


def test_the_database_keeps_names_out_of_confidential_rows(new_room, person, keeper_ctx) -> None:
    room, someone = new_room("一号咨询室", type="counselling"), person()
    with pytest.raises(sa.exc.IntegrityError, match="ck_booking_nobody"), keeper_ctx() as ctx:
        ctx.add(
            Booking(
                room_id=room,
                confidential=True,
                organiser_id=someone.id,
                starts_at=hour(10)[0],
                ends_at=hour(10)[1],
            )
        )


def test_a_room_and_a_counsellor_are_taken_together_or_not_at_all(
    new_room, person, agency_person, as_person, give_consent, assign, keeper_ctx
) -> None:
    first, second = new_room("一号咨询室", type="counselling"), new_room("二号咨询室", type="counselling")
    helper, client, other = agency_person("helper"), person(), person()
    for someone in (client, other):
        give_consent(someone, USE)
        assign(helper, someone)
    with as_person(helper, "assigned") as ctx:
        booking.book_with(ctx, Wish(first, [hour(10)], person_id=client.id))
    with pytest.raises(resources.AlreadyTaken), as_person(helper, "assigned") as ctx:
        booking.book_with(ctx, Wish(second, [hour(10)], person_id=other.id))
    with keeper_ctx() as ctx:
        assert resources.busy(ctx, [second], *hour(10)) == []  # the second room stayed free
        assert len(resources.busy(ctx, [first, helper.id], *hour(10))) == 2
    with as_person(client) as ctx:
        assert [line.room for line in mine.coming(ctx)] == ["一号咨询室"]


def test_a_counsellor_books_only_with_people_they_work_with_who_agreed(
    new_room, person, agency_person, as_person, give_consent, assign
) -> None:
    room, helper, client = new_room("一号咨询室", type="counselling"), agency_person("helper"), person()
    with pytest.raises(NotFound), as_person(helper, "assigned") as ctx:
        booking.book_with(ctx, Wish(room, [hour(10)], person_id=client.id))
    assign(helper, client)
    with pytest.raises(ConsentRefused), as_person(helper, "assigned") as ctx:
        booking.book_with(ctx, Wish(room, [hour(10)], person_id=client.id))
    give_consent(client, USE)
    with as_person(helper, "assigned") as ctx:
        booking.book_with(ctx, Wish(room, [hour(10)], person_id=client.id))


def test_how_much_one_person_may_hold(new_room, person, as_person) -> None:
    someone, rooms = person(), [new_room(f"{n}") for n in range(2)]
    days = list(range(1, 15))
    weeks: dict = {}
    for n in days:
        weeks.setdefault(hour(10, days=n)[0].isocalendar()[:2], []).append(n)
    full = next(found for found in weeks.values() if len(found) >= 4)
    with as_person(someone) as ctx:
        for n in full[:3]:
            booking.book(ctx, Wish(rooms[0], [hour(10, days=n)]))
    with pytest.raises(Refused), as_person(someone) as ctx:
        booking.book(ctx, Wish(rooms[0], [hour(10, days=full[3])]))


def test_nobody_is_in_two_rooms_at_once(new_room, person, as_person) -> None:
    someone, rooms = person(), [new_room(f"{n}") for n in range(2)]
    with as_person(someone) as ctx:
        booking.book(ctx, Wish(rooms[0], [hour(10)]))
    with pytest.raises(Refused, match="overlap"), as_person(someone) as ctx:
        booking.book(ctx, Wish(rooms[1], [hour(10)]))


def test_a_series_is_booked_whole_or_not_at_all(new_room, person, as_person, keeper_ctx) -> None:
    room, host = new_room(), person("admin")
    with as_person(person()) as ctx:
        booking.book(ctx, Wish(room, [hour(14, days=9)]))
    times = [hour(14, days=n) for n in (2, 9, 16)]
    with as_person(host, "tenant") as ctx:
        days = booking.preview(ctx, room, times)
        assert [day.free for day in days] == [True, False, True]
        assert hour(15, days=9) in [(a.astimezone(ZONE), b.astimezone(ZONE)) for a, b in days[1].others]
    with pytest.raises(resources.AlreadyTaken), as_person(host, "tenant") as ctx:
        booking.book(ctx, Wish(room, times, source="host"))
    with as_person(host, "tenant") as ctx:
        made = booking.book(
            ctx, Wish(room, [times[0], hour(15, days=9), times[2]], source="host", title="沙龙")
        )
    with as_person(host) as ctx:
        assert changing.cancel(ctx, made.ids[1], rest=True) == 2
    with keeper_ctx() as ctx:
        states = ctx.scalars(
            sa.select(Booking.state).where(Booking.id.in_(made.ids)).order_by(Booking.starts_at)
        )
        assert list(states) == ["booked", "cancelled", "cancelled"]


def test_approval(new_room, person, as_person, run_jobs) -> None:
    room, someone, keeper = new_room(approval=True), person(), person("admin")
    with as_person(someone) as ctx:
        made = booking.book(ctx, Wish(room, [hour(10)], title="读书会"))
    assert made.waits
    with as_person(keeper, "tenant") as ctx:
        [entry] = keeping.asked(ctx)
        assert (entry.title, entry.organiser_id) == ("读书会", someone.id)
        changing.decide(ctx, made.ids[0], yes=True)
    assert "rooms.tell" in run_jobs(someone.tenant, "rooms.tell")
    with pytest.raises(Conflict), as_person(keeper, "tenant") as ctx:
        changing.decide(ctx, made.ids[0], yes=False)


def test_moving_gives_the_old_time_back_only_when_the_new_one_is_had(
    new_room, person, as_person, keeper_ctx
) -> None:
    room, someone = new_room(), person()
    with as_person(someone) as ctx:
        made = booking.book(ctx, Wish(room, [hour(10)]))
    with as_person(person()) as ctx:
        booking.book(ctx, Wish(room, [hour(11)]))
    with pytest.raises(resources.AlreadyTaken), as_person(someone) as ctx:
        changing.move(ctx, made.ids[0], *hour(11))
    with keeper_ctx() as ctx:
        assert len(resources.busy(ctx, [room], *hour(10))) == 1
    with as_person(someone) as ctx:
        changing.move(ctx, made.ids[0], *hour(12))
    with keeper_ctx() as ctx:
        assert resources.busy(ctx, [room], *hour(10)) == []


def test_an_offer_holds_the_room_and_expires(
    new_room, person, as_person, give_consent, keeper_ctx, run_jobs
) -> None:
    room, first, second, third = new_room(), person(), person(), person()
    for someone in (second, third):
        give_consent(someone, USE)
    with as_person(first) as ctx:
        made = booking.book(ctx, Wish(room, [hour(10)]))
    with as_person(second) as ctx:
        wait = waiting.join(ctx, room, *hour(10))
    with as_person(third) as ctx:
        waiting.join(ctx, room, *hour(10))
    with as_person(first) as ctx:
        changing.cancel(ctx, made.ids[0])
    run_jobs(first.tenant, "rooms.offer")
    with pytest.raises(resources.AlreadyTaken), as_person(first) as ctx:
        booking.book(ctx, Wish(room, [hour(10)]))  # it is held for the second
    with keeper_ctx(tomorrow(10) - timedelta(minutes=5)) as ctx:
        assert waiting.expire(ctx) == 1
    run_jobs(first.tenant, "rooms.offer")
    with as_person(second) as ctx:
        assert waiting.mine(ctx) == []
        with pytest.raises(Conflict):
            waiting.accept(ctx, wait)
    with as_person(third) as ctx:
        [offer] = waiting.mine(ctx)
        assert offer.state == "offered"
        booked = waiting.accept(ctx, offer.id)
    with as_person(third) as ctx:
        assert [line.id for line in mine.coming(ctx)] == booked.ids


def test_closing_a_site_moves_or_cancels_and_tells(
    new_room, site, person, as_person, keeper_ctx, run_jobs
) -> None:
    room, someone, keeper = new_room(), person(), person("admin")
    with as_person(someone) as ctx:
        made = booking.book(ctx, Wish(room, [hour(10)]))
    with as_person(keeper, "tenant") as ctx:
        keeping.close(ctx, room_id=None, site_id=site, starts_at=tomorrow(0), ends_at=tomorrow(0, days=8))
    run_jobs(someone.tenant, "rooms.clear")
    with keeper_ctx() as ctx:
        assert ctx.get(Booking, made.ids[0]).state == "cancelled"
    with pytest.raises(Invalid), as_person(someone) as ctx:
        booking.book(ctx, Wish(room, [hour(11)]))


def test_closing_a_room_moves_to_a_like_one(new_room, person, as_person, keeper_ctx, run_jobs) -> None:
    room, other, someone, keeper = new_room("甲"), new_room("乙"), person(), person("admin")
    with as_person(someone) as ctx:
        made = booking.book(ctx, Wish(room, [hour(10)]))
    with as_person(keeper, "tenant") as ctx:
        keeping.close(ctx, room_id=room, site_id=None, starts_at=tomorrow(0), ends_at=tomorrow(0, days=3))
    run_jobs(someone.tenant, "rooms.clear")
    with keeper_ctx() as ctx:
        row = ctx.get(Booking, made.ids[0])
        assert (row.room_id, row.state) == (other, "booked")
        assert [claim.resource_id for claim in resources.busy(ctx, [room, other], *hour(10))] == [other]


def test_four_at_once_and_one_gets_it(new_room, tenant, person, as_person) -> None:
    room, people = new_room(), [person() for _ in range(8)]

    def attempt(someone) -> bool:
        try:
            with as_person(someone) as ctx:
                booking.book(ctx, Wish(room, [hour(10)]))
        except resources.AlreadyTaken:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, people)) == [False] * 7 + [True]


def test_the_storm_leaves_no_overlap_and_no_trace(keeper_ctx, tenant) -> None:
    with keeper_ctx() as ctx:
        done = storm.storm(ctx, 300, 16)
    assert (done.answered, done.overlaps) == (300, 0)
    assert 0 < done.booked < 300
    with keeper_ctx() as ctx:
        assert (
            ctx.scalar(sa.select(sa.func.count()).select_from(Booking).where(Booking.tenant_id == tenant.id))
            == 0
        )
