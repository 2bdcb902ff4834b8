"""The tenant's form: what it asks, in which words, and what a filled one must hold. Versions never change once
published, so a process may remember each for ever.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Invalid, current_locale, lazy
from anxin_hotline.models import Form

Definition = Mapping[str, Any]
Line = Mapping[str, Any]
MOST = 9  # lines of a group: one digit each
TEXT = 4000
LISTS = ("channels", "topics", "next", "referrals")
KINDS = ("choice", "text", "number")
LEADS_TO = ("call_back", "check_in", "referral", "supervisor")
RISKS: dict[int, Any] = {
    0: lazy("No risk seen"),
    1: lazy("Keep an eye on"),
    2: lazy("Needs a call soon"),
    3: lazy("In danger now"),
}
_NEWEST = "SELECT coalesce(max(version), 0) FROM hotline.form WHERE tenant_id = %s AND state = 'published'"
_known: dict[tuple[Any, int], Definition] = {}


@cache
def default() -> Definition:
    """Version 0, which every tenant starts with."""
    return tomllib.loads((Path(__file__).parent / "default_form.toml").read_text(encoding="utf-8"))


def version(ctx: Ctx, number: int) -> Definition:
    """A published version; the default for 0 and for what does not exist."""
    if number == 0:
        return default()
    key = (ctx.tenant.id, number)
    if key not in _known:
        found = ctx.scalar(
            sa.select(Form.definition).where(
                Form.tenant_id == ctx.tenant.id, Form.version == number, Form.state == "published"
            )
        )
        if found is None:
            return default()
        if len(_known) > 1024:
            _known.clear()
        _known[key] = {**default(), **found}
    return _known[key]


def newest(ctx: Ctx) -> tuple[str, tuple[UUID]]:
    """The question for the newest published version's number (for `ctx.ask`)."""
    return _NEWEST, (ctx.tenant.id,)


def current(ctx: Ctx) -> tuple[int, Definition]:
    """The newest published version."""
    number = ctx.fast(*newest(ctx)).fetchone()[0]
    return number, version(ctx, number)


def told_version(ctx: Ctx, number: int | None) -> tuple[int, Definition]:
    """The version a log says it was written with (None: the one in use); Invalid for one that never was."""
    if number is None:
        return current(ctx)
    found = version(ctx, number)
    if number and found is default():
        raise Invalid(fields={"form": [lazy("There is no such version of the form.")]})
    return number, found


def ever(ctx: Ctx, which: str) -> dict[str, str]:
    """Words of every line that any version has or had, the newest words counting: figures reach over versions."""
    numbers = ctx.scalars(
        sa.select(Form.version)
        .where(Form.tenant_id == ctx.tenant.id, Form.state == "published")
        .order_by(Form.version)
    )
    found = words(default(), which)
    for number in numbers:
        found |= words(version(ctx, number), which)
    return found


def word(line: Line, what: str = "") -> str:
    """A line's words in the reader's language; Chinese where there is no English."""
    ours = "zh" if current_locale() == "zh_CN" else "en"
    return str(line.get(f"{what}{ours}") or line.get(f"{what}zh") or line.get("code", ""))


def options(definition: Definition, which: str) -> list[tuple[str, str]]:
    """(code, words) of a list, for a form's group."""
    return [(line["code"], word(line)) for line in definition.get(which, [])]


def words(definition: Definition, which: str) -> dict[str, str]:
    return dict(options(definition, which))


def line_of(definition: Definition, which: str, code: str | None) -> Line:
    """One line by its code; empty when the form has no such line (an older version had)."""
    return next((line for line in definition.get(which, []) if line["code"] == code), {})


def scripts(definition: Definition) -> list[dict[str, Any]]:
    """What may be said, beside the form: {code, title, lines}."""
    ours = "lines_zh" if current_locale() == "zh_CN" else "lines_en"
    return [
        {"code": each["code"], "title": word(each), "lines": each.get(ours) or each.get("lines_zh", [])}
        for each in definition.get("scripts", [])
    ]


def insist(definition: Definition, told: Mapping[str, Any]) -> None:
    """Invalid, with the fields still missing, unless a log may be saved: the answers are the form's own."""
    wrong: dict[str, list[Any]] = {}
    asked = {
        "channel": (lazy("Choose how they got in touch."), "channels"),
        "topic": (lazy("Choose what it is about."), "topics"),
        "next": (lazy("Choose what comes next."), "next"),
    }
    for name, (text, which) in asked.items():
        if not line_of(definition, which, told.get(name) or None):
            wrong[name] = [text]
    if told.get("risk") not in RISKS:
        wrong["risk"] = [lazy("Say how great the risk is.")]
    if not (told.get("note") or "").strip():
        wrong["note"] = [lazy("Write one sentence, so that a colleague can go on.")]
    elif len(told["note"]) > TEXT:
        wrong["note"] = [lazy("At most %(most)d characters fit here.", most=TEXT)]
    if wrong:
        raise Invalid(fields=wrong)


def own_fields(definition: Definition, told: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to the tenant's own fields, as the form knows them; anything else is dropped."""
    found: dict[str, Any] = {}
    for each in definition.get("fields", []):
        value = str(told.get(each["code"]) or "").strip()
        if not value:
            continue
        if each["kind"] == "choice" and value not in {line["code"] for line in each.get("options", [])}:
            raise Invalid(fields={f"x_{each['code']}": [lazy("Choose one of the answers.")]})
        if each["kind"] == "number" and not value.lstrip("-").isdigit():
            raise Invalid(fields={f"x_{each['code']}": [lazy("Write a number.")]})
        found[each["code"]] = value[:TEXT]
    return found


def told_fields(definition: Definition, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(question, answer) of the own fields, for reading."""
    shown = []
    for each in definition.get("fields", []):
        if (value := answers.get(each["code"])) is not None:
            chosen = line_of(each, "options", value)
            shown.append((word(each), word(chosen) if chosen else str(value)))
    return shown


def risk_word(level: int | None) -> str:
    return "" if level is None else str(RISKS[level])
