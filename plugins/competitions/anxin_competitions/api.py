"""API: the same services as the pages."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from anxin.plugin import Ctx, guard
from anxin_competitions import views
from anxin_competitions.blueprint import api_bp as bp
from anxin_competitions.models import (
    Assignment,
    Award,
    Category,
    Competition,
    Entry,
    Heat,
    Objection,
    Ranking,
    Result,
)
from anxin_competitions.policy import ENTER, JUDGE, MANAGE, RECORD, TAKE_PART
from anxin_competitions.schemas import (
    CompetitionInput,
    CompetitionOutput,
    ContestAnswerInput,
    ContestAwardInput,
    ContestCategoryInput,
    ContestCategoryOutput,
    ContestDecisionInput,
    ContestEntryInput,
    ContestFreezeInput,
    ContestJudgeInput,
    ContestMarkInput,
    ContestRuleSet,
    ContestSheetInput,
    ContestTextInput,
    ContestUnitEntryInput,
)
from anxin_competitions.services import (
    awards,
    competitions,
    entries,
    judging,
    publicity,
    ranking,
    results,
    starting,
    works,
)


class ContestEntryOutput(Schema):
    id = fields.UUID()
    category_id = fields.UUID()
    number = fields.Integer()
    title = fields.String()
    state = fields.String()
    entered_at = fields.AwareDateTime()


class ContestHeatOutput(Schema):
    number = fields.Integer()
    starts_at = fields.AwareDateTime(allow_none=True)
    lanes = fields.List(fields.UUID(), metadata={"description": "entries by lane"})


class ContestResultOutput(Schema):
    entry_id = fields.UUID()
    mark = fields.Integer(allow_none=True)
    outcome = fields.String()
    checked_at = fields.AwareDateTime(allow_none=True)


class ContestRankingOutput(Schema):
    version = fields.Integer()
    digest = fields.String()
    reason = fields.String()
    made_at = fields.AwareDateTime()
    checked_at = fields.AwareDateTime(allow_none=True)


class ContestAssignmentOutput(Schema):
    id = fields.UUID()
    state = fields.String()
    given = fields.Dict(allow_none=True)
    score = fields.Integer(allow_none=True)


class ContestObjectionOutput(Schema):
    id = fields.UUID()
    state = fields.String()
    made_at = fields.AwareDateTime()


class ContestAwardOutput(Schema):
    id = fields.UUID()
    title = fields.String()
    prize = fields.String()
    cost_fen = fields.Integer()
    number = fields.String()
    revoked_at = fields.AwareDateTime(allow_none=True)


class ContestStandingOutput(Schema):
    categories = fields.List(fields.Dict())
    teams = fields.List(fields.Dict())


class ContestCountOutput(Schema):
    count = fields.Integer()


@bp.get("/")
@guard(ENTER)
@bp.response(200, CompetitionOutput(many=True))
def index(ctx: Ctx) -> list[Competition]:
    """Competitions, newest first."""
    return competitions.listed(ctx)


@bp.post("/")
@guard(MANAGE)
@bp.arguments(CompetitionInput)
@bp.response(201, CompetitionOutput)
def create(ctx: Ctx, data: dict[str, Any]) -> Competition:
    """Set one up from a preset."""
    return competitions.create(ctx, **data)


@bp.get("/<uuid:competition>")
@guard(ENTER)
@bp.response(200, CompetitionOutput)
def show(ctx: Ctx, competition: UUID) -> Competition:
    """One competition."""
    return competitions.one(ctx, competition)


@bp.put("/<uuid:competition>")
@guard(MANAGE)
@bp.arguments(CompetitionInput)
@bp.response(200, CompetitionOutput)
def change(ctx: Ctx, data: dict[str, Any], competition: UUID) -> Competition:
    """Change title, text, dates, place."""
    return competitions.change(ctx, competition, **data)


@bp.put("/<uuid:competition>/rules")
@guard(MANAGE)
@bp.arguments(ContestRuleSet)
@bp.response(200, CompetitionOutput)
def rules(ctx: Ctx, data: dict[str, Any], competition: UUID) -> Competition:
    """Team, point and judging rules."""
    return competitions.set_rules(ctx, competition, data)


@bp.post("/<uuid:competition>/advance")
@guard(MANAGE)
@bp.response(200, CompetitionOutput)
def advance(ctx: Ctx, competition: UUID) -> Competition:
    """On to the next stage."""
    return competitions.advance(ctx, competition)


@bp.get("/<uuid:competition>/categories")
@guard(ENTER)
@bp.response(200, ContestCategoryOutput(many=True))
def category_list(ctx: Ctx, competition: UUID) -> list[Category]:
    """Its categories in their order."""
    return competitions.categories(ctx, competitions.one(ctx, competition).id)


@bp.post("/<uuid:competition>/categories")
@guard(MANAGE)
@bp.arguments(ContestCategoryInput)
@bp.response(201, ContestCategoryOutput)
def category_add(ctx: Ctx, data: dict[str, Any], competition: UUID) -> Category:
    """Add a category."""
    return competitions.add_category(ctx, competition, **data)


@bp.delete("/<uuid:competition>/categories/<uuid:category>")
@guard(MANAGE)
@bp.response(204)
def category_remove(ctx: Ctx, competition: UUID, category: UUID) -> None:
    """Remove one nobody has entered."""
    competitions.remove_category(ctx, competition, category)


@bp.post("/<uuid:competition>/categories/<uuid:category>/entries")
@guard(ENTER, purpose=TAKE_PART)
@bp.arguments(ContestEntryInput)
@bp.response(201, ContestEntryOutput)
def enter(ctx: Ctx, data: dict[str, Any], competition: UUID, category: UUID) -> Entry:
    """Enter oneself, with a team."""
    return entries.enter(ctx, competition, category, **data)


@bp.post("/<uuid:competition>/categories/<uuid:category>/entries/for")
@guard(MANAGE)
@bp.arguments(ContestUnitEntryInput)
@bp.response(201, ContestEntryOutput)
def enter_for(ctx: Ctx, data: dict[str, Any], competition: UUID, category: UUID) -> Entry:
    """Enter somebody who has said yes."""
    return entries.enter(ctx, competition, category, **data)


@bp.get("/<uuid:competition>/categories/<uuid:category>/entries")
@guard(ENTER)
@bp.response(200, ContestEntryOutput(many=True))
def entry_list(ctx: Ctx, competition: UUID, category: UUID) -> list[Entry]:
    """Accepted entries by number."""
    found = competitions.category(ctx, competitions.one(ctx, competition).id, category)
    return entries.of_category(ctx, found.id, states=("accepted",))


@bp.get("/entries/mine")
@guard(ENTER)
@bp.response(200, ContestEntryOutput(many=True))
def mine(ctx: Ctx) -> list[Entry]:
    """One's own entries."""
    return [entry for entry, _category, _competition in entries.mine(ctx)]


@bp.post("/entries/<uuid:entry>/withdraw")
@guard(ENTER)
@bp.response(200, ContestEntryOutput)
def withdraw(ctx: Ctx, entry: UUID) -> Entry:
    """Withdraw an entry."""
    return entries.withdraw(ctx, entry)


@bp.post("/entries/<uuid:entry>/review")
@guard(MANAGE)
@bp.arguments(ContestDecisionInput)
@bp.response(200, ContestEntryOutput)
def review(ctx: Ctx, data: dict[str, Any], entry: UUID) -> Entry:
    """Accept, or refuse with a reason."""
    return entries.review(ctx, entry, **data)


@bp.post("/<uuid:competition>/entries/accept")
@guard(MANAGE)
@bp.response(200, ContestCountOutput)
def accept_all(ctx: Ctx, competition: UUID) -> dict[str, int]:
    """Accept all that wait."""
    return {"count": entries.accept_all(ctx, competition)}


@bp.post("/<uuid:competition>/categories/<uuid:category>/heats")
@guard(MANAGE)
@bp.response(201, ContestHeatOutput(many=True))
def draw(ctx: Ctx, competition: UUID, category: UUID) -> list[Heat]:
    """Draw heats and lanes anew."""
    return starting.draw_heats(ctx, competition, category)


@bp.get("/<uuid:competition>/categories/<uuid:category>/heats")
@guard(ENTER)
@bp.response(200, ContestHeatOutput(many=True))
def heats(ctx: Ctx, competition: UUID, category: UUID) -> list[Heat]:
    """Who starts where."""
    found = competitions.category(ctx, competitions.one(ctx, competition).id, category)
    return starting.of_category(ctx, found.id)


@bp.post("/<uuid:competition>/schedule")
@guard(MANAGE)
@bp.response(200, ContestHeatOutput(many=True))
def schedule(ctx: Ctx, competition: UUID) -> list[Heat]:
    """Give every heat its time."""
    return starting.schedule(ctx, competition)


@bp.put("/entries/<uuid:entry>/result")
@guard(RECORD)
@bp.arguments(ContestMarkInput)
@bp.response(200, ContestResultOutput)
def record(ctx: Ctx, data: dict[str, Any], entry: UUID) -> Result:
    """Write a result down."""
    return results.record(ctx, entry, **data)


@bp.post("/entries/<uuid:entry>/result/check")
@guard(RECORD)
@bp.response(200, ContestResultOutput)
def check(ctx: Ctx, entry: UUID) -> Result:
    """Confirm what somebody else wrote down."""
    return results.check(ctx, entry)


@bp.post("/<uuid:competition>/categories/<uuid:category>/check")
@guard(RECORD)
@bp.response(200, ContestCountOutput)
def check_category(ctx: Ctx, competition: UUID, category: UUID) -> dict[str, int]:
    """Confirm all that others wrote down in a category."""
    return {"count": results.check_category(ctx, competition, category)}


@bp.get("/<uuid:competition>/standing")
@guard(ENTER)
@bp.response(200, ContestStandingOutput)
def standing(ctx: Ctx, competition: UUID) -> dict[str, Any]:
    """How it stands: places, points, team totals."""
    return views.standing(ctx, competitions.one(ctx, competition))


@bp.post("/<uuid:competition>/rankings")
@guard(MANAGE)
@bp.arguments(ContestFreezeInput)
@bp.response(201, ContestRankingOutput)
def freeze(ctx: Ctx, data: dict[str, Any], competition: UUID) -> Ranking:
    """Freeze the ranking as the next version."""
    return ranking.freeze(ctx, competition, **data)


@bp.post("/<uuid:competition>/rankings/confirm")
@guard(MANAGE)
@bp.response(200, ContestRankingOutput)
def confirm(ctx: Ctx, competition: UUID) -> Ranking:
    """Confirm, as a second person, what somebody else froze."""
    return ranking.confirm(ctx, competition)


@bp.get("/<uuid:competition>/rankings")
@guard(MANAGE)
@bp.response(200, ContestRankingOutput(many=True))
def rankings(ctx: Ctx, competition: UUID) -> list[Ranking]:
    """All frozen versions, newest first."""
    return ranking.versions(ctx, competitions.one(ctx, competition).id)


@bp.post("/<uuid:competition>/publish")
@guard(MANAGE)
@bp.response(200, CompetitionOutput)
def publish(ctx: Ctx, competition: UUID) -> Competition:
    """Publish; the days of publicity begin tomorrow."""
    return publicity.publish(ctx, competition)


@bp.post("/<uuid:competition>/conclude")
@guard(MANAGE)
@bp.response(200, CompetitionOutput)
def conclude(ctx: Ctx, competition: UUID) -> Competition:
    """Make the result final."""
    return publicity.conclude(ctx, competition)


@bp.post("/<uuid:competition>/objections")
@guard(ENTER)
@bp.arguments(ContestTextInput)
@bp.response(201, ContestObjectionOutput)
def object_to(ctx: Ctx, data: dict[str, Any], competition: UUID) -> Objection:
    """Object in the days of publicity."""
    return publicity.object_to(ctx, competition, data["text"])


@bp.post("/objections/<uuid:objection>/answer")
@guard(MANAGE)
@bp.arguments(ContestAnswerInput)
@bp.response(200, ContestObjectionOutput)
def answer(ctx: Ctx, data: dict[str, Any], objection: UUID) -> Objection:
    """Answer an objection with reasons."""
    return publicity.answer(ctx, objection, **data)


@bp.post("/<uuid:competition>/judges")
@guard(MANAGE)
@bp.arguments(ContestJudgeInput)
@bp.response(201, ContestCountOutput)
def judge_add(ctx: Ctx, data: dict[str, Any], competition: UUID) -> dict[str, int]:
    """Add a judge by employee number; answers how many there are."""
    judging.add_judge_by_number(ctx, competition, data["number"])
    ctx.db.flush()
    return {"count": len(judging.judges(ctx, competition))}


@bp.post("/<uuid:competition>/deal")
@guard(MANAGE)
@bp.response(200, ContestCountOutput)
def deal(ctx: Ctx, competition: UUID) -> dict[str, int]:
    """Deal works to judges."""
    return {"count": works.deal_out(ctx, competition)}


@bp.get("/judging")
@guard(JUDGE)
@bp.response(200, ContestAssignmentOutput(many=True))
def judging_list(ctx: Ctx) -> list[Assignment]:
    """What one is to judge."""
    return [assignment for assignment, _entry, _competition in judging.mine(ctx)]


@bp.put("/judging/<uuid:assignment>")
@guard(JUDGE)
@bp.arguments(ContestSheetInput)
@bp.response(200, ContestAssignmentOutput)
def judging_score(ctx: Ctx, data: dict[str, Any], assignment: UUID) -> Assignment:
    """Score a work by the lines of the rubric."""
    return judging.score(ctx, assignment, **data)


@bp.post("/judging/<uuid:assignment>/recuse")
@guard(JUDGE)
@bp.response(204)
def judging_recuse(ctx: Ctx, assignment: UUID) -> None:
    """Step back from a work."""
    judging.recuse(ctx, assignment)


@bp.post("/<uuid:competition>/awards")
@guard(MANAGE)
@bp.response(201, ContestAwardOutput(many=True))
def give_awards(ctx: Ctx, competition: UUID) -> list[Award]:
    """Give the awards of the final ranking."""
    return awards.give(ctx, competition)


@bp.get("/<uuid:competition>/awards")
@guard(MANAGE)
@bp.response(200, ContestAwardOutput(many=True))
def award_list(ctx: Ctx, competition: UUID) -> list[Award]:
    """Awards by number."""
    return awards.listed(ctx, competitions.one(ctx, competition).id)


@bp.put("/awards/<uuid:award>")
@guard(MANAGE)
@bp.arguments(ContestAwardInput)
@bp.response(200, ContestAwardOutput)
def change_award(ctx: Ctx, data: dict[str, Any], award: UUID) -> Award:
    """Change a title, a prize, its cost."""
    return awards.change(ctx, award, **data)


@bp.post("/awards/<uuid:award>/revoke")
@guard(MANAGE)
@bp.response(200, ContestAwardOutput)
def revoke_award(ctx: Ctx, award: UUID) -> Award:
    """Revoke an award; its certificate holds no more."""
    return awards.revoke(ctx, award)


@bp.get("/awards/mine")
@guard(ENTER)
@bp.response(200, ContestAwardOutput(many=True))
def my_awards(ctx: Ctx) -> list[Award]:
    """One's own awards."""
    return awards.mine(ctx)
