"""Input and output shapes, and the tenant's settings. Unknown keys are refused everywhere."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from anxin.plugin import Input, lazy
from anxin_competitions.models import COSTS, PRESETS, QUESTIONS, SIZES
from anxin_competitions.rules.judging import METHODS
from anxin_competitions.rules.places import MEASURES, OUTCOMES
from anxin_competitions.rules.points import PointRules

TITLE = validate.Length(min=1, max=120)
ENDS_EARLY: Any = lazy("The last day is before the first.")
FALLS: Any = lazy("Points of a later place cannot be more than those of an earlier one.")
NUMBERS: Any = lazy("Write whole numbers with blanks between them.")
MORE_THAN_MOST: Any = lazy("The least is more than the most.")
CODES_TWICE: Any = lazy("Two lines of the rubric have the same code.")


class Settings(Input):
    """The calendar that publicity is counted in, and which kinds of job count as front line or as leader."""

    holidays = fields.List(
        fields.Date(),
        load_default=list,
        metadata={
            "title": lazy("Statutory holidays"),
            "help": lazy("Days off from Monday to Friday, as the State Council announces them each year."),
        },
    )
    worked_days = fields.List(
        fields.Date(),
        load_default=list,
        metadata={
            "title": lazy("Weekends worked instead"),
            "help": lazy("Saturdays and Sundays that are working days."),
        },
    )
    front_line_jobs = fields.List(
        fields.String(validate=validate.Length(min=1, max=40)),
        load_default=lambda: ["操作", "一线", "工人", "采油", "维修", "驾驶"],
        metadata={
            "title": lazy("Front-line jobs"),
            "help": lazy("Words in a job's name that make it front line."),
        },
    )
    leader_jobs = fields.List(
        fields.String(validate=validate.Length(min=1, max=40)),
        load_default=lambda: ["队长", "矿长", "厂长", "主任", "书记", "主席", "经理", "科长"],
        metadata={
            "title": lazy("Leading jobs"),
            "help": lazy("Words in a job's name that make it a leading one."),
        },
    )


class ContestTeamRulesInput(Input):
    at_least = fields.Integer(load_default=1, validate=validate.Range(1, 200))
    at_most = fields.Integer(load_default=1, validate=validate.Range(1, 200))
    women_at_least = fields.Integer(load_default=0, validate=validate.Range(0, 200))
    men_at_least = fields.Integer(load_default=0, validate=validate.Range(0, 200))
    front_line_percent = fields.Integer(load_default=0, validate=validate.Range(0, 100))
    leaders_percent = fields.Integer(load_default=100, validate=validate.Range(0, 100))


class ContestPointRulesInput(Input):
    table = fields.List(
        fields.Integer(validate=validate.Range(0, 1000)),
        load_default=lambda: list(PointRules().table),
        validate=validate.Length(min=1, max=64),
    )
    few = fields.Integer(load_default=8, validate=validate.Range(0, 100))
    relay = fields.Integer(load_default=2, validate=validate.Range(1, 10))
    record = fields.Integer(load_default=0, validate=validate.Range(0, 100))
    no_show = fields.Integer(load_default=2, validate=validate.Range(0, 100))
    ties = fields.String(load_default="share", validate=validate.OneOf(["share", "full"]))

    @validates_schema
    def falls(self, data: dict[str, Any], **kwargs: Any) -> None:
        table = data.get("table") or []
        if any(later > earlier for earlier, later in pairwise(table)):
            raise ValidationError(FALLS, "table")


class ContestCriterionInput(Input):
    code = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9_]{0,19}\Z"))
    title = fields.String(required=True, validate=validate.Length(min=1, max=40))
    weight = fields.Integer(required=True, validate=validate.Range(1, 100))
    most = fields.Integer(load_default=10, validate=validate.Range(1, 100))


class ContestQuizRulesInput(Input):
    questions = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    minutes = fields.Integer(load_default=15, validate=validate.Range(1, 240))


class ContestRuleSet(Input):
    """All rules of a competition; a preset fills in what fits its kind."""

    team = fields.Nested(ContestTeamRulesInput, load_default=lambda: ContestTeamRulesInput().load({}))
    points = fields.Nested(ContestPointRulesInput, load_default=lambda: ContestPointRulesInput().load({}))
    rubric = fields.List(
        fields.Nested(ContestCriterionInput), load_default=list, validate=validate.Length(max=20)
    )
    method = fields.String(load_default="mean", validate=validate.OneOf(METHODS))
    judges = fields.Integer(load_default=3, validate=validate.Range(1, 20))
    quiz = fields.Nested(ContestQuizRulesInput, load_default=lambda: ContestQuizRulesInput().load({}))
    prizes = fields.List(
        fields.Integer(validate=validate.Range(0, 500)),
        load_default=lambda: [1, 2, 3],
        validate=validate.Length(max=10),
    )

    @validates_schema
    def once(self, data: dict[str, Any], **kwargs: Any) -> None:
        codes = [line["code"] for line in data.get("rubric") or []]
        if len(codes) != len(set(codes)):
            raise ValidationError(CODES_TWICE, "rubric")


class OptionalDate(fields.Date):
    """A day that a form may leave empty."""

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().deserialize(None if value == "" else value, *args, **kwargs)


class CompetitionInput(Input):
    title = fields.String(required=True, validate=TITLE)
    preset = fields.String(required=True, validate=validate.OneOf(PRESETS))
    text = fields.String(load_default="", validate=validate.Length(max=20_000))
    enter_from = fields.Date(required=True)
    enter_until = fields.Date(required=True)
    held_on = OptionalDate(load_default=None, allow_none=True)
    place = fields.String(load_default="", validate=validate.Length(max=120))
    publicity_days = fields.Integer(load_default=5, validate=validate.Range(1, 60))

    @validates_schema
    def ordered(self, data: dict[str, Any], **kwargs: Any) -> None:
        first, last = data.get("enter_from"), data.get("enter_until")
        if first and last and last < first:
            raise ValidationError(ENDS_EARLY, "enter_until")


class OptionalCount(fields.Integer):
    """A number that a form may leave empty."""

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().deserialize(None if value == "" else value, *args, **kwargs)


def _people() -> OptionalCount:
    return OptionalCount(load_default=None, allow_none=True, validate=validate.Range(0, 200))


class ContestCategoryInput(Input):
    """Team numbers that are left empty are those of the whole competition."""

    title = fields.String(required=True, validate=TITLE)
    measure = fields.String(required=True, validate=validate.OneOf(MEASURES))
    relay = fields.Boolean(load_default=False)
    unit_quota = fields.Integer(load_default=0, validate=validate.Range(0, 500))
    lanes = fields.Integer(load_default=8, validate=validate.Range(1, 100))
    record = fields.String(load_default="", validate=validate.Length(max=20))
    starts_at = fields.NaiveDateTime(load_default=None, allow_none=True)
    minutes = fields.Integer(load_default=15, validate=validate.Range(1, 480))
    at_least = _people()
    at_most = _people()
    women_at_least = _people()
    men_at_least = _people()

    @validates_schema
    def bounds(self, data: dict[str, Any], **kwargs: Any) -> None:
        least, most = data.get("at_least"), data.get("at_most")
        if least is not None and most is not None and least > most:
            raise ValidationError(MORE_THAN_MOST, "at_least")


class ContestEntryInput(Input):
    title = fields.String(load_default="", validate=validate.Length(max=120))
    summary = fields.String(load_default="", validate=validate.Length(max=4000))
    members = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=200))


class ContestUnitEntryInput(ContestEntryInput):
    """Entered by an officer for somebody of a unit."""

    person = fields.UUID(required=True)


class ContestDecisionInput(Input):
    accepted = fields.Boolean(required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=1000))


class ContestMarkInput(Input):
    """A mark as people write it: 12.34, 1:02.5, 5.86, 182."""

    mark = fields.String(load_default="", validate=validate.Length(max=20))
    outcome = fields.String(load_default="ok", validate=validate.OneOf(OUTCOMES))


class ContestSheetInput(Input):
    given = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    comment = fields.String(load_default="", validate=validate.Length(max=2000))


class ContestTakeInInput(Input):
    replace = fields.Boolean(load_default=False)


class ContestQuestionInput(Input):
    """One question of the bank: the right options by letters, 对 or 错 for a statement."""

    kind = fields.String(required=True, validate=validate.OneOf(QUESTIONS))
    text = fields.String(required=True, validate=validate.Length(min=1, max=1000))
    options = fields.List(
        fields.String(validate=validate.Length(max=300)), load_default=list, validate=validate.Length(max=6)
    )
    right = fields.String(required=True, validate=validate.Length(min=1, max=8))
    points = fields.Integer(load_default=1, validate=validate.Range(1, 100))
    topic = fields.String(load_default="", validate=validate.Length(max=60))


class ContestChoiceInput(Input):
    """The chosen options, from 0; none takes an answer back."""

    value = fields.List(fields.Integer(), load_default=list, validate=validate.Length(max=8))


class ContestFreezeInput(Input):
    reason = fields.String(load_default="", validate=validate.Length(max=500))


class ContestTextInput(Input):
    text = fields.String(required=True, validate=validate.Length(min=1, max=4000))


class ContestAnswerInput(Input):
    upheld = fields.Boolean(required=True)
    text = fields.String(required=True, validate=validate.Length(min=1, max=4000))


class ContestAwardInput(Input):
    title = fields.String(required=True, validate=TITLE)
    prize = fields.String(load_default="", validate=validate.Length(max=120))
    cost_fen = fields.Integer(load_default=0, validate=validate.Range(0, 10_000_000))


class ContestJudgeInput(Input):
    number = fields.String(required=True, validate=validate.Length(min=1, max=40))


class SheetForm(Input):
    """A sheet as a form: points in the order of the rubric."""

    points = fields.List(fields.Integer(), load_default=list, validate=validate.Length(max=20))
    comment = fields.String(load_default="", validate=validate.Length(max=2000))


class Numbers(fields.String):
    """Whole numbers with blanks or commas between them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        parts = re.split(r"[\s,，、]+", text.strip()) if text.strip() else []
        if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts):
            raise ValidationError(NUMBERS)
        return [int(part) for part in parts]


class RulesForm(Input):
    """The rules as one flat form."""

    at_least = fields.Integer(load_default=1, validate=validate.Range(1, 200))
    at_most = fields.Integer(load_default=1, validate=validate.Range(1, 200))
    women_at_least = fields.Integer(load_default=0, validate=validate.Range(0, 200))
    men_at_least = fields.Integer(load_default=0, validate=validate.Range(0, 200))
    front_line_percent = fields.Integer(load_default=0, validate=validate.Range(0, 100))
    leaders_percent = fields.Integer(load_default=100, validate=validate.Range(0, 100))
    table = Numbers(load_default=list)
    few = fields.Integer(load_default=8, validate=validate.Range(0, 100))
    relay = fields.Integer(load_default=2, validate=validate.Range(1, 10))
    record = fields.Integer(load_default=0, validate=validate.Range(0, 100))
    no_show = fields.Integer(load_default=2, validate=validate.Range(0, 100))
    ties = fields.String(load_default="share", validate=validate.OneOf(["share", "full"]))
    method = fields.String(load_default="mean", validate=validate.OneOf(METHODS))
    judges = fields.Integer(load_default=3, validate=validate.Range(1, 20))
    questions = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    minutes = fields.Integer(load_default=15, validate=validate.Range(1, 240))
    prizes = Numbers(load_default=list)

    @validates_schema
    def bounds(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data.get("at_least", 1) > data.get("at_most", 1):
            raise ValidationError(MORE_THAN_MOST, "at_least")
        table = data.get("table") or []
        if any(later > earlier for earlier, later in pairwise(table)):
            raise ValidationError(FALLS, "table")

    @staticmethod
    def filled(rules: Mapping[str, Any]) -> dict[str, Any]:
        """The form's values from the rules."""
        flat = {**rules["team"], **rules["points"], "method": rules["method"], "judges": rules["judges"]}
        flat |= rules["quiz"]
        flat["table"] = " ".join(map(str, rules["points"]["table"]))
        flat["prizes"] = " ".join(map(str, rules["prizes"]))
        return flat

    @staticmethod
    def merged(rules: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
        """Rules with what the form says; what it does not show (the rubric) stays."""
        team = {name: form[name] for name in ContestTeamRulesInput().fields}
        points = {name: form[name] for name in ContestPointRulesInput().fields}
        points["table"] = points["table"] or rules["points"]["table"]
        more = {
            "method": form["method"],
            "judges": form["judges"],
            "quiz": {"questions": form["questions"], "minutes": form["minutes"]},
            "prizes": form["prizes"] or rules["prizes"],
        }
        return {**rules, "team": team, "points": points, **more}


class CompetitionOutput(Schema):
    id = fields.UUID()
    title = fields.String()
    preset = fields.String()
    state = fields.String()
    text = fields.String()
    enter_from = fields.Date()
    enter_until = fields.Date()
    held_on = fields.Date(allow_none=True)
    place = fields.String()
    publicity_until = fields.Date(allow_none=True)


class ContestCategoryOutput(Schema):
    id = fields.UUID()
    title = fields.String()
    measure = fields.String()
    relay = fields.Boolean()
    unit_quota = fields.Integer()
    lanes = fields.Integer()
    minutes = fields.Integer()
    team = fields.Dict(allow_none=True)


class ContestCostForm(Input):
    """A line of the budget; amounts in yuan on the page, in fen over the API."""

    kind = fields.String(load_default="other", validate=validate.OneOf(COSTS))
    title = fields.String(required=True, validate=TITLE)
    planned = fields.Decimal(load_default=0, places=2, validate=validate.Range(0, 100_000_000))
    actual = fields.Decimal(load_default=0, places=2, validate=validate.Range(0, 100_000_000))

    @staticmethod
    def in_fen(data: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "kind": data["kind"],
            "title": data["title"].strip(),
            "planned_fen": int(data["planned"] * 100),
            "actual_fen": int(data["actual"] * 100),
        }


class ContestCostInput(Input):
    kind = fields.String(load_default="other", validate=validate.OneOf(COSTS))
    title = fields.String(required=True, validate=TITLE)
    planned_fen = fields.Integer(load_default=0, validate=validate.Range(0, 10_000_000_000))
    actual_fen = fields.Integer(load_default=0, validate=validate.Range(0, 10_000_000_000))


class ContestSizeInput(Input):
    size = fields.String(required=True, validate=validate.OneOf(SIZES))


class ContestPressInput(Input):
    text = fields.String(load_default="", validate=validate.Length(max=20_000))
    public = fields.Boolean(load_default=False)


class ContestPhotoInput(Input):
    """Whom it shows by employee numbers, with blanks or commas between them."""

    caption = fields.String(load_default="", validate=validate.Length(max=200))
    numbers = fields.String(load_default="", validate=validate.Length(max=4000))
    nobody = fields.Boolean(load_default=False)


class ContestPhotoAnswerInput(Input):
    agrees = fields.Boolean(required=True)
