"""Works, appeals, money, clothes and pictures over the API: the same services as the pages."""

from typing import Any
from uuid import UUID

from flask import request
from marshmallow import Schema, fields

from anxin.plugin import Ctx, file_answer, guard
from anxin_competitions.blueprint import api_bp as bp
from anxin_competitions.blueprint import people_of
from anxin_competitions.models import Entry
from anxin_competitions.policy import ENTER, JUDGE, MANAGE, TAKE_PART
from anxin_competitions.schemas import (
    CompetitionOutput,
    ContestAnswerInput,
    ContestCostInput,
    ContestPhotoAnswerInput,
    ContestPhotoInput,
    ContestPressInput,
    ContestSizeInput,
    ContestTextInput,
)
from anxin_competitions.services import appeals, budget, competitions, entries, press, works


class ContestWorkOutput(Schema):
    id = fields.UUID()
    file_id = fields.UUID(allow_none=True)
    redacted_id = fields.UUID(allow_none=True)


class ContestCommentOutput(Schema):
    text = fields.String()


class ContestAppealOutput(Schema):
    id = fields.UUID()
    entry_id = fields.UUID()
    state = fields.String()
    made_at = fields.AwareDateTime()


class ContestCostOutput(Schema):
    id = fields.UUID()
    kind = fields.String()
    title = fields.String()
    planned_fen = fields.Integer()
    actual_fen = fields.Integer()


class ContestBudgetOutput(Schema):
    lines = fields.List(fields.Nested(ContestCostOutput))
    planned = fields.Integer()
    actual = fields.Integer()
    prizes = fields.List(fields.Dict())
    sizes = fields.Dict(keys=fields.String(), values=fields.Integer())
    untold = fields.Integer()


class ContestPhotoOutput(Schema):
    id = fields.UUID()
    caption = fields.String()
    nobody = fields.Boolean()


class ContestShownOutput(Schema):
    photo_id = fields.UUID()
    answer = fields.String()


@bp.put("/entries/<uuid:entry>/work")
@guard(ENTER, purpose=TAKE_PART)
@bp.response(200, ContestWorkOutput)
def work_hand_in(ctx: Ctx, entry: UUID) -> Any:
    """A multipart `file` (PDF, JPEG, PNG, WebP): the work of an own entry."""
    entries.own_or_managed(ctx, entry)
    return works.hand_in(ctx, entry, works.WORK.take(request))


@bp.get("/entries/<uuid:entry>/work")
@guard(ENTER)
@bp.response(200)
def work(ctx: Ctx, entry: UUID) -> Any:
    """The work as handed in: for its author and those who run it."""
    return file_answer(*works.read(ctx, entry))


@bp.put("/entries/<uuid:entry>/copy")
@guard(MANAGE)
@bp.response(200, ContestWorkOutput)
def work_redact(ctx: Ctx, entry: UUID) -> Any:
    """A multipart `file` without names, or none: the work as it is."""
    ctx.get(Entry, entry)
    sent = request.files.get("file")
    return works.redact(ctx, entry, works.WORK.take(request) if sent and sent.filename else None)


@bp.get("/judging/<uuid:assignment>/work")
@guard(JUDGE)
@bp.response(200)
def judging_work(ctx: Ctx, assignment: UUID) -> Any:
    """The copy without names, for the judge it was dealt to."""
    return file_answer(*works.for_judge(ctx, assignment))


@bp.get("/entries/<uuid:entry>/comments")
@guard(ENTER)
@bp.response(200, ContestCommentOutput(many=True))
def comments(ctx: Ctx, entry: UUID) -> Any:
    """What judges wrote to me, once the result is published; without their names."""
    found = entries.own_or_managed(ctx, entry)
    return [
        {"text": text} for text in works.comments(ctx, found, competitions.one(ctx, found.competition_id))
    ]


@bp.post("/entries/<uuid:entry>/appeal")
@guard(ENTER)
@bp.arguments(ContestTextInput)
@bp.response(201, ContestAppealOutput)
def appeal(ctx: Ctx, data: dict[str, Any], entry: UUID) -> Any:
    """Appeal for an entry that was not accepted; once."""
    return appeals.appeal(ctx, entry, data["text"])


@bp.get("/<uuid:competition>/appeals")
@guard(MANAGE)
@bp.response(200, ContestAppealOutput(many=True))
def appeal_list(ctx: Ctx, competition: UUID) -> Any:
    """Appeals of a competition, open ones first."""
    return [found for found, _entry in appeals.listed(ctx, competitions.one(ctx, competition).id)]


@bp.post("/appeals/<uuid:appeal>/answer")
@guard(MANAGE)
@bp.arguments(ContestAnswerInput)
@bp.response(200, ContestAppealOutput)
def appeal_answer(ctx: Ctx, data: dict[str, Any], appeal: UUID) -> Any:
    """Answer an appeal; not by whoever refused the entry."""
    return appeals.answer(ctx, appeal, **data)


# ---- money, clothes ------------------------------------------------------------------------------------------


@bp.get("/<uuid:competition>/budget")
@guard(MANAGE)
@bp.response(200, ContestBudgetOutput)
def costs(ctx: Ctx, competition: UUID) -> Any:
    """Planned against spent, prizes to buy, clothes by size."""
    found = budget.of(ctx, competition)
    return {
        "lines": found.lines,
        "planned": found.planned,
        "actual": found.actual,
        "prizes": [{"prize": prize, "count": count, "fen": fen} for prize, count, fen in found.prizes],
        "sizes": found.sizes,
        "untold": found.untold,
    }


@bp.post("/<uuid:competition>/budget")
@guard(MANAGE)
@bp.arguments(ContestCostInput)
@bp.response(201, ContestCostOutput)
def cost_add(ctx: Ctx, data: dict[str, Any], competition: UUID) -> Any:
    """A line of the budget."""
    made = budget.add(ctx, competition, data)
    ctx.db.flush()
    return made


@bp.put("/costs/<uuid:cost>")
@guard(MANAGE)
@bp.arguments(ContestCostInput)
@bp.response(200, ContestCostOutput)
def cost_change(ctx: Ctx, data: dict[str, Any], cost: UUID) -> Any:
    """What it really cost."""
    return budget.change(ctx, cost, data)


@bp.delete("/costs/<uuid:cost>")
@guard(MANAGE)
@bp.response(204)
def cost_remove(ctx: Ctx, cost: UUID) -> None:
    """Take a line out."""
    budget.remove(ctx, cost)


@bp.put("/<uuid:competition>/size")
@guard(ENTER, purpose=TAKE_PART)
@bp.arguments(ContestSizeInput)
@bp.response(204)
def size_tell(ctx: Ctx, data: dict[str, Any], competition: UUID) -> None:
    """My size, for the organisers to count."""
    budget.tell_size(ctx, competition, data["size"])


# ---- what is told ----------------------------------------------------------------------------------------------


@bp.put("/<uuid:competition>/press")
@guard(MANAGE)
@bp.arguments(ContestPressInput)
@bp.response(200, CompetitionOutput)
def press_write(ctx: Ctx, data: dict[str, Any], competition: UUID) -> Any:
    """The text that is told of it."""
    return press.write(ctx, competition, **data)


@bp.post("/<uuid:competition>/photos")
@guard(MANAGE)
@bp.arguments(ContestPhotoInput, location="form")
@bp.response(201, ContestPhotoOutput)
def photo_add(ctx: Ctx, data: dict[str, Any], competition: UUID) -> Any:
    """A multipart form with the picture as `file`; whom it shows is asked."""
    competitions.one(ctx, competition)
    return press.add(
        ctx,
        competition,
        press.PICTURES.take(request),
        caption=data["caption"],
        people=people_of(ctx, data["numbers"]),
        nobody=data["nobody"],
    )


@bp.get("/<uuid:competition>/photos")
@guard(ENTER)
@bp.response(200, ContestPhotoOutput(many=True))
def photos(ctx: Ctx, competition: UUID) -> Any:
    """Pictures that everybody they show agreed to."""
    found = competitions.one(ctx, competition)
    return press.public(ctx, found.id) if found.press_at else []


@bp.delete("/photos/<uuid:photo>")
@guard(MANAGE)
@bp.response(204)
def photo_remove(ctx: Ctx, photo: UUID) -> None:
    """Take a picture out."""
    press.remove(ctx, photo)


@bp.get("/photos/<uuid:photo>")
@guard(ENTER)
@bp.response(200)
def photo(ctx: Ctx, photo: UUID) -> Any:
    """A picture's file."""
    return file_answer(*press.read(ctx, photo))


@bp.get("/pictures")
@guard(ENTER)
@bp.response(200, ContestShownOutput(many=True))
def pictures(ctx: Ctx) -> Any:
    """Pictures that show me, and what I said."""
    return [shown for shown, _photo, _title in press.asked(ctx)]


@bp.put("/photos/<uuid:photo>/answer")
@guard(ENTER)
@bp.arguments(ContestPhotoAnswerInput)
@bp.response(200, ContestShownOutput)
def photo_answer(ctx: Ctx, data: dict[str, Any], photo: UUID) -> Any:
    """Yes or no; it may change."""
    return press.answer(ctx, photo, agrees=data["agrees"])
