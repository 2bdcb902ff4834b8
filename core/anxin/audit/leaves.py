"""What of an entry goes into the tree, byte for byte, and the walk that finds what was changed since.

An entry's leaf is the hash of `leaf_data`: all its columns in canonical JSON, with its salt, so that a
published leaf hash cannot be guessed back to a small entry. Values read from the database give the same
bytes as those written to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from anxin.audit.merkle import Frontier, leaf_hash
from anxin.kernel.canonical import canonical_json
from anxin.kernel.i18n import lazy

SALT_BYTES = 16


def leaf_data(entry: Mapping[str, Any]) -> bytes:
    """The canonical bytes of an entry, a mapping of its columns that includes its `salt` (16 bytes or more).

    Leave out what the sealer adds (`seq`, `leaf`). TypeError for values an entry may not hold (floats,
    naive times).
    """
    if len(entry["salt"]) < SALT_BYTES:
        raise ValueError(f"an entry's salt has at least {SALT_BYTES} bytes")
    return canonical_json({name: _plain(value) for name, value in entry.items()})


_AS_IT_IS = frozenset({type(None), bool, int, str})


def _plain(value: Any) -> Any:
    if type(value) in _AS_IT_IS:
        return value
    match value:
        case Enum():
            return _plain(value.value)
        case UUID():
            return str(value)
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case bytes() | memoryview() | bytearray():
            return bytes(value).hex()
        case Mapping():
            return {str(name): _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    raise TypeError(f"an audit entry holds no {type(value).__name__}")


@dataclass(frozen=True)
class Problem:
    """Something that does not fit: the tree, where to look (for scripts), a sentence (for people)."""

    origin: str
    place: str
    text: Any

    def __str__(self) -> str:
        return f"{self.origin}: {self.text}"


@dataclass(frozen=True)
class Sealed:
    """An entry as it is stored: its number, what `leaf_data` gives now, the leaf hash kept then."""

    seq: int
    data: bytes
    leaf: bytes


@dataclass(frozen=True)
class Head:
    """A signed size and root, and where it was found (a row, a line of the file)."""

    size: int
    root: bytes
    place: str


def check_tree(origin: str, entries: Iterable[Sealed], heads: Iterable[Head]) -> list[Problem]:
    """Walk a tree once (entries in order of `seq`, from 0) and compare it with every signed head.

    Finds: an entry edited (named); an entry deleted, put in or renumbered (the gap is named); an entry edited
    together with its stored hash (the stretch between two heads is named); entries cut off at the end; a head
    that is forged, or of another tree.
    """
    walk = _Walk(origin, heads)
    walk.compare_heads()
    for entry in entries:
        if not walk.take(entry):
            return walk.problems
    walk.finish()
    return walk.problems


class _Walk:
    """The tree as far as it has been read, and the heads still to come."""

    def __init__(self, origin: str, heads: Iterable[Head]) -> None:
        self.origin, self.problems = origin, list[Problem]()
        self.heads: dict[int, list[Head]] = {}
        for head in heads:
            self.heads.setdefault(head.size, []).append(head)
        self.tree, self.agreed, self.differs = Frontier(), 0, False

    def take(self, entry: Sealed) -> bool:
        """Add the next entry; False when numbers no longer fit, for then no root can be compared."""
        size = self.tree.size
        if entry.seq > size:
            text = lazy("Entries %(first)d to %(last)d are missing.", first=size, last=entry.seq - 1)
            self._say(f"entry {size}", text)
            return False
        if entry.seq < size:
            self._say(f"entry {entry.seq}", lazy("Entry %(seq)d is there twice.", seq=entry.seq))
            return False
        if leaf_hash(entry.data) != entry.leaf:
            text = lazy("Entry %(seq)d was changed after it was sealed.", seq=entry.seq)
            self._say(f"entry {entry.seq}", text)
        # the stored hash goes on: an edited entry is named once, and the roots still tell about the others
        self.tree.append(entry.leaf)
        self.compare_heads()
        return True

    def compare_heads(self) -> None:
        """Compare the signed heads of the present size with the tree."""
        heads = self.heads.pop(self.tree.size, [])
        other = [head for head in heads if head.root != self.tree.root()]
        if heads and len(other) < len(heads):
            self.agreed = self.tree.size
            for head in other:
                self._say(head.place, lazy("%(place)s signs a root that no entries give.", place=head.place))
        elif other and not self.differs:
            self.differs = True  # all later roots differ too
            text = lazy(
                "Entries %(first)d to %(last)d are not those signed in %(place)s.",
                first=self.agreed,
                last=self.tree.size - 1,
                place=other[0].place,
            )
            self._say(f"entry {self.agreed}", text)

    def finish(self) -> None:
        """What is left when the entries have ended."""
        size = self.tree.size
        if self.heads:
            last = self.heads[max(self.heads)][0]
            text = lazy(
                "Entries %(first)d to %(last)d are missing; %(place)s signs for them.",
                first=size,
                last=last.size - 1,
                place=last.place,
            )
            self._say(f"entry {size}", text)
        elif size > self.agreed and not self.differs:
            text = lazy(
                "Entries %(first)d to %(last)d are numbered, but signed for by nobody.",
                first=self.agreed,
                last=size - 1,
            )
            self._say(f"entry {self.agreed}", text)

    def _say(self, place: str, text: Any) -> None:
        self.problems.append(Problem(self.origin, place, text))
