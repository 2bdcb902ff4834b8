"""The demo's two questionnaires: what workers need (over, with figures), and how the service is found (running)."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from anxin.plugin import Ctx, new_id
from anxin_assessments import policy
from anxin_assessments.exchange.form import Form, Kind, Option, Question
from anxin_assessments.questionnaire_models import Questionnaire, QuestionnaireVersion, Reply, ReplyTally

Row = dict[str, Any]
SEED = 20261


@dataclass(frozen=True)
class Survey:
    """A form, when it was asked, and how people answer: weights by question, in the order of the options."""

    form: Form
    opened: int  # days ago
    closes: int  # days from now; negative: over
    takes_part: float
    weights: dict[str, tuple[float, ...]]
    said: tuple[str, ...]


def _choice(code: str, text: str, *options: str, kind: Kind = "single", required: bool = True) -> Question:
    return Question(
        code,
        kind,
        text,
        required=required,
        options=tuple(Option(f"o{place}", option) for place, option in enumerate(options, 1)),
    )


def _scale(code: str, text: str, low: str, high: str) -> Question:
    return Question(code, "scale", text, required=True, low=1, high=5, low_text=low, high_text=high)


NEEDS = Survey(
    Form(
        "职工心理服务需求调查",
        "十来个问题，两三分钟。结果只按人数汇总，用来安排明年的服务。",
        (
            Question("s1", "section", "最近的你"),
            _choice(
                "q1",
                "最让你操心的是哪一件？",
                "工作任务和倒班",
                "家里老人孩子",
                "收入和花销",
                "身体和睡眠",
                "和人相处",
            ),
            _scale("q2", "这一个月，压力有多大？", "很轻松", "很吃力"),
            Question("s2", "section", "希望有什么"),
            _choice(
                "q3",
                "下面哪些服务你会用？（可多选）",
                "一对一咨询",
                "热线电话",
                "放松室",
                "睡眠和减压讲座",
                "家属也能参加的活动",
                kind="multiple",
            ),
            _choice("q4", "什么时间最方便？", "白班之后", "夜班下班后", "休息日", "午休"),
            Question("q5", "text", "还有什么想说的？"),
        ),
    ),
    opened=75,
    closes=-54,
    takes_part=0.6,
    weights={
        "q1": (5, 4, 3, 4, 1),
        "q2": (1, 3, 5, 3, 1),
        "q3": (0.35, 0.3, 0.55, 0.6, 0.4),
        "q4": (3, 3, 4, 2),
    },
    said=(
        "倒班以后睡不好，想听听怎么调。",
        "活动最好放在休息日，家里人也能来。",
        "队上离放松室太远，能不能每月来一次流动的。",
        "希望电话晚上也有人接。",
        "别让单位知道谁打过电话。",
        "讲座讲点实际的，少讲大道理。",
        "孩子上学的事压力大，想有人问问。",
        "夜班后食堂留口热饭就挺好。",
    ),
)
FOUND = Survey(
    Form(
        "心晴驿站服务满意度",
        "用过或没用过都可以答，一分钟。只按人数汇总。",
        (
            _choice(
                "q1",
                "今年用过哪些服务？（可多选）",
                "自测",
                "热线",
                "咨询",
                "放松室",
                "还没用过",
                kind="multiple",
            ),
            _scale("q2", "总的来说满意吗？", "不满意", "很满意"),
            _choice("q3", "会推荐给工友吗？", "会", "说不好", "不会"),
            Question("q4", "text", "哪里可以做得更好？"),
        ),
    ),
    opened=4,
    closes=12,
    takes_part=0.25,
    weights={"q1": (0.6, 0.15, 0.12, 0.3, 0.2), "q2": (0.5, 1, 3, 6, 4), "q3": (6, 3, 1)},
    said=("预约能再简单点。", "放松室的椅子不错。", "多来队上走走。"),
)


def fill(ctx: Ctx, past: Any) -> None:
    """Write both questionnaires with the replies of those who agreed to surveys by then."""
    rows: dict[Any, list[Row]] = {Questionnaire: [], QuestionnaireVersion: [], Reply: [], ReplyTally: []}
    for survey in (NEEDS, FOUND):
        questionnaire, version = new_id(), new_id()
        made = past.story.now - timedelta(days=survey.opened)
        closes = past.story.now + timedelta(days=survey.closes)
        plain = survey.form.as_json()
        rows[Questionnaire].append(
            {
                "id": questionnaire,
                "title": survey.form.title,
                "form": plain,
                "state": "open" if survey.closes > 0 else "closed",
                "version": 1,
                "made_at": made,
                "closes_at": closes,
                "closed_at": None if survey.closes > 0 else closes,
            }
        )
        rows[QuestionnaireVersion].append(
            {"id": version, "questionnaire_id": questionnaire, "number": 1, "form": plain, "made_at": made}
        )
        for reply, tallies in _replies(ctx, past, survey, version):
            rows[Reply].append(reply)
            rows[ReplyTally] += tallies
    for model, found in rows.items():
        ctx.insert(model, found)


def _replies(ctx: Ctx, past: Any, survey: Survey, version: Any) -> Any:
    span = (min(survey.opened, survey.opened + survey.closes)) * 24 * 60  # minutes it has been open so far
    for decided in past.story.decided:
        chance = random.Random(f"{SEED}/{survey.form.title}/{decided.number}")
        at = past.story.now - timedelta(days=survey.opened) + timedelta(minutes=chance.randrange(30, span))
        if not decided.agreed or decided.at >= at or chance.random() > survey.takes_part:
            continue
        answers = _answers(survey, chance)
        person, reply_id = past.person(decided.number), new_id()
        past.write(
            policy.ReplySubmitted(reply_id=reply_id, subject_id=person.person_id),
            person,
            at,
            purpose=policy.SURVEY.name,
        )
        reply = {
            "id": reply_id,
            "version_id": version,
            "person_id": person.person_id,
            "answers": ctx.sealed(Reply, "answers", reply_id, person.person_id, answers),
            "state": "submitted",
            "made_at": at,
        }
        yield reply, _tallies(version, answers)


def _answers(survey: Survey, chance: random.Random) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for one in survey.form.questions:
        weights = survey.weights.get(one.code, ())
        codes = [option.code for option in one.options]
        if one.kind == "single":
            given[one.code] = chance.choices(codes, weights)[0]
        elif one.kind == "multiple":
            picked = [code for code, likely in zip(codes, weights, strict=True) if chance.random() < likely]
            given[one.code] = picked or [codes[-1]]
        elif one.kind == "scale":
            given[one.code] = chance.choices(range(1, 6), weights)[0]
        elif one.kind == "text" and chance.random() < 0.15:
            given[one.code] = chance.choice(survey.said)
    return given


def _tallies(version: Any, answers: dict[str, Any]) -> list[Row]:
    return [
        {"version_id": version, "question": code, "answer": str(one)}
        for code, value in answers.items()
        for one in (value if isinstance(value, list) else [value])
    ]
