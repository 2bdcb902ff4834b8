"""The API of sheets without a name: the same services as their pages."""

from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, guard
from anxin_assessments import forms
from anxin_assessments.anonymous_models import UnnamedPaper
from anxin_assessments.blueprint import api_bp as bp
from anxin_assessments.paper_schemas import (
    BlankInput,
    DifferenceOutput,
    FormsOutput,
    SettleInput,
    UnnamedKeyedInput,
    UnnamedKeyedOutput,
    UnnamedOutput,
)
from anxin_assessments.paper_views import plain
from anxin_assessments.policy import ANONYMOUS, KEY_PAPER, RUN_DEVICE
from anxin_assessments.services import anonymous, papers, unnamed_papers


@bp.post("/papers/blank")
@guard(RUN_DEVICE)
@bp.arguments(BlankInput)
@bp.response(202, FormsOutput)
def blank_print(ctx: Ctx, data: dict[str, Any]) -> dict[str, Any]:
    """Have the blank sheet of an anonymous campaign printed by a task."""
    return {"task": forms.ask_blank(ctx, **data).id}


@bp.get("/campaigns/<uuid:campaign>/sheets")
@guard(KEY_PAPER, purpose=ANONYMOUS)
@bp.response(200, UnnamedOutput(many=True))
def unnamed_list(ctx: Ctx, campaign: UUID) -> Any:
    """The sheets of an anonymous campaign that are on their way in."""
    return unnamed_papers.of_campaign(ctx, campaign)


@bp.post("/campaigns/<uuid:campaign>/sheets")
@guard(KEY_PAPER, purpose=ANONYMOUS)
@bp.arguments(UnnamedKeyedInput)
@bp.response(201, UnnamedKeyedOutput)
def unnamed_key(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> dict[str, Any]:
    """Key a sheet by the code on it, the first or the second time."""
    answers = papers.checked(papers.round_of(ctx, anonymous.running(ctx, campaign)), data["answers"])
    return {"paper": unnamed_papers.key(ctx, campaign, data["code"], answers)}


@bp.get("/papers/sheets/<uuid:paper>/differences")
@guard(KEY_PAPER, purpose=ANONYMOUS)
@bp.response(200, DifferenceOutput(many=True))
def unnamed_differences(ctx: Ctx, paper: UUID) -> list[dict[str, Any]]:
    """What two people read differently; the look is recorded."""
    found = ctx.get(UnnamedPaper, paper)
    return plain(unnamed_papers.differences(ctx, found)) if found.state == "differs" else []


@bp.post("/papers/sheets/<uuid:paper>/settle")
@guard(KEY_PAPER, purpose=ANONYMOUS)
@bp.arguments(SettleInput)
@bp.response(204)
def unnamed_settle(ctx: Ctx, data: dict[str, Any], paper: UUID) -> None:
    """Say what the paper says for each difference, in their order; the answers go in, and the sheet is gone."""
    unnamed_papers.settle(ctx, paper, data["typed"])


@bp.delete("/papers/sheets/<uuid:paper>")
@guard(KEY_PAPER, purpose=ANONYMOUS)
@bp.response(204)
def unnamed_discard(ctx: Ctx, paper: UUID) -> None:
    """Forget what was keyed of a sheet."""
    unnamed_papers.discard(ctx, paper)
