"""When a room is open and what it offers: tried out on what happens, and on whatever hypothesis thinks of."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin_rooms import almanac
from anxin_rooms.almanac import Special
from anxin_rooms.opening import read_hours, write_hours
from anxin_rooms.schedule import RoomInfo, is_open, open_spans, slots, weekly

ZONE = ZoneInfo("Asia/Shanghai")
FRIDAY = date(2026, 11, 27)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def room(**values) -> RoomInfo:
    plain = {
        "id": uuid4(), "site_id": uuid4(), "site": "", "name": "", "type": "reading", "floor": "", "capacity": 1,
        "confidential": False, "code": "", "step": 60, "stagger": 0, "minutes": 60, "longest": 240, "before": 0,
        "after": 0, "ahead": 30, "approval": False, "walk_in": False, "check_in": False, "for_hosts": False,
        "on_holidays": False, "has_photo": False,
    }  # fmt: skip
    return RoomInfo(**plain | values)


def local(found) -> list[str]:
    return [f"{a.astimezone(ZONE):%H:%M}-{b.astimezone(ZONE):%H:%M}" for a, b in found]


def test_every_friday_from_two_to_five() -> None:
    friday = room(hours={5: ((14 * 60, 17 * 60),)})
    assert local(open_spans(friday, FRIDAY, ZONE, {})) == ["14:00-17:00"]
    assert open_spans(friday, FRIDAY + timedelta(days=1), ZONE, {}) == []
    offered = slots(friday, FRIDAY, ZONE, {}, [], LONG_AGO)
    assert local((slot.starts, slot.ends) for slot in offered) == [
        "14:00-15:00",
        "15:00-16:00",
        "16:00-17:00",
    ]


def test_rooms_side_by_side_begin_apart() -> None:
    second = room(hours={5: ((14 * 60, 17 * 60),)}, stagger=15, minutes=50)
    assert local((s.starts, s.ends) for s in slots(second, FRIDAY, ZONE, {}, [], LONG_AGO)) == [
        "14:15-15:05",
        "15:15-16:05",
    ]


def test_a_holiday_closes_and_a_make_up_workday_opens() -> None:
    weekdays = dict.fromkeys(range(1, 6), ((9 * 60, 12 * 60),))
    national, makeup = date(2026, 10, 1), date(2026, 10, 10)  # a Thursday; a Saturday that is worked
    assert open_spans(room(hours=weekdays), national, ZONE, {}) == []
    assert local(open_spans(room(hours=weekdays, on_holidays=True), national, ZONE, {})) == ["09:00-12:00"]
    assert local(open_spans(room(hours=weekdays), makeup, ZONE, {})) == ["09:00-12:00"]
    own = {makeup: Special("workday", follows=5), national: Special("usual")}
    fridays = room(hours={5: ((840, 1020),)})
    assert local(open_spans(fridays, makeup, ZONE, own)) == ["14:00-17:00"]
    assert local(open_spans(room(hours=weekdays), national, ZONE, own)) == ["09:00-12:00"]


@given(st.dates(date(2027, 1, 1), date(2099, 12, 31)))
def test_a_year_nobody_has_entered_blocks_nothing(day: date) -> None:
    assert day not in almanac.shipped()
    assert almanac.weekday(day, {}, on_holidays=False) == day.isoweekday()


def test_closed_for_a_time_and_opened_for_once() -> None:
    morning = datetime(2026, 11, 27, 10, tzinfo=ZONE)
    evening = datetime(2026, 11, 27, 19, tzinfo=ZONE)
    mixed = room(
        hours={5: ((9 * 60, 12 * 60),)},
        closed=((morning, morning + timedelta(hours=1)),),
        opened=((evening, evening + timedelta(hours=2)),),
    )
    assert local(open_spans(mixed, FRIDAY, ZONE, {})) == ["09:00-10:00", "11:00-12:00", "19:00-21:00"]


MINUTES = st.integers(0, 287).map(lambda n: n * 5)
SPANS = st.lists(st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] < pair[1]), max_size=4)


@given(
    SPANS,
    SPANS,
    st.integers(1, 24).map(lambda n: n * 5),
    st.sampled_from([0, 5, 15]),
    st.sampled_from([0, 10]),
)
def test_what_is_offered_is_open_and_free_means_free(hours, taken, minutes, before, after) -> None:
    """Every free slot lies in the opening hours, and with its pauses touches nothing that is taken."""
    midnight = datetime(2026, 11, 27, tzinfo=ZONE)
    busy: list[tuple[datetime, datetime]] = []
    for a, b in sorted(taken):  # claims of one room never overlap
        if not busy or midnight + timedelta(minutes=a) >= busy[-1][1]:
            busy.append((midnight + timedelta(minutes=a), midnight + timedelta(minutes=b)))
    one = room(hours={5: tuple(hours[:1])}, step=15, minutes=minutes, before=before, after=after)
    for slot in slots(one, FRIDAY, ZONE, {}, busy, LONG_AGO):
        assert slot.ends - slot.starts == timedelta(minutes=minutes)
        assert is_open(one, slot.starts, slot.ends, ZONE, {})
        a, b = one.whole(slot.starts, slot.ends)
        assert slot.free == all(end <= a or start >= b for start, end in busy)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("9:00-12:00", [(540, 720)]),
        ("14:00-17:00, 9-12", [(540, 720), (840, 1020)]),
        ("9：00–12：00，14：00～17：30", [(540, 720), (840, 1050)]),
        ("0:00-24:00", [(0, 1440)]),
    ],
)
def test_hours_as_people_write_them(text, spans) -> None:
    assert read_hours(text) == spans
    assert read_hours(write_hours(spans)) == spans


@pytest.mark.parametrize("text", ["nine", "12:00-9:00", "9:00-25:00", "9:00-12:00, 11:00-13:00", "9:00"])
def test_hours_that_make_no_sense_are_refused(text) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_hours(text)


def test_every_two_weeks_at_the_same_hour() -> None:
    first = datetime(2026, 11, 27, 14, tzinfo=ZONE)
    found = list(weekly(2, (first, first + timedelta(hours=2)), date(2026, 12, 25), ZONE))
    assert [a.astimezone(ZONE).date().isoformat() for a, _ in found] == [
        "2026-11-27",
        "2026-12-11",
        "2026-12-25",
    ]
