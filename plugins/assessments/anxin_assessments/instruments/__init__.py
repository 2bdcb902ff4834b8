"""The instruments this package ships: one key file per edition, one wording file per edition and language.

`load("phq9")` gives the newest edition, `load("phq9", "1")` the one an old sheet was filled in with;
`wording(key, locale)` the words, or None where the edition ships without any (`licence.ships == "key_only"`).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from anxin_assessments.instruments.schema import InvalidKeyError, read_key, read_wording
from anxin_assessments.instruments.shapes import Instrument, Wording

__all__ = [
    "InvalidKeyError",
    "UnknownInstrumentError",
    "about",
    "catalogue",
    "editions",
    "load",
    "unscored",
    "wording",
]

FALLBACK = "zh_CN"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's reads ten times as fast, where it is there


def _yaml(text: str) -> Any:
    return yaml.load(text, Loader=LOADER)  # noqa: S506  (both are safe loaders)


class UnknownInstrumentError(LookupError):
    """No such id, or no such edition of it."""


@cache
def _keys() -> dict[str, dict[str, Instrument]]:
    found: dict[str, dict[str, Instrument]] = {}
    for path in _files("keys"):
        key = read_key(path.name, _yaml(path.read_text(encoding="utf-8")))
        if path.name != f"{key.key}.yaml":
            raise InvalidKeyError(path.name, f"should be called {key.key}.yaml")
        found.setdefault(key.id, {})[key.edition] = key
    return found


@cache
def _wordings() -> dict[tuple[str, str], Wording]:
    found: dict[tuple[str, str], Wording] = {}
    for path in _files("wordings"):
        raw = _yaml(path.read_text(encoding="utf-8"))
        words = read_wording(path.name, raw, load(str(raw.get("instrument")), str(raw.get("edition"))))
        key = f"{words.instrument}-{words.edition}"
        if path.name != f"{key}.{words.locale}.yaml":
            raise InvalidKeyError(path.name, f"should be called {key}.{words.locale}.yaml")
        found[key, words.locale] = words
    return found


def _files(folder: str) -> list[Traversable]:
    entries = resources.files(__name__).joinpath(folder).iterdir()
    return sorted((path for path in entries if path.name.endswith(".yaml")), key=lambda path: path.name)


def catalogue() -> list[Instrument]:
    """The newest edition of every instrument, by id."""
    return [load(name) for name in sorted(_keys())]


def editions(name: str) -> list[str]:
    """The editions of one instrument, oldest first."""
    return sorted(_keys().get(name, {}), key=_age)


@cache
def unscored() -> list[dict[str, Any]]:
    """Instruments people ask for that have no key, each with its reason."""
    return _yaml(resources.files(__name__).joinpath("unscored.yaml").read_text(encoding="utf-8"))


@cache
def _in_chinese() -> dict[str, dict[str, str]]:
    return _yaml(resources.files(__name__).joinpath("about.zh_CN.yaml").read_text(encoding="utf-8"))


def about(instrument: Instrument, locale: str) -> tuple[str, str]:
    """What the key says of its form and its terms, in the reader's language."""
    if locale == "zh_CN" and (said := _in_chinese().get(instrument.key)):
        return said["form"], said["says"]
    return instrument.form, instrument.licence.says


def load(name: str, edition: str | None = None) -> Instrument:
    """One instrument; without `edition` the newest. Raises UnknownInstrumentError."""
    editions = _keys().get(name, {})
    if edition is None and editions:
        return editions[max(editions, key=_age)]
    if edition not in editions:
        raise UnknownInstrumentError(f"{name}-{edition}" if edition else name)
    return editions[edition]


def _age(edition: str) -> tuple[int, str]:
    """Editions sort as numbers where they are numbers: 2 before 10."""
    return (int(edition) if edition.isdigit() else 0, edition)


def wording(instrument: Instrument, locale: str, *, exact: bool = False) -> Wording | None:
    """The words in `locale`, else (unless `exact`) in Chinese, the tenant's own before those that ship; None
    when there are none."""
    shipped = _wordings()
    for code in (locale,) if exact else (locale, FALLBACK):
        if found := instrument.own_wordings.get(code) or shipped.get((instrument.key, code)):
            return found
    return next(iter(instrument.own_wordings.values()), None) if not exact else None
