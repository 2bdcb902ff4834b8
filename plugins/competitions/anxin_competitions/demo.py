"""This module's part of the demo: a sports meet that is concluded, works being judged, a selection open for entering.

Called by `anxin demo` alone, once, in a new tenant. Places and points come from the real rules.
"""

import hashlib
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Membership, new_id
from anxin_competitions.demo_quiz import around
from anxin_competitions.models import (
    Assignment,
    Award,
    Category,
    Competition,
    Cost,
    Entry,
    Heat,
    Judge,
    Ranking,
    Result,
)
from anxin_competitions.presets import CRITERIA, RUBRIC
from anxin_competitions.rules.final import final
from anxin_competitions.rules.judging import Criterion, sheet_score
from anxin_competitions.schemas import ContestRuleSet
from anxin_competitions.services.awards import prize_titles
from anxin_competitions.services.competitions import HOUSE
from anxin_competitions.services.ranking import canonical

Row = dict[str, Any]
JURY = 4
EVENTS = (  # title, measure, relay, likely mark, spread, record
    ("男子 100 米", "time", False, 13_200, 900, 11_980),
    ("女子 100 米", "time", False, 15_800, 1_100, 14_350),
    ("4×100 米接力", "time", True, 56_000, 3_000, 52_400),
    ("立定跳远", "distance", False, 2_210, 200, 2_650),
    ("一分钟跳绳", "count", False, 142, 22, 205),
    ("铅球", "distance", False, 8_600, 900, 11_020),
)
WORKS = (
    "井场的灯", "夜班路上", "师傅的手", "我和我的情绪", "下班以后", "那通电话", "风里的红旗", "戈壁上的午饭",
    "给女儿的信", "新来的小陈", "雪后巡线", "老党员的茶缸", "会说话的仪表", "慢一点，也没关系", "一盏心灯", "家书",
)  # fmt: skip
ABOUT = "写的是井队里的一件小事：看见身边人的难处，停下来陪一会儿。"
RULES = """一、参加人员为本单位在册职工。
二、各单位每项限报三人，接力限报一队。
三、录取前八名，不足八个队的减一录取。
四、接力加倍计分；无故弃权扣 2 分。
五、严禁借用外单位人员。"""
TOLD = """昨天的职工健身运动会，十四个基层单位的一百多名职工上场。
接力跑道边的加油声最响：有的队最后一棒摔了一跤，爬起来照样冲过了终点。
赛后大家约好，明年把“套圈”也加进来。"""
COSTS = (
    ("clothing", "运动服（统一定制）", 1_800_000, 1_764_000),
    ("place", "体育馆场地与音响", 600_000, 600_000),
    ("people", "裁判与医务保障", 300_000, 286_500),
    ("prize", "奖品", 350_000, 0),
)
SPORTS, ESSAY, BEST = "秋季职工健身运动会", "“心晴”主题征文", "优秀心理辅导员评选"


def fill(ctx: Ctx, past: Any) -> None:
    """Write everything. `past` is core's: the story with its people found."""
    ctx.unaudited("invented history")
    lot = random.Random(20261)
    numbers = sorted(past.people)
    if len(numbers) < 120:
        return  # a tenant with a handful of people holds no meets
    people = [past.people[number] for number in numbers if past.units.get(past.people[number])]
    _meet(ctx, past, people, lot)
    _essay(ctx, past, people, lot)
    _best(ctx, past, people, lot)
    around(ctx, past, people, lot)


def _competition(
    past: Any, title: str, preset: str, *, state: str, days: tuple[int, int, int], rules: Row
) -> Row:
    first, last, held = ((past.story.now + timedelta(days=each)).astimezone(HOUSE).date() for each in days)
    return {
        "id": new_id(),
        "title": title,
        "preset": preset,
        "state": state,
        "text": RULES if preset == "sports" else "",
        "enter_from": first,
        "enter_until": last,
        "held_on": held,
        "place": "职工体育馆" if preset == "sports" else "",
        "rules": ContestRuleSet().load(rules),
        "publicity_days": 5,
        "published_on": held + timedelta(days=2) if state == "final" else None,
        "publicity_until": held + timedelta(days=9) if state == "final" else None,
        "made_at": past.story.now + timedelta(days=days[0] - 5),
    }


def _entry(past: Any, competition: Row, category: Row, person: UUID, number: int, **more: Any) -> Row:
    return {
        "id": new_id(),
        "competition_id": competition["id"],
        "category_id": category["id"],
        "person_id": person,
        "unit_id": past.units[person],
        "number": number,
        "title": "",
        "summary": "",
        "state": "accepted",
        "entered_at": competition["made_at"] + timedelta(days=7),
        "decided_at": competition["made_at"] + timedelta(days=12),
        **more,
    }


def _meet(ctx: Ctx, past: Any, people: list[UUID], lot: random.Random) -> None:
    prizes = {"points": {"record": 3}, "prizes": [1, 2, 3]}
    meet = _competition(past, SPORTS, "sports", state="final", days=(-60, -45, -30), rules=prizes)
    written, confirmed = people[0], people[1]
    at = past.story.now - timedelta(days=30)
    categories, entries, heats, results, listed = [], [], [], [], []
    for position, (title, measure, relay, likely, spread, record) in enumerate(EVENTS):
        category = {
            "id": new_id(), "competition_id": meet["id"], "title": title, "position": position, "measure": measure,
            "relay": relay, "unit_quota": 3, "lanes": 8, "record": record, "minutes": 15,
            "starts_at": at + timedelta(minutes=40 * position),
        }  # fmt: skip
        categories.append(category)
        starters = lot.sample(people, 12 if relay else 24)
        own = [
            _entry(past, meet, category, person, 100 * position + n) for n, person in enumerate(starters, 1)
        ]
        entries += own
        for number in range(0, len(own), 8):
            lanes = [str(entry["id"]) for entry in own[number : number + 8]]
            when = category["starts_at"] + timedelta(minutes=15 * (number // 8))
            heats.append(
                {
                    "id": new_id(),
                    "category_id": category["id"],
                    "number": number // 8 + 1,
                    "starts_at": when,
                    "lanes": lanes,
                }
            )
        rows = []
        for entry in own:
            absent = lot.random() < 0.04
            mark = None if absent else max(1, likely + round(lot.gauss(0, spread)))
            outcome = "dns" if absent else "ok"
            results.append(
                {
                    "id": new_id(),
                    "entry_id": entry["id"],
                    "mark": mark,
                    "outcome": outcome,
                    "written_by": written,
                    "written_at": at,
                    "checked_by": confirmed,
                    "checked_at": at + timedelta(hours=1),
                }
            )
            rows.append(
                {
                    "id": str(entry["id"]),
                    "number": entry["number"],
                    "unit": str(entry["unit_id"]),
                    "mark": mark,
                    "outcome": outcome,
                }
            )
        listed.append(
            {
                "id": str(category["id"]),
                "title": title,
                "measure": measure,
                "relay": relay,
                "record": record,
                "entries": rows,
            }
        )
    material = {"points": meet["rules"]["points"], "categories": listed}
    result = final(material)
    body = canonical({"input": material, "result": result})
    meet["press"] = TOLD
    meet["press_at"] = at + timedelta(days=1)
    ctx.insert(Competition, [meet])
    ctx.insert(Cost, _costs(meet))
    ctx.insert(Category, categories)
    ctx.insert(Entry, entries)
    ctx.insert(Heat, heats)
    ctx.insert(Result, results)
    ctx.insert(
        Ranking,
        [
            {
                "competition_id": meet["id"],
                "version": 1,
                "body": body,
                "digest": hashlib.sha256(body).hexdigest(),
                "reason": "",
                "made_by": written,
                "made_at": at,
                "checked_by": confirmed,
                "checked_at": at + timedelta(hours=2),
            }
        ],
    )
    ctx.insert(Award, _awards(past, meet, result, {str(entry["id"]): entry for entry in entries}, lot))


def _costs(meet: Row) -> list[Row]:
    return [
        {
            "competition_id": meet["id"],
            "kind": kind,
            "title": title,
            "planned_fen": planned,
            "actual_fen": actual,
        }
        for kind, title, planned, actual in COSTS
    ]


def _awards(past: Any, meet: Row, result: Row, entries: dict[str, Row], lot: random.Random) -> list[Row]:
    titles = prize_titles(meet["rules"]["prizes"])
    given = [
        (f"{category['title']} {titles[row['place']]}", entries[row["id"]], row["place"])
        for category in result["categories"]
        for row in category["entries"]
        if row["place"] in titles
    ]
    made_at = past.story.now - timedelta(days=18)
    return [
        {
            "competition_id": meet["id"], "entry_id": entry["id"], "person_id": entry["person_id"], "unit_id": None,
            "title": title, "prize": "运动水壶" if place > 1 else "运动背包", "cost_fen": 4_900 if place > 1 else 12_900,
            "number": f"{made_at:%Y%m%d}-{number:03d}", "code": f"{lot.getrandbits(72):018x}", "made_at": made_at,
        }
        for number, (title, entry, place) in enumerate(given, 1)
    ]  # fmt: skip


def _essay(ctx: Ctx, past: Any, people: list[UUID], lot: random.Random) -> None:
    essay = _competition(
        past,
        ESSAY,
        "works",
        state="running",
        days=(-40, -12, 10),
        rules={"rubric": RUBRIC, "method": "trimmed", "judges": 3},
    )
    category = {"id": new_id(), "competition_id": essay["id"], "title": "征文", "measure": "points"}
    jury = _jury(ctx, people, lot)
    chosen = lot.sample([one for one in people if one not in jury], len(WORKS))
    works = [
        _entry(past, essay, category, person, number, title=title, summary=ABOUT)
        for number, (title, person) in enumerate(zip(WORKS, chosen, strict=False), 1)
    ]
    bench = [{"id": new_id(), "competition_id": essay["id"], "person_id": person} for person in jury]
    rubric = [Criterion(line["code"], line["weight"], line["most"]) for line in RUBRIC]
    sheets = []
    for work in works:
        for judge in lot.sample(bench, min(3, len(bench))):
            done = lot.random() < 0.6
            given = {line.code: lot.randint(5, 10) for line in rubric} if done else None
            sheets.append(
                {
                    "judge_id": judge["id"],
                    "person_id": judge["person_id"],
                    "entry_id": work["id"],
                    "state": "done" if done else "open",
                    "given": given,
                    "score": sheet_score(rubric, given) if given else None,
                    "done_at": past.story.now if done else None,
                }
            )
    ctx.insert(Competition, [essay])
    ctx.insert(Category, [category])
    ctx.insert(Entry, works)
    ctx.insert(Judge, bench)
    ctx.insert(Assignment, sheets)


def _jury(ctx: Ctx, people: list[UUID], lot: random.Random) -> list[UUID]:
    """Four who may judge: whoever holds the role already, and others who are given it."""
    held = sa.select(Membership.person_id).where(
        Membership.tenant_id == ctx.tenant.id, Membership.role == "judge"
    )
    jury = list(ctx.scalars(held))[:JURY]
    more = lot.sample([one for one in people if one not in jury], JURY - len(jury))
    ctx.insert(Membership, [{"person_id": one, "role": "judge"} for one in more])
    return jury + more


def _best(ctx: Ctx, past: Any, people: list[UUID], lot: random.Random) -> None:
    best = _competition(
        past,
        BEST,
        "selection",
        state="open",
        days=(-6, 20, 40),
        rules={"rubric": CRITERIA, "method": "mean", "judges": 3},
    )
    category = {
        "id": new_id(),
        "competition_id": best["id"],
        "title": "优秀心理辅导员",
        "measure": "points",
        "unit_quota": 2,
    }
    entries = [
        _entry(
            past, best, category, person, number, title="班组心理骨干", summary="三年来坚持在班前会做情绪签到。",
            state="submitted", decided_at=None, entered_at=past.story.now - timedelta(days=number % 5),
        )
        for number, person in enumerate(lot.sample(people, 9), 1)
    ]  # fmt: skip
    ctx.insert(Competition, [best])
    ctx.insert(Category, [category])
    ctx.insert(Entry, entries)
