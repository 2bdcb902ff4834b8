"""The API of answers on paper: the same services as their pages."""

from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, guard
from anxin_assessments import forms
from anxin_assessments.blueprint import api_bp as bp
from anxin_assessments.models import Campaign
from anxin_assessments.paper_models import Paper
from anxin_assessments.paper_schemas import (
    DifferenceOutput,
    FormsInput,
    FormsOutput,
    KeyedInput,
    PaperOutput,
    SettleInput,
)
from anxin_assessments.paper_views import plain
from anxin_assessments.policy import KEY_PAPER, RUN_DEVICE, SELF
from anxin_assessments.services import papers


@bp.post("/papers/print")
@guard(RUN_DEVICE)
@bp.arguments(FormsInput)
@bp.response(202, FormsOutput)
def paper_print(ctx: Ctx, data: dict[str, Any]) -> dict[str, Any]:
    """Have numbered forms printed by a task."""
    return {"task": forms.ask(ctx, **data).id}


@bp.get("/campaigns/<uuid:campaign>/papers")
@guard(KEY_PAPER, purpose=SELF)
@bp.response(200, PaperOutput(many=True))
def paper_list(ctx: Ctx, campaign: UUID) -> Any:
    """The forms that were keyed, by number."""
    return papers.of_campaign(ctx, campaign)


@bp.post("/campaigns/<uuid:campaign>/papers")
@guard(KEY_PAPER, purpose=SELF)
@bp.arguments(KeyedInput)
@bp.response(201, PaperOutput)
def paper_key(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> Paper:
    """Key a form, the first or the second time."""
    found = papers.round_of(ctx, ctx.get(Campaign, campaign))
    answers = papers.checked(found, data.pop("answers"))
    return papers.key(ctx, campaign, **data, answers=answers)


@bp.get("/papers/<uuid:paper>/differences")
@guard(KEY_PAPER, purpose=SELF)
@bp.response(200, DifferenceOutput(many=True))
def paper_differences(ctx: Ctx, paper: UUID) -> list[dict[str, Any]]:
    """What two people read differently; the look is recorded."""
    found = papers.one(ctx, paper)
    if found.state != "differs":
        return []
    return plain(papers.differences(ctx, found))


@bp.post("/papers/<uuid:paper>/settle")
@guard(KEY_PAPER, purpose=SELF)
@bp.arguments(SettleInput)
@bp.response(200, PaperOutput)
def paper_settle(ctx: Ctx, data: dict[str, Any], paper: UUID) -> Paper:
    """Say what the paper says for each difference, in their order."""
    return papers.settle(ctx, paper, data["typed"])


@bp.delete("/papers/<uuid:paper>")
@guard(KEY_PAPER, purpose=SELF)
@bp.response(204)
def paper_discard(ctx: Ctx, paper: UUID) -> None:
    """Forget what was keyed of a form that is not settled."""
    papers.discard(ctx, paper)
