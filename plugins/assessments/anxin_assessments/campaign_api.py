"""The API of campaigns: the same services as their pages."""

from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, current_locale, guard
from anxin_assessments import views
from anxin_assessments.blueprint import api_bp as bp
from anxin_assessments.policy import READ_FIGURES
from anxin_assessments.schemas import FiguresOutput
from anxin_assessments.services import figures


@bp.get("/campaigns/<uuid:campaign>/figures")
@guard(READ_FIGURES)
@bp.response(200, FiguresOutput)
def campaign_figures(ctx: Ctx, campaign: UUID) -> dict[str, Any]:
    """Participation and distributions of a campaign that is over, small groups hidden."""
    found = figures.of_campaign(ctx, campaign)
    waves = [views.wave(one, current_locale()) for one in found.waves]
    return {
        "campaign_id": campaign,
        "invited": found.invited,
        "progress": str(found.progress),
        "waves": [
            {
                "instrument": one.instrument.key,
                "units": [
                    {
                        "unit": row["name"],
                        "eligible": row["eligible"],
                        "participation": str(row["participation"]),
                        "mean": str(row["mean"]),
                        "distribution": [{"label": b["label"], "share": b["percent"]} for b in row["bins"]],
                    }
                    for row in plain["rows"]
                ],
            }
            for one, plain in zip(found.waves, waves, strict=True)
        ],
    }
