"""What a scoring key and a wording are once they have been read and checked: plain values.

A *key* is numbers (ours); a *wording* is text (its holder's). They live in separate files because their
licences differ, and because a tenant may bring its own licensed wording to a key that ships without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

Op = Literal["sum", "mean", "count_ge", "count_eq", "mean_of_positive", "custom"]
Status = Literal["verified", "corroborated", "unverified", "own"]


@dataclass(frozen=True, slots=True)
class Scale:
    """One score. `items` are 1-based; `low`/`high` are what complete answers can reach."""

    name: str
    op: Op
    low: Fraction
    high: Fraction
    items: tuple[int, ...] = ()
    threshold: int | None = None
    value: int | None = None
    min_answered: int | None = None
    fill: Literal["prorate"] | None = None
    multiply: int = 1
    formula: str | None = None
    of: str | None = None
    over: str | None = None
    parts: tuple[str, ...] = ()
    params: Mapping[str, int] = field(default_factory=dict)
    void_when_uniform: bool = False  # one and the same answer throughout contradicts itself here: no score
    by: Fraction = Fraction(1)
    rounding: Literal["half_up", "down"] | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """Holds from `start` (inclusive) up to the next band."""

    start: Fraction
    code: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """A score that reaches `at_least` (or falls to `at_most`) asks for a warning level."""

    scale: str
    level: int
    at_least: Fraction | None = None
    at_most: Fraction | None = None

    @property
    def id(self) -> str:
        """How a tenant's setting names it: "total.2"."""
        return f"{self.scale}.{self.level}"

    def hit(self, value: Fraction | float) -> bool:
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is not None and value <= self.at_most

    def hit_by(self, scales: Mapping[str, int | float | None]) -> bool:
        """Does a result's scale reach it? A scale without a score reaches nothing."""
        value = scales.get(self.scale)
        return value is not None and self.hit(value)


@dataclass(frozen=True, slots=True)
class RiskStep:
    at_least: int
    level: int


@dataclass(frozen=True, slots=True)
class RiskItem:
    """An item whose raw answer alone calls for help; `steps` ascend in both answer and level."""

    item: int
    what: str
    steps: tuple[RiskStep, ...]


@dataclass(frozen=True, slots=True)
class Free:
    """An item without options: a number in this range, or a time of day as hours (23.5 is half past eleven)."""

    kind: Literal["number", "clock"]
    min: int = 0
    max: int = 24


@dataclass(frozen=True, slots=True)
class Skip:
    """When every item of `when` has its answer, `items` are not asked; each counts as `score_as`."""

    when: Mapping[int, int]
    items: tuple[int, ...]
    score_as: int

    def applies(self, given: Mapping[int, int | float]) -> bool:
        return all(given.get(item) == value for item, value in self.when.items())


@dataclass(frozen=True, slots=True)
class Cluster:
    """At least `at_least` of `items` are answered with `answer` or more."""

    items: tuple[int, ...]
    answer: int
    at_least: int


@dataclass(frozen=True, slots=True)
class Check:
    """A yes or no beside the scores: any score reached, or all clusters met."""

    any_of: tuple[Trigger, ...] = ()
    all_of: tuple[Cluster, ...] = ()


@dataclass(frozen=True, slots=True)
class Norm:
    """(mean, standard deviation) of each scale in one sample. Never shown without year and warning."""

    name: str
    year: int
    people: int
    source: str
    warning: Mapping[str, str]
    scales: Mapping[str, tuple[Fraction, Fraction]]


@dataclass(frozen=True, slots=True)
class Cutoff:
    scale: str
    at_least: Fraction
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Coding:
    """How to read answers of another system: turn `reverse` items round, then add `add` to each."""

    add: int = 0
    reverse: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """What counts as change between two sittings, in points of `scale`."""

    scale: str
    source: str
    reliable: int | None = None
    case: int | None = None
    minimal: int | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """`ships`: full (wording bundled), conditional (bundled under terms), key_only (the tenant brings it)."""

    ships: Literal["full", "conditional", "key_only"]
    status: str
    holder: str
    says: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the numbers come from. `recalled` names the fields that nobody has looked up again."""

    level: Literal["seen", "recalled"]
    sources: tuple[str, ...]
    recalled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instrument:
    id: str
    edition: str
    form: str
    title: Mapping[str, str]
    minutes: int
    recall_days: int
    items: int
    options: tuple[tuple[int, ...], ...]
    reverse: frozenset[int]
    higher_is: Literal["worse", "better"]
    scales: Mapping[str, Scale]
    main_scale: str
    bands: Mapping[str, tuple[Band, ...]]
    triggers: tuple[Trigger, ...]
    offer_counsellor: Trigger | None
    risk_items: Mapping[int, RiskItem]
    licence: Licence
    evidence: Evidence
    names: tuple[str, ...] = ()
    groups: Mapping[str, list[str]] = field(default_factory=dict)
    aliases: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)
    free: Mapping[int, Free] = field(default_factory=dict)
    skips: tuple[Skip, ...] = ()
    optional: frozenset[int] = frozenset()
    checks: Mapping[str, Check] = field(default_factory=dict)
    cutoffs: tuple[Cutoff, ...] = ()
    norms: tuple[Norm, ...] = ()
    codings: Mapping[str, Coding] = field(default_factory=dict)
    notes: tuple[Mapping[str, str], ...] = ()
    given_by: Literal["self", "helper"] = "self"  # helper: asked by a counsellor, never sent round
    corrects: str | None = None  # the edition whose key was wrong; its sheets are scored again
    change: Change | None = None
    max_missing: int | None = None
    own_wordings: Mapping[str, Wording] = field(default_factory=dict)  # the tenant's licensed text by locale

    @property
    def key(self) -> str:
        """Names one edition for ever: stored with a sheet, so that an old sheet is scored by its own key."""
        return f"{self.id}-{self.edition}"

    @property
    def has_risk_items(self) -> bool:
        return bool(self.risk_items)

    @property
    def main_bands(self) -> tuple[Band, ...]:
        """The bands of the main scale; none where its author gives no cut-offs."""
        return self.bands.get(self.main_scale, ())

    def values_of(self, item: int) -> tuple[int, ...]:
        """The values an item offers; none for one that is answered with a number."""
        return self.options[item - 1]


@dataclass(frozen=True, slots=True)
class Option:
    value: int
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one edition in one language, in the order of the print.

    `status` is what is known about them: verified (compared with the official file), corroborated (several
    independent public copies that name the official file agree), unverified (`reason` says why).
    own: the words the tenant brought under its own licence.
    """

    instrument: str
    edition: str
    locale: str
    status: Status
    source: Source
    terms: str
    lead_in: str
    items: tuple[str, ...]
    options: tuple[Option, ...]
    seen: Mapping[str, tuple[str, ...]]
    reason: Mapping[str, str] | None = None
    item_options: Mapping[int, tuple[Option, ...]] = field(default_factory=dict)

    def options_of(self, item: int) -> tuple[Option, ...]:
        return self.item_options.get(item, self.options)

    def answer_text(self, item: int, value: float) -> str:
        """The option's text; the number itself where the item has no options."""
        return next((option.text for option in self.options_of(item) if option.value == value), f"{value:g}")
