"""Pages of own questionnaires: the builder and the figures (the union), one question a page (people)."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import CSV, JSON, XLSX, Ctx, Invalid, NotFound, Sheet, Upload, guard, page, workbook
from anxin_assessments import questionnaire_views as views
from anxin_assessments.blueprint import bp, to
from anxin_assessments.exchange import fhir, sheet
from anxin_assessments.policy import MANAGE_CAMPAIGN, SURVEY, TAKE
from anxin_assessments.questionnaire_models import Questionnaire
from anxin_assessments.questionnaire_schemas import (
    MoveInput,
    PublishInput,
    QuestionInput,
    TitleInput,
    question_of,
)
from anxin_assessments.services import questionnaires

FORM = Upload(field="file", media_types=(XLSX, CSV, JSON), max_bytes=5_000_000)


# ---- the union -------------------------------------------------------------------------------------------


@bp.get("/questionnaires")
@guard(MANAGE_CAMPAIGN)
def questionnaire_list(ctx: Ctx) -> AnyResponse:
    return _list(ctx, {}, {})


def _list(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    rows = [views.listed(one, ctx.now) for one in questionnaires.all_of(ctx)]
    return page("assessments/questionnaires.html", rows=rows, values=values, errors=errors)


def _list_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _list(ctx, request.form.to_dict(), error.fields)


@bp.post("/questionnaires")
@guard(MANAGE_CAMPAIGN, input=TitleInput, invalid=_list_again)
def questionnaire_create(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    return to("questionnaire", questionnaire=questionnaires.create(ctx, data["title"]).id)


@bp.post("/questionnaires/import")
@guard(MANAGE_CAMPAIGN, invalid=_list_again)
def questionnaire_import(ctx: Ctx) -> AnyResponse:
    """A table or FHIR form as a new draft; what was not understood is said on the page."""
    reading = questionnaires.read(FORM.take(request))
    row = questionnaires.create(ctx, reading.form.title or "—", reading.form)
    return _shown(ctx, row, {}, {}, views.report(reading))


@bp.get("/questionnaires/<uuid:questionnaire>")
@guard(MANAGE_CAMPAIGN)
def questionnaire(ctx: Ctx, questionnaire: UUID) -> AnyResponse:
    return _shown(ctx, ctx.get(Questionnaire, questionnaire), {}, {})


def _shown(ctx: Ctx, row: Questionnaire, values: Any, errors: Any, report: Any = None) -> AnyResponse:
    content = questionnaires.form_of(row)
    edited = next((one for one in content.questions if one.code == request.args.get("edit")), None)
    progress, counted = questionnaires.figures(ctx, row) if row.state in ("open", "closed") else (None, [])
    return page(
        "assessments/questionnaire.html",
        row=views.listed(row, ctx.now),
        questionnaire=row,
        questions=views.questions(content),
        kinds=views.kinds(),
        conditions=views.conditions(content, edited),
        values=values or views.edited(edited),
        errors=errors,
        report=report,
        progress=progress,
        counted=views.counted(counted),
    )


def _shown_again(ctx: Ctx, error: Invalid, questionnaire: UUID, **url: Any) -> AnyResponse:
    return _shown(
        ctx,
        ctx.get(Questionnaire, questionnaire),
        request.form.to_dict(),
        error.fields or {"": [error.message]},
    )


@bp.post("/questionnaires/<uuid:questionnaire>/questions")
@guard(MANAGE_CAMPAIGN, input=QuestionInput, invalid=_shown_again)
def question_put(ctx: Ctx, data: dict[str, Any], questionnaire: UUID) -> AnyResponse:
    questionnaires.put(ctx, questionnaire, question_of(data), data["code"] or None)
    return to("questionnaire", questionnaire=questionnaire)


@bp.post("/questionnaires/<uuid:questionnaire>/questions/<code>")
@guard(MANAGE_CAMPAIGN, input=MoveInput)
def question_move(ctx: Ctx, data: dict[str, Any], questionnaire: UUID, code: str) -> AnyResponse:
    questionnaires.move(ctx, questionnaire, code, data["by"])
    return to("questionnaire", questionnaire=questionnaire)


@bp.post("/questionnaires/<uuid:questionnaire>/publish")
@guard(MANAGE_CAMPAIGN, input=PublishInput, invalid=_shown_again)
def questionnaire_publish(ctx: Ctx, data: dict[str, Any], questionnaire: UUID) -> AnyResponse:
    questionnaires.publish(ctx, questionnaire, data["closes_on"])
    return to("questionnaire", questionnaire=questionnaire)


@bp.post("/questionnaires/<uuid:questionnaire>/close")
@guard(MANAGE_CAMPAIGN)
def questionnaire_close(ctx: Ctx, questionnaire: UUID) -> AnyResponse:
    questionnaires.close(ctx, questionnaire)
    return to("questionnaire", questionnaire=questionnaire)


@bp.post("/questionnaires/<uuid:questionnaire>/revise")
@guard(MANAGE_CAMPAIGN)
def questionnaire_revise(ctx: Ctx, questionnaire: UUID) -> AnyResponse:
    questionnaires.revise(ctx, questionnaire)
    return to("questionnaire", questionnaire=questionnaire)


@bp.get("/questionnaires/<uuid:questionnaire>/preview/<int:number>")
@guard(MANAGE_CAMPAIGN)
def questionnaire_preview(ctx: Ctx, questionnaire: UUID, number: int) -> AnyResponse:
    """One question as people will see it on a phone; nothing is kept."""
    content = questionnaires.form_of(ctx.get(Questionnaire, questionnaire))
    asked = [one for one in content.questions if one.asks]
    if not 1 <= number <= len(asked):
        raise NotFound()

    def at(place: int) -> str:
        return url_for("assessments.questionnaire_preview", questionnaire=questionnaire, number=place)

    return page(
        "assessments/survey.html",
        **views.asked(content, asked[number - 1], None, number, len(asked)),
        errors={},
        preview_next=at(number + 1) if number < len(asked) else None,
        back_href=at(number - 1)
        if number > 1
        else url_for("assessments.questionnaire", questionnaire=questionnaire),
        action=None,
    )


@bp.get("/questionnaires/<uuid:questionnaire>/export.<kind>")
@guard(MANAGE_CAMPAIGN)
def questionnaire_export(ctx: Ctx, questionnaire: UUID, kind: str) -> AnyResponse:
    """The form as a workbook or a FHIR R4 Questionnaire."""
    row = ctx.get(Questionnaire, questionnaire)
    content = questionnaires.form_of(row)
    if kind == "xlsx":
        table = Sheet(
            "问卷", header=sheet.HEADER, rows=sheet.rows(content), widths=(8, 8, 50, 6, 40, 6, 6, 24)
        )
        data, media_type = workbook([table]), XLSX
    elif kind == "json":
        data = fhir.write(content, url=f"urn:uuid:{row.id}", version=str(row.version), status="active")
        media_type = JSON
    else:
        raise NotFound()
    answer = Response(data, mimetype=media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename=questionnaire.{kind}"
    return answer


# ---- people ----------------------------------------------------------------------------------------------


@bp.get("/surveys/<uuid:questionnaire>")
@guard(TAKE, purpose=SURVEY)
def survey(ctx: Ctx, questionnaire: UUID) -> AnyResponse:
    """Who sees it, and the first question that waits."""
    sitting = questionnaires.sit(ctx, questionnaire)
    return page(
        "assessments/survey_start.html",
        form=sitting.form,
        questionnaire=questionnaire,
        count=len(sitting.asked),
    )


@bp.get("/surveys/<uuid:questionnaire>/<code>")
@guard(TAKE, purpose=SURVEY)
def survey_question(ctx: Ctx, questionnaire: UUID, code: str) -> AnyResponse:
    return _survey(ctx, questionnaire, code, {})


def _survey(ctx: Ctx, questionnaire: UUID, code: str, errors: Any) -> AnyResponse:
    sitting = questionnaires.sit(ctx, questionnaire)
    asked = sitting.asked
    if code == "first" and asked:
        return to("survey_question", questionnaire=questionnaire, code=asked[0].code)
    place = next((n for n, one in enumerate(asked) if one.code == code), None)
    if place is None:
        raise NotFound()
    before = asked[place - 1].code if place else None
    back = (
        url_for("assessments.survey_question", questionnaire=questionnaire, code=before)
        if before
        else url_for("assessments.survey", questionnaire=questionnaire)
    )
    return page(
        "assessments/survey.html",
        **views.asked(sitting.form, asked[place], sitting.answers.get(code), place + 1, len(asked)),
        errors=errors,
        preview_next=None,
        back_href=back,
        action=url_for("assessments.survey_answer", questionnaire=questionnaire, code=code),
    )


def _survey_again(ctx: Ctx, error: Invalid, questionnaire: UUID, code: str) -> AnyResponse:
    return _survey(ctx, questionnaire, code, error.fields)


@bp.post("/surveys/<uuid:questionnaire>/<code>")
@guard(TAKE, purpose=SURVEY, invalid=_survey_again)
def survey_answer(ctx: Ctx, questionnaire: UUID, code: str) -> AnyResponse:
    sitting = questionnaires.sit(ctx, questionnaire)
    question = next((one for one in sitting.asked if one.code == code), None)
    if question is None:
        raise NotFound()
    sitting = questionnaires.answer(ctx, questionnaire, code, views.taken(question, request.form))
    following = sitting.next_after(code)
    if following is not None:
        return to("survey_question", questionnaire=questionnaire, code=following.code)
    return to("survey_check", questionnaire=questionnaire)


@bp.get("/surveys/<uuid:questionnaire>/check/all")
@guard(TAKE, purpose=SURVEY)
def survey_check(ctx: Ctx, questionnaire: UUID) -> AnyResponse:
    return _check(ctx, questionnaire, {})


def _check(ctx: Ctx, questionnaire: UUID, errors: Any) -> AnyResponse:
    sitting = questionnaires.sit(ctx, questionnaire)
    rows = views.answers(sitting, questionnaire)
    return page("assessments/survey_check.html", rows=rows, questionnaire=questionnaire, errors=errors)


def _check_again(ctx: Ctx, error: Invalid, questionnaire: UUID) -> AnyResponse:
    return _check(ctx, questionnaire, error.fields)


@bp.post("/surveys/<uuid:questionnaire>/submit/all")
@guard(TAKE, purpose=SURVEY, invalid=_check_again)
def survey_submit(ctx: Ctx, questionnaire: UUID) -> AnyResponse:
    questionnaires.submit(ctx, questionnaire)
    return page("assessments/survey_thanks.html")
