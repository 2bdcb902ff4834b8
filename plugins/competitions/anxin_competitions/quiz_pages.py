"""A quiz: its question bank for those who run it, its paper for those who take it, one question a page."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import XLSX, Ctx, Invalid, _, current_locale, guard, page
from anxin_competitions import words
from anxin_competitions.blueprint import bp, to
from anxin_competitions.models import Paper
from anxin_competitions.policy import ENTER, MANAGE, TAKE_PART
from anxin_competitions.schemas import ContestChoiceInput, ContestTakeInInput
from anxin_competitions.services import bank, competitions, papers

# ---- the bank --------------------------------------------------------------------------------------------


@bp.get("/<uuid:competition>/questions")
@guard(MANAGE)
def question_bank(ctx: Ctx, competition: UUID) -> AnyResponse:
    return _bank(ctx, competition, {})


def _bank(ctx: Ctx, competition_id: UUID, errors: Any) -> AnyResponse:
    found = competitions.one(ctx, competition_id)
    return page(
        "competitions/bank.html",
        competition=found,
        questions=[
            {
                "id": one.id,
                "number": one.number,
                "text": one.text,
                "kind": words.QUESTIONS[one.kind],
                "options": list(zip(bank.LETTERS, one.options, strict=False)),
                "right": {bank.LETTERS[at] for at in one.right},
                "points": one.points,
                "topic": one.topic,
            }
            for one in bank.of(ctx, found.id)
        ],
        may_change=found.state in {"draft", "open"},
        errors=errors,
    )


def _bank_again(ctx: Ctx, error: Invalid, competition: UUID) -> AnyResponse:
    return _bank(ctx, competition, error.fields)


@bp.get("/questions/template.xlsx")
@guard(MANAGE)
def question_template(ctx: Ctx) -> AnyResponse:
    return _book(bank.template(current_locale()), "questions.xlsx")


@bp.post("/<uuid:competition>/questions")
@guard(MANAGE, invalid=_bank_again)
def questions_offer(ctx: Ctx, competition: UUID) -> AnyResponse:
    competitions.one(ctx, competition)
    file_id = bank.offer(ctx, competition, bank.BOOK.take(request))
    return to("questions_preview", competition=competition, file=file_id)


@bp.get("/<uuid:competition>/questions/<uuid:file>")
@guard(MANAGE)
def questions_preview(ctx: Ctx, competition: UUID, file: UUID) -> AnyResponse:
    """What the workbook brings and what is wrong in it, before anything is taken in."""
    lines = bank.preview(ctx, competition, file)
    good = [line for line in lines if line.question]
    return page(
        "competitions/questions_preview.html",
        competition=competitions.one(ctx, competition),
        file=file,
        good=good,
        bad=[line for line in lines if line.question is None],
        kinds={
            kind: sum(1 for line in good if line.question and line.question["kind"] == kind)
            for kind in words.QUESTIONS
        },
        words=words,
        has=bank.count(ctx, competition),
    )


@bp.get("/<uuid:competition>/questions/<uuid:file>/refused.xlsx")
@guard(MANAGE)
def questions_refused(ctx: Ctx, competition: UUID, file: UUID) -> AnyResponse:
    return _book(bank.refused(bank.preview(ctx, competition, file)), "refused.xlsx")


@bp.post("/<uuid:competition>/questions/<uuid:file>")
@guard(MANAGE, input=ContestTakeInInput)
def questions_take_in(ctx: Ctx, data: dict[str, Any], competition: UUID, file: UUID) -> AnyResponse:
    bank.take_in(ctx, competition, file, replace=data["replace"])
    return to("question_bank", competition=competition)


@bp.post("/<uuid:competition>/questions/<uuid:question>/remove")
@guard(MANAGE)
def question_remove(ctx: Ctx, competition: UUID, question: UUID) -> AnyResponse:
    bank.remove(ctx, competition, question)
    return to("question_bank", competition=competition)


def _book(content: bytes, name: str) -> AnyResponse:
    answer = Response(content, mimetype=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


# ---- taking it -------------------------------------------------------------------------------------------


@bp.get("/quiz/<uuid:entry>")
@guard(ENTER, purpose=TAKE_PART)
def quiz(ctx: Ctx, entry: UUID) -> AnyResponse:
    """Before: what awaits one. During: on to the next question. After: the own result."""
    found, category, competition, paper = papers.look(ctx, entry)
    if paper is not None and paper.finished_at is None:
        return to("quiz_question", entry=entry, number=_next(paper))
    return page(
        "competitions/quiz.html",
        entry=found,
        category=category,
        competition=competition,
        rules=competition.rules["quiz"],
        paper=paper,
        score=words.points((paper.score or 0) // 10) if paper else "",
        took=divmod((paper.took or 0) // 1000, 60) if paper else None,
        answered=len([one for one in paper.answers.values() if one]) if paper else 0,
        late=paper is not None and paper.finished_at == paper.due_at,
    )


def _next(paper: Paper) -> int:
    """The first question without an answer, or the last one."""
    open_ = [at for at in range(1, len(paper.drawn) + 1) if not paper.answers.get(str(at))]
    return open_[0] if open_ else len(paper.drawn)


@bp.post("/quiz/<uuid:entry>")
@guard(ENTER, purpose=TAKE_PART)
def quiz_start(ctx: Ctx, entry: UUID) -> AnyResponse:
    papers.start(ctx, entry)
    return to("quiz_question", entry=entry, number=1)


@bp.get("/quiz/<uuid:entry>/<int:number>")
@guard(ENTER, purpose=TAKE_PART)
def quiz_question(ctx: Ctx, entry: UUID, number: int) -> AnyResponse:
    return _question(ctx, entry, number, {})


def _question(ctx: Ctx, entry: UUID, number: int, errors: Any) -> AnyResponse:
    paper = papers.look(ctx, entry)[3]
    if paper is None or paper.finished_at is not None:
        return to("quiz", entry=entry)
    if not 1 <= number <= len(paper.drawn):
        return to("quiz_question", entry=entry, number=_next(paper))
    question = paper.drawn[number - 1]
    minutes, seconds = papers.left(ctx, paper)
    return page(
        "competitions/quiz_question.html",
        entry=entry,
        number=number,
        total=len(paper.drawn),
        text=question["text"],
        many=question["kind"] == "many",
        options=list(enumerate(question["options"])),
        chosen=paper.answers.get(str(number), []),
        back=url_for("competitions.quiz_question", entry=entry, number=number - 1) if number > 1 else None,
        left=_("%(minutes)d min %(seconds)d s left", minutes=minutes, seconds=seconds),
        errors=errors,
    )


def _question_again(ctx: Ctx, error: Invalid, entry: UUID, number: int) -> AnyResponse:
    return _question(ctx, entry, number, error.fields)


@bp.post("/quiz/<uuid:entry>/<int:number>")
@guard(ENTER, purpose=TAKE_PART, input=ContestChoiceInput, invalid=_question_again)
def quiz_answer(ctx: Ctx, data: dict[str, Any], entry: UUID, number: int) -> AnyResponse:
    """Kept at once; then the next question, or the look over all of them."""
    paper = papers.answer(ctx, entry, number, data["value"])
    if paper.finished_at is not None:
        return to("quiz", entry=entry)
    if number < len(paper.drawn):
        return to("quiz_question", entry=entry, number=number + 1)
    return to("quiz_check", entry=entry)


@bp.get("/quiz/<uuid:entry>/check")
@guard(ENTER, purpose=TAKE_PART)
def quiz_check(ctx: Ctx, entry: UUID) -> AnyResponse:
    paper = papers.look(ctx, entry)[3]
    if paper is None or paper.finished_at is not None:
        return to("quiz", entry=entry)
    minutes, seconds = papers.left(ctx, paper)
    return page(
        "competitions/quiz_check.html",
        entry=entry,
        rows=[
            {
                "number": at,
                "text": question["text"],
                "answered": bool(paper.answers.get(str(at))),
                "href": url_for("competitions.quiz_question", entry=entry, number=at),
            }
            for at, question in enumerate(paper.drawn, 1)
        ],
        open=sum(1 for at in range(1, len(paper.drawn) + 1) if not paper.answers.get(str(at))),
        left=_("%(minutes)d min %(seconds)d s left", minutes=minutes, seconds=seconds),
    )


@bp.post("/quiz/<uuid:entry>/finish")
@guard(ENTER, purpose=TAKE_PART)
def quiz_finish(ctx: Ctx, entry: UUID) -> AnyResponse:
    papers.finish(ctx, entry)
    return to("quiz", entry=entry)
