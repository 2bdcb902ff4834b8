"""From structured questions to the shared ladder: one rule, the same everywhere, that nobody can answer away.

The four questions every guide for support lines asks (ideation, plan, means, intent), what happened before, and
whether anybody is there. The rule errs towards calling somebody: it may be graver than the operator's own
judgement, and the graver of the two counts.

    3 危机       intends to act soon · or a definite plan · or active thoughts with the means at hand
                · or has already done something
    2 重点关注    active thoughts · or a vague plan · or thoughts of death after an earlier attempt
    1 轻度关注    thoughts of death without wanting to act · or alone with an earlier attempt
"""

from collections.abc import Mapping
from typing import Any

from anxin.plugin import lazy

# question → (what it is called, [(code, words)]); the first answer of each is "nothing of it"
QUESTIONS: dict[str, tuple[Any, list[tuple[str, Any]]]] = {
    "ideation": (
        lazy("Thoughts of suicide"),
        [
            ("none", lazy("None of these")),
            ("passive", lazy("Would rather not be here")),
            ("active", lazy("Thinks of ending their life")),
        ],
    ),
    "plan": (
        lazy("A plan"),
        [
            ("none", lazy("None of these")),
            ("vague", lazy("Vague")),
            ("definite", lazy("Definite: how, when, where")),
        ],
    ),
    "means": (
        lazy("Means to do it"),
        [("none", lazy("None of these")), ("possible", lazy("Could get them")), ("at_hand", lazy("At hand"))],
    ),
    "intent": (
        lazy("Intends to act"),
        [
            ("none", lazy("There is none")),
            ("unsure", lazy("Not sure")),
            ("soon", lazy("Today or in the next days")),
            ("acted", lazy("Has already done something")),
        ],
    ),
    "before": (
        lazy("Tried before"),
        [("no", lazy("There is none")), ("yes", lazy("There is")), ("unknown", lazy("Not known"))],
    ),
    "alone": (
        lazy("Who is there"),
        [("no", lazy("Somebody is there")), ("yes", lazy("Alone")), ("unknown", lazy("Not known"))],
    ),
}
FIELDS = tuple(QUESTIONS)
ACTS = ("ambulance", "police", "fire", "family", "note")  # what may be written down about a call


def level(told: Mapping[str, Any]) -> int:
    """0 to 3 from the answers given so far; an unanswered question counts as nothing of it."""
    ideation, plan, means, intent = (told.get(name) for name in ("ideation", "plan", "means", "intent"))
    before = told.get("before") == "yes"
    if intent in ("soon", "acted") or plan == "definite" or (ideation == "active" and means == "at_hand"):
        return 3
    if ideation == "active" or plan == "vague" or intent == "unsure" or (ideation == "passive" and before):
        return 2
    if ideation == "passive" or (before and told.get("alone") == "yes"):
        return 1
    return 0


def answers(told: Mapping[str, Any]) -> dict[str, str]:
    """Only known questions with known answers."""
    return {
        name: str(told[name])
        for name, (_title, choices) in QUESTIONS.items()
        if told.get(name) in {code for code, _words in choices}
    }


def said(told: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """(question, answer) in words, for reading."""
    return [
        (title, dict(choices)[told[name]])
        for name, (title, choices) in QUESTIONS.items()
        if told.get(name) in dict(choices)
    ]


def options(name: str) -> list[tuple[str, Any]]:
    return QUESTIONS[name][1]
