"""What `anxin db upgrade` does, apart from the command: the tests call it too."""

from urllib.parse import unquote, urlsplit

import sqlalchemy as sa

from anxin import rooms
from anxin.extension import registry as extension
from anxin.kernel import migrate
from anxin.kernel.db import driver_url
from anxin.kernel.runtime import job_key
from anxin.settings import Settings

OWN_ROLES = ("anxin_app", "anxin_auth")


def run_upgrade(settings: Settings) -> list[str]:
    """Upgrade core and every loaded plugin as the owner; one line for each step done."""
    registry = extension.load(rooms.core_parts(), settings.plugins)
    engine = sa.create_engine(driver_url(settings.database_url), poolclass=sa.NullPool)
    return migrate.upgrade(
        engine,
        migrate.components(registry),
        passwords=role_passwords(settings),
        job_key=job_key(settings),
    )


def role_passwords(settings: Settings) -> dict[str, str]:
    """The passwords of our login roles as the processes will use them; other roles are the operator's."""
    found = [urlsplit(url) for url in (settings.app_database_url, settings.auth_database_url)]
    return {
        parts.username: unquote(parts.password)
        for parts in found
        if parts.username in OWN_ROLES and parts.password
    }
