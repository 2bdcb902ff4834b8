"""What `anxin plugin check` does: load the plugin, migrate a throwaway database, ask every rule."""

import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from anxin.app import create_app
from anxin.embedded.throwaway import database_cluster
from anxin.extension import conformance, tables
from anxin.extension import registry as extension
from anxin.extension.conformance import Examined
from anxin.kernel import migrate
from anxin.kernel.db import driver_url
from anxin.kernel.errors import ConfigurationError
from anxin.kernel.i18n import catalogues
from anxin.rooms import core_parts
from anxin.settings import Settings

LOADS, MIGRATES = "loads", "migrations apply"


def findings(plugin_or_path: str) -> dict[str, list[str]]:
    """Every rule with the lines it has to say, in order; a plugin that cannot load or migrate gets no
    further."""
    with ExitStack() as stack:
        name = plugin_or_path
        if "/" in name or name == "." or Path(name, "pyproject.toml").exists():
            try:
                name = stack.enter_context(as_if_installed(Path(plugin_or_path).resolve()))
            except (OSError, KeyError, ValueError, tomllib.TOMLDecodeError) as error:
                return {LOADS: [f"{plugin_or_path} is no plugin's folder: {type(error).__name__}: {error}"]}
        try:
            registry = extension.load(core_parts(), (name,))
        except ConfigurationError as error:
            return {LOADS: [str(error.message)]}
        return {LOADS: []} | _examined(
            name, registry, Path(stack.enter_context(tempfile.TemporaryDirectory()))
        )


def _examined(name: str, registry: extension.Registry, folder: Path) -> dict[str, list[str]]:
    with database_cluster(folder / "logs") as address:
        settings = _throwaway_settings(address, folder)
        engine = sa.create_engine(driver_url(settings.database_url), poolclass=sa.NullPool)
        try:
            migrate.upgrade(engine, migrate.components(registry))
        except Exception as error:  # whatever a migration raises is what the author wants to read
            return {MIGRATES: [f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"]}
        app = create_app(settings, registry=registry)
        with engine.connect() as connection:
            it = Examined(registry.plugins[name], registry, app, connection)
            rules = conformance.RULES | tables.RULES
            found = {MIGRATES: []} | {rule: list(ask(it)) for rule, ask in rules.items()}
        for pool in (app.extensions["anxin"].engine, app.extensions["anxin"].auth):
            pool.dispose()
        return found


def _throwaway_settings(address: str, folder: Path) -> Settings:
    owner = address.replace("/postgres?", "/anxin?")
    admin = sa.create_engine(driver_url(address), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE anxin")
    env = {"DATABASE_URL": owner, "REDIS_URL": "unix:///nowhere"}
    for role in ("app", "auth"):
        env[f"ANXIN_{role.upper()}_DATABASE_URL"] = owner.replace("//postgres@", f"//anxin_{role}@")
    return Settings.load(folder / "data", env)


@contextmanager
def as_if_installed(project: Path) -> Iterator[str]:
    """Make a plugin's source folder importable, and its entry point found, for this process; yields its
    name."""
    facts: dict[str, Any] = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = facts["entry-points"][extension.GROUP]
    if len(points) != 1:
        raise ValueError(f"one entry point of {extension.GROUP} is wanted, found {len(points)}")
    name, place = next(iter(points.items()))
    with tempfile.TemporaryDirectory() as folder:
        info = Path(folder, f"{facts['name'].replace('-', '_')}-0.dist-info")
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {facts['name']}\nVersion: 0\n")
        (info / "entry_points.txt").write_text(f"[{extension.GROUP}]\n{name} = {place}\n")
        sys.path[:0] = [str(project), folder]
        catalogues.reload()
        try:
            yield name
        finally:
            for entry in (str(project), folder):
                sys.path.remove(entry)
            catalogues.reload()
