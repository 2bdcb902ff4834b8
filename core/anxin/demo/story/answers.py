"""Plausible answers: one hidden strain per person that drifts over the months, and items that notice it more
or less.

A graded response model (Samejima 1969) with invented item values, tuned so that the shares look like a
working population: about one in ten at a PHQ-9 of 10 or more. Rules are about numbers only; the wording is
the plugins' own.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

DRIFT = 0.86  # how much of last month's strain is still there
NOISE = 0.75  # what an item adds by itself


@dataclass(frozen=True, slots=True)
class Form:
    """How one form is answered. `hardness`: the strain at which an item's second option becomes likely.
    `upside_down`: high values mean well-being. `risk_item`: 0-based; its upper values are left to the told
    crises."""

    code: str
    options: tuple[int, ...]
    hardness: tuple[float, ...]
    step: float
    upside_down: bool = False
    risk_item: int | None = None
    concern: int | None = None


FORMS = {
    form.code: form
    for form in (
        Form(
            "phq9-1",
            (0, 1, 2, 3),
            (0.6, 0.7, 0.25, 0.1, 0.75, 1.05, 0.8, 1.5, 3.2),
            0.95,
            risk_item=8,
            concern=15,
        ),
        Form("gad7-1", (0, 1, 2, 3), (0.5, 0.8, 0.55, 0.65, 1.2, 0.5, 1.4), 0.95, concern=15),
        Form("k6-1", (0, 1, 2, 3, 4), (0.3, 1.3, 0.5, 1.2, 0.6, 1.4), 0.75, concern=13),
        Form("who5-1", (0, 1, 2, 3, 4, 5), (-1.9, -1.6, -1.7, -1.5, -1.8), 0.85, upside_down=True),
    )
}


def course(dice: random.Random, months: int, burden: float = 0.0) -> list[float]:
    """A person's strain month by month: where they usually are, and a slow drift around it."""
    usual = dice.gauss(burden, 0.75)
    now = dice.gauss(0, 0.65)
    path = []
    for _month in range(months):
        now = DRIFT * now + math.sqrt(1 - DRIFT**2) * dice.gauss(0, 0.65)
        path.append(usual + now)
    return path


def answer(dice: random.Random, form: Form, strain: float) -> tuple[int, ...]:
    """One sitting: an option value per item. A risk item is answered with its lowest value (see `Form`)."""
    top = len(form.options) - 1
    values = []
    for at, hard in enumerate(form.hardness):
        felt = strain + dice.gauss(0, NOISE)
        place = min(top, max(0, math.floor((felt - hard) / form.step) + 1))
        if at == form.risk_item:
            place = 0
        values.append(form.options[top - place if form.upside_down else place])
    return tuple(values)


def with_risk(values: Sequence[int], form: Form, value: int) -> tuple[int, ...]:
    """The same sitting with the risk item answered with `value`; for the crises the story tells."""
    assert form.risk_item is not None, f"{form.code} has no risk item"
    return tuple(value if at == form.risk_item else given for at, given in enumerate(values))
