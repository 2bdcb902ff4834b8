"""What the code says against what the catalogues know: missing, broken, contradicting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from anxin.kernel.i18n.catalogues import CORE, Room, rooms

ZH = "zh_CN"
KEYWORDS = {"_": None, "gettext": None, "lazy": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
BANNED = ("病人", "异常", "筛查出", "您")
# Babel's own header carries dates and its version, which would change with every run.
HEADER = r"""msgid ""
msgstr ""
"Language: {locale}\n"
"Plural-Forms: {plurals}\n"
"Content-Type: text/plain; charset=utf-8\n"

"""
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_LONE_PERCENT = re.compile(r"%(?!\(\w+\)[sd])")

MsgId = str | tuple[str, ...]


class Problem(NamedTuple):
    room: str
    msgid: str
    reason: str


def _found_in(path: Path) -> Iterator[tuple[int, MsgId, str | None]]:
    if path.suffix == ".py":
        found = extract_from_file("python", path, keywords=KEYWORDS)
    else:
        # silent=false: a template that does not parse must fail here, not hide its strings
        found = extract_from_file(
            cast(Any, babel_extract),  # jinja2 declares a narrower signature than Babel asks for
            path,
            keywords=KEYWORDS,
            options={"silent": "false", "newstyle_gettext": "true"},
        )
    for line, msgid, _comments, context in found:
        yield line, msgid, context


def template(room: Room) -> Catalog:
    """A fresh catalogue of all msgids in the room's Python and templates."""
    catalogue = Catalog(project="anxin", charset="utf-8")
    for path in room.sources():
        place = path.relative_to(room.root).as_posix()
        for line, msgid, context in _found_in(path):
            catalogue.add(msgid, locations=[(place, line)], context=context)
    return catalogue


def stored(room: Room, locale: str = ZH) -> Catalog:
    po = room.catalogue(locale)
    if not po.exists():
        return Catalog(locale=locale)
    with po.open("rb") as source:
        return read_po(source, locale=locale)


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _plain(messages: Iterable[Message]) -> Iterator[Message]:
    return (m for m in messages if m.id)  # the header has an empty id


def missing() -> list[tuple[str, str]]:
    """(room, msgid) of every string in the code that has no finished Chinese in its room's catalogue."""
    gaps = []
    for room in rooms():
        known = stored(room)
        for message in _plain(template(room)):
            entry = known.get(message.id, message.context)
            if entry is None or entry.fuzzy or not all(_texts(entry)):
                gaps.append((room.name, _first(message)))
    return gaps


def _faults(message: Message) -> Iterator[str]:
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    wanted = {name for text in ids for name in _PLACEHOLDER.findall(text)}
    for text in filter(None, _texts(message)):
        if set(_PLACEHOLDER.findall(text)) - wanted or (
            len(ids) == 1 and wanted - set(_PLACEHOLDER.findall(text))
        ):
            yield f"placeholders differ: {text}"
        if _LONE_PERCENT.search(text.replace("%%", "")) and "python-format" in message.flags:
            yield f"a lone percent sign: {text}"
        for word in BANNED:
            if word in text:
                yield f"says {word}: {text}"


def problems() -> list[Problem]:
    """Translations that are there but wrong: placeholders, banned words, two meanings for one msgid."""
    found: list[Problem] = []
    first_meaning: dict[tuple[str, str | None], tuple[str, str]] = {}
    for room in rooms():
        for message in _plain(stored(room)):
            key, text = (_first(message), message.context), _texts(message)[0]
            found += [Problem(room.name, key[0], fault) for fault in _faults(message)]
            if not text:
                continue  # missing() says so
            owner, meaning = first_meaning.setdefault(key, (room.name, text))
            if meaning != text:
                found.append(
                    Problem(room.name, key[0], f"{text} here, {meaning} in {owner}: use one, or pgettext")
                )
    return found


def update(room: Room, locale: str = ZH) -> int:
    """Merge the room's new msgids into its catalogue; translations stay, unused msgids go. Returns gaps."""
    catalogue, fresh = stored(room, locale), template(room)
    if not len(fresh) and not len(catalogue):
        return 0
    catalogue.locale = locale
    catalogue.fuzzy = False
    catalogue.update(fresh, no_fuzzy_matching=True)
    target = room.catalogue(locale)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        out.write(HEADER.format(locale=locale, plurals=catalogue.plural_forms).encode())
        # no line numbers: they would change with every edit of the sources
        write_po(out, catalogue, width=110, omit_header=True, include_lineno=False, ignore_obsolete=True)
    return sum(1 for m in _plain(catalogue) if not all(_texts(m)))


def named(name: str) -> Room:
    for room in rooms():
        if room.name == name:
            return room
    raise LookupError(
        f"no room {name!r} in {CORE} or among the plugins; there are: {', '.join(r.name for r in rooms())}"
    )
