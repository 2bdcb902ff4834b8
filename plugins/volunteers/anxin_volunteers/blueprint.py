"""The two blueprints all addresses of this plugin hang on, and what every page of the union's side shares."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import ApiBlueprint, Ctx, Invalid, PluginBlueprint, _
from anxin_volunteers.policy import FIGURES, MANAGE
from anxin_volunteers.services import people

bp = PluginBlueprint("volunteers", __name__)
api_bp = ApiBlueprint("volunteers", __name__, description="Volunteers, teams, shifts, hours and liaisons")


def to(endpoint: str, **values: Any) -> AnyResponse:
    """After a form: the page that shows what it did."""
    return redirect(url_for(f"volunteers.{endpoint}", **values), code=303)


def who(ctx: Ctx, data: dict[str, Any]) -> UUID:
    """The person a form names by employee number, or the API by id."""
    person_id: UUID | None = data.get("person_id")
    return person_id or people.by_number(ctx, data["number"]).id


def typed() -> dict[str, Any]:
    """What the form that comes back had in it; several values under one name stay a list."""
    return {
        name: values if name in ("competences", "requires", "people", "weekdays") else values[0]
        for name, values in request.form.lists()
    }


def problems(error: Invalid | None) -> list[Any]:
    """The messages of a refusal, for pages whose forms are one button."""
    return (
        []
        if error is None
        else [*(text for texts in error.fields.values() for text in texts)] or [error.message]
    )


def tabs(ctx: Ctx, here: str) -> list[dict[str, Any]]:
    """The sections of the union's side that this actor may open."""
    sections = [
        ("board", _("Volunteers"), MANAGE),
        ("team_list", _("Teams and squads"), MANAGE),
        ("coverage_map", _("Coverage"), FIGURES),
        ("task_list", _("Shifts"), MANAGE),
        ("hour_desk", _("Hours"), MANAGE),
        ("thanks_list", _("Thanks"), MANAGE),
        ("call_list", _("Calls for volunteers"), MANAGE),
        ("competence_list", _("Competence"), MANAGE),
        ("training_list", _("Training"), MANAGE),
        ("insight_page", _("Figures"), FIGURES),
    ]
    return [
        {"href": url_for(f"volunteers.{endpoint}"), "title": title, "current": endpoint == here}
        for endpoint, title, permission in sections
        if ctx.allowed(permission)
    ]


def people_of(ctx: Ctx, numbers: str, ids: Iterable[UUID]) -> list[UUID]:
    """People by employee numbers in one field (blanks, commas or lines between them), or by ids over the API."""
    listed = re.split(r"[\s,，、;；]+", numbers.strip()) if numbers.strip() else []
    found = list(ids)
    for number in listed:
        try:
            found.append(people.by_number(ctx, number).id)
        except Invalid as error:
            raise Invalid(fields={"numbers": [f"{number}: {error.fields['number'][0]}"]}) from error
    return list(dict.fromkeys(found))
