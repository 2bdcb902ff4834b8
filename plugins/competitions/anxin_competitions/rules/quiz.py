"""A quiz's paper: drawn by lot, fixed by its seed, scored as a whole number. Pure functions."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

FULL = 100_000  # thousandths of 100 points


def draw(bank: Sequence[Mapping[str, Any]], count: int, seed: int) -> list[dict[str, Any]]:
    """`count` questions of the bank (all when it is smaller), in an order of their own, options shuffled.

    The same bank and seed give the same paper. Statements to judge keep their order (right, wrong).
    """
    lot = random.Random(seed)
    return [_shuffled(question, lot) for question in lot.sample(list(bank), min(count, len(bank)))]


def _shuffled(question: Mapping[str, Any], lot: random.Random) -> dict[str, Any]:
    order = list(range(len(question["options"])))
    if question["kind"] != "judge":
        lot.shuffle(order)
    return {
        "kind": question["kind"],
        "text": question["text"],
        "options": [question["options"][at] for at in order],
        "right": sorted(order.index(at) for at in question["right"]),
        "points": question["points"],
    }


def score(drawn: Sequence[Mapping[str, Any]], answers: Mapping[str, Sequence[int]]) -> int:
    """Thousandths of 100 points: a question counts when exactly its right options are chosen."""
    whole = sum(question["points"] for question in drawn)
    earned = sum(
        question["points"]
        for number, question in enumerate(drawn, 1)
        if sorted(set(answers.get(str(number), ()))) == list(question["right"])
    )
    return earned * FULL // whole if whole else 0
