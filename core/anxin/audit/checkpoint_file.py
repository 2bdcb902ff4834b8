"""The checkpoints' file outside the database: append only, so that who owns the database cannot rewrite the
past.

Each record is a signed note and an empty line, written in one call and synced before `append` returns.
Append after the database has committed; at start `append_missing` brings what a crash kept from the file.
Put the file on other storage than the database (and under `chattr +a` where there is one), or copy it away.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from anxin.audit.checkpoint import CheckpointError, Signed, Verifier, verify
from anxin.audit.leaves import Head, Problem
from anxin.kernel.i18n import lazy


@dataclass(frozen=True)
class Record:
    """A stretch of the file: a whole note, or a fragment (a write the power failure cut, or damage)."""

    line: int
    note: str
    whole: bool


class CheckpointFile:
    """Appends notes and reads them back. Several processes may append to one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, *notes: str) -> None:
        """Write notes to the end and wait until the disk has them."""
        created = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            text = "".join(f"{note}\n" for note in notes).encode()
            _write(descriptor, _closing(descriptor) + text)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if created:
            _sync_folder(self.path.parent)

    def append_missing(self, notes: Iterable[str]) -> int:
        """Append those notes (of the database, in order) the file does not hold. Returns how many."""
        held = {record.note for record in self.records() if record.whole}
        missing = [note for note in notes if note not in held]
        if missing:
            self.append(*missing)
        return len(missing)

    def records(self) -> Iterator[Record]:
        """All that is in the file, in order; nothing when there is no file yet."""
        if not self.path.exists():
            return
        line, body, body_line = 1, "", 0
        for chunk in self.path.read_bytes().decode("utf-8", "replace").split("\n\n"):
            start = line + len(chunk) - len(chunk.lstrip("\n"))
            line += chunk.count("\n") + 2
            text = chunk.strip("\n")
            if not text:
                continue
            if body and text[0] in "—\ufffd":  # the sign itself may be what was cut
                yield Record(body_line, f"{body}\n\n{text}\n", whole=True)
                body = ""
                continue
            if body:
                yield Record(body_line, body, whole=False)
            body, body_line = text, start
        if body:
            yield Record(body_line, body, whole=False)

    def check(self, verifiers: Sequence[Verifier]) -> tuple[dict[str, list[Head]], list[Problem]]:
        """Every verified head by origin, and what is wrong with the file itself, by line.

        Compare the heads with the trees by `leaves.check_tree`. A fragment that a later record completes is
        no problem: the power failed, and the note was appended again.
        """
        records = list(self.records())
        heads: dict[str, list[Head]] = {}
        problems: list[Problem] = []
        for number, record in enumerate(records):
            place = f"{self.path.name}, line {record.line}"
            try:
                signed = verify(record.note, verifiers)
            except CheckpointError as problem:
                if not _completed(record, records[number + 1 :]):
                    text = lazy("%(place)s is no checkpoint: %(why)s.", place=place, why=str(problem))
                    problems.append(Problem(self.path.name, place, text))
                continue
            problems += _contradiction(signed, heads, place)
            head = Head(signed.checkpoint.size, signed.checkpoint.root, place)
            heads.setdefault(signed.checkpoint.origin, []).append(head)
        return heads, problems


def _completed(fragment: Record, later: Sequence[Record]) -> bool:
    beginning = fragment.note.rstrip("\n\ufffd")
    return any(record.note.startswith(beginning) for record in later)


def _contradiction(signed: Signed, heads: dict[str, list[Head]], place: str) -> list[Problem]:
    """A tree never shrinks, and has one root at each size."""
    now = signed.checkpoint
    before = heads.get(now.origin, [])
    if not before:
        return []
    last = before[-1]
    if now.size < last.size:
        text = lazy("%(place)s signs a smaller tree than %(earlier)s.", place=place, earlier=last.place)
    elif now.size == last.size and now.root != last.root:
        text = lazy("%(place)s signs another root than %(earlier)s.", place=place, earlier=last.place)
    else:
        return []
    return [Problem(now.origin, place, text)]


def _closing(descriptor: int) -> bytes:
    """What ends a fragment at the end of the file, so that the next record stands by itself."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, 2, max(size - 2, 0))
    return b"" if size == 0 or tail == b"\n\n" else b"\n\n"


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
