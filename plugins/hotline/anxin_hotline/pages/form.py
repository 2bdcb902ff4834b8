"""The form that calls are logged with: the version in use, a draft of the next one with its preview, the older ones."""

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, guard, lazy, page
from anxin_hotline import form_shape, forms
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import MANAGE
from anxin_hotline.schemas import HotlineFormPageInput
from anxin_hotline.services import form_editing

SPARE = 2  # empty lines at the end of each list
ROWS = {
    "channels": forms.MOST,
    "topics": forms.MOST,
    "next": forms.MOST,
    "referrals": forms.MOST,
    "fields": form_shape.MOST_FIELDS,
    "scripts": form_shape.MOST_SCRIPTS,
}
TITLES: dict[str, Any] = {
    "channels": lazy("How they got in touch"),
    "topics": lazy("What it is mainly about"),
    "next": lazy("What comes next"),
    "referrals": lazy("Whom callers are handed on to"),
    "fields": lazy("Own questions"),
    "scripts": lazy("What to say"),
}
LEADS: dict[str, Any] = {
    "call_back": lazy("Call back"),
    "check_in": lazy("Ask how things are"),
    "referral": lazy("A referral that is followed"),
    "supervisor": lazy("The supervisor decides"),
}
KINDS: dict[str, Any] = {
    "choice": lazy("One of several answers"),
    "text": lazy("In their own words"),
    "number": lazy("A number"),
}


@bp.get("/form")
@guard(MANAGE)
def form(ctx: Ctx) -> Response:
    """The version in use, as operators see it, and the versions before."""
    number, definition = forms.current(ctx)
    return _shown(ctx, number, definition)


@bp.get("/form/versions/<int:version>")
@guard(MANAGE)
def form_version(ctx: Ctx, version: int) -> Response:
    """An older version: logs written with it are read by it."""
    return _shown(ctx, version, form_editing.version(ctx, version))


@bp.get("/form/draft")
@guard(MANAGE)
def form_draft(ctx: Ctx) -> Response:
    """The draft as operators would see it."""
    draft = form_editing.draft(ctx)
    return _shown(ctx, draft.version, draft.definition) if draft.kept else to("form")


def _shown(ctx: Ctx, number: int, definition: Mapping[str, Any]) -> Response:
    draft, versions = form_editing.draft(ctx), form_editing.versions(ctx)
    return page(
        "hotline/form.html",
        number=number,
        in_use=versions[0].version,
        draft=draft,
        is_draft=draft.kept and number == draft.version,
        versions=versions,
        groups={which: forms.options(definition, which) for which in forms.LISTS},
        risks=list(forms.RISKS.items()),
        own=[
            {**each, "words": forms.word(each), "choices": forms.options(each, "options")}
            for each in definition.get("fields", [])
        ],
        scripts=forms.scripts(definition),
        titles=TITLES,
    )


@bp.get("/form/edit")
@guard(MANAGE)
def form_edit(ctx: Ctx) -> Response:
    draft = form_editing.draft(ctx)
    return _edit(draft, _flat(draft.definition))


def _edit(draft: form_editing.Draft, values: Mapping[str, Any], error: Invalid | None = None) -> Response:
    rows = {
        which: min(most, 1 + max([_last(values, which), *_filled(draft, which)]) + SPARE)
        for which, most in ROWS.items()
    }
    errors = _beside(error.fields) if error else {}
    return page(
        "hotline/form_edit.html",
        draft=draft,
        values=values,
        rows=rows,
        titles=TITLES,
        leads=list(LEADS.items()),
        kinds=list(KINDS.items()),
        errors=errors,
        unfold={name.partition("-")[0] for name in errors},
        message=error.message if error and not error.fields else None,
    )


def _last(values: Mapping[str, Any], which: str) -> int:
    """The place of the last line with words; -1 when there is none."""
    return max(
        (
            int(name.split("-")[1])
            for name, value in values.items()
            if value and name.startswith(f"{which}-") and name.endswith(("zh", "en"))
        ),
        default=-1,
    )


def _filled(draft: form_editing.Draft, which: str) -> list[int]:
    return [len(draft.definition.get(which, [])) - 1]


def _beside(wrong: Mapping[str, Any]) -> dict[str, Any]:
    """Messages by the names of the page's fields; an answer of a question stands in the question's one field."""
    found: dict[str, Any] = {}
    for path, said in wrong.items():
        parts = path.split(".")
        name = "-".join(parts[:3])
        found[name] = [*found.get(name, []), *said]
    return found


def _flat(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as the page's fields: {"topics-0-zh": "…"}."""
    found: dict[str, Any] = {}
    for which in ROWS:
        for place, line in enumerate(definition.get(which, [])):
            for name, value in line.items():
                found[f"{which}-{place}-{name}"] = _plain(name, value)
    return found


def _plain(name: str, value: Any) -> Any:
    if name == "options":
        return "\n".join(" | ".join(filter(None, (one["zh"], one.get("en")))) for one in value)
    return "\n".join(value) if isinstance(value, list) else value


def _again(ctx: Ctx, error: Invalid) -> Response:
    """What was typed, with what is wrong beside it."""
    return _edit(form_editing.draft(ctx), request.form.to_dict(), error)


@bp.post("/form/edit")
@guard(MANAGE, input=HotlineFormPageInput, invalid=_again)
def form_save(ctx: Ctx, data: dict[str, Any]) -> Response:
    """Keep the draft, then its preview; a line's arrow keeps it too and comes back here."""
    told, mark, move = with_codes(ctx, data["told"]), data["mark"] or None, data["move"]
    if move:
        which, _colon, place = move.partition(":")
        form_editing.move(ctx, told, which, int(place), mark)
        return to("form_edit", _anchor=f"f-{which}-{int(place) - 1}-zh")
    form_editing.save(ctx, told, mark)
    return to("form_draft")


def with_codes(ctx: Ctx, told: dict[str, Any]) -> dict[str, Any]:
    """Answers of the own questions are written one a line: those whose words stayed keep their code."""
    before = {
        each["code"]: {one["zh"]: one["code"] for one in each.get("options", [])}
        for each in form_editing.draft(ctx).definition.get("fields", [])
    }
    for each in told["fields"]:
        known = before.get(each.get("code") or "", {})
        each["options"] = [{**one, "code": known.get(one["zh"], "")} for one in each["options"]]
    return told


@bp.post("/form/publish")
@guard(MANAGE)
def form_publish(ctx: Ctx) -> Response:
    form_editing.publish(ctx)
    return to("form")


@bp.post("/form/discard")
@guard(MANAGE)
def form_discard(ctx: Ctx) -> Response:
    form_editing.discard(ctx)
    return to("form")
