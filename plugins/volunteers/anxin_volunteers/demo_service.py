"""The demo's tasks and shifts, and what 方圆圆 did as a liaison officer."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, new_id, raise_crisis
from anxin_volunteers import policy
from anxin_volunteers.demo_world import DAY, FANG, Row, World
from anxin_volunteers.models import (
    Concern,
    HandOn,
    Need,
    Period,
    Service,
    Shift,
    Signup,
    Slip,
    Task,
    Visit,
    Welcome,
)
from anxin_volunteers.services.delivery import ATTENTION
from anxin_volunteers.services.shifts import ZONE
from anxin_volunteers.services.units import tree

# title, about, place, details, weekday, from, hours, needs
TASKS: tuple[tuple[Any, ...], ...] = (
    (
        "井站送温暖",
        "给偏远井站的同事送姜汤、手套，坐下来聊几句。",
        "厂工会门口集合，统一乘车",
        "穿工服、防滑鞋，8:50 点名发车。带上联络卡，不带酒。",
        5,
        time(9),
        3,
        {"带队": 1, "陪伴倾听": 2, "引导协助": 3},
    ),
    (
        "心晴驿站值守",
        "在心晴驿站给来坐坐的人倒杯茶、指个路。",
        "厂前区心晴驿站",
        "提前十分钟到，交接登记本。不打听来访者的事。",
        2,
        time(18),
        3,
        {"陪伴倾听": 1, "引导协助": 1},
    ),
    (
        "家属区健康角",
        "量血压、发心理健康小册子，现场有救护员。",
        "家属区活动广场",
        "血压计两台在工会值班室领取。",
        6,
        time(9),
        3,
        {"现场救护": 1, "引导协助": 2},
    ),
)
WANTS = {"带队": {"listening", "crisis"}, "陪伴倾听": {"listening"}, "现场救护": {"firstaid"}}
WEEKS_BACK, WEEKS_ON = 6, 4


def duty(ctx: Ctx, world: World) -> None:
    """Weekly shifts: past ones full, this week's nearly, the coming ones wait for the roster."""
    monday = world.now.astimezone(ZONE).date() - DAY * world.now.astimezone(ZONE).weekday()
    tasks: list[Row] = []
    shifts: list[Row] = []
    needs: list[Row] = []
    signups: list[Row] = []
    for title, about, place, details, weekday, begins, hours, wanted in TASKS:
        task_id = new_id()
        tasks.append(
            {
                "id": task_id,
                "title": title,
                "about": about,
                "place": place,
                "details": details,
                "made_at": world.now - 90 * DAY,
            }
        )
        for week in range(-WEEKS_BACK, WEEKS_ON):
            at = datetime.combine(monday + timedelta(weeks=week, days=weekday), begins, tzinfo=ZONE)
            shift = {
                "id": new_id(),
                "task_id": task_id,
                "starts_at": at,
                "ends_at": at + timedelta(hours=hours),
            }
            shifts.append(shift)
            inside: set[UUID] = set()
            for role, count in wanted.items():
                need = {"id": new_id(), "shift_id": shift["id"], "role_id": world.roles[role], "count": count}
                needs.append(need)
                filled = count if week < 0 else count - 1 if week == 0 else 0
                signups += _served(world, shift, need, WANTS.get(role, set()), count=filled, inside=inside)
    ctx.insert(Task, tasks)
    ctx.insert(Shift, shifts)
    ctx.insert(Need, needs)
    ctx.insert(Signup, signups)
    ctx.insert(Service, _hours(world, signups))


def _hours(world: World, signups: list[Row]) -> list[Row]:
    """Those who came are confirmed; a few tell of hours outside a shift, which wait."""
    confirmed = [
        {
            "person_id": row["person_id"],
            "signup_id": row["id"],
            "on_day": row["starts_at"].astimezone(ZONE).date(),
            "minutes": int((row["ends_at"] - row["starts_at"]).total_seconds() // 60),
            "source": "checkin",
            "state": "confirmed",
            "decided_at": row["ends_at"] + DAY,
            "made_at": row["ends_at"],
        }
        for row in signups
        if row["came_at"]
    ]
    earlier = [
        {
            "person_id": person_id,
            "signup_id": None,
            "on_day": (world.now - DAY * world.dice.randint(60, 300)).date(),
            "minutes": 60 * world.dice.randint(2, 8),
            "source": "self",
            "state": "confirmed",
            "decided_at": world.now - 40 * DAY,
            "made_at": world.now - 50 * DAY,
        }
        for person_id in world.volunteers
        for _time in range(world.dice.randint(0, 4))
    ]
    return confirmed + earlier


def _served(
    world: World, shift: Row, need: Row, wants: set[str], *, count: int, inside: set[UUID]
) -> list[Row]:
    """Somebody able for each place who is not in the shift already."""
    able = [one for one in world.volunteers if wants <= world.held.get(one, set())]
    chosen = [one for one in world.dice.sample(able, min(len(able), count * 3)) if one not in inside][:count]
    inside.update(chosen)
    over = shift["starts_at"] < world.now
    return [
        {
            "id": new_id(),
            "shift_id": shift["id"],
            "need_id": need["id"],
            "person_id": person_id,
            "state": "assigned",
            "source": "self",
            "starts_at": shift["starts_at"],
            "ends_at": shift["ends_at"],
            "made_at": shift["starts_at"] - 9 * DAY,
            "came_at": shift["starts_at"] - timedelta(minutes=8) if over else None,
        }
        for person_id in chosen
    ]


def care(ctx: Ctx, world: World) -> None:
    """方圆圆's colleagues who like a visit, what she handed in, and a sheet that waits at the mine."""
    fang = world.past.people.get(FANG)
    unit_id = world.past.units.get(fang) if fang else None
    if fang is None or unit_id is None:
        return
    agreed = {told.number for told in world.past.story.decided if told.agreed}
    people: list[UUID] = [
        world.past.people[number]
        for number in world.past.story.people
        if number in agreed and world.past.units[world.past.people[number]] == unit_id
    ][:4]
    people = [one for one in people if one != fang]
    today = world.now.date()
    ctx.insert(
        Welcome,
        [
            {
                "person_id": one,
                "since": world.now - 60 * DAY,
                "greet_on": today if not at else None,
                "greeted_at": None if not at else world.now - 20 * DAY,
            }
            for at, one in enumerate(people)
        ],
    )
    if people:
        _noted(ctx, world, fang, people[0])
    handled = {"reporter_id": fang, "content": None, "state": "handled"}
    waiting, done, came = new_id(), new_id(), new_id()
    ctx.insert(
        Slip,
        [
            {
                **handled,
                "id": done,
                "kind": "concern",
                "sent_at": world.now - 41 * DAY,
                "received_at": world.now - 41 * DAY,
                "handled_at": world.now - 33 * DAY,
            },
            {
                **handled,
                "id": new_id(),
                "kind": "visit",
                "sent_at": world.now - 12 * DAY,
                "received_at": None,
                "handled_at": world.now - 12 * DAY,
            },
            {
                **handled,
                "id": came,
                "kind": "concern",
                "state": "received",
                "sent_at": world.now - timedelta(hours=20),
                "received_at": world.now - timedelta(hours=18),
                "handled_at": None,
            },
            {
                "id": waiting,
                "reporter_id": fang,
                "content": None,
                "state": "sent",
                "kind": "concern",
                "sent_at": world.now - timedelta(minutes=50),
                "received_at": None,
                "handled_at": None,
            },
        ],
    )
    if len(people) > 1:
        _arrived(ctx, world, fang, unit_id, {done: people[1], came: people[0]})
    above = tree(ctx).by_id[unit_id].parent
    if above is not None:
        ctx.insert(
            HandOn,
            [
                {
                    "slip_id": waiting,
                    "unit_id": above,
                    "position": 0,
                    "code": "7K4QP",
                    "made_at": world.now - timedelta(minutes=49),
                    "due_at": world.now + timedelta(hours=3),
                }
            ],
        )


def _arrived(ctx: Ctx, world: World, fang: UUID, unit_id: UUID, about: dict[UUID, UUID]) -> None:
    """What 方圆圆 handed on reached the agency: one is finished with, one waits for its counsellor."""
    (done, first), (came, second) = about.items()
    told = {
        done: {
            "signs": ["sleepless", "mistakes"],
            "since": "weeks",
            "note": "夜班后总说睡不着，交接写错过两回。",
        },
        came: {
            "signs": ["change", "withdrawn"],
            "since": "days",
            "note": "孩子转学，这几天不大跟大家一起吃饭。",
        },
    }
    rows = []
    for slip_id, person_id in ((done, first), (came, second)):
        concern_id = new_id()
        over = slip_id == done
        made = world.now - 41 * DAY if over else world.now - timedelta(hours=20)
        rows.append(
            {
                "id": concern_id,
                "person_id": person_id,
                "reporter_id": fang,
                "slip_id": slip_id,
                "facts": ctx.sealed(Concern, "facts", concern_id, person_id, told[slip_id]),
                "urgent": False,
                "knows": True,
                "unit_id": unit_id,
                "state": "handled" if over else "arrived",
                "made_at": made,
                "arrived_at": made + timedelta(hours=2),
                "handled_at": world.now - 33 * DAY if over else None,
                "outcome": "talked" if over else None,
            }
        )
    ctx.insert(Concern, rows)
    waiting = rows[-1]
    with world.past.as_of(ctx.actor, waiting["arrived_at"]):
        raise_crisis(
            ctx,
            person_id=waiting["person_id"],
            level=ATTENTION,
            source="volunteers.concern",
            key=f"volunteers.concern:{waiting['id']}",
            reason="concern",
            purpose=policy.CARED.name,
        )


def _noted(ctx: Ctx, world: World, fang: UUID, person_id: UUID) -> None:
    """A visit and a time of care of one colleague, sealed."""
    visit_id, period_id = new_id(), new_id()
    what = {"kind": "work", "help": ["listened", "informed"], "note": "中午一起吃饭，聊了聊孩子转学的事。"}
    ctx.insert(
        Visit,
        [
            {
                "id": visit_id,
                "person_id": person_id,
                "reporter_id": fang,
                "visited_on": (world.now - 12 * DAY).date(),
                "what": ctx.sealed(Visit, "what", visit_id, person_id, what),
                "made_at": world.now - 12 * DAY,
            }
        ],
    )
    ctx.insert(
        Period,
        [
            {
                "id": period_id,
                "person_id": person_id,
                "reason": ctx.sealed(Period, "reason", period_id, person_id, "family"),
                "starts_on": (world.now - 20 * DAY).date(),
                "ends_on": (world.now + 40 * DAY).date(),
                "made_at": world.now - 20 * DAY,
            }
        ],
    )
