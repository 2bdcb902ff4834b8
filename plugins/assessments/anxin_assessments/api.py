"""The API: the same services as the pages.

Person-level addresses exist only for the person and for the counsellor who works with them.
"""

from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, current_locale, guard
from anxin_assessments import words
from anxin_assessments.blueprint import api_bp as bp
from anxin_assessments.policy import READ_RESULT, SELF, SHARE, TAKE
from anxin_assessments.schemas import InstrumentOutput, OutcomeOutput, SheetInput
from anxin_assessments.services import catalogue, results, sheets
from anxin_assessments.services.results import Record


@bp.get("/instruments")
@guard(TAKE)
@bp.response(200, InstrumentOutput(many=True))
def instruments(ctx: Ctx) -> list[dict[str, Any]]:
    """The self-tests this tenant offers, with source, terms and how sure the wording is."""
    return [_instrument(one) for one in catalogue.offered(ctx)]


def _instrument(one: Any) -> dict[str, Any]:
    text = catalogue.words(one, current_locale())
    return {
        "id": one.id,
        "edition": one.edition,
        "title": words.title(one, current_locale()),
        "items": one.items,
        "minutes": one.minutes,
        "licence": one.licence.ships,
        "terms": text.terms,
        "source": text.source.url,
        "wording_status": text.status,
    }


@bp.post("/sheets")
@guard(TAKE, purpose=SELF)
@bp.arguments(SheetInput)
@bp.response(201, OutcomeOutput)
def fill(ctx: Ctx, data: dict[str, Any]) -> dict[str, Any]:
    """Answer a whole self-test at once; it is scored, and risk answers are told on, as on the page."""
    outcome = sheets.fill(ctx, data["instrument"], data["answers"], data["campaign_id"])
    return _outcome(results.one(ctx, outcome.id))


@bp.get("/results")
@guard(TAKE, purpose=SELF)
@bp.response(200, OutcomeOutput(many=True))
def mine(ctx: Ctx) -> list[dict[str, Any]]:
    """The own results, newest first."""
    return [_outcome(record) for record in results.mine(ctx)]


@bp.get("/people/<uuid:person>/results")
@guard(READ_RESULT, purpose=SHARE)
@bp.response(200, OutcomeOutput(many=True))
def of_person(ctx: Ctx, person: UUID) -> list[dict[str, Any]]:
    """A person's results, for the counsellor who works with them and whom the person lets read."""
    return [_outcome(record) for record in results.of_person(ctx, person)]


def _outcome(record: Record) -> dict[str, Any]:
    return {
        "id": record.outcome.id,
        "sheet_id": record.outcome.sheet_id,
        "instrument": record.outcome.instrument,
        "made_at": record.made_at,
        "scores": record.scores,
    }
