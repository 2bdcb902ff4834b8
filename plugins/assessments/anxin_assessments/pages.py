"""Pages: taking a self-test (people), reading results (counsellors)."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import ConsentRequired, Ctx, Invalid, NotFound, current_locale, guard, name_of, page
from anxin_assessments import printing, views
from anxin_assessments.blueprint import bp, to
from anxin_assessments.policy import READ_RESULT, SELF, SHARE, TAKE
from anxin_assessments.schemas import AnswerInput, InterpretationInput, StartInput
from anxin_assessments.services import (
    alarms,
    campaigns,
    catalogue,
    interpreting,
    levels,
    questionnaires,
    results,
    sheets,
)

# A long form is answered in blocks with a pause between them.
REST_EVERY, LONG, REST_FEWEST = 30, 40, 5


# ---- people ----------------------------------------------------------------------------------------------


@bp.get("/")
@guard(TAKE)
def index(ctx: Ctx) -> AnyResponse:
    """The self-tests on offer, and campaigns that wait."""
    return page(
        "assessments/index.html",
        instruments=views.listed(catalogue.offered(ctx), current_locale()),
        todo=[views.todo(one, current_locale()) for one in campaigns.todo(ctx)],
        surveys=[views.survey(one) for one in questionnaires.waiting(ctx)],
    )


@bp.get("/take/<name>")
@guard(TAKE, purpose=SELF)
def start(ctx: Ctx, name: str) -> AnyResponse:
    """What is asked, how long it takes, who sees it."""
    instrument = catalogue.offered_one(ctx, name)
    return page(
        "assessments/start.html",
        **views.about(instrument, current_locale()),
        campaign=request.args.get("campaign", type=UUID),
    )


@bp.post("/take/<name>")
@guard(TAKE, purpose=SELF, input=StartInput)
def begin(ctx: Ctx, data: dict[str, Any], name: str) -> AnyResponse:
    sheet = sheets.start(ctx, name, data["campaign"])
    return _next(sheets.look(ctx, sheet.id))


@bp.get("/sheets/<uuid:sheet>/<int:item>")
@guard(TAKE, purpose=SELF)
def question(ctx: Ctx, sheet: UUID, item: int) -> AnyResponse:
    return _question(ctx, sheet, item, "back" in request.args, {})


def _question(ctx: Ctx, sheet: UUID, item: int, back: bool, errors: Any) -> AnyResponse:
    sitting = sheets.look(ctx, sheet)
    if not 1 <= item <= sitting.instrument.items:
        raise NotFound()
    if sitting.sheet.state != "open":
        return to("mine")
    return _pushed(
        page(
            "assessments/question.html",
            **views.question(sitting, item, current_locale()),
            back=back,
            sheet=sitting.sheet.id,
            errors=errors,
        )
    )


def _question_again(ctx: Ctx, error: Invalid, sheet: UUID, item: int) -> AnyResponse:
    return _question(ctx, sheet, item, "back" in request.form, error.fields)


@bp.post("/sheets/<uuid:sheet>/<int:item>")
@guard(TAKE, purpose=SELF, input=AnswerInput, invalid=_question_again, swift=True)
def answer(ctx: Ctx, data: dict[str, Any], sheet: UUID, item: int) -> AnyResponse:
    sitting = sheets.answer(ctx, sheet, item, data["value"])
    if data["back"]:
        return to("check", sheet=sheet)
    at_risk = sitting.risk is not None and sitting.risk.item == item
    if at_risk and sitting.next_item is not None:
        return to("care", sheet=sheet, after=item)
    if item % REST_EVERY == 0 and sitting.instrument.items > LONG and len(sitting.missing) > REST_FEWEST:
        return to("rest", sheet=sheet, after=item)
    return _next(sitting, after=item)


@bp.get("/sheets/<uuid:sheet>/rest")
@guard(TAKE, purpose=SELF)
def rest(ctx: Ctx, sheet: UUID) -> AnyResponse:
    """Between the blocks of a long form: how far it is, and leave to stop for now."""
    sitting = sheets.look(ctx, sheet)
    after = request.args.get("after", default=0, type=int)
    total = sitting.instrument.items
    return _pushed(
        page(
            "assessments/rest.html",
            done=total - len(sitting.missing),
            total=total,
            next_href=_next_href(sitting, after),
            days=ctx.settings["resume_days"],
        )
    )


@bp.get("/sheets/<uuid:sheet>/care")
@guard(TAKE, purpose=SELF)
def care(ctx: Ctx, sheet: UUID) -> AnyResponse:
    """The help card that stands before the next question."""
    sitting = sheets.look(ctx, sheet)
    after = request.args.get("after", default=0, type=int)
    return _pushed(
        page(
            "assessments/care.html",
            sheet=sheet,
            next_href=_next_href(sitting, after),
            care_text=views.care_text(sitting.risk),
        )
    )


@bp.get("/sheets/<uuid:sheet>/check")
@guard(TAKE, purpose=SELF)
def check(ctx: Ctx, sheet: UUID) -> AnyResponse:
    return _check(ctx, sheet)


def _check(ctx: Ctx, sheet: UUID, errors: Any = None) -> AnyResponse:
    sitting = sheets.look(ctx, sheet)
    if sitting.sheet.state != "open":
        return to("mine")
    rows = views.answers(sitting, current_locale())
    return _pushed(
        page(
            "assessments/check.html",
            rows=rows,
            risk=sitting.risk,
            sheet=sheet,
            errors=errors or {},
            care_text=views.care_text(sitting.risk),
        )
    )


def _check_again(ctx: Ctx, error: Invalid, sheet: UUID) -> AnyResponse:
    return _check(ctx, sheet, error.fields)


@bp.post("/sheets/<uuid:sheet>/submit")
@guard(TAKE, purpose=SELF, invalid=_check_again, swift=True)
def submit(ctx: Ctx, sheet: UUID) -> AnyResponse:
    return to("result", outcome=sheets.submit(ctx, sheet).id)


@bp.post("/sheets/<uuid:sheet>/contact")
@guard(TAKE, purpose=SELF)
def contact(ctx: Ctx, sheet: UUID) -> AnyResponse:
    """ "Ask a counsellor to contact me", from the help card or a result."""
    sitting = sheets.look(ctx, sheet)
    alarms.contact_wished(ctx, sitting.sheet, sitting.instrument)
    return page("assessments/contact.html", next_href=_next_href(sitting))


@bp.get("/results/<uuid:outcome>")
@guard(TAKE, purpose=SELF)
def result(ctx: Ctx, outcome: UUID) -> AnyResponse:
    record = results.one(ctx, outcome)
    return page(
        "assessments/result.html",
        **views.result(record, current_locale()),
        reading=interpreting.mine(ctx, outcome),
        shared=_agrees(ctx, SHARE.name),
        share_href=url_for("consent.ask", purpose=SHARE.name, next=request.script_root + request.path),
    )


@bp.post("/results/<uuid:outcome>/print")
@guard(TAKE, purpose=SELF)
def result_print(ctx: Ctx, outcome: UUID) -> AnyResponse:
    """The own result as a PDF, made by a job."""
    return redirect(url_for("tasks.show", task=printing.ask(ctx, outcome).id), code=303)


@bp.post("/results/<uuid:outcome>/again")
@guard(TAKE, purpose=SELF)
def again(ctx: Ctx, outcome: UUID) -> AnyResponse:
    """ "Remind me in two weeks"."""
    return page("assessments/reminded.html", at=results.remind_again(ctx, outcome))


@bp.get("/mine")
@guard(TAKE, purpose=SELF)
def mine(ctx: Ctx) -> AnyResponse:
    """The own records over time."""
    return page("assessments/mine.html", groups=views.history(results.mine(ctx), current_locale()))


@bp.post("/campaigns/<uuid:campaign>/decline")
@guard(TAKE)
def decline(ctx: Ctx, campaign: UUID) -> AnyResponse:
    campaigns.decline(ctx, campaign)
    return to("index")


def _next(sitting: sheets.Sitting[Any], after: int = 0) -> AnyResponse:
    return redirect(_next_href(sitting, after), code=303)


def _next_href(sitting: sheets.Sitting[Any], after: int = 0) -> str:
    """The first unanswered question after `after`, else the first of all, else "check your answers"."""
    sheet = sitting.sheet.id
    if sitting.sheet.state != "open":
        return url_for("assessments.mine")
    later = [item for item in sitting.missing if item > after] or sitting.missing
    if later:
        return url_for("assessments.question", sheet=sheet, item=later[0])
    return url_for("assessments.check", sheet=sheet)


def _pushed(response: AnyResponse) -> AnyResponse:
    """An answer's redirect is followed inside htmx: tell the address bar where we are."""
    if request.headers.get("HX-Request") == "true" and response.status_code == 200:
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        response.headers["HX-Push-Url"] = request.script_root + request.path + query
    return response


def _agrees(ctx: Ctx, purpose: str) -> bool:
    try:
        ctx.runtime.access.require(ctx, purpose)
    except ConsentRequired:
        return False
    return True


# ---- counsellors -----------------------------------------------------------------------------------------


@bp.get("/people/<uuid:person>")
@guard(READ_RESULT, purpose=SHARE)
def person(ctx: Ctx, person: UUID) -> AnyResponse:
    """A person's results with item detail and trend, for the counsellor who works with them."""
    return _person(ctx, person)


def _person(ctx: Ctx, person: UUID, errors: Any = None) -> AnyResponse:
    records = results.of_person(ctx, person)
    readings = interpreting.of_results(ctx, [record.outcome.id for record in records])
    return page(
        "assessments/person.html",
        name=name_of(ctx, person),
        person=person,
        groups=views.clinical(records, current_locale(), readings),
        errors=errors or {},
        values=request.form,
    )


def _person_again(ctx: Ctx, error: Invalid, person: UUID, outcome: UUID) -> AnyResponse:
    return _person(ctx, person, error.fields)


@bp.post("/people/<uuid:person>/results/<uuid:outcome>/interpretation")
@guard(READ_RESULT, purpose=SHARE, input=InterpretationInput, invalid=_person_again)
def interpret(ctx: Ctx, data: dict[str, Any], person: UUID, outcome: UUID) -> AnyResponse:
    """A counsellor's words on a result, sent to the person."""
    interpreting.send(ctx, person, outcome, **data)
    return to("person", person=person)


@bp.get("/interpretations")
@guard(READ_RESULT, purpose=SHARE)
def interpretations(ctx: Ctx) -> AnyResponse:
    """Results that wait for a counsellor's interpretation, and the four levels with their clocks."""
    return page(
        "assessments/interpretations.html",
        waiting=[views.waiting(one, current_locale()) for one in interpreting.waiting(ctx)],
        campaigns=levels.of_campaigns(ctx),
        ladder=views.ladder(),
    )
