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
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby
from typing import Any

from anxin_assessments.formulas import FORMULAS, half_up
from anxin_assessments.instruments import catalogue, load, wording
from anxin_assessments.instruments.shapes import Check, Instrument, RiskItem, RiskStep, Scale, Trigger

__all__ = [
    "AnswerError",
    "Result",
    "Risk",
    "ThresholdError",
    "catalogue",
    "from_fields",
    "half_up",
    "load",
    "read_answer",
    "recode",
    "risk_of_answer",
    "score",
    "tighten",
    "wording",
]

Answer = int | float
Answers = Sequence[Answer | None]
Numbers = dict[int, int | Fraction]
SECONDS_PER_ITEM = 2
HASTY_FROM = 5  # answers: of fewer, half of them says nothing
STRAIGHT_LINE_FROM = 5
LONG_RUN = 15


class AnswerError(ValueError):
    """The answers do not fit the key: wrong count, or a value the item does not offer (`item`, 1-based)."""

    def __init__(self, message: str, item: int | None = None) -> None:
        super().__init__(message)
        self.item = item


class ThresholdError(ValueError):
    """A tenant's setting would warn later than the key, or names a trigger it does not have (`trigger`). `code` is a key
    of words.THRESHOLDS, `bound` the key's own threshold where there is one."""

    def __init__(self, trigger: str, code: str, bound: int | Fraction | None = None) -> None:
        super().__init__(f"{trigger}: {code}" + ("" if bound is None else f" ({bound})"))
        self.trigger, self.code, self.bound = trigger, code, bound


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
    ("straight_line", "long_run", "fast"); `checks` are the key's own yes-or-no rules ("screen_positive").
    """

    scales: dict[str, int | float | None]
    bands: dict[str, str]
    level: int
    flags: tuple[str, ...]
    missing: tuple[int, ...]
    risks: tuple[Risk, ...]
    quality: tuple[str, ...]
    checks: dict[str, bool] = field(default_factory=dict)

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
            "checks": self.checks,
        }


def risk_of_answer(instrument: Instrument, item: int, value: Answer | None) -> Risk | None:
    """The risk in one raw answer, or None. Ask this the moment the answer is given."""
    risk = instrument.risk_items.get(item)
    if risk is None or value is None:
        return None
    levels = [step.level for step in risk.steps if value >= step.at_least]
    return Risk(item, int(value), max(levels), risk.what) if levels else None


def score(
    instrument: Instrument, answers: Answers, *, seconds: float | None = None, hasty: int = 0
) -> Result:
    """Score one sheet: one answer per item (None: not answered); `seconds` is the time it took, `hasty` how many answers
    came faster than one can read.

    Raises AnswerError when the answers do not belong to this instrument; otherwise never raises.
    """
    check(instrument, answers)
    given = {item: value for item, value in enumerate(answers, 1) if value is not None}
    counted = given | _skipped(instrument, given)
    missing = tuple(
        item
        for item in range(1, instrument.items + 1)
        if item not in counted and item not in instrument.optional
    )
    values = _scales(instrument, counted)
    if instrument.max_missing is not None and len(missing) > instrument.max_missing:
        values = dict.fromkeys(values)
    risks = tuple(
        risk
        for item in instrument.risk_items
        if (value := given.get(item)) is not None and (risk := risk_of_answer(instrument, item, value))
    )
    levels = [risk.level for risk in risks]
    levels += [trigger.level for trigger in instrument.triggers if _hit(trigger, values)]
    return Result(
        scales={name: _plain(value) for name, value in values.items()},
        bands={name: band for name, value in values.items() if (band := _band(instrument, name, value))},
        level=max(levels, default=0),
        flags=("offer_counsellor",) if _hit(instrument.offer_counsellor, values) else (),
        missing=missing,
        risks=risks,
        quality=_quality(instrument, given, seconds, hasty),
        checks={name: _holds(one, values, counted) for name, one in instrument.checks.items()},
    )


def skipped(instrument: Instrument, answers: Answers) -> frozenset[int]:
    """The items that need not be asked after these answers."""
    return frozenset(
        _skipped(instrument, {item: value for item, value in enumerate(answers, 1) if value is not None})
    )


def _skipped(instrument: Instrument, given: Mapping[int, Answer]) -> dict[int, Answer]:
    return {
        item: skip.score_as
        for skip in instrument.skips
        if skip.applies(given)
        for item in skip.items
        if item not in given
    }


def from_fields(instrument: Instrument, fields: Mapping[str, Any]) -> list[Any]:
    """Answers in the order of the form from answers by field name ({"bed_time": 23, "q5": [0, …]}).

    Raises AnswerError for a name this instrument does not have.
    """
    places = {name: place for place, name in enumerate(instrument.names)}
    found: list[Any] = [None] * instrument.items
    for name, value in fields.items():
        if name in instrument.groups:
            for member, one in zip(instrument.groups[name], value, strict=True):
                found[places[member]] = one
        elif name in instrument.aliases:
            alias = instrument.aliases[name]
            found[places[alias["field"]]] = alias["values"].get(value)
        elif name in places:
            found[places[name]] = value
        else:
            raise AnswerError(f"{instrument.key} has no field {name!r}")
    return found


def recode(instrument: Instrument, answers: Answers, coding: str) -> list[Answer | None]:
    """Answers written the way of another system, in this key's values. Raises AnswerError for an unknown one."""
    if coding not in instrument.codings:
        raise AnswerError(f"{instrument.key} has no coding {coding!r}")
    rule = instrument.codings[coding]
    found: list[Answer | None] = []
    for item, value in enumerate(answers, 1):
        values = instrument.values_of(item)
        turned = value
        if value is not None and item in rule.reverse:
            turned = min(values) + max(values) - value
        found.append(None if turned is None else turned + rule.add)
    return found


def check(instrument: Instrument, answers: Answers) -> None:
    """AnswerError unless there is exactly one answer (or None) per item, each one its item can take."""
    if len(answers) != instrument.items:
        raise AnswerError(f"{instrument.key} has {instrument.items} items, got {len(answers)} answers")
    for item, value in enumerate(answers, 1):
        if value is not None:
            check_answer(instrument, item, value)


def check_answer(instrument: Instrument, item: int, value: Answer | None) -> None:
    """AnswerError unless `value` is None, one of the values the item offers, or a number in its range."""
    if not 1 <= item <= instrument.items:
        raise AnswerError(f"{instrument.key} has no item {item}", item)
    if value is None:
        return
    if free := instrument.free.get(item):
        if type(value) not in (int, float) or not free.min <= value <= free.max:
            raise AnswerError(f"item {item} of {instrument.key} takes {free.min} to {free.max}", item)
    elif type(value) is not int or value not in instrument.values_of(item):
        raise AnswerError(f"item {item} of {instrument.key} does not offer this value", item)


def read_answer(instrument: Instrument, item: int, raw: Any) -> Answer:
    """An answer as a form sends it ("2", "6.5", "23:30" for a time of day), checked. Raises AnswerError."""
    text = str(raw).strip()
    free = instrument.free.get(item) if 1 <= item <= instrument.items else None
    try:
        if free and free.kind == "clock" and ":" in text:
            hours, minutes = text.split(":")[:2]
            value: Answer = round(int(hours) + int(minutes) / 60, 4)
        else:
            value = float(text) if free else int(text)
    except ValueError:
        raise AnswerError(f"item {item} of {instrument.key} takes a number", item) from None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    check_answer(instrument, item, value)
    return value


def tighten(instrument: Instrument, thresholds: Mapping[str, int]) -> Instrument:
    """The key with a tenant's own thresholds: {"total.2": 13, "item9.3": 1}. Earlier is allowed, later never.

    A threshold is named by its scale and level ("total.2") or by its risk item and level ("item9.3").
    Raises ThresholdError for one that would warn later than the key, or that the key does not have.
    """
    if not thresholds:
        return instrument
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
            raise ThresholdError(name, "raised", trigger.at_least)
        return replace(trigger, at_least=Fraction(value))
    if trigger.at_most is not None and value < trigger.at_most:
        raise ThresholdError(name, "lowered", trigger.at_most)
    return replace(trigger, at_most=Fraction(value))


def _risk_step(instrument: Instrument, name: str) -> tuple[RiskItem, RiskStep]:
    for risk in instrument.risk_items.values():
        for step in risk.steps:
            if name == f"item{risk.item}.{step.level}":
                return risk, step
    raise ThresholdError(name, "unknown")


def _lower_step(risk: RiskItem, step: RiskStep, name: str, value: int, instrument: Instrument) -> RiskItem:
    if value > step.at_least:
        raise ThresholdError(name, "raised", step.at_least)
    if value not in instrument.values_of(risk.item):
        raise ThresholdError(name, "no_answer")
    return replace(risk, steps=tuple(replace(s, at_least=value) if s == step else s for s in risk.steps))


def _oriented(instrument: Instrument, item: int, value: Answer) -> int | Fraction:
    if item in instrument.free:
        return Fraction(str(value))
    if item not in instrument.reverse:
        return int(value)
    values = instrument.values_of(item)
    return min(values) + max(values) - int(value)


def _scales(instrument: Instrument, given: Mapping[int, Answer]) -> dict[str, Fraction | None]:
    oriented = {item: _oriented(instrument, item, value) for item, value in given.items()}
    uniform = len(given) == instrument.items and len(set(given.values())) == 1
    fields: dict[str, Fraction] = {}
    if any(scale.op == "custom" for scale in instrument.scales.values()):
        fields = {instrument.names[item - 1]: Fraction(value) for item, value in oriented.items()}
    values: dict[str, Fraction | None] = {}
    for name, scale in instrument.scales.items():
        if scale.op == "custom":
            values[name] = FORMULAS[scale.formula or ""](scale, values, fields)
        elif scale.void_when_uniform and uniform:
            values[name] = None
        else:
            values[name] = _plain_scale(instrument, scale, oriented)
    return values


def _plain_scale(instrument: Instrument, scale: Scale, oriented: Numbers) -> Fraction | None:
    numbers = [oriented[item] for item in scale.items if item in oriented]
    gaps = len(scale.items) - len(numbers)
    needed = len(scale.items) if scale.min_answered is None else scale.min_answered
    if len(numbers) < needed:
        return None
    if gaps and any(item in instrument.risk_items and item not in oriented for item in scale.items):
        return None  # a missing risk answer is asked again, never filled up
    value = OPERATIONS[scale.op](scale, numbers)
    if value is not None and gaps and scale.fill == "prorate":
        value = Fraction(half_up(value * len(scale.items) / len(numbers)))
    return value


Given = Sequence[int | Fraction]


def _mean_of_positive(scale: Scale, numbers: Given) -> Fraction | None:
    positive = [number for number in numbers if number >= (scale.threshold or 0)]
    return Fraction(sum(positive)) / len(positive) if positive else None


OPERATIONS: dict[str, Callable[[Scale, Given], Fraction | None]] = {
    "sum": lambda scale, numbers: Fraction(sum(numbers) * scale.multiply),
    "mean": lambda scale, numbers: Fraction(sum(numbers)) / len(numbers),
    "count_ge": lambda scale, numbers: Fraction(sum(number >= (scale.threshold or 0) for number in numbers)),
    "count_eq": lambda scale, numbers: Fraction(sum(number == scale.value for number in numbers)),
    "mean_of_positive": _mean_of_positive,
}


def _holds(one: Check, values: Mapping[str, Fraction | None], given: Mapping[int, Answer]) -> bool:
    if one.any_of:
        return any(_hit(trigger, values) for trigger in one.any_of)
    return all(
        sum(given.get(item, cluster.answer - 1) >= cluster.answer for item in cluster.items)
        >= cluster.at_least
        for cluster in one.all_of
    )


def _hit(trigger: Trigger | None, values: Mapping[str, Fraction | None]) -> bool:
    value = values.get(trigger.scale) if trigger else None
    return trigger is not None and value is not None and trigger.hit(value)


def _band(instrument: Instrument, name: str, value: Fraction | None) -> str | None:
    if value is None or name not in instrument.bands:
        return None
    below = [band for band in instrument.bands[name] if band.start <= value]
    return below[-1].code if below else instrument.bands[name][0].code


def _quality(
    instrument: Instrument, given: Mapping[int, Answer], seconds: float | None, hasty: int
) -> tuple[str, ...]:
    flags = []
    chosen = {item: value for item, value in given.items() if item not in instrument.free}
    if len(chosen) >= STRAIGHT_LINE_FROM and len(set(chosen.values())) == 1 and not _well(instrument, chosen):
        flags.append("straight_line")
    elif _longest_run(list(chosen.values())) >= max(LONG_RUN, instrument.items // 3) and not _well(
        instrument, chosen
    ):
        flags.append("long_run")
    if given and (
        (seconds is not None and seconds < SECONDS_PER_ITEM * len(given))
        or (len(given) >= HASTY_FROM and hasty * 2 > len(given))  # a long pause does not make up for it
    ):
        flags.append("fast")
    return tuple(flags)


def _longest_run(values: Sequence[Answer]) -> int:
    return max((sum(1 for _ in run) for _, run in groupby(values)), default=0)


def _well(instrument: Instrument, chosen: Mapping[int, Answer]) -> bool:
    """Every answer says that all is well: then the same answer throughout is no wonder."""
    best = min if instrument.higher_is == "worse" else max
    for item, value in chosen.items():
        values = instrument.values_of(item)
        turned = min(values) + max(values) - value if item in instrument.reverse else value
        if turned != best(values):
            return False
    return True


def _plain(value: Fraction | None) -> int | float | None:
    """A whole number as int, anything else as float, for showing and sealing."""
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else float(value)
