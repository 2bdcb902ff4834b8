"""The demo's quiz, which is open to answer, and an entry that was refused and appealed for."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, new_id
from anxin_competitions.models import Appeal, Category, Competition, Entry, Paper, Question
from anxin_competitions.rules.quiz import draw, score
from anxin_competitions.schemas import ContestRuleSet
from anxin_competitions.services.competitions import HOUSE

Row = dict[str, Any]
LIN = "DL10268"
COUNT, MINUTES = 8, 12
# kind, text, options, right, topic
BANK: tuple[tuple[str, str, tuple[str, ...], tuple[int, ...], str], ...] = (
    ("one", "全国统一的心理援助热线是哪个号码？", ("12356", "12315", "12345", "12306"), (0,), "求助渠道"),
    ("judge", "做心理测评，就等于得了病。", ("对", "错"), (1,), "常识"),
    ("many", "听同事倾诉时，哪些做法合适？", ("先听完", "不急着下结论", "替他拿主意", "问问他想要什么"), (0, 1, 3), "倾听"),
    ("one", "连续几周睡不好，先做什么比较好？", ("扛一扛", "自评一下，找人聊聊", "多喝两杯", "换个班组"), (1,), "自助"),
    ("judge", "单位能看到每个人的测评得分。", ("对", "错"), (1,), "隐私"),
    ("many", "哪些变化值得多问一句？", ("把贵重东西送人", "说活着没意思", "午饭多一份", "不理人"), (0, 1, 3), "识别"),
    ("one", "同事说“不想活了”，最要紧的是？", ("当玩笑", "陪着他，马上找专业的人", "劝他想开", "发朋友圈"), (1,), "危机"),
    ("judge", "倒班以后，固定的睡前习惯有助于入睡。", ("对", "错"), (0,), "睡眠"),
    ("one", "情感联络员转介时，应当写什么？", ("看到和听到的事实", "自己的诊断", "别人的传言", "他的缺点"), (0,), "转介"),
    ("many", "压力大时，哪些办法有用？", ("运动出汗", "规律作息", "找人说说", "整夜刷手机"), (0, 1, 2), "减压"),
    ("judge", "参加心理服务是自愿的，可以随时退出。", ("对", "错"), (0,), "权利"),
    ("one", "深呼吸放松，哪种节奏合适？", ("又快又急", "吸四秒、停一停、慢慢呼", "一直憋着", "只吸不呼"), (1,), "自助"),
)  # fmt: skip


def around(ctx: Ctx, past: Any, people: list[UUID], lot: random.Random) -> None:
    """A quiz that runs, with papers handed in; and the appeal of somebody whose candidacy was refused."""
    quiz = _quiz(past)
    category = {"id": new_id(), "competition_id": quiz["id"], "title": "个人赛", "measure": "points"}
    bank = [
        {
            "competition_id": quiz["id"],
            "number": number,
            "kind": kind,
            "text": text,
            "options": list(options),
            "right": list(right),
            "points": 2 if kind == "many" else 1,
            "topic": topic,
        }
        for number, (kind, text, options, right, topic) in enumerate(BANK, 1)
    ]
    chosen = lot.sample(people, 30)
    if LIN in past.people and past.people[LIN] not in chosen and past.units.get(past.people[LIN]):
        chosen.insert(0, past.people[LIN])
    entries = [
        {
            "id": new_id(),
            "competition_id": quiz["id"],
            "category_id": category["id"],
            "person_id": person,
            "unit_id": past.units[person],
            "number": number,
            "state": "accepted",
            "entered_at": quiz["made_at"] + timedelta(days=3),
            "decided_at": quiz["made_at"] + timedelta(days=4),
        }
        for number, person in enumerate(chosen, 1)
    ]
    ctx.insert(Competition, [quiz])
    ctx.insert(Category, [category])
    ctx.insert(Question, bank)
    ctx.insert(Entry, entries)
    ctx.insert(Paper, [_paper(past, bank, entry, lot) for entry in entries[1:19]])
    _refused(ctx, past, quiz, category, lot.choice([one for one in people if one not in chosen]))


def _quiz(past: Any) -> Row:
    day = past.story.now.astimezone(HOUSE).date()
    return {
        "id": new_id(),
        "title": "“懂一点心理”知识竞赛",
        "preset": "quiz",
        "state": "running",
        "text": "每人一次机会，随机抽题，限时作答；同分时用时短的名次在前。",
        "enter_from": day - timedelta(days=20),
        "enter_until": day - timedelta(days=2),
        "held_on": day + timedelta(days=3),
        "rules": ContestRuleSet().load({"quiz": {"questions": COUNT, "minutes": MINUTES}}),
        "publicity_days": 5,
        "made_at": past.story.now - timedelta(days=25),
    }


def _paper(past: Any, bank: list[Row], entry: Row, lot: random.Random) -> Row:
    """Somebody's paper, answered fairly well."""
    seed = lot.getrandbits(40)
    drawn = draw(bank, COUNT, seed)
    answers = {str(at): one["right"] if lot.random() < 0.8 else [0] for at, one in enumerate(drawn, 1)}
    began = past.story.now - timedelta(minutes=lot.randint(40, 2000))
    took = lot.randint(120, 60 * MINUTES)
    return {
        "entry_id": entry["id"],
        "person_id": entry["person_id"],
        "seed": seed,
        "drawn": drawn,
        "answers": answers,
        "started_at": began,
        "due_at": began + timedelta(minutes=MINUTES),
        "finished_at": began + timedelta(seconds=took),
        "score": score(drawn, answers),
        "took": took * 1000,
    }


def _refused(ctx: Ctx, past: Any, quiz: Row, category: Row, person: UUID) -> None:
    entry_id, appeal_id = new_id(), new_id()
    ctx.insert(
        Entry,
        [
            {
                "id": entry_id,
                "competition_id": quiz["id"],
                "category_id": category["id"],
                "person_id": person,
                "unit_id": past.units[person],
                "number": 90,
                "state": "refused",
                "sealed_reason": ctx.sealed(Entry, "sealed_reason", entry_id, person, "名册上已调往外单位。"),
                "entered_at": past.story.now - timedelta(days=6),
                "decided_at": past.story.now - timedelta(days=5),
            }
        ],
    )
    text = "我上个月借调期满已经回队，人事手续在办，请予核实。"
    ctx.insert(
        Appeal,
        [
            {
                "id": appeal_id,
                "entry_id": entry_id,
                "person_id": person,
                "state": "open",
                "sealed_text": ctx.sealed(Appeal, "sealed_text", appeal_id, person, text),
                "made_at": past.story.now - timedelta(days=4),
            }
        ],
    )
