"""The four kinds of competition as filled-in beginnings; whoever sets one up changes what they like.

Figures of the sports meet (tables, N − 1 places, relay twice, −2 for an absence) are those of Chinese union meets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from anxin.plugin import lazy


@dataclass(frozen=True)
class Beginning:
    """What a preset fills in: `rules` as ContestRuleSet takes them, `categories` as ContestCategoryInput does."""

    name: str
    title: Any
    about: Any
    rules: dict[str, Any] = field(default_factory=dict)
    categories: Sequence[dict[str, Any]] = ()


def _event(title: str, measure: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "measure": measure, **more}


RUBRIC = [
    {"code": "idea", "title": "立意", "weight": 30, "most": 10},
    {"code": "content", "title": "内容", "weight": 40, "most": 10},
    {"code": "form", "title": "表现", "weight": 30, "most": 10},
]
CRITERIA = [
    {"code": "work", "title": "工作实绩", "weight": 50, "most": 10},
    {"code": "people", "title": "职工评价", "weight": 30, "most": 10},
    {"code": "growth", "title": "专业成长", "weight": 20, "most": 10},
]

PRESETS: dict[str, Beginning] = {
    "sports": Beginning(
        "sports",
        lazy("Sports meet"),
        lazy("Events with heats and lanes, points for places, team totals"),
        {"points": {}, "team": {"at_least": 1, "at_most": 1}},
        (
            _event("男子 100 米", "time"),
            _event("女子 100 米", "time"),
            _event("4×100 米接力", "time", relay=True, at_least=4, at_most=4),
            _event("立定跳远", "distance"),
            _event("一分钟跳绳", "count"),
            _event("拔河", "place", relay=True, lanes=2, at_least=10, at_most=10),
        ),
    ),
    "works": Beginning(
        "works",
        lazy("Contest of works"),
        lazy("Essays, photographs, plays, speeches: judged without names by weighted rubrics"),
        {"rubric": RUBRIC, "method": "trimmed", "judges": 5},
        (_event("征文", "points"), _event("摄影", "points"), _event("演讲", "points")),
    ),
    "quiz": Beginning(
        "quiz",
        lazy("Quiz"),
        lazy("Questions at random, a time limit, one attempt; equal points are decided by time"),
        {"quiz": {"questions": 20, "minutes": 15}},
        (_event("心理健康知识竞赛", "points"),),
    ),
    "selection": Beginning(
        "selection",
        lazy("Selection"),
        lazy("Best counsellor, demonstration site: candidacies, expert review, publicity"),
        {"rubric": CRITERIA, "method": "mean", "judges": 3, "prizes": [2]},
        (_event("优秀心理辅导员", "points", unit_quota=2),),
    ),
}
