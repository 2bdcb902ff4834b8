"""Finds the unit a roster means: unions rarely write the path from the very top, and never our codes."""

from collections.abc import Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key")


class UnitFinder(Generic[Key]):
    """Looks up unit paths. Built from every unit's full path (names from the top down) → its key.

    A path may leave out units at the top ("采油一矿/采油一队"), or in between when that stays unambiguous
    ("厂/采油一队"); a single name is found when only one unit is called so.
    """

    def __init__(self, paths: Mapping[tuple[str, ...], Key]) -> None:
        self.paths = {tuple(map(squeeze, path)): key for path, key in paths.items()}
        self.ending: dict[str, list[tuple[str, ...]]] = {}
        for path in self.paths:
            self.ending.setdefault(path[-1], []).append(path)
        self.found: dict[tuple[str, ...], Key | None] = {}

    def find(self, path: tuple[str, ...]) -> Key | None:
        """The unit's key, or None when no unit or more than one fits."""
        if path not in self.found:
            self.found[path] = self._look(tuple(map(squeeze, path)))
        return self.found[path]

    def _look(self, path: tuple[str, ...]) -> Key | None:
        if not path:
            return None
        if path in self.paths:
            return self.paths[path]
        near = [full for full in self.ending.get(path[-1], []) if within(path, full)]
        tails = [full for full in near if full[-len(path) :] == path]
        fits = tails if len(tails) == 1 else near
        return self.paths[fits[0]] if len(fits) == 1 else None


def squeeze(name: str) -> str:
    return "".join(name.split())


def within(path: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """All names of `path` stand in `full`, in this order."""
    names = iter(full)
    return all(name in names for name in path)
