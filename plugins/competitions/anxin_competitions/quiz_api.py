"""A quiz over the API: the same services as the pages. Right options never leave the house before the end."""

from typing import Any
from uuid import UUID

from flask import request
from marshmallow import Schema, fields

from anxin.plugin import Ctx, guard
from anxin_competitions.blueprint import api_bp as bp
from anxin_competitions.models import Paper
from anxin_competitions.policy import ENTER, MANAGE, TAKE_PART
from anxin_competitions.schemas import ContestChoiceInput, ContestQuestionInput
from anxin_competitions.services import bank, competitions, papers


class ContestQuestionOutput(Schema):
    id = fields.UUID()
    number = fields.Integer()
    kind = fields.String()
    text = fields.String()
    options = fields.List(fields.String())
    right = fields.List(fields.Integer())
    points = fields.Integer()
    topic = fields.String()


class ContestImportOutput(Schema):
    taken = fields.Integer()
    refused = fields.List(fields.Dict())


class ContestPaperOutput(Schema):
    questions = fields.List(fields.Dict(), metadata={"description": "{kind, text, options}"})
    answers = fields.Dict()
    due_at = fields.AwareDateTime()
    finished_at = fields.AwareDateTime(allow_none=True)
    score = fields.Integer(allow_none=True, metadata={"description": "thousandths of 100 points"})


@bp.get("/<uuid:competition>/questions")
@guard(MANAGE)
@bp.response(200, ContestQuestionOutput(many=True))
def questions(ctx: Ctx, competition: UUID) -> Any:
    """The bank of a quiz."""
    return bank.of(ctx, competitions.one(ctx, competition).id)


@bp.post("/<uuid:competition>/questions")
@guard(MANAGE)
@bp.arguments(ContestQuestionInput)
@bp.response(204)
def question_add(ctx: Ctx, data: dict[str, Any], competition: UUID) -> None:
    """Add one question."""
    bank.add_one(ctx, competition, data)


@bp.post("/<uuid:competition>/questions/import")
@guard(MANAGE)
@bp.response(200, ContestImportOutput)
def questions_import(ctx: Ctx, competition: UUID) -> Any:
    """A multipart `file` (XLSX): good rows are taken in, the others are named."""
    competitions.one(ctx, competition)
    file_id = bank.offer(ctx, competition, bank.BOOK.take(request))
    lines = bank.preview(ctx, competition, file_id)
    return {
        "taken": bank.take_in(ctx, competition, file_id),
        "refused": [{"row": one.row, "reason": str(one.problem)} for one in lines if one.question is None],
    }


@bp.delete("/<uuid:competition>/questions/<uuid:question>")
@guard(MANAGE)
@bp.response(204)
def question_remove(ctx: Ctx, competition: UUID, question: UUID) -> None:
    """Take a question out of the bank."""
    bank.remove(ctx, competition, question)


@bp.post("/quiz/<uuid:entry>")
@guard(ENTER, purpose=TAKE_PART)
@bp.response(200, ContestPaperOutput)
def quiz_start(ctx: Ctx, entry: UUID) -> Any:
    """Draw my paper and let the time run; again gives the same paper."""
    return _shown(papers.start(ctx, entry))


@bp.get("/quiz/<uuid:entry>")
@guard(ENTER, purpose=TAKE_PART)
@bp.response(200, ContestPaperOutput)
def quiz(ctx: Ctx, entry: UUID) -> Any:
    """My paper as it is; without questions before it was begun."""
    paper = papers.look(ctx, entry)[3]
    return _shown(paper) if paper else {"questions": [], "answers": {}}


@bp.put("/quiz/<uuid:entry>/<int:number>")
@guard(ENTER, purpose=TAKE_PART)
@bp.arguments(ContestChoiceInput)
@bp.response(200, ContestPaperOutput)
def quiz_answer(ctx: Ctx, data: dict[str, Any], entry: UUID, number: int) -> Any:
    """Keep the answer to one question. After the time the paper ends with what was kept."""
    return _shown(papers.answer(ctx, entry, number, data["value"]))


@bp.post("/quiz/<uuid:entry>/finish")
@guard(ENTER, purpose=TAKE_PART)
@bp.response(200, ContestPaperOutput)
def quiz_finish(ctx: Ctx, entry: UUID) -> Any:
    """Hand it in."""
    return _shown(papers.finish(ctx, entry))


def _shown(paper: Paper) -> dict[str, Any]:
    return {
        "questions": [
            {"kind": one["kind"], "text": one["text"], "options": one["options"]} for one in paper.drawn
        ],
        "answers": paper.answers,
        "due_at": paper.due_at,
        "finished_at": paper.finished_at,
        "score": paper.score,
    }
