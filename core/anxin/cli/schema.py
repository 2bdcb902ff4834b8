"""What `anxin db upgrade` does, apart from the command: the tests call it too."""

import importlib.util
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from anxin.kernel import migrate
from anxin.kernel.db import driver_url
from anxin.kernel.errors import ConfigurationError
from anxin.settings import Settings, SettingsError

PLUGINS = "anxin.plugins"


def run_upgrade(settings: Settings) -> list[str]:
    """Upgrade core and every loaded plugin as the owner; one line for each step done."""
    if not settings.database_url:
        raise SettingsError("DATABASE_URL is missing: migrations need the owner's connection")
    engine = sa.create_engine(driver_url(settings.database_url), poolclass=sa.NullPool)
    return migrate.upgrade(engine, plugin_components(settings.plugins), passwords=role_passwords(settings))


def role_passwords(settings: Settings) -> dict[str, str]:
    """The passwords of our login roles as the processes will use them; other roles are the operator's."""
    found = [urlsplit(url) for url in (settings.app_database_url, settings.auth_database_url)]
    own = ("anxin_app", "anxin_auth")
    return {
        parts.username: unquote(parts.password) for parts in found if parts.username in own and parts.password
    }


def plugin_components(wanted: tuple[str, ...]) -> list[migrate.Component]:
    """The migrations of the loaded plugins (all installed ones unless the deployment names some)."""
    points = {point.name: point for point in entry_points(group=PLUGINS)}
    missing = [name for name in wanted if name not in points]
    if missing:
        raise ConfigurationError(
            f"plugin “{missing[0]}” is in ANXIN_PLUGINS but not installed", code="plugin_missing"
        )
    chosen = [points[name] for name in wanted or sorted(points)]
    folders = {point.name: _package(point.module) / "migrations" / "versions" for point in chosen}
    return [migrate.Component(name, versions) for name, versions in folders.items() if versions.is_dir()]


def _package(module: str) -> Path:
    """The folder of a plugin's package, without running the plugin's code."""
    package = module.partition(".")[0]
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(f"the package {package} of a plugin cannot be found", code="plugin_broken")
    return Path(spec.submodule_search_locations[0])
