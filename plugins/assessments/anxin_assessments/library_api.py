"""The instrument library over the API: every instrument, and licensed words brought as a file."""

from typing import Any
from uuid import UUID

from flask import request

from anxin.plugin import Ctx, guard
from anxin_assessments import library_views as views
from anxin_assessments import words
from anxin_assessments.blueprint import api_bp
from anxin_assessments.instruments import editions, unscored
from anxin_assessments.library_pages import LICENCE, WORDS
from anxin_assessments.library_schemas import BringInput, LibraryOutput
from anxin_assessments.policy import MANAGE_CAMPAIGN
from anxin_assessments.services import catalogue, wordings


@api_bp.get("/library")
@guard(MANAGE_CAMPAIGN)
@api_bp.response(200, LibraryOutput(many=True))
def library(ctx: Ctx) -> list[dict[str, Any]]:
    """Every instrument of this version with its licence class, and whether people can take it here."""
    offered = [one.id for one in catalogue.offered(ctx)]
    rows = [
        {
            "id": one.id,
            "title": words.title(one, ctx.locale),
            "items": one.items,
            "editions": editions(one.id),
            "licence": one.licence.ships,
            "state": views.state_of(one, offered),
            "reason": None,
        }
        for one in catalogue.every(ctx)
    ]
    return rows + [
        {
            "id": one["id"],
            "title": one["title"][ctx.locale],
            "items": None,
            "editions": [],
            "licence": one["ships"],
            "state": "keyless",
            "reason": one["reason"][ctx.locale],
        }
        for one in unscored()
    ]


@api_bp.post("/library/<name>/words")
@guard(MANAGE_CAMPAIGN)
@api_bp.arguments(BringInput, location="form")
@api_bp.response(204)
def bring(ctx: Ctx, data: dict[str, Any], name: str) -> None:
    """Bring licensed words: a multipart form with the licence's fields and the files `file` and `licence`."""
    sent = request.files.get("licence")
    wordings.bring(
        ctx,
        catalogue.newest(ctx, name),
        upload=WORDS.take(request),
        locale=data["locale"],
        holder=data["holder"],
        number=data["number"],
        expires_on=data["expires_on"],
        licence=LICENCE.take(request) if sent is not None and sent.filename else None,
    )


@api_bp.delete("/words/<uuid:wording>")
@guard(MANAGE_CAMPAIGN)
@api_bp.response(204)
def retire(ctx: Ctx, wording: UUID) -> None:
    """Stop showing these words."""
    wordings.retire(ctx, wording)
