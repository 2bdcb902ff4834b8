"""One owner for each data folder, and a note of who it is.

The lock is the operating system's, so it ends with its process however that ends; the note beside it tells
commands what runs, and the next start which processes a killed supervisor left behind.
"""

import fcntl
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Self

from anxin.embedded import folder


class FolderBusy(Exception):
    """Somebody else holds the data folder; the message is one line for the operator."""


@dataclass
class State:
    """What runs on a data folder: by whom, how far it has come, and its process groups with their start
    times."""

    pid: int
    kind: Literal["up", "command"]
    ready: bool = False
    url: str = ""
    groups: dict[str, tuple[int, float]] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Path) -> Self | None:
        try:
            found = json.loads(_state_file(data).read_text("utf-8"))
        except FileNotFoundError:
            return None
        found["groups"] = {name: (pid, started) for name, (pid, started) in found["groups"].items()}
        return cls(**found)

    def write(self, data: Path) -> None:
        """Replace the note in one step: a reader never sees half of it."""
        staged = _state_file(data).with_suffix(f".{self.pid}")
        staged.write_text(json.dumps(asdict(self)), "utf-8")
        staged.replace(_state_file(data))


class FolderLock:
    """The exclusive lock of a data folder; not inherited by child processes."""

    def __init__(self, data: Path) -> None:
        self.path = folder.make_private(folder.run_dir(data)) / "lock"
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def current_owner(data: Path) -> State | None:
    """Who holds the data folder now; None when nobody does."""
    if not (folder.run_dir(data) / "lock").exists():
        return None
    lock = FolderLock(data)
    if lock.acquire():
        lock.release()
        return None
    return State.read(data)


def _state_file(data: Path) -> Path:
    return folder.run_dir(data) / "state.json"
