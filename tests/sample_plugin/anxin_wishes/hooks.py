"""Where the plugin meets the rest: the home page, a person's copy of their data, erasure, events."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from anxin.plugin import Card, ConsentWithdrawn, Ctx, _, hookimpl
from anxin_wishes import services
from anxin_wishes.models import Wish
from anxin_wishes.policy import KEEP, WRITE


@hookimpl
def home_cards(ctx: Ctx) -> Iterable[Card]:
    if ctx.allowed(WRITE):
        yield Card(
            title=_("Wish wall"),
            text=_("What would make work lighter?"),
            href=url_for("wishes.index"),
            icon="sprout",
        )


@hookimpl
def subject_export(ctx: Ctx, person_id: UUID) -> Mapping[str, Any]:
    """Everything the person wrote, in plain words."""
    found = ctx.scalars(ctx.select(Wish).where(Wish.person_id == person_id).order_by(Wish.made_at))
    return {
        "wishes": [
            {"text": one["text"], "state": one["state"], "made_at": one["made_at"].isoformat()}
            for one in (services.shown(ctx, wish) for wish in found)
        ]
    }


@hookimpl
def subject_erase(ctx: Ctx, person_id: UUID) -> Mapping[str, int]:
    """Delete it all. May run again after a failure elsewhere."""
    return {"wish": services.erase(ctx, person_id)}


def on_withdrawn(ctx: Ctx, event: ConsentWithdrawn) -> None:
    """Who takes the consent back takes the wishes down."""
    if event.purpose == KEEP.name:
        services.erase(ctx, event.person_id)
