"""What a backup consists of: a few files in a folder, or the same in one .tar, and a manifest that vouches for them.

    manifest.json     when, by which version, rows of every table, a checksum of each other file, fingerprints of the keys
    database.dump     PostgreSQL's custom format, compressed, of one moment
    checkpoints.txt   the audit trail's checkpoints, taken before the database, so that none is newer than it
    erasures.txt      who was erased, taken after it, so that none is missing

No key is in it. It appears under its name when it is whole, and for its owner's eyes alone.
"""

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

FORMAT = 1
DUMP, CHECKPOINTS, ERASURES, MANIFEST = "database.dump", "checkpoints.txt", "erasures.txt", "manifest.json"


class BackupError(Exception):
    """It cannot be made, is damaged, or may not be restored here; the message is one line for the operator."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself."""

    made_at: str
    version: str
    server: str
    master_key: str
    audit_key: str
    tables: Mapping[str, int]
    roles: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(self.tables.values())

    @classmethod
    def read(cls, place: Path) -> Self:
        try:
            found = json.loads((place / MANIFEST).read_text("utf-8"))
            if found["format"] != FORMAT:
                raise BackupError(f"this backup has format {found['format']}, this version reads {FORMAT}")
            return cls(**found | {"roles": tuple(found["roles"])})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupError(f"this is no backup: {MANIFEST} is missing or cannot be read") from error

    def write(self, place: Path) -> None:
        (place / MANIFEST).write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), "utf-8")


def is_archive(target: Path) -> bool:
    return target.suffix == ".tar"


@contextmanager
def being_made(target: Path) -> Iterator[Path]:
    """A private folder to fill; at the end it is put at `target` in one step. Nothing stays of one that failed."""
    if target.exists():
        raise BackupError(f"{target} exists already: give each backup a name of its own")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))  # mode 0700
    except OSError as error:
        raise BackupError(f"cannot write to {target.parent}: {error.strerror}") from error
    packed = staged.with_name(staged.name + ".part")
    try:
        yield staged
        for file in staged.iterdir():
            file.chmod(0o600)
        if is_archive(target):
            _pack(staged, packed)
            packed.rename(target)
        else:
            staged.rename(target)
    except OSError as error:
        raise BackupError(f"cannot write {target}: {error.strerror}") from error
    finally:
        packed.unlink(missing_ok=True)
        shutil.rmtree(staged, ignore_errors=True)  # what was renamed is no longer there


def _pack(staged: Path, packed: Path) -> None:
    with open(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            for one in sorted(staged.iterdir()):
                archive.add(one, one.name)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def opened(target: Path) -> Iterator[Path]:
    """A backup as a folder; an archive is unpacked into one that is gone afterwards."""
    if target.is_dir():
        yield target
        return
    if not target.is_file():
        raise BackupError(f"there is no backup at {target}")
    with tempfile.TemporaryDirectory(prefix="anxin-backup-") as home:
        try:
            with tarfile.open(target) as archive:
                for name in (MANIFEST, DUMP, CHECKPOINTS, ERASURES):  # these, whatever else is in it
                    if name in archive.getnames():
                        archive.extract(name, home, filter="data")
        except (tarfile.TarError, OSError) as error:
            raise BackupError(f"{target} is damaged, or no backup: {error}") from error
        yield Path(home)


def checksums(place: Path) -> dict[str, str]:
    """Of every file but the manifest itself."""
    return {
        file.name: _checksum(file)
        for file in sorted(place.iterdir())
        if file.is_file() and file.name != MANIFEST
    }


def insist_whole(place: Path, manifest: Manifest) -> None:
    """Every file is there as it was written; BackupError names the first that is not."""
    for name, wanted in manifest.files.items():
        file = place / name
        if not file.is_file():
            raise BackupError(f"{name} is missing from the backup")
        if _checksum(file) != wanted:
            raise BackupError(f"{name} is not what was written: the backup is damaged")
    if DUMP not in manifest.files:
        raise BackupError(f"{DUMP} is missing from the backup")


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
