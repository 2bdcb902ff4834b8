"""What a published figure looks like: a value, a coded share, or a dash with its reason."""

import math
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Generic, TypeVar

from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import lazy

#: Least number of people behind a count or mean, and behind a share, a risk class or comments.
K_COUNT = 5
K_SHARE = 10
#: The bound of a coded share is rounded outwards to this step: k/n itself would give n away.
SHARE_STEP = Fraction(1, 20)
#: A share is coded "below" or "above" only in groups of this many k: smaller ones the coding would betray.
CODED_FROM = 3

Value = TypeVar("Value")


@dataclass(frozen=True)
class Thresholds:
    """The two k of a tenant. Made by `for_tenant`, which lets a tenant raise them and never lower them."""

    count: int = K_COUNT
    share: int = K_SHARE

    @classmethod
    def for_tenant(cls, *, count: int | None = None, share: int | None = None) -> "Thresholds":
        """Raises Invalid when a value lies under the platform's."""
        asked = {"count": (count, K_COUNT), "share": (share, K_SHARE)}
        low = {
            name: [lazy("This may be raised above %(least)d, not lowered.", least=least)]
            for name, (value, least) in asked.items()
            if value is not None and value < least
        }
        if low:
            raise Invalid(fields=low, code="disclosure.threshold")
        return cls(count or K_COUNT, share or K_SHARE)


class Hidden(StrEnum):
    """Why a cell is hidden. One reason on purpose: telling too few from protecting others tells numbers."""

    TOO_FEW = "too_few"


_NOTES = {Hidden.TOO_FEW: lazy("Too few people, not shown")}


@dataclass(frozen=True, slots=True)
class Cell(Generic[Value]):
    """A figure, or the reason why there is none. Prints as the value or as "—"; `note` explains the dash."""

    value: Value | None
    hidden: Hidden | None = None

    @classmethod
    def hide(cls, reason: Hidden = Hidden.TOO_FEW) -> "Cell[Any]":
        return cls(None, reason)

    @property
    def shown(self) -> bool:
        return self.hidden is None

    @property
    def note(self) -> Any:
        """What to say beside the dash; empty when the value is shown."""
        return _NOTES[self.hidden] if self.hidden else ""

    def __str__(self) -> str:
        return "—" if self.hidden else str(self.value)


class ShareKind(StrEnum):
    EXACT = "exact"
    BELOW = "below"
    ABOVE = "above"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a group (0 to 1): exact with its count, or only a bound `part` below or above, or hidden."""

    kind: ShareKind
    part: float | None = None
    count: int | None = None

    @classmethod
    def of(cls, count: int, total: int, k: int) -> "Share":
        """The share of one group that stands alone; for the units of a tree use `release_wave`."""
        if not 0 <= count <= total:
            raise ValueError("a share counts some people of the group")
        if count >= k and total - count >= k:
            return cls(ShareKind.EXACT, count / total, count)
        kind = ShareKind.HIDDEN if total < CODED_FROM * k else coding(count, total, k)
        return cls.coded(kind, total, k)

    @classmethod
    def hide(cls) -> "Share":
        return cls(ShareKind.HIDDEN)

    @classmethod
    def coded(cls, kind: ShareKind, people: int, k: int) -> "Share":
        """Fewer than k (or all but fewer than k) of at least this many people; hidden for other kinds."""
        if kind not in (ShareKind.BELOW, ShareKind.ABOVE):
            return cls.hide()
        edge = math.ceil(Fraction(k, people) / SHARE_STEP) * SHARE_STEP
        return cls(kind, float(edge if kind is ShareKind.BELOW else 1 - edge))

    @property
    def note(self) -> Any:
        """What to say beside the dash; empty when something is shown."""
        return _NOTES[Hidden.TOO_FEW] if self.kind is ShareKind.HIDDEN else ""

    @property
    def text(self) -> Any:
        """For people: 33%, below 20%, above 85%, —."""
        if self.part is None:
            return "—"
        percent = round(self.part * 100)
        match self.kind:
            case ShareKind.BELOW:
                return lazy("below %(percent)d%%", percent=percent)
            case ShareKind.ABOVE:
                return lazy("above %(percent)d%%", percent=percent)
        return f"{percent}%"

    def __str__(self) -> str:
        return str(self.text)


def coding(count: int, total: int, k: int) -> ShareKind:
    """On which side the group is small: below, above, or (both, or neither) hidden."""
    if (count < k) == (total - count < k):
        return ShareKind.HIDDEN
    return ShareKind.BELOW if count < k else ShareKind.ABOVE


def show_count(count: int, k: int = K_COUNT) -> Cell[int]:
    """A count that stands alone: no total, no parts and no earlier figure of the same people is published."""
    return Cell(count) if count >= k else Cell.hide()


def in_steps(count: int, k: int = K_COUNT) -> Cell[int]:
    """Progress of an open wave: "at least" this many, in steps of k, so that one more answer rarely shows."""
    return show_count(count // k * k, k)


def mean(total: int | Fraction, people: int, k: int = K_COUNT) -> Cell[float]:
    """A mean rounded half up to 0.1, of at least k people."""
    if people < k:
        return Cell.hide()
    return Cell(math.floor(Fraction(total) / people * 10 + Fraction(1, 2)) / 10)
