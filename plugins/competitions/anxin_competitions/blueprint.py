"""The two blueprints all addresses of this plugin hang on: one for pages, one for the API."""

import re
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import ApiBlueprint, Ctx, Invalid, Person, PluginBlueprint, _

bp = PluginBlueprint("competitions", __name__)
api_bp = ApiBlueprint(
    "competitions", __name__, description="Competitions: entries, results, rankings, awards"
)


def to(endpoint: str, **values: Any) -> AnyResponse:
    """After a form: the page that shows what it did."""
    return redirect(url_for(f"competitions.{endpoint}", **values), code=303)


def people_of(ctx: Ctx, numbers: str) -> list[UUID]:
    """People at work by their employee numbers, with blanks, commas or lines between them."""
    wanted = [one for one in re.split(r"[\s,，、;；]+", numbers.strip()) if one]
    found = dict(
        ctx.db.execute(
            sa.select(Person.number, Person.id).where(
                Person.tenant_id == ctx.tenant.id, Person.number.in_(wanted), Person.state == "active"
            )
        ).all()  # type: ignore[arg-type]  (rows of two are pairs)
    )
    missing = [one for one in wanted if one not in found]
    if missing:
        raise Invalid(
            fields={"numbers": [_("Nobody at work has the number %(numbers)s.", numbers="、".join(missing))]}
        )
    return list(dict.fromkeys(found[one] for one in wanted))
