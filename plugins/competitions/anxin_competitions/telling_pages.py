"""Pages about money, clothes, what is told, and pictures with the yes of those they show."""

from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import XLSX, Ctx, Invalid, file_answer, guard, page
from anxin_competitions import words
from anxin_competitions.blueprint import bp, people_of, to
from anxin_competitions.policy import ENTER, MANAGE, TAKE_PART
from anxin_competitions.schemas import (
    ContestCostForm,
    ContestPhotoAnswerInput,
    ContestPhotoInput,
    ContestPressInput,
    ContestSizeInput,
)
from anxin_competitions.services import budget, competitions, press

# ---- money and clothes -------------------------------------------------------------------------------------


@bp.get("/<uuid:competition>/budget")
@guard(MANAGE)
def costs(ctx: Ctx, competition: UUID) -> AnyResponse:
    return _costs(ctx, competition, {}, {})


def _costs(ctx: Ctx, competition_id: UUID, values: Any, errors: Any) -> AnyResponse:
    return page(
        "competitions/budget.html",
        competition=competitions.one(ctx, competition_id),
        budget=budget.of(ctx, competition_id),
        kinds=words.COSTS,
        yuan=words.yuan,
        values=values,
        errors=errors,
    )


def _costs_again(ctx: Ctx, error: Invalid, competition: UUID) -> AnyResponse:
    return _costs(ctx, competition, request.form.to_dict(), error.fields)


@bp.post("/<uuid:competition>/budget")
@guard(MANAGE, input=ContestCostForm, invalid=_costs_again)
def cost_add(ctx: Ctx, data: dict[str, Any], competition: UUID) -> AnyResponse:
    budget.add(ctx, competition, ContestCostForm.in_fen(data))
    return to("costs", competition=competition)


@bp.post("/costs/<uuid:cost>")
@guard(MANAGE, input=ContestCostForm)
def cost_change(ctx: Ctx, data: dict[str, Any], cost: UUID) -> AnyResponse:
    return to("costs", competition=budget.change(ctx, cost, ContestCostForm.in_fen(data)).competition_id)


@bp.post("/costs/<uuid:cost>/remove")
@guard(MANAGE)
def cost_remove(ctx: Ctx, cost: UUID) -> AnyResponse:
    return to("costs", competition=budget.remove(ctx, cost))


@bp.get("/<uuid:competition>/budget.xlsx")
@guard(MANAGE)
def budget_book(ctx: Ctx, competition: UUID) -> AnyResponse:
    answer = Response(budget.book(budget.of(ctx, competition), words.COSTS), mimetype=XLSX)
    answer.headers["Content-Disposition"] = "attachment; filename=budget.xlsx"
    return answer


@bp.post("/<uuid:competition>/size")
@guard(ENTER, purpose=TAKE_PART, input=ContestSizeInput)
def size_tell(ctx: Ctx, data: dict[str, Any], competition: UUID) -> AnyResponse:
    budget.tell_size(ctx, competition, data["size"])
    return to("mine")


# ---- what is told --------------------------------------------------------------------------------------------


@bp.get("/<uuid:competition>/press")
@guard(MANAGE)
def press_desk(ctx: Ctx, competition: UUID) -> AnyResponse:
    return _press(ctx, competition, {}, {})


def _press(ctx: Ctx, competition_id: UUID, values: Any, errors: Any) -> AnyResponse:
    found = competitions.one(ctx, competition_id)
    return page(
        "competitions/press.html",
        competition=found,
        photos=[
            {
                "id": photo.id,
                "caption": photo.caption,
                "people": [
                    {"name": name, "answer": words.ANSWERS[answer], "tone": words.ANSWER_TONES.get(answer)}
                    for name, answer in shown
                ],
                "nobody": photo.nobody,
            }
            for photo, shown in press.managed(ctx, found.id)
        ],
        public={photo.id for photo in press.public(ctx, found.id)},
        values=values,
        errors=errors,
    )


def _press_again(ctx: Ctx, error: Invalid, competition: UUID) -> AnyResponse:
    return _press(ctx, competition, request.form.to_dict(), error.fields)


@bp.post("/<uuid:competition>/press")
@guard(MANAGE, input=ContestPressInput, invalid=_press_again)
def press_write(ctx: Ctx, data: dict[str, Any], competition: UUID) -> AnyResponse:
    press.write(ctx, competition, **data)
    return to("press_desk", competition=competition)


@bp.post("/<uuid:competition>/photos")
@guard(MANAGE, input=ContestPhotoInput, invalid=_press_again)
def photo_add(ctx: Ctx, data: dict[str, Any], competition: UUID) -> AnyResponse:
    competitions.one(ctx, competition)
    people = people_of(ctx, data["numbers"])
    press.add(
        ctx,
        competition,
        press.PICTURES.take(request),
        caption=data["caption"],
        people=people,
        nobody=data["nobody"],
    )
    return to("press_desk", competition=competition)


@bp.post("/photos/<uuid:photo>/remove")
@guard(MANAGE)
def photo_remove(ctx: Ctx, photo: UUID) -> AnyResponse:
    return to("press_desk", competition=press.remove(ctx, photo))


@bp.get("/photos/<uuid:photo>")
@guard(ENTER)
def photo(ctx: Ctx, photo: UUID) -> AnyResponse:
    return file_answer(*press.read(ctx, photo), inline=True)


@bp.get("/pictures")
@guard(ENTER)
def pictures(ctx: Ctx) -> AnyResponse:
    """Pictures that show the actor, and their yes or no."""
    return page(
        "competitions/pictures.html",
        rows=[
            {
                "id": photo.id,
                "caption": photo.caption,
                "competition": title,
                "answer": words.ANSWERS[shown.answer],
                "tone": words.ANSWER_TONES.get(shown.answer),
                "code": shown.answer,
            }
            for shown, photo, title in press.asked(ctx)
        ],
    )


@bp.post("/photos/<uuid:photo>/answer")
@guard(ENTER, input=ContestPhotoAnswerInput)
def photo_answer(ctx: Ctx, data: dict[str, Any], photo: UUID) -> AnyResponse:
    press.answer(ctx, photo, agrees=data["agrees"])
    return to("pictures")
