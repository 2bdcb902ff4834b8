"""The scoring kernel: pure functions from answers to scores, bands, a warning level and flags.

Rules that hold whatever the key says
-------------------------------------
* An answer is an option's *value*, never its position on the page; reversal is `min + max - value`.
* Arithmetic is exact (fractions); rounding is half up and happens once, where a key asks for it.
* A risk item is judged on the raw answer, as soon as it is given and also on an unfinished sheet, before
  reversal and missing rules; it is never filled up from other answers.
* Quality flags are kept aside: they never change a score and never silence a risk.
* Nothing is trusted that was scored earlier: recompute from the answers and the edition's own key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import Any

from anxin_assessments.instruments import catalogue, load, wording
from anxin_assessments.instruments.shapes import Instrument, RiskItem, RiskStep, Scale, Trigger

__all__ = [
    "AnswerError",
    "Result",
    "Risk",
    "ThresholdError",
    "catalogue",
    "load",
    "risk_of_answer",
    "score",
    "tighten",
    "wording",
]

Answers = Sequence[int | None]
Numbers = dict[int, Fraction]
SECONDS_PER_ITEM = 2
STRAIGHT_LINE_FROM = 5


class AnswerError(ValueError):
    """The answers do not fit the key: wrong count, or a value the item does not offer (`item`, 1-based)."""

    def __init__(self, message: str, item: int | None = None) -> None:
        super().__init__(message)
        self.item = item


class ThresholdError(ValueError):
    """A tenant's setting would warn later than the key, or names a trigger it does not have (`trigger`)."""

    def __init__(self, trigger: str, message: str) -> None:
        super().__init__(f"{trigger}: {message}")
        self.trigger = trigger


@dataclass(frozen=True, slots=True)
class Risk:
    item: int
    value: int
    level: int
    what: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one sheet says. A scale is None when too many of its answers are missing; it then has no band.

    `level` is 0–3 (一般、轻度关注、重点关注、危机): the highest any score or risk answer asks for.
    `flags` are for the person's next steps ("offer_counsellor"), `quality` for the counsellor
    ("straight_line", "fast").
    """

    scales: dict[str, int | float | None]
    bands: dict[str, str]
    level: int
    flags: tuple[str, ...]
    missing: tuple[int, ...]
    risks: tuple[Risk, ...]
    quality: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.missing

    def as_json(self) -> dict[str, Any]:
        """Plain values for sealing, the API and the command line."""
        return {
            "scales": self.scales,
            "bands": self.bands,
            "level": self.level,
            "flags": list(self.flags),
            "missing": list(self.missing),
            "risks": [
                {"item": risk.item, "value": risk.value, "level": risk.level, "what": risk.what}
                for risk in self.risks
            ],
            "quality": list(self.quality),
        }


def risk_of_answer(instrument: Instrument, item: int, value: int | None) -> Risk | None:
    """The risk in one raw answer, or None. Ask this the moment the answer is given."""
    risk = instrument.risk_items.get(item)
    if risk is None or value is None:
        return None
    levels = [step.level for step in risk.steps if value >= step.at_least]
    return Risk(item, value, max(levels), risk.what) if levels else None


def score(instrument: Instrument, answers: Answers, *, seconds: float | None = None) -> Result:
    """Score one sheet: one option value per item (None: not answered); `seconds` is the time it took.

    Raises AnswerError when the answers do not belong to this instrument; otherwise never raises.
    """
    check(instrument, answers)
    given = {item: value for item, value in enumerate(answers, 1) if value is not None}
    values = _scales(instrument, {item: _oriented(instrument, item, value) for item, value in given.items()})
    if instrument.max_missing is not None and len(answers) - len(given) > instrument.max_missing:
        values = dict.fromkeys(values)
    risks = tuple(risk for item, value in given.items() if (risk := risk_of_answer(instrument, item, value)))
    levels = [risk.level for risk in risks]
    levels += [trigger.level for trigger in instrument.triggers if _hit(trigger, values)]
    return Result(
        scales={name: _plain(value) for name, value in values.items()},
        bands={name: band for name, value in values.items() if (band := _band(instrument, name, value))},
        level=max(levels, default=0),
        flags=("offer_counsellor",) if _hit(instrument.offer_counsellor, values) else (),
        missing=tuple(item for item in range(1, instrument.items + 1) if item not in given),
        risks=risks,
        quality=_quality(instrument, list(given.values()), seconds),
    )


def check(instrument: Instrument, answers: Answers) -> None:
    """AnswerError unless there is exactly one answer (or None) per item, each a value its item offers."""
    if len(answers) != instrument.items:
        raise AnswerError(f"{instrument.key} has {instrument.items} items, got {len(answers)} answers")
    for item, value in enumerate(answers, 1):
        check_answer(instrument, item, value)


def check_answer(instrument: Instrument, item: int, value: int | None) -> None:
    """AnswerError unless `value` is None or one of the values the item offers."""
    if not 1 <= item <= instrument.items:
        raise AnswerError(f"{instrument.key} has no item {item}", item)
    if value is not None and (type(value) is not int or value not in instrument.values_of(item)):
        raise AnswerError(f"item {item} of {instrument.key} does not offer this value", item)


def tighten(instrument: Instrument, thresholds: Mapping[str, int]) -> Instrument:
    """The key with a tenant's own thresholds: {"total.2": 13, "item9.3": 1}. Earlier is allowed, later never.

    A threshold is named by its scale and level ("total.2") or by its risk item and level ("item9.3").
    Raises ThresholdError for one that would warn later than the key, or that the key does not have.
    """
    known = {trigger.id: trigger for trigger in instrument.triggers}
    triggers, risks = dict(known), dict(instrument.risk_items)
    for name, value in thresholds.items():
        if name in known:
            triggers[name] = _earlier(known[name], name, value)
        else:
            item, step = _risk_step(instrument, name)
            risks[item.item] = _lower_step(risks[item.item], step, name, value, instrument)
    return replace(instrument, triggers=tuple(triggers.values()), risk_items=risks)


def _earlier(trigger: Trigger, name: str, value: int) -> Trigger:
    if trigger.at_least is not None:
        if value > trigger.at_least:
            raise ThresholdError(name, f"may be lowered from {trigger.at_least}, not raised")
        return replace(trigger, at_least=Fraction(value))
    if trigger.at_most is not None and value < trigger.at_most:
        raise ThresholdError(name, f"may be raised from {trigger.at_most}, not lowered")
    return replace(trigger, at_most=Fraction(value))


def _risk_step(instrument: Instrument, name: str) -> tuple[RiskItem, RiskStep]:
    for risk in instrument.risk_items.values():
        for step in risk.steps:
            if name == f"item{risk.item}.{step.level}":
                return risk, step
    raise ThresholdError(name, f"{instrument.key} has no such trigger")


def _lower_step(risk: RiskItem, step: RiskStep, name: str, value: int, instrument: Instrument) -> RiskItem:
    if value > step.at_least:
        raise ThresholdError(name, f"may be lowered from {step.at_least}, not raised")
    if value not in instrument.values_of(risk.item):
        raise ThresholdError(name, "is not an answer of this item")
    return replace(risk, steps=tuple(replace(s, at_least=value) if s == step else s for s in risk.steps))


def _oriented(instrument: Instrument, item: int, value: int) -> Fraction:
    if item not in instrument.reverse:
        return Fraction(value)
    values = instrument.values_of(item)
    return Fraction(min(values) + max(values) - value)


def _scales(instrument: Instrument, oriented: Numbers) -> dict[str, Fraction | None]:
    values: dict[str, Fraction | None] = {}
    for name, scale in instrument.scales.items():
        if scale.op != "custom":
            values[name] = _plain_scale(instrument, scale, oriented)
    for name, scale in instrument.scales.items():
        if scale.op == "custom":
            values[name] = FORMULAS[scale.formula or ""](scale, values)
    return {name: values[name] for name in instrument.scales}


def _plain_scale(instrument: Instrument, scale: Scale, oriented: Numbers) -> Fraction | None:
    numbers = [oriented[item] for item in scale.items if item in oriented]
    unanswered = [item for item in scale.items if item not in oriented]
    needed = len(scale.items) if scale.min_answered is None else scale.min_answered
    if len(numbers) < needed or any(item in instrument.risk_items for item in unanswered):
        return None
    value = OPERATIONS[scale.op](scale, numbers)
    if value is not None and unanswered and scale.fill == "prorate":
        value = Fraction(half_up(value * len(scale.items) / len(numbers)))
    return value


def _mean_of_positive(scale: Scale, numbers: Sequence[Fraction]) -> Fraction | None:
    positive = [number for number in numbers if number >= (scale.threshold or 0)]
    return sum(positive, Fraction()) / len(positive) if positive else None


OPERATIONS: dict[str, Callable[[Scale, Sequence[Fraction]], Fraction | None]] = {
    "sum": lambda scale, numbers: sum(numbers, Fraction()) * scale.multiply,
    "mean": lambda scale, numbers: sum(numbers, Fraction()) / len(numbers),
    "count_ge": lambda scale, numbers: Fraction(sum(number >= (scale.threshold or 0) for number in numbers)),
    "count_eq": lambda scale, numbers: Fraction(sum(number == scale.value for number in numbers)),
    "mean_of_positive": _mean_of_positive,
}


def _scaled(scale: Scale, values: Mapping[str, Fraction | None]) -> Fraction | None:
    """`of * by`, rounded as the key says: WHO-5's percent, Zung's standard score."""
    value = values[scale.of or ""]
    return None if value is None else _rounded(scale, value * scale.by)


def _ratio(scale: Scale, values: Mapping[str, Fraction | None]) -> Fraction | None:
    """`of / over * by`: the effort–reward ratio. Nothing when the denominator is nothing."""
    above, below = values[scale.of or ""], values[scale.over or ""]
    return _rounded(scale, above / below * scale.by) if above is not None and below else None


FORMULAS: dict[str, Callable[[Scale, Mapping[str, Fraction | None]], Fraction | None]] = {
    "scaled": _scaled,
    "ratio": _ratio,
}


def _rounded(scale: Scale, value: Fraction) -> Fraction:
    match scale.rounding:
        case "half_up":
            return Fraction(half_up(value))
        case "down":
            return Fraction(floor(value))
        case _:
            return value


def half_up(value: Fraction) -> int:
    """Nearest whole number, halves upwards: 52.5 → 53 (Python's round gives 52)."""
    return floor(value + Fraction(1, 2))


def _hit(trigger: Trigger | None, values: Mapping[str, Fraction | None]) -> bool:
    value = values.get(trigger.scale) if trigger else None
    return trigger is not None and value is not None and trigger.hit(value)


def _band(instrument: Instrument, name: str, value: Fraction | None) -> str | None:
    if value is None or name not in instrument.bands:
        return None
    below = [band for band in instrument.bands[name] if band.start <= value]
    return below[-1].code if below else instrument.bands[name][0].code


def _quality(instrument: Instrument, given: Sequence[int], seconds: float | None) -> tuple[str, ...]:
    flags = []
    pick = min if instrument.higher_is == "worse" else max
    untroubled = pick(value for values in instrument.options for value in values)
    if len(given) >= STRAIGHT_LINE_FROM and len(set(given)) == 1 and given[0] != untroubled:
        flags.append("straight_line")
    if seconds is not None and given and seconds < SECONDS_PER_ITEM * len(given):
        flags.append("fast")
    return tuple(flags)


def _plain(value: Fraction | None) -> int | float | None:
    """A whole number as int, anything else as float, for showing and sealing."""
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else float(value)
