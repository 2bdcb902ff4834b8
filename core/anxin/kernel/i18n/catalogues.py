"""Finds the catalogues of all rooms and plugins, compiles those that are stale, and merges them per locale.

In a checkout nobody has to remember `pybabel compile`: a .mo older than its .po is written again when it is
first needed (or compiled in memory where the folder is read-only). Wheels carry the .mo files made by
hatch_build.py.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

CORE = Path(__file__).parents[2]
PLUGIN_GROUP = "anxin.plugins"
NOT_ROOMS = {"migrations", "static", "locale"}


@dataclass(frozen=True)
class Room:
    """A folder that owns strings and their catalogue. core/anxin itself has `own_files_only`."""

    name: str
    root: Path
    own_files_only: bool = False

    def catalogue(self, locale: str) -> Path:
        return self.root / "locale" / locale / "LC_MESSAGES" / "messages.po"

    def sources(self) -> Iterator[Path]:
        """Python modules and templates whose strings belong to this room."""
        if self.own_files_only:
            yield from sorted(self.root.glob("*.py"))
            return
        for path in sorted(self.root.rglob("*")):
            if path.suffix in {".py", ".html"} and not NOT_ROOMS & set(path.relative_to(self.root).parts):
                yield path


@cache
def rooms() -> tuple[Room, ...]:
    """Core's rooms, then every installed plugin by name (switched on or not)."""
    core = [Room("anxin", CORE, own_files_only=True)]
    core += [
        Room(p.name, p)
        for p in sorted(CORE.iterdir())
        if p.is_dir() and p.name.isidentifier() and p.name not in NOT_ROOMS | {"__pycache__"}
    ]
    plugins = []
    for point in sorted(entry_points(group=PLUGIN_GROUP), key=lambda e: e.name):
        spec = find_spec(point.value.partition(":")[0].partition(".")[0])
        if spec and spec.submodule_search_locations:
            plugins.append(Room(point.name, Path(next(iter(spec.submodule_search_locations)))))
    return (*core, *plugins)


def compiled(po: Path) -> bytes:
    """The .mo content of a .po; kept beside it when the folder can be written."""
    mo = po.with_suffix(".mo")
    if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
        return mo.read_bytes()
    with po.open("rb") as source:
        catalogue = read_po(source)
    target = io.BytesIO()
    write_mo(target, catalogue)
    if os.access(po.parent, os.W_OK):
        _replace(mo, target.getvalue())
    return target.getvalue()


def _replace(path: Path, content: bytes) -> None:
    """Write beside and rename: several worker processes may compile the same file at once."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".mo-", delete=False) as part:
        part.write(content)
    os.chmod(part.name, 0o644)
    os.replace(part.name, path)


@cache
def translations(locale: str) -> Translations:
    """All catalogues of a locale merged. Earlier rooms win, so a plugin cannot change core's words."""
    merged = Translations()
    for room in reversed(rooms()):
        po = room.catalogue(locale)
        if po.exists():
            part = Translations(io.BytesIO(compiled(po)))
            merged.merge(part)
            merged.plural = part.plural  # Translations.merge forgets it
    return merged


def reload() -> None:
    """Forget what was read (development server and tests)."""
    rooms.cache_clear()
    translations.cache_clear()
