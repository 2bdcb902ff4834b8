"""A backup is one when it was restored: from the tests' database into a fresh embedded set, a sealed field read back."""

import json
import os
import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from click.testing import CliRunner

from anxin.app import create_app
from anxin.cli import anxin, backup_database, backup_set
from anxin.embedded.services import running_services
from anxin.identity.apply import set_contact
from anxin.kernel import clock, ledger
from anxin.kernel.actor import system
from anxin.kernel.ctx import tenant_scope
from anxin.plugin import NotFound, Person
from anxin.settings import Settings

PHONE = "13900001111"


@pytest.fixture
def keys(settings: Settings) -> dict[str, str]:
    return {"ANXIN_MASTER_KEY": settings.master_key.hex(), "ANXIN_AUDIT_KEY": settings.audit_key.hex()}


@pytest.fixture
def here(settings: Settings, keys: dict[str, str]) -> dict[str, str]:
    """The environment of the set the tests run on: servers of one's own, as on a cluster."""
    return keys | {
        "ANXIN_DATA": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
    }


def backup(*arguments: str | Path, env: dict[str, str]) -> Any:
    return CliRunner().invoke(anxin, ["backup", *map(str, arguments)], env=env)


def test_backed_up_proved_and_restored(
    here: dict[str, str],
    keys: dict[str, str],
    settings: Settings,
    tenant: Any,
    person: Any,
    scope: Any,
    tmp_path: Path,
) -> None:
    """The whole way, with somebody who is erased after the backup was made."""
    known, erased = person(), person()
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        for someone in (known, erased):
            set_contact(ctx, ctx.get(Person, someone.id), phone=PHONE)
    copy, data = tmp_path / "copies" / "one.tar", tmp_path / "new"

    made = backup(copy, "--json", env=here)
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert told["rows"] > 20
    assert copy.stat().st_mode & 0o077 == 0
    assert [file.name for file in copy.parent.iterdir()] == ["one.tar"], "nothing half-made beside it"
    raw = copy.read_bytes()
    assert not any(key in raw for key in (settings.master_key, *map(str.encode, keys.values())))
    again = backup(copy, env=here)
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)
    assert "exists already" in again.stderr

    proved = backup(copy, "--verify", "--json", env=here)
    assert proved.exit_code == 0, proved.output
    assert json.loads(proved.stdout)["key_fits"] is True

    refused = backup(copy, "--restore", env=here)
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "not empty" in refused.stderr
    keyless = backup(copy, "--restore", "--data", data, env={})
    assert keyless.exit_code == 1
    assert "put the keys in place first" in keyless.stderr
    assert not data.exists(), "no key is made for it by mistake"
    stranger = backup(copy, "--restore", "--data", data, env=keys | {"ANXIN_MASTER_KEY": "ab" * 32})
    assert stranger.exit_code == 1
    assert "could not be read" in stranger.stderr

    newer = data / "audit" / "erasures.txt"
    newer.parent.mkdir(parents=True)
    newer.write_text(f"{(clock.now() + timedelta(hours=1)).isoformat()} {tenant.id} {erased.id}\n")
    there = keys | {"REDIS_URL": settings.redis_url}
    done = backup(copy, "--restore", "--data", data, "--json", env=there)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["erased_again"] == 1

    restored = Settings.load(data, os.environ | there)
    with running_services(restored, migrate=False):
        assert contacts(restored, tenant.slug, known.id, erased.id) == [{"phone": PHONE}, None]
        assert erased.id in {one.subject_id for one in ledger.read(restored)}, "a newer ledger stays"


def contacts(settings: Settings, slug: str, *people: Any) -> list[Any]:
    """What the application reads there: opened with the keys, or None where a key was deleted."""
    runtime = create_app(settings).extensions["anxin"]
    found: list[Any] = []
    try:
        with tenant_scope(runtime, runtime.caches["directory"].by_slug(slug), system("test")) as ctx:
            for person_id in people:
                try:
                    found.append(ctx.open(ctx.get(Person, person_id), "contact"))
                except NotFound:
                    found.append(None)
    finally:
        for pool in (runtime.engine, runtime.auth):
            pool.dispose()
    return found


def test_what_was_changed_on_the_way_is_named(
    here: dict[str, str], cluster: str, settings: Settings, app: Any, tmp_path: Path
) -> None:
    """A byte of the dump, a file that is gone, and something that is no backup."""
    copy = tmp_path / "folder"
    assert backup(copy, env=here).exit_code == 0
    assert copy.stat().st_mode & 0o077 == 0
    dump = copy / "database.dump"
    raw = bytearray(dump.read_bytes())
    raw[len(raw) // 2] ^= 1
    dump.write_bytes(raw)
    assert "database.dump is not what was written" in backup(copy, "--verify", env=here).stderr
    dump.unlink()
    assert "database.dump is missing" in backup(copy, "--verify", env=here).stderr
    for nothing in (tmp_path / "absent", tmp_path):
        refused = backup(nothing, "--verify", env=here)
        assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    (tmp_path / "no.tar").write_bytes(b"nothing")
    assert "no backup" in backup(tmp_path / "no.tar", "--verify", env=here).stderr
    assert backup(copy, "--verify", "--restore", env=here).exit_code == 2


@pytest.mark.parametrize("found", [{"core.tenant": 2}, {"core.tenant": 3, "core.unit": 0}, {}])
def test_a_table_with_other_rows_is_named(found: dict[str, int]) -> None:
    with pytest.raises(backup_set.BackupError, match=r"core\.(tenant|unit) has"):
        backup_database.insist_same({"core.tenant": 3}, found)


def test_an_archive_unpacks_its_own_files_only(tmp_path: Path) -> None:
    """Whatever else somebody put into it."""
    evil = tmp_path / "evil.tar"
    (tmp_path / "manifest.json").write_text("{}")
    with tarfile.open(evil, "w") as archive:
        archive.add(tmp_path / "manifest.json", "manifest.json")
        archive.add(tmp_path / "manifest.json", "../outside.json")
    with backup_set.opened(evil) as place:
        assert [file.name for file in place.iterdir()] == ["manifest.json"]
    assert not (tmp_path.parent / "outside.json").exists()


def test_a_role_that_is_kept_behind_the_wall_makes_no_backup(
    here: dict[str, str], settings: Settings, app: Any, tmp_path: Path
) -> None:
    """Better refused than a dump without the rows it may not see."""
    parts = urlsplit(settings.database_url)
    narrow = urlunsplit(parts._replace(netloc=parts.netloc.replace("postgres@", "anxin_app@")))
    with psycopg.connect(narrow) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("anxin_app",)
    refused = backup(tmp_path / "narrow", env=here | {"DATABASE_URL": narrow})
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1), refused.output
    assert list(tmp_path.iterdir()) == [], "nothing half-made stays"
