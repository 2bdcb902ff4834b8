"""Input and output shapes, and the tenant's settings. Unknown keys are refused everywhere."""

from datetime import UTC
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates

from anxin.plugin import current_locale, lazy
from anxin_assessments import scoring, words

IDS = [instrument.id for instrument in scoring.catalogue()]
# instruments whose words ship, so that people can take them as they are; others wait for the tenant's own text
FIRST = ["phq9", "gad7", "who5", "k6"]


class Strict(Schema):
    class Meta:
        unknown = RAISE


class Settings(Strict):
    """A tenant's choices: instruments on offer, earlier warnings (never later), larger smallest groups."""

    offered = fields.List(
        fields.String(validate=validate.OneOf(IDS)),
        load_default=lambda: list(FIRST),
        metadata={
            "title": lazy("Self-tests on offer"),
            "titles": lambda name: words.title(scoring.load(name), current_locale()),
            "help": lazy("WHO-5 may not be used commercially: take it out where that matters."),
        },
    )
    thresholds = fields.Dict(
        keys=fields.String(validate=validate.OneOf(IDS)),
        values=fields.Dict(keys=fields.String(), values=fields.Integer(strict=True)),
        load_default=dict,
        metadata={
            "title": lazy("Earlier warnings"),
            "help": lazy("For example phq9: total.2 = 13. Only earlier than the instrument's own values."),
        },
    )
    least_group = fields.Integer(
        strict=True,
        load_default=5,
        validate=validate.Range(min=5, max=100),
        metadata={"title": lazy("Smallest group shown in figures")},
    )
    least_class = fields.Integer(
        strict=True,
        load_default=10,
        validate=validate.Range(min=10, max=100),
        metadata={"title": lazy("Smallest class shown in a distribution")},
    )
    resume_days = fields.Integer(
        strict=True,
        load_default=7,
        validate=validate.Range(min=1, max=30),
        metadata={"title": lazy("Days an unfinished self-test can be continued")},
    )

    @validates("thresholds")
    def only_earlier(self, value: dict[str, dict[str, int]], **kwargs: Any) -> None:
        for name, thresholds in value.items():
            try:
                scoring.tighten(scoring.load(name), thresholds)
            except scoring.ThresholdError as error:
                said = words.threshold_problem(error.trigger, error.code, error.bound)
                raise ValidationError({name: [said]}) from error


class StartInput(Strict):
    campaign = fields.UUID(load_default=None, allow_none=True)


class AnswerInput(Strict):
    """One tap: the option's value, or a number or time of day; `back` when opened from "check your answers"."""

    value = fields.Raw(required=True)
    back = fields.Boolean(load_default=False)


class CodeInput(Strict):
    code = fields.String(required=True, validate=validate.Length(min=4, max=60))


class AnonymousInput(CodeInput):
    """Answers to all instruments of the campaign by their id, each in the order of its items."""

    answers = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Integer(strict=True, allow_none=True)), required=True
    )


class TicketOutput(Strict):
    code = fields.String()


class InterpretationInput(Strict):
    """A counsellor's words on a result, and what the two could do."""

    text = fields.String(required=True, validate=validate.Length(min=10, max=4000))
    plan = fields.String(load_default="", validate=validate.Length(max=4000))


class SheetInput(Strict):
    """A whole sheet at once, for programs: every answer in the order of the instrument."""

    instrument = fields.String(required=True, validate=validate.OneOf(IDS))
    campaign_id = fields.UUID(load_default=None, allow_none=True)
    answers = fields.List(fields.Raw(allow_none=True), required=True)


class RiskOutput(Strict):
    item = fields.Integer()
    value = fields.Integer()
    level = fields.Integer()
    what = fields.String()


class ScoresOutput(Strict):
    scales = fields.Dict(keys=fields.String(), values=fields.Float(allow_none=True))
    bands = fields.Dict(keys=fields.String(), values=fields.String())
    level = fields.Integer()
    flags = fields.List(fields.String())
    missing = fields.List(fields.Integer())
    risks = fields.List(fields.Nested(RiskOutput))
    quality = fields.List(fields.String())


class OutcomeOutput(Strict):
    id = fields.UUID()
    sheet_id = fields.UUID()
    instrument = fields.String()
    made_at = fields.AwareDateTime(default_timezone=UTC)
    scores = fields.Nested(ScoresOutput)


class InstrumentOutput(Strict):
    id = fields.String()
    edition = fields.String()
    title = fields.String()
    items = fields.Integer()
    minutes = fields.Integer()
    licence = fields.String()
    terms = fields.String()
    source = fields.String()
    wording_status = fields.String()
