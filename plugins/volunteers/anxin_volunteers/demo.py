"""This module's part of the demo's invented history: a network of liaison officers with a few gaps, teams,
certificates, a year of service. Called by `anxin demo` alone, once, in a new tenant.
"""

import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, new_id
from anxin_volunteers import policy
from anxin_volunteers.demo_service import care, duty
from anxin_volunteers.demo_training import training
from anxin_volunteers.demo_world import DAY, FANG, KEPT_FREE, Row, World
from anxin_volunteers.models import (
    Call,
    Competence,
    DutyRole,
    Member,
    Outside,
    Post,
    Qualification,
    Team,
    Volunteer,
)
from anxin_volunteers.services.units import tree

COMPETENCES = (
    ("counsellor3", "国家三级以上心理咨询师", None, True),
    ("firstaid", "红十字救护员证", 24, True),
    ("listening", "倾听与陪伴内训", 24, False),
    ("crisis", "危机识别内训", 12, False),
)
ROLES = (
    ("带队", ("listening", "crisis")),
    ("陪伴倾听", ("listening",)),
    ("现场救护", ("firstaid",)),
    ("引导协助", ()),
)
WHY = (
    "自己熬过最难的那阵子，全靠班里人拉了一把，想把这份情还上。",
    "在队上十来年，谁家有事大家都愿意跟我说说。",
    "孩子上大学了，周末有空，想做点有用的事。",
    "学过急救，万一用得上。",
    "喜欢和人聊天，也坐得住听人说话。",
)
SKILLS = ("会开车，熟悉井场路线", "组织过职工篮球赛", "做过内训师", "会一点摄影和海报", "有红十字救护员证")
TIMES = ("周末白天", "工作日晚上", "倒班休息日", "都可以商量")


def fill(ctx: Ctx, past: Any) -> None:
    """Write what the story tells of the volunteers. `past` is core's: the story with its people found."""
    ctx.unaudited("invented history; its entries are written as of their days")
    world = World(past, random.Random(f"volunteers/{past.story.tenant}"))
    _network(ctx, world)
    _competence(ctx, world)
    _teams(ctx, world)
    _calls(ctx, world)
    duty(ctx, world)
    care(ctx, world)
    training(ctx, world)


# ---- who serves ------------------------------------------------------------------------------------------


def _network(ctx: Ctx, world: World) -> None:
    """A liaison officer in nearly every grass-roots unit, a lead in each unit above; some still to sign."""
    by_unit: dict[UUID, list[UUID]] = {}
    for number in world.past.story.people:
        person_id = world.past.people[number]
        unit_id = world.past.units[person_id]
        if unit_id is not None and number != KEPT_FREE:
            by_unit.setdefault(unit_id, []).append(person_id)
    units, posts, volunteers = tree(ctx), [], {}
    fang = world.past.people.get(FANG)
    for at, node in enumerate(units.nodes):
        leaf = units.leaf(node.id)
        people = by_unit.get(node.id, []) if leaf else _below(units, node.id, by_unit)
        people = [one for one in people if one not in volunteers]
        if not people or (leaf and at % 17 == 11):
            continue
        person_id = fang if fang in people and leaf else people[len(people) // 3]
        since = world.now - DAY * world.dice.randint(200, 900)
        posts.append(
            {
                "person_id": person_id,
                "unit_id": node.id,
                "post": "liaison" if leaf else "lead",
                "since": since,
            }
        )
        if leaf:
            world.liaisons[node.id] = person_id
        volunteers[person_id] = _volunteer(person_id, since, signed=at % 13 != 7 or person_id == fang)
    for person_id in _others(world, by_unit, set(volunteers)):
        since = world.now - DAY * world.dice.randint(100, 700)
        volunteers[person_id] = _volunteer(person_id, since, signed=True)
    ctx.insert(Volunteer, list(volunteers.values()))
    ctx.insert(Volunteer, list(_applicants(ctx, world, by_unit, set(volunteers))))
    ctx.insert(Post, posts)
    world.volunteers = [one for one, row in volunteers.items() if row["pledged_at"]]


def _below(units: Any, unit_id: UUID, by_unit: dict[UUID, list[UUID]]) -> list[UUID]:
    return [one for node in units.nodes if unit_id in node.line for one in by_unit.get(node.id, [])[1:3]]


def _volunteer(person_id: UUID, since: Any, *, signed: bool) -> Row:
    return {
        "person_id": person_id,
        "state": "active",
        "applied_at": since,
        "decided_at": since,
        "pledged_at": since + DAY if signed else None,
        "pledge_version": policy.PLEDGE_VERSION if signed else None,
    }


def _others(world: World, by_unit: dict[UUID, list[UUID]], taken: set[UUID]) -> list[UUID]:
    """Volunteers without an appointment."""
    free = [one for people in by_unit.values() for one in people if one not in taken]
    return world.dice.sample(free, min(40, len(free) // 4))


def _applicants(ctx: Ctx, world: World, by_unit: dict[UUID, list[UUID]], taken: set[UUID]) -> Iterator[Row]:
    """Some who have applied and wait for an answer."""
    free = [one for people in by_unit.values() for one in people if one not in taken]
    for person_id in world.dice.sample(free, min(5, len(free) // 4)):
        row_id = new_id()
        text = {
            "why": world.dice.choice(WHY),
            "skills": world.dice.choice(SKILLS),
            "times": world.dice.choice(TIMES),
        }
        yield {
            "id": row_id,
            "person_id": person_id,
            "state": "applied",
            "applied_at": world.now - DAY * world.dice.randint(1, 9),
            "application": ctx.sealed(Volunteer, "application", row_id, person_id, text),
        }


OUTSIDERS = (
    (
        "许小满",
        "xiaoman@example.org",
        "在油田医院做了三十年护士，刚退休，身体还行，想接着帮人。",
        "护理、量血压",
    ),
    (
        "梁栋",
        "liangdong@example.org",
        "家在采油厂小区，常见井上的人下班一个人坐着，想陪着说说话。",
        "会修小家电",
    ),
)
BESIDES = ["冬天上井站要走雪路，你方便吗？"]


def _calls(ctx: Ctx, world: World) -> None:
    warm = new_id()
    ctx.insert(
        Call,
        [
            {
                "id": warm,
                "title": "冬送温暖志愿者",
                "text": "寒冬里给偏远井站的同事送姜汤、手套，顺便聊几句。周末半天，有人带队，管车。",
                "public": True,
                "places": 30,
                "closes_on": (world.now + 25 * DAY).date(),
                "questions": BESIDES,
                "state": "open",
                "made_at": world.now - 12 * DAY,
            },
            {
                "id": new_id(),
                "title": "心晴倾听员（内训）",
                "text": "每周四晚 19:00 学倾听，八次课，结业发内训证。学完加入陪伴小队。",
                "public": False,
                "places": 16,
                "closes_on": None,
                "questions": [],
                "state": "open",
                "made_at": world.now - 5 * DAY,
            },
        ],
    )
    for at, (name, email, why, skills) in enumerate(OUTSIDERS):
        row = Outside(
            call_id=warm,
            name=name,
            token_hash=world.dice.randbytes(32),  # nobody holds the link of somebody invented
            agreed_version=policy.OUTSIDE_VERSION,
            applied_at=world.now - DAY * (at + 1),
            ends_at=world.now + 365 * DAY,
            asked_at=world.now - DAY * (at + 1),
            confirmed_at=world.now - DAY * at if at else None,  # the newest has not opened the link yet
            confirmed_by_way="link" if at else None,
        )
        told = {"phone": "", "email": email, "why": why, "skills": skills, "times": "周末白天"}
        ctx.seal(row, "details", {**told, "asked": [[BESIDES[0], "方便，有防滑鞋。"]], "token": ""})
        ctx.add(row)


# ---- what they have learned ------------------------------------------------------------------------------


def _competence(ctx: Ctx, world: World) -> None:
    rows = []
    for code, title, months, proof in COMPETENCES:
        world.competences[code] = new_id()
        rows.append(
            {
                "id": world.competences[code],
                "code": code,
                "title": title,
                "months": months,
                "proof": proof,
            }
        )
    ctx.insert(Competence, rows)
    for title, _requires in ROLES:
        world.roles[title] = new_id()
    ctx.insert(
        DutyRole,
        [{"id": world.roles[title], "title": title, "requires": list(requires)} for title, requires in ROLES],
    )
    ctx.insert(Qualification, [row for one in world.volunteers for row in _held(ctx, world, one)])


def _held(ctx: Ctx, world: World, person_id: UUID) -> Iterator[Row]:
    """Most have done the listening course, some hold certificates; a few end soon, a few wait to be checked."""
    shares = {"listening": 0.7, "crisis": 0.45, "firstaid": 0.3, "counsellor3": 0.16}
    months = {code: count for code, _title, count, _proof in COMPETENCES}
    for code, share in shares.items():
        if world.dice.random() > share:
            continue
        ends = months[code]
        left = world.dice.randint(-20, 30 * ends - 40) if ends else None
        issued = world.now.date() - DAY * (30 * ends - left if ends and left is not None else 1500)
        claimed = code in ("firstaid", "counsellor3") and world.dice.random() < 0.12
        if not claimed and (left is None or left > 60):
            world.held.setdefault(person_id, set()).add(code)
        row_id = new_id()
        detail = {"number": f"{world.dice.randint(10**9, 10**10 - 1)}", "issuer": "东岭市红十字会"}
        yield {
            "id": row_id,
            "person_id": person_id,
            "competence_id": world.competences[code],
            "detail": ctx.sealed(Qualification, "detail", row_id, person_id, detail),
            "source": "proof" if code in ("firstaid", "counsellor3") else "course",
            "issued_on": issued,
            "expires_on": world.now.date() + DAY * left if left is not None else None,
            "state": "claimed" if claimed else "verified",
            "decided_at": None if claimed else world.now - 30 * DAY,
            "made_at": world.now - 40 * DAY,
        }


# ---- teams -----------------------------------------------------------------------------------------------


def _teams(ctx: Ctx, world: World) -> None:
    """The year's service squad, and small squads for branches."""
    plan = [("爱心服务小分队", "squad", 20, 20, 4), ("心晴陪伴小队", "team", 5, 12, 2)]
    plan += [(f"{name}关爱小组", "squad", 3, 5, 1) for name in _branch_names(ctx)[:4]]
    teams, members = [], []
    ready = list(world.volunteers)
    world.dice.shuffle(ready)
    for title, kind, least, most, qualified in plan:
        count = min(most, max(least, 3), len(ready))
        team_id = world.teams[title] = new_id()
        teams.append(
            {
                "id": team_id,
                "title": title,
                "kind": kind,
                "about": "走访、陪伴、节日慰问，听大家说说心里话。",
                "least": least,
                "most": most,
                "qualified_least": qualified,
                "competences": ["counsellor3", "crisis"],
                "made_at": world.now - 200 * DAY,
            }
        )
        for at, person_id in enumerate(ready[:count]):
            members.append(
                {
                    "team_id": team_id,
                    "person_id": person_id,
                    "part": "member" if at else "leader",
                    "since": world.now - 190 * DAY,
                }
            )
        ready = ready[count:]
    ctx.insert(Team, teams)
    ctx.insert(Member, members)


def _branch_names(ctx: Ctx) -> list[str]:
    units = tree(ctx)
    return [node.name for node in units.nodes if node.depth == 1 and not units.leaf(node.id)]
