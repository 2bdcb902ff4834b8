"""Input and output shapes of own questionnaires. Unknown keys are refused; a form is checked to its last option."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from anxin.plugin import Input, lazy
from anxin_assessments.exchange.form import KINDS, MOST_OPTIONS, MOST_QUESTIONS, Condition, Option, Question

CODE = validate.Regexp(r"^[A-Za-z0-9_.-]{1,64}$")
TEXT = validate.Length(min=1, max=500)
NOT_A_LINE: Any = lazy("Write one option a line.")


class OptionSchema(Input):
    code = fields.String(required=True, validate=validate.Length(min=1, max=64))
    text = fields.String(required=True, validate=TEXT)
    value = fields.Float(allow_none=True, load_default=None)


class ConditionSchema(Input):
    question = fields.String(required=True, validate=CODE)
    answer = fields.String(required=True, validate=validate.Length(min=1, max=64))


class QuestionSchema(Input):
    code = fields.String(required=True, validate=CODE)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    text = fields.String(required=True, validate=TEXT)
    required = fields.Boolean(load_default=False)
    options = fields.List(
        fields.Nested(OptionSchema), load_default=list, validate=validate.Length(max=MOST_OPTIONS)
    )
    low = fields.Integer(allow_none=True, load_default=None)
    high = fields.Integer(allow_none=True, load_default=None)
    low_text = fields.String(load_default="", validate=validate.Length(max=60))
    high_text = fields.String(load_default="", validate=validate.Length(max=60))
    when = fields.List(fields.Nested(ConditionSchema), load_default=list, validate=validate.Length(max=10))
    match = fields.String(load_default="all", validate=validate.OneOf(["all", "any"]))


class FormSchema(Input):
    title = fields.String(required=True, validate=validate.Length(min=2, max=80))
    intro = fields.String(load_default="", validate=validate.Length(max=1000))
    questions = fields.List(
        fields.Nested(QuestionSchema), load_default=list, validate=validate.Length(max=MOST_QUESTIONS)
    )


class TitleInput(Input):
    title = fields.String(required=True, validate=validate.Length(min=2, max=80))


class PublishInput(Input):
    closes_on = fields.Date(required=True)


class MoveInput(Input):
    by = fields.Integer(required=True, validate=validate.OneOf([-1, 0, 1]))


class QuestionInput(Input):
    """One question as the builder's form sends it: options one a line, one condition."""

    code = fields.String(load_default="", validate=validate.Length(max=64))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    text = fields.String(required=True, validate=TEXT)
    required = fields.Boolean(load_default=False)
    options = fields.String(load_default="", validate=validate.Length(max=4000))
    low = fields.Integer(load_default=1)
    high = fields.Integer(load_default=5)
    when = fields.String(load_default="", validate=validate.Length(max=130))

    @validates_schema(skip_on_field_errors=True)
    def options_fit(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["kind"] in ("single", "multiple") and len(lines(data["options"])) < 2:
            raise ValidationError(NOT_A_LINE, "options")


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def question_of(data: dict[str, Any]) -> Question:
    """The builder's form as a question. A condition comes as "question|answer"."""
    scale = data["kind"] == "scale"
    other, _, answer = data["when"].partition("|")
    options = lines(data["options"]) if data["kind"] in ("single", "multiple") else []
    return Question(
        code=data["code"] or "q0",
        kind=data["kind"],
        text=data["text"].strip(),
        required=data["required"] and data["kind"] not in ("section", "info"),
        options=tuple(Option(f"o{number}", text) for number, text in enumerate(options, 1)),
        low=data["low"] if scale else None,
        high=data["high"] if scale else None,
        when=(Condition(other, answer),) if other and answer else (),
    )


class ReplyInput(Input):
    answers = fields.Dict(keys=fields.String(validate=CODE), values=fields.Raw(), required=True)


class QuestionnaireOutput(Input):
    id = fields.UUID()
    title = fields.String()
    state = fields.String()
    version = fields.Integer()
    form = fields.Raw()


class CountedOutput(Input):
    question = fields.String()
    text = fields.String()
    classes = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))
    texts = fields.List(fields.String())


class QuestionnaireFiguresOutput(Input):
    """`replies` is at least this many, in steps; `questions` is empty until it is over."""

    replies = fields.String()
    questions = fields.List(fields.Nested(CountedOutput))
