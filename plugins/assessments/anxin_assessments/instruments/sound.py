"""What a key or a wording that could be read still must not say: gaps, contradictions, ranges it cannot reach."""

from __future__ import annotations

from collections.abc import Iterable

from anxin_assessments.instruments import shapes

LOCALES = ("zh_CN", "en")


def contradictions(key: shapes.Instrument) -> Iterable[str]:
    """All that is wrong with a key, one line each."""
    yield from _item_problems(key)
    if set(key.title) != set(LOCALES):
        yield f"the title is needed in {' and '.join(LOCALES)}"
    if key.main_scale not in key.scales or (key.bands and key.main_scale not in key.bands):
        yield "the main scale has no bands"
    for scale in key.scales.values():
        yield from _scale_problems(scale, key)
    for name, bands in key.bands.items():
        yield from _band_problems(name, bands, key)
    for risk in key.risk_items.values():
        yield from _risk_problems(risk, key)
    yield from _trigger_problems(key)
    yield from _named_beside(key)


def _item_problems(key: shapes.Instrument) -> Iterable[str]:
    numbers = set(range(1, key.items + 1))
    asked = [values for item, values in enumerate(key.options, 1) if item not in key.free]
    if len(key.options) != key.items or any(len(set(values)) < 2 for values in asked):
        yield "every item needs at least two different option values"
    if len(set(key.names)) != key.items:
        yield "the fields do not name each item once"
    if (
        not {*key.free, *key.optional, *(item for skip in key.skips for item in (*skip.when, *skip.items))}
        <= numbers
    ):
        yield "a free, optional or skipped item does not exist"
    if any(item in key.free for item in (*key.reverse, *key.risk_items)):
        yield "an item answered with a number can be neither reversed nor a risk item"
    if not key.reverse <= numbers:
        yield "a reversed item does not exist"


def _trigger_problems(key: shapes.Instrument) -> Iterable[str]:
    named = [*key.triggers, *([key.offer_counsellor] if key.offer_counsellor else [])]
    for trigger in named:
        if trigger.scale not in key.scales:
            yield f"a trigger names the unknown scale {trigger.scale}"
    if len({trigger.id for trigger in key.triggers}) != len(key.triggers):
        yield "two triggers have the same scale and level"
    if key.change and key.change.scale not in key.scales:
        yield f"change names the unknown scale {key.change.scale}"


def _named_beside(key: shapes.Instrument) -> Iterable[str]:
    """Checks, cut-offs and norms speak of scales and items that are there."""
    checked = [one.scale for check in key.checks.values() for one in check.any_of]
    for name in (
        *checked,
        *(one.scale for one in key.cutoffs),
        *(name for norm in key.norms for name in norm.scales),
    ):
        if name not in key.scales:
            yield f"a check, cut-off or norm names the unknown scale {name}"
    for check in key.checks.values():
        for cluster in check.all_of:
            if not set(cluster.items) <= set(range(1, key.items + 1)) or cluster.at_least > len(
                cluster.items
            ):
                yield "a check asks for items that do not exist"
    for coding in key.codings.values():
        if not coding.reverse <= set(range(1, key.items + 1)):
            yield "a coding reverses an item that does not exist"


def _scale_problems(scale: shapes.Scale, key: shapes.Instrument) -> Iterable[str]:
    if not set(scale.items) <= set(range(1, key.items + 1)):
        yield f"scale {scale.name} uses an item that does not exist"
        return
    if scale.min_answered and scale.min_answered > len(scale.items):
        yield f"scale {scale.name} asks for more answers than it has items"
    earlier = list(key.scales)[: list(key.scales).index(scale.name)]
    for other in filter(None, (scale.of, scale.over)):
        if other not in earlier or key.scales[other].op == "custom":
            yield f"scale {scale.name} is built on {other}, which is not a plain scale of this key"
    if not set(scale.parts) <= set(earlier):
        yield f"scale {scale.name} adds up a scale that does not stand before it"
    if scale.op == "sum":
        ends = [sum(pick(_reach(key, item)) for item in scale.items) * scale.multiply for pick in (min, max)]
        if ends != [scale.low, scale.high]:
            said = f"scale {scale.name} says range {scale.low}..{scale.high}"
            yield f"{said}, its items reach {ends[0]}..{ends[1]}"


def _reach(key: shapes.Instrument, item: int) -> tuple[int, ...]:
    free = key.free.get(item)
    return (free.min, free.max) if free else key.values_of(item)


def _band_problems(name: str, bands: tuple[shapes.Band, ...], key: shapes.Instrument) -> Iterable[str]:
    scale = key.scales.get(name)
    if scale is None:
        yield f"bands for the unknown scale {name}"
        return
    starts = [band.start for band in bands]
    if not starts or starts[0] != scale.low or starts != sorted(set(starts)) or starts[-1] > scale.high:
        yield f"bands of {name} must start at {scale.low} and ascend inside the range"
    if len({band.code for band in bands}) != len(bands):
        yield f"two bands of {name} have the same code"


def _risk_problems(risk: shapes.RiskItem, key: shapes.Instrument) -> Iterable[str]:
    if not 1 <= risk.item <= key.items:
        yield f"risk item {risk.item} does not exist"
        return
    values = key.values_of(risk.item)
    for earlier, later in zip(risk.steps, risk.steps[1:], strict=False):
        if not (earlier.at_least < later.at_least and earlier.level < later.level):
            yield f"the steps of risk item {risk.item} must ascend in answer and level"
    if any(step.at_least not in values for step in risk.steps):
        yield f"a step of risk item {risk.item} is not one of its option values"


def misfits(wording: shapes.Wording, key: shapes.Instrument) -> Iterable[str]:
    if (wording.instrument, wording.edition) != (key.id, key.edition):
        yield f"is a wording of {wording.instrument}-{wording.edition}, not of {key.key}"
    if len(wording.items) != key.items:
        yield f"has {len(wording.items)} items where the key has {key.items}"
        return
    for item in odd_options(wording, key):
        yield f"the options of item {item} do not carry the key's values"


def odd_options(wording: shapes.Wording, key: shapes.Instrument) -> list[int]:
    """The items whose options carry other values than the key's."""
    return [
        item
        for item in range(1, key.items + 1)
        if item not in key.free
        and sorted(option.value for option in wording.options_of(item)) != sorted(key.values_of(item))
    ]
