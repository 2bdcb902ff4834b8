"""States, measures and outcomes in the reader's words."""

from collections.abc import Mapping
from typing import Any

from anxin.plugin import lazy
from anxin_competitions import marks

STATES: Mapping[str, Any] = {
    "draft": lazy("In preparation"),
    "open": lazy("Entering open"),
    "running": lazy("Going on"),
    "checking": lazy("Results being checked"),
    "publicity": lazy("Results published"),
    "final": lazy("Concluded"),
}
STATE_TONES: Mapping[str, str | None] = {
    "open": "brand",
    "running": "ok",
    "checking": "warn",
    "publicity": "ok",
}
STEPS: Mapping[str, Any] = {
    "draft": lazy("Open for entering"),
    "open": lazy("Close entering and begin"),
    "running": lazy("All done: check results"),
}
ENTRY_STATES: Mapping[str, Any] = {
    "submitted": lazy("Waits for review"),
    "accepted": lazy("Accepted"),
    "refused": lazy("Not accepted"),
    "withdrawn": lazy("Withdrawn"),
}
ENTRY_TONES: Mapping[str, str | None] = {"accepted": "ok", "refused": "danger", "submitted": "warn"}
MEASURES: Mapping[str, Any] = {
    "time": lazy("Time (less is better)"),
    "distance": lazy("Distance (more is better)"),
    "count": lazy("Count (more is better)"),
    "points": lazy("Points (more is better)"),
    "place": lazy("Rank"),
}
OUTCOMES: Mapping[str, Any] = {
    "ok": lazy("Completed"),
    "dns": lazy("Did not start"),
    "dnf": lazy("Did not finish"),
    "dsq": lazy("Disqualified"),
}
METHODS: Mapping[str, Any] = {
    "mean": lazy("Mean of all judges"),
    "trimmed": lazy("Without the highest and the lowest (from five judges on)"),
    "standard": lazy("Evened out between strict and mild judges (from eight works a judge on)"),
}
QUESTIONS: Mapping[str, Any] = {
    "one": lazy("One right option"),
    "many": lazy("Several right options"),
    "judge": lazy("Right or wrong"),
}
COSTS: Mapping[str, Any] = {
    "prize": lazy("Prize goods"),
    "clothing": lazy("Clothes"),
    "place": lazy("Venue and equipment"),
    "people": lazy("Judges and helpers"),
    "other": lazy("Other costs"),
}
ANSWERS: Mapping[str, Any] = {
    "asked": lazy("Not answered yet"),
    "yes": lazy("Agrees"),
    "no": lazy("Does not agree"),
}
ANSWER_TONES: Mapping[str, str | None] = {"yes": "ok", "no": "danger", "asked": "warn"}
OBJECTIONS: Mapping[str, Any] = {
    "open": lazy("Waits for an answer"),
    "upheld": lazy("Upheld"),
    "dismissed": lazy("Dismissed"),
}


def mark(value: int | None, outcome: str | None, measure: str) -> str:
    """A mark as it stands on a list."""
    if value is None:
        return str(OUTCOMES[outcome]) if outcome else "–"
    return marks.write(value, measure)


def points(hundredths: int) -> str:
    """9 · 6.5 · −2"""
    text = f"{abs(hundredths) / 100:.2f}".rstrip("0").rstrip(".")
    return f"−{text}" if hundredths < 0 else text


def yuan(fen: int) -> str:
    """¥1,234.50; ¥1,234 when it is whole."""
    return f"¥{fen / 100:,.2f}".removesuffix(".00")
