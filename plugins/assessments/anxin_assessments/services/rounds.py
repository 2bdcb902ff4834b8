"""All questions of a campaign one after the other, as they are asked on a device of others and anonymously."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anxin.plugin import Invalid, lazy
from anxin_assessments import scoring
from anxin_assessments.instruments.shapes import Instrument

Answers = dict[str, list[scoring.Answer | None]]


@dataclass(frozen=True)
class Question:
    """One question of all instruments together, counted from 1."""

    instrument: Instrument
    item: int


@dataclass(frozen=True)
class Round:
    """Instruments with the plain answers given so far, by the key of the instrument."""

    instruments: list[Instrument]
    answers: Answers

    @property
    def questions(self) -> list[Question]:
        return [Question(one, item) for one in self.instruments for item in range(1, one.items + 1)]

    @property
    def missing(self) -> list[int]:
        """Places of questions without an answer."""
        return [
            place
            for place, asked in enumerate(self.questions, 1)
            if self.answers[asked.instrument.key][asked.item - 1] is None
            and asked.item not in scoring.skipped(asked.instrument, self.answers[asked.instrument.key])
            and asked.item not in asked.instrument.optional
        ]

    def next_place(self, after: int = 0) -> int | None:
        """The first question without an answer behind a place, else the first of all; None when none is left."""
        return next(iter([place for place in self.missing if place > after] or self.missing), None)


def blank(instruments: list[Instrument]) -> Answers:
    return {one.key: [None] * one.items for one in instruments}


def given(answers: Mapping[str, list[scoring.Answer | None]], asked: Question) -> scoring.Answer | None:
    return answers[asked.instrument.key][asked.item - 1]


def insist_fitting(instrument: Instrument, answers: Sequence[scoring.Answer | None]) -> None:
    """A whole list of answers, as a program sends it; Invalid says in the user's language what does not fit."""
    try:
        scoring.check(instrument, answers)
    except scoring.AnswerError as error:
        if error.item is None:
            said = lazy(
                "There are %(items)d questions, and %(given)d answers came.",
                items=instrument.items,
                given=len(answers),
            )
        else:
            said = lazy("Question %(number)d does not take this answer.", number=error.item)
        raise Invalid(fields={"answers": [said]}) from None
