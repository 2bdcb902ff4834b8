"""Pages of the instrument library: what there is and on what terms, and the tenant's licensed words."""

from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import (
    CSV,
    JPEG,
    JSON,
    PDF,
    PNG,
    XLSX,
    Ctx,
    Invalid,
    Sheet,
    Upload,
    _,
    file_answer,
    guard,
    page,
    workbook,
)
from anxin_assessments import library_views as views
from anxin_assessments import words
from anxin_assessments.blueprint import bp, to
from anxin_assessments.exchange import wording as exchange
from anxin_assessments.library_schemas import BringInput
from anxin_assessments.policy import MANAGE_CAMPAIGN
from anxin_assessments.services import catalogue, wordings

WORDS = Upload(field="file", media_types=(XLSX, CSV, JSON), max_bytes=5_000_000)
LICENCE = Upload(field="licence", media_types=(PDF, JPEG, PNG), max_bytes=10_000_000)


@bp.get("/instruments")
@guard(MANAGE_CAMPAIGN)
def instruments(ctx: Ctx) -> AnyResponse:
    """Every instrument of this version: ready, waiting for licensed words, or without a key."""
    offered = [one.id for one in catalogue.offered(ctx)]
    return page("assessments/instruments.html", groups=views.shelf(catalogue.every(ctx), offered))


@bp.get("/instruments/<name>")
@guard(MANAGE_CAMPAIGN)
def instrument(ctx: Ctx, name: str) -> AnyResponse:
    """One instrument: key, bands, norms with their warning, words with their source, licences brought."""
    return _instrument(ctx, name, {}, {})


def _instrument(ctx: Ctx, name: str, values: Any, errors: Any) -> AnyResponse:
    one = catalogue.newest(ctx, name)
    state, tone = views.STATES[views.state_of(one, [found.id for found in catalogue.offered(ctx)])]
    return page(
        "assessments/instrument.html",
        instrument=one,
        title=words.title(one, ctx.locale),
        state=state,
        tone=tone,
        facts=views.facts(one),
        scales=views.scales(one),
        norms=views.norms(one),
        cutoffs=[
            (words.SCALES[cut.scale], f"≥ {float(cut.at_least):g}", cut.says[ctx.locale])
            for cut in one.cutoffs
        ],
        wordings=views.wordings(one),
        brought=wordings.of_instrument(ctx, one),
        language=views.language,
        languages=[("zh_CN", _("Chinese")), ("en", _("English"))],
        today=ctx.today,
        values=values,
        errors=errors,
    )


def _again(ctx: Ctx, error: Invalid, name: str) -> AnyResponse:
    return _instrument(ctx, name, request.form.to_dict(), error.fields)


@bp.get("/instruments/<name>/template.xlsx")
@guard(MANAGE_CAMPAIGN)
def words_template(ctx: Ctx, name: str) -> AnyResponse:
    """The file to fill in: numbered as the key is, the words are the licence holder's."""
    one = catalogue.newest(ctx, name)
    sheet = Sheet(
        one.key,
        header=("类别", "序号", "文字", "只用于题"),
        rows=exchange.template(one),
        widths=(10, 8, 60, 12),
    )
    answer = Response(workbook([sheet]), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename={one.key}.xlsx"
    return answer


@bp.post("/instruments/<name>/words")
@guard(MANAGE_CAMPAIGN, input=BringInput, invalid=_again)
def bring_words(ctx: Ctx, data: dict[str, Any], name: str) -> AnyResponse:
    one = catalogue.newest(ctx, name)
    sent = request.files.get("licence")
    wordings.bring(
        ctx,
        one,
        upload=WORDS.take(request),
        locale=data["locale"],
        holder=data["holder"],
        number=data["number"],
        expires_on=data["expires_on"],
        licence=LICENCE.take(request) if sent is not None and sent.filename else None,
    )
    return to("instrument", name=one.id)


@bp.post("/words/<uuid:wording>/retire")
@guard(MANAGE_CAMPAIGN)
def retire_words(ctx: Ctx, wording: UUID) -> AnyResponse:
    row = wordings.retire(ctx, wording)
    return to("instrument", name=row.instrument.rpartition("-")[0])


@bp.get("/words/<uuid:wording>/licence")
@guard(MANAGE_CAMPAIGN)
def licence(ctx: Ctx, wording: UUID) -> AnyResponse:
    return file_answer(*wordings.licence_file(ctx, wording))
