"""This module's part of the demo's invented history: two lines, a rota, and half a year of calls as of their days.

Called by `anxin demo` alone, once, in a new tenant. What people say here nobody ever said; it is really sealed.
"""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Actor, Ctx, Unit, current_zone, local, new_id
from anxin_hotline import policy
from anxin_hotline.calls import Call, Caller, Flag, FollowUp, Handover, Referral
from anxin_hotline.demo_words import HANDOVER, HOME_HANDOVER, NOTES
from anxin_hotline.models import Line, Shift
from anxin_hotline.services import callers, lines

SEED = 55100
DAYS_BACK, DAYS_AHEAD, HOME_DAYS_BACK = 180, 21, 45
SEATS = ("gunian", "qinshuning", "luxingzhou")  # who answers the employers' lines
HOME = ("hejingyi", "gunian", "luxingzhou", "qinshuning")  # and the agency's own
EMPLOYERS_LINE = ("心晴热线", "0531-5510055")
OWN_LINE = ("明心公共热线", "0531-5520088")
HOURS = {day: [["08:00", "22:00"]] for day in lines.DAYS}
TOPICS = ("mood", "marriage", "parenting", "work", "job", "sleep", "people", "loss", "other")
WEIGHTS = (18, 14, 9, 20, 6, 16, 9, 3, 5)
Row = dict[str, Any]


def fill(ctx: Ctx, past: Any) -> None:
    """Write everything the story tells of this module. `past` is core's: the story with its people found."""
    at_home = ctx.tenant.kind == "agency"
    named = HOME if at_home else SEATS
    operators = [past.helpers[login] for login in named if login in past.helpers]
    if not operators:
        return
    ctx.unaudited("invented history; its entries are written as of their days")
    random_ = random.Random(f"{SEED}/home" if at_home else SEED)
    line_id = _line(ctx, *(OWN_LINE if at_home else EMPLOYERS_LINE))
    ctx.insert(Shift, list(_shifts(line_id, operators, past.story.now)))
    known = [_caller(ctx, random_, past.story.now) for _number in range(4 if at_home else 9)]
    ctx.db.flush()
    units = [] if at_home else _units(ctx)
    days = HOME_DAYS_BACK if at_home else DAYS_BACK
    made = [
        _call(ctx, past, random_, line_id=line_id, operators=operators, at=at, known=known, units=units)
        for at in sorted(_moments(random_, past.story.now, days))
    ]
    ctx.insert(Call, made)
    _afterwards(ctx, random_, past.story.now, made)
    _handover(ctx, line_id, operators[-1 if at_home else 0], past.story.now, at_home=at_home)


def _units(ctx: Ctx) -> list[UUID]:
    return list(
        ctx.scalars(sa.select(Unit.id).where(Unit.tenant_id == ctx.tenant.id).order_by(Unit.path).limit(24))
    )


def _line(ctx: Ctx, name: str, number: str) -> UUID:
    line = ctx.add(
        Line(
            name=name,
            number=number,
            hours=HOURS,
            closed_days=[],
            seats=1,
            fallback_name="全国统一心理援助热线",
            fallback_number="12356",
            is_open=True,
            is_national=False,
            key_version=1,
        )
    )
    ctx.db.flush()
    return line.id


def _shifts(line_id: UUID, operators: list[Actor], now: datetime) -> Iterator[Row]:
    """Two shifts a day in turns; New Year's Eve is forgotten, so that a gap shows before it happens."""
    first = local(now).date() - timedelta(days=30)
    for number in range(30 + DAYS_AHEAD):
        day = first + timedelta(days=number)
        for half, (since, until) in enumerate(((8, 15), (15, 22))):
            forgotten = (day.month, day.day) == (12, 31) or number == 30 + 9
            if forgotten and half:
                continue
            who = operators[(number + half) % len(operators)]
            yield {
                "line_id": line_id,
                "person_id": who.person_id,
                "starts_at": datetime.combine(day, time(since), current_zone()),
                "ends_at": datetime.combine(day, time(until), current_zone()),
            }


def _caller(ctx: Ctx, random_: random.Random, now: datetime) -> UUID:
    caller = Caller(id=new_id(), last_call_at=now)
    ctx.keys.fresh(caller.id)
    caller.number_index = callers.number_index(ctx, f"139{random_.randrange(10**7, 10**8)}")
    ctx.add(caller)
    if random_.random() < 0.6:
        callers.give_code(ctx, caller)
    return caller.id


def _moments(random_: random.Random, now: datetime, days: int) -> Iterator[datetime]:
    """Two or three calls a day, more in the evening and on Mondays."""
    for back in range(days):
        day = local(now).date() - timedelta(days=back)
        for _one in range(random_.choice((1, 2, 2, 3)) + (day.weekday() == 0)):
            hour = random_.choices(range(8, 22), weights=(2, 3, 4, 4, 3, 2, 3, 3, 3, 4, 5, 7, 8, 6))[0]
            at = datetime.combine(day, time(hour, random_.randrange(60)), current_zone())
            if at < now - timedelta(hours=1):
                yield at


def _call(
    ctx: Ctx,
    past: Any,
    random_: random.Random,
    *,
    line_id: UUID,
    operators: list[Actor],
    at: datetime,
    known: list[UUID],
    units: list[UUID],
) -> Row:
    """One call with its words sealed, and the entry of its log."""
    operator = operators[random_.randrange(len(operators))]
    topic = random_.choices(TOPICS, weights=WEIGHTS)[0]
    risk = random_.choices((0, 1, 2), weights=(70, 24, 6))[0]
    call_id, ends = new_id(), at + timedelta(seconds=random_.randrange(180, 2700))
    ctx.keys.fresh(call_id)
    caller = random_.choice(known) if random_.random() < 0.25 else None
    past.write(policy.CallLogged(call_id=call_id, risk=risk, form=0, subject_id=call_id), operator, ends)
    return {
        "id": call_id,
        "token": f"demo-{call_id.hex}",
        "line_id": line_id,
        "state": "logged",
        "operator_id": operator.person_id,
        "caller_id": caller,
        "known": "pseudonymous" if caller else "anonymous",
        "nature": random_.choices(("talk", "silent", "wrong"), weights=(94, 4, 2))[0],
        "channel": random_.choices(("phone", "voice", "visit", "transfer"), weights=(80, 12, 3, 5))[0],
        "topic": topic,
        "risk": risk,
        "next": random_.choices(("none", "three_days", "referral"), weights=(6, 3, 1))[0],
        "unit_id": random_.choice(units) if units and random_.random() < 0.3 else None,
        "form_version": 0,
        "note": ctx.sealed(Call, "note", call_id, call_id, random_.choice(NOTES[topic])),
        "answers": ctx.sealed(Call, "answers", call_id, call_id, {"risk": {}, "own": {}}),
        "started_at": at,
        "answered_at": at + timedelta(seconds=random_.randrange(4, 40)),
        "ended_at": ends,
        "changed_at": ends,
        "logged_at": ends,
    }


def _afterwards(ctx: Ctx, random_: random.Random, now: datetime, made: list[Row]) -> None:
    """Follow-ups of the calls that asked for one: old ones done, those of the last days open, one overdue."""
    follow_ups: list[Row] = []
    referrals: list[Row] = []
    for call in made:
        age = now - call["started_at"]
        if call["next"] == "three_days":
            done = age > timedelta(days=4)
            follow_ups.append(
                {
                    "call_id": call["id"],
                    "kind": "call_back",
                    "state": "done" if done else "open",
                    "due_at": call["started_at"] + timedelta(days=3),
                    "assigned_to": call["operator_id"],
                    "attempts": random_.choice((1, 1, 2)) if done else 0,
                    "outcome": "reached" if done else None,
                    "made_at": call["logged_at"],
                    "closed_at": call["started_at"] + timedelta(days=3) if done else None,
                    "closed_by": call["operator_id"] if done else None,
                }
            )
        elif call["next"] == "referral":
            referrals.append(
                {
                    "call_id": call["id"],
                    "to": "counsellor",
                    "state": "arrived" if age > timedelta(days=9) else "made",
                    "chase_at": call["started_at"] + timedelta(days=7),
                    "made_by": call["operator_id"],
                    "made_at": call["logged_at"],
                    "changed_at": call["logged_at"],
                }
            )
    ctx.insert(FollowUp, follow_ups)
    ctx.insert(Referral, referrals)
    often = next((call["caller_id"] for call in reversed(made) if call["caller_id"]), None)
    if often is not None:
        ctx.insert(Flag, [{"caller_id": often, "kind": "repeat", "until": now + timedelta(days=20)}])


def _handover(ctx: Ctx, line_id: UUID, who: Actor, now: datetime, *, at_home: bool) -> None:
    sheet_id = new_id()
    author = who.person_id or ctx.tenant.id
    ctx.insert(
        Handover,
        [
            {
                "id": sheet_id,
                "line_id": line_id,
                "from_id": author,
                "made_at": now - timedelta(minutes=20),
                "note": ctx.sealed(
                    Handover, "note", sheet_id, author, HOME_HANDOVER if at_home else HANDOVER
                ),
                "counts": {"due": 2, "danger": 0, "unfinished": 0},
            }
        ],
    )
