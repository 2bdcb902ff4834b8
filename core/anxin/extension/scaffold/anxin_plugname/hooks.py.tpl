"""Where the plugin meets the rest: the home page, a person's copy of their data, erasure."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from anxin.plugin import Card, Ctx, _, hookimpl
from flask import url_for

from anxin_plugname import services
from anxin_plugname.models import Thing
from anxin_plugname.policy import WRITE, Erased


@hookimpl
def home_cards(ctx: Ctx) -> Iterable[Card]:
    if ctx.allowed(WRITE):
        yield Card(
            title=_("Plugtitle"), text=_("Only you read it"), href=url_for("plugname.index"), icon="leaf"
        )


@hookimpl
def subject_export(ctx: Ctx, person_id: UUID) -> Mapping[str, Any]:
    """Everything the person wrote, in plain words."""
    found = ctx.scalars(ctx.select(Thing).where(Thing.person_id == person_id).order_by(Thing.made_at))
    return {
        "things": [
            {"text": one["text"], "made_at": one["made_at"].isoformat()}
            for one in (services.shown(ctx, thing) for thing in found)
        ]
    }


@hookimpl
def subject_erase(ctx: Ctx, person_id: UUID) -> Mapping[str, int]:
    """Delete it all. May run again after a failure elsewhere."""
    done = ctx.execute(
        sa.delete(Thing).where(Thing.tenant_id == ctx.tenant.id, Thing.person_id == person_id)
    )
    if done.rowcount:
        ctx.audit(Erased(rows=done.rowcount, subject_id=person_id))
    return {"thing": done.rowcount}
