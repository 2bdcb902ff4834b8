"""What a tenant's form may look like: the check before a version is kept, and the codes of new lines.

A definition is lists of lines (`channels`, `topics`, `next`, `referrals`), the tenant's own `fields`, and the `scripts`
beside the form. People read `zh` and `en`; a code is made once and never changes, so that figures over several versions
speak of the same thing.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from anxin.plugin import Invalid, lazy
from anxin_hotline import forms

CODE = re.compile(r"^[a-z0-9][a-z0-9_]{0,30}$")
WORD = 40  # characters of a line's words
SAYING = 200  # of one line of a script
MOST_FIELDS, MOST_SCRIPTS, MOST_SAYINGS = 12, 12, 12
LONGEST_WAIT = 90  # days
RISK_SCRIPT = "risk"  # the crisis steps read it out: every form has it
Wrong = dict[str, list[Any]]

TOO_MANY = lazy("There is room for nine lines: one digit each.")
NO_WORDS = lazy("Write the Chinese words.")
TOO_LONG = lazy("That is too long to be read at a glance.")
TWICE = lazy("Two lines say the same.")


def mark(definition: Mapping[str, Any]) -> str:
    """A short fingerprint: whether somebody else changed a draft meanwhile."""
    plain = json.dumps(definition, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def checked(told: Mapping[str, Any]) -> dict[str, Any]:
    """The definition as it is kept: trimmed, empty lines dropped, codes given. Invalid names each wrong place by its
    path ("topics.2.zh")."""
    wrong: Wrong = {}
    found: dict[str, Any] = {
        name: _lines(told.get(name) or [], name, wrong, extra=_leads if name == "next" else None)
        for name in forms.LISTS
    }
    found["fields"] = _fields(told.get("fields") or [], wrong)
    found["scripts"] = _scripts(told.get("scripts") or [], wrong)
    leads = {line.get("to") for line in found["next"]}
    for name in ("channels", "topics", "next", *(("referrals",) if "referral" in leads else ())):
        if not found[name]:
            wrong.setdefault(f"{name}.0.zh", []).append(lazy("At least one line has to stay."))
    if wrong:
        raise Invalid(fields=wrong)
    return found


def _lines(
    rows: Iterable[Mapping[str, Any]], path: str, wrong: Wrong, extra: Any = None
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        line = _words(row, f"{path}.{place}", wrong)
        if line is None:
            continue
        if extra is not None:
            line |= extra(row, f"{path}.{place}", wrong)
        if any(line["zh"] == other["zh"] or line["code"] == other["code"] for other in found):
            wrong.setdefault(f"{path}.{place}.zh", []).append(TWICE)
        found.append(line)
        if len(found) == forms.MOST + 1:
            wrong.setdefault(f"{path}.{place}.zh", []).append(TOO_MANY)
    return found


def _words(row: Mapping[str, Any], path: str, wrong: Wrong) -> dict[str, Any] | None:
    """{code, zh, en} of one line; None for an empty one."""
    zh, en = (str(row.get(name) or "").strip() for name in ("zh", "en"))
    if not zh and not en:
        return None
    if not zh:
        wrong.setdefault(f"{path}.zh", []).append(NO_WORDS)
    for name, words in (("zh", zh), ("en", en)):
        if len(words) > WORD:
            wrong.setdefault(f"{path}.{name}", []).append(TOO_LONG)
    code = str(row.get("code") or "") or f"n{secrets.token_hex(4)}"
    if not CODE.match(code):
        wrong.setdefault(f"{path}.code", []).append(lazy("A code is made of small letters, digits and _."))
    return {"code": code, "zh": zh} | ({"en": en} if en else {})


def _leads(row: Mapping[str, Any], path: str, wrong: Wrong) -> dict[str, Any]:
    """What a line of `next` sets going: {to, days}, or nothing."""
    to, days = row.get("to") or "", row.get("days")
    if not to:
        return {}
    if to not in forms.LEADS_TO:
        wrong.setdefault(f"{path}.to", []).append(lazy("Choose what it sets going."))
    if not isinstance(days, int) or not 1 <= days <= LONGEST_WAIT:
        wrong.setdefault(f"{path}.days", []).append(lazy("Write 1 to %(most)d days.", most=LONGEST_WAIT))
    return {"to": to, "days": days}


def _fields(rows: Iterable[Mapping[str, Any]], wrong: Wrong) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        path = f"fields.{place}"
        line = _words(row, path, wrong)
        if line is None:
            continue
        line["kind"] = row.get("kind") or "text"
        if line["kind"] not in forms.KINDS:
            wrong.setdefault(f"{path}.kind", []).append(lazy("Choose how it is answered."))
        if line["kind"] == "choice":
            line["options"] = _lines(row.get("options") or [], f"{path}.options", wrong)
            if len(line["options"]) < 2:
                wrong.setdefault(f"{path}.options", []).append(
                    lazy("Write at least two answers, one a line.")
                )
        if any(line["code"] == other["code"] or line["zh"] == other["zh"] for other in found):
            wrong.setdefault(f"{path}.zh", []).append(TWICE)
        found.append(line)
        if len(found) > MOST_FIELDS:
            wrong.setdefault(f"{path}.zh", []).append(
                lazy("A form asks %(most)d own questions at most.", most=MOST_FIELDS)
            )
    return found


def _scripts(rows: Iterable[Mapping[str, Any]], wrong: Wrong) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        path = f"scripts.{place}"
        line = _words(row, path, wrong)
        sayings = {
            name: _sayings(row.get(name) or [], f"{path}.{name}", wrong) for name in ("lines_zh", "lines_en")
        }
        if line is None:
            if any(sayings.values()):
                wrong.setdefault(f"{path}.zh", []).append(NO_WORDS)
            continue
        if not sayings["lines_zh"]:
            wrong.setdefault(f"{path}.lines_zh", []).append(
                lazy("Write what may be said, one sentence a line.")
            )
        found.append(line | {name: said for name, said in sayings.items() if said})
        if len(found) > MOST_SCRIPTS:
            wrong.setdefault(f"{path}.zh", []).append(
                lazy("%(most)d scripts fit beside the form.", most=MOST_SCRIPTS)
            )
    if all(line["code"] != RISK_SCRIPT for line in found):
        wrong.setdefault("scripts.0.zh", []).append(
            lazy("The sentences for danger stay: the crisis steps show them.")
        )
    return found


def _sayings(rows: Iterable[Any], path: str, wrong: Wrong) -> list[str]:
    said = [line for row in rows if (line := str(row).strip())]
    if len(said) > MOST_SAYINGS or any(len(line) > SAYING for line in said):
        wrong.setdefault(path, []).append(TOO_LONG)
    return said


def moved(definition: Mapping[str, Any], which: str, place: int) -> dict[str, Any]:
    """The same definition with one line a place further up: the order is the order of the digits."""
    rows = list(definition.get(which, []))
    if 0 < place < len(rows):
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
    return {**definition, which: rows}
