"""Own questionnaires over the API: the same services as the pages."""

from typing import Any
from uuid import UUID

from flask import Response, request

from anxin.plugin import JSON, Ctx, guard
from anxin_assessments import questionnaire_views as views
from anxin_assessments.blueprint import api_bp
from anxin_assessments.exchange import fhir, form
from anxin_assessments.policy import MANAGE_CAMPAIGN, SURVEY, TAKE
from anxin_assessments.questionnaire_models import Questionnaire
from anxin_assessments.questionnaire_pages import FORM
from anxin_assessments.questionnaire_schemas import (
    FormSchema,
    PublishInput,
    QuestionnaireFiguresOutput,
    QuestionnaireOutput,
    ReplyInput,
)
from anxin_assessments.services import questionnaires


def _plain(row: Questionnaire) -> dict[str, Any]:
    return {"id": row.id, "title": row.title, "state": row.state, "version": row.version, "form": row.form}


@api_bp.get("/questionnaires")
@guard(MANAGE_CAMPAIGN)
@api_bp.response(200, QuestionnaireOutput(many=True))
def questionnaire_list(ctx: Ctx) -> list[dict[str, Any]]:
    """The tenant's own questionnaires, newest first."""
    return [_plain(row) for row in questionnaires.all_of(ctx)]


@api_bp.post("/questionnaires")
@guard(MANAGE_CAMPAIGN)
@api_bp.arguments(FormSchema)
@api_bp.response(201, QuestionnaireOutput)
def questionnaire_create(ctx: Ctx, data: dict[str, Any]) -> dict[str, Any]:
    """A draft with this form."""
    return _plain(questionnaires.create(ctx, data["title"], form.from_json(data)))


@api_bp.post("/questionnaires/import")
@guard(MANAGE_CAMPAIGN)
@api_bp.response(201)
def questionnaire_import(ctx: Ctx) -> dict[str, Any]:
    """A multipart `file` (XLSX, CSV, FHIR) as a draft, with what was not understood."""
    reading = questionnaires.read(FORM.take(request))
    row = questionnaires.create(ctx, reading.form.title or "—", reading.form)
    return {
        "id": str(row.id),
        "asked": sum(one.asks for one in reading.form.questions),
        "notes": [{"place": one.place, "code": one.code, "detail": one.detail} for one in reading.notes],
        "expressions": [{"place": one.place, "expression": one.text} for one in reading.expressions],
    }


@api_bp.put("/questionnaires/<uuid:questionnaire>")
@guard(MANAGE_CAMPAIGN)
@api_bp.arguments(FormSchema)
@api_bp.response(200, QuestionnaireOutput)
def questionnaire_save(ctx: Ctx, data: dict[str, Any], questionnaire: UUID) -> dict[str, Any]:
    """Replace a draft's form."""
    return _plain(questionnaires.save(ctx, questionnaire, form.from_json(data)))


@api_bp.post("/questionnaires/<uuid:questionnaire>/publish")
@guard(MANAGE_CAMPAIGN)
@api_bp.arguments(PublishInput)
@api_bp.response(200, QuestionnaireOutput)
def questionnaire_publish(ctx: Ctx, data: dict[str, Any], questionnaire: UUID) -> dict[str, Any]:
    """Freeze the form as a version and open it until the end of that day."""
    return _plain(questionnaires.publish(ctx, questionnaire, data["closes_on"]))


@api_bp.post("/questionnaires/<uuid:questionnaire>/close")
@guard(MANAGE_CAMPAIGN)
@api_bp.response(200, QuestionnaireOutput)
def questionnaire_close(ctx: Ctx, questionnaire: UUID) -> dict[str, Any]:
    """End it now."""
    return _plain(questionnaires.close(ctx, questionnaire))


@api_bp.post("/questionnaires/<uuid:questionnaire>/revise")
@guard(MANAGE_CAMPAIGN)
@api_bp.response(200, QuestionnaireOutput)
def questionnaire_revise(ctx: Ctx, questionnaire: UUID) -> dict[str, Any]:
    """Make a draft of a closed one again."""
    return _plain(questionnaires.revise(ctx, questionnaire))


@api_bp.get("/questionnaires/<uuid:questionnaire>/fhir")
@guard(MANAGE_CAMPAIGN)
def questionnaire_fhir(ctx: Ctx, questionnaire: UUID) -> Response:
    """The form as a FHIR R4 Questionnaire."""
    row = ctx.get(Questionnaire, questionnaire)
    data = fhir.write(questionnaires.form_of(row), url=f"urn:uuid:{row.id}", version=str(row.version))
    return Response(data, mimetype=JSON)


@api_bp.get("/questionnaires/<uuid:questionnaire>/figures")
@guard(MANAGE_CAMPAIGN)
@api_bp.response(200, QuestionnaireFiguresOutput)
def questionnaire_figures(ctx: Ctx, questionnaire: UUID) -> dict[str, Any]:
    """What may be shown of the newest version, small groups hidden."""
    progress, shown = questionnaires.figures(ctx, ctx.get(Questionnaire, questionnaire))
    plain = views.counted(shown)
    return {
        "replies": str(progress),
        "questions": [
            {
                "question": one.question.code,
                "text": said["text"],
                "classes": [{"label": label, "share": share} for label, share in said["classes"]],
                "texts": said["texts"],
            }
            for one, said in zip(shown, plain, strict=True)
        ],
    }


@api_bp.get("/surveys")
@guard(TAKE)
@api_bp.response(200, QuestionnaireOutput(many=True))
def survey_list(ctx: Ctx) -> list[dict[str, Any]]:
    """Questionnaires that wait for the person's answers."""
    return [_plain(row) for row in questionnaires.waiting(ctx)]


@api_bp.post("/surveys/<uuid:questionnaire>/reply")
@guard(TAKE, purpose=SURVEY)
@api_bp.arguments(ReplyInput)
@api_bp.response(204)
def survey_reply(ctx: Ctx, data: dict[str, Any], questionnaire: UUID) -> None:
    """Answer all at once: values by question code."""
    questionnaires.submit(ctx, questionnaire, data["answers"])
