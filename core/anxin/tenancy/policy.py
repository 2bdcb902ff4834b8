"""The tenancy room's words: permissions, audit entries, navigation."""

from typing import Any

from anxin.extension.manifest import NavItem, Purpose, Retention
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job
from anxin.tenancy import entries

MODULES_MANAGE = Permission(
    "tenancy.modules.manage", lazy("Switch modules on and off"), suggested_roles=("union_admin",)
)
ORG_MANAGE = Permission("tenancy.org.manage", lazy("Edit the organisation"), suggested_roles=("union_admin",))
BRAND_MANAGE = Permission(
    "tenancy.brand.manage", lazy("Change name and colours"), suggested_roles=("union_admin",)
)
SETTINGS_MANAGE = Permission(
    "tenancy.settings.manage", lazy("Change settings"), suggested_roles=("union_admin",)
)

PERMISSIONS = [MODULES_MANAGE, ORG_MANAGE, BRAND_MANAGE, SETTINGS_MANAGE]
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = entries.ENTRIES
JOBS: list[Job] = []
NAV = [
    NavItem(lazy("Workbench"), "home.workbench", None, icon="chart-column", order=0),
    NavItem(
        lazy("Modules"), "tenancy.modules", MODULES_MANAGE, icon="blocks", order=60, group=lazy("Set up")
    ),
    NavItem(lazy("Organisation"), "tenancy.org", ORG_MANAGE, icon="network", order=62, group=lazy("Set up")),
    NavItem(
        lazy("Name and colours"),
        "tenancy.brand",
        BRAND_MANAGE,
        icon="palette",
        order=68,
        group=lazy("Set up"),
    ),
    NavItem(
        lazy("Settings"),
        "tenancy.settings_index",
        SETTINGS_MANAGE,
        icon="settings",
        order=72,
        group=lazy("Set up"),
    ),
    NavItem(lazy("Home"), "home.index", None, icon="house", shell="employee", order=0),  # noqa: S604  (a page shell, not a command shell)
]
SETTINGS: dict[str, type[Any]] = {}
RETENTION: list[Retention] = []
PERSONAL_DATA: list[Any] = []
