"""What `anxin backup` does, apart from the command: make one, prove one, restore one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import sqlalchemy as sa

from anxin.cli import backup_database as database
from anxin.cli.backup_set import (
    CHECKPOINTS,
    DUMP,
    ERASURES,
    BackupError,
    Manifest,
    being_made,
    checksums,
    insist_whole,
    opened,
)
from anxin.cli.schema import run_upgrade
from anxin.embedded.services import running_services
from anxin.embedded.throwaway import database_cluster
from anxin.kernel import clock, ledger
from anxin.kernel.db import driver_url
from anxin.keyfiles import fingerprint
from anxin.settings import Settings

NEW_KEY = "made at the first start"


def make(settings: Settings, target: Path) -> Manifest:
    """Write a backup of the running database to `target`. The trail's checkpoints are copied first and the ledger of
    erasures last: neither then says more, or less, than the database."""
    url = _owners(settings)
    with running_services(settings, migrate=False), being_made(target) as place:
        _copy(_checkpoints(settings), place / CHECKPOINTS)
        tables, roles, server = database.dump(url, place / DUMP)
        _copy(ledger.path(settings), place / ERASURES)
        manifest = Manifest(
            made_at=clock.now().isoformat(timespec="seconds"),
            version=version("anxin"),
            server=server,
            master_key=fingerprint(settings.master_key),
            audit_key=fingerprint(settings.audit_key),
            tables=tables,
            roles=roles,
            files=checksums(place),
        )
        manifest.write(place)
    return manifest


def verify(target: Path) -> Manifest:
    """Every file is as it was written, and the dump restores: into a server of its own, which is gone afterwards."""
    with opened(target) as place:
        manifest = Manifest.read(place)
        insist_whole(place, manifest)
        with _own_server() as url:
            database.restore(url, place / DUMP, manifest.roles)
            database.insist_same(manifest.tables, database.rows(url))
    return manifest


def restore(settings: Settings, target: Path) -> tuple[Manifest, int]:
    """Bring a backup into an empty set; the schema is then brought up to this version, and whoever was erased since is
    erased again. Returns the manifest, and how many keys that were. BackupError when it may not be restored here."""
    with opened(target) as place:
        manifest = Manifest.read(place)
        insist_whole(place, manifest)
        _insist_key(settings, manifest)
        url = _owners(settings)
        with running_services(settings, migrate=False):
            database.insist_empty(url)
            database.restore(url, place / DUMP, manifest.roles)
            database.insist_same(manifest.tables, database.rows(url))
            run_upgrade(settings)
            _bring_trail(settings, place)
            engine = sa.create_engine(driver_url(url), poolclass=sa.NullPool)
            with engine.begin() as connection:
                erased = ledger.replay(connection, ledger.read(settings))
    return manifest, erased


def key_fits(settings: Settings, manifest: Manifest) -> bool | None:
    """Does the key of this data folder open the backup? None when there is no key here."""
    if settings.sources["master_key"] == NEW_KEY:
        return None
    return fingerprint(settings.master_key) == manifest.master_key


def insist_keys_are_here(settings: Settings) -> None:
    """Before the data folder is touched: a key made now could open nothing that is restored."""
    for name in ("master_key", "audit_key"):
        if settings.sources[name] == NEW_KEY:
            place = settings.data_dir / "keys" / f"{name.removesuffix('_key')}.key"
            raise BackupError(
                f"put the keys in place first: {place} or ANXIN_{name.upper()}_FILE (they are in no backup)"
            )


def _insist_key(settings: Settings, manifest: Manifest) -> None:
    mine = fingerprint(settings.master_key)
    if mine != manifest.master_key:
        raise BackupError(
            f"this is master key {mine}, the backup was sealed with {manifest.master_key}: it could not be read"
        )


def _owners(settings: Settings) -> str:
    if not settings.database_url:
        raise BackupError("DATABASE_URL is not given: a backup needs the owner's connection")
    return settings.database_url


@contextmanager
def _own_server() -> Iterator[str]:
    """A database of a throwaway server."""
    with tempfile.TemporaryDirectory(prefix="anxin-backup-") as logs, database_cluster(Path(logs)) as admin:
        engine = sa.create_engine(driver_url(admin), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE restored")
        yield urlunsplit(urlsplit(admin)._replace(path="/restored"))


def _checkpoints(settings: Settings) -> Path:
    return ledger.path(settings).with_name(CHECKPOINTS)


def _copy(file: Path, to: Path) -> None:
    if file.exists():
        shutil.copyfile(file, to)


def _bring_trail(settings: Settings, place: Path) -> None:
    """Checkpoints and erasures that lie in the data folder already are newer: they stay, and the backup's erasures are
    added to them."""
    checkpoints, erasures = _checkpoints(settings), ledger.path(settings)
    erasures.parent.mkdir(parents=True, exist_ok=True)
    if not checkpoints.exists():
        _copy(place / CHECKPOINTS, checkpoints)
    kept = erasures.read_text("utf-8").splitlines() if erasures.exists() else []
    brought = (place / ERASURES).read_text("utf-8").splitlines() if (place / ERASURES).exists() else []
    if missing := [line for line in brought if line not in set(kept)]:
        with erasures.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in missing)
