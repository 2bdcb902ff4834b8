"""The identity room's words: permissions, audit entries, navigation, retention."""

from datetime import timedelta
from typing import Any

from anxin.extension.manifest import NavItem, Purpose, Retention, SubjectRights
from anxin.identity import entries, people, places
from anxin.identity.models import Link, Person, Placement, SignIn
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job

PEOPLE_READ = Permission(
    "identity.people.read", lazy("See people by name"), suggested_roles=("union_admin", "liaison")
)
PEOPLE_MANAGE = Permission(
    "identity.people.manage", lazy("Add and change people"), suggested_roles=("union_admin",)
)
ROLES_MANAGE = Permission("identity.roles.manage", lazy("Give roles"), suggested_roles=("union_admin",))
SIGNIN_MANAGE = Permission(
    "identity.signin.manage", lazy("Set up signing in"), suggested_roles=("union_admin",)
)

PERMISSIONS = [PEOPLE_READ, PEOPLE_MANAGE, ROLES_MANAGE, SIGNIN_MANAGE]
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = entries.ENTRIES
JOBS: list[Job] = [places.settle_all]
NAV = [
    NavItem(
        lazy("People"), "identity.people_list", PEOPLE_READ, icon="users", order=64, group=lazy("Set up")
    ),
    NavItem(lazy("Roles"), "identity.roles", ROLES_MANAGE, icon="user-check", order=66, group=lazy("Set up")),
    NavItem(
        lazy("Signing in"),
        "identity.signin_settings",
        SIGNIN_MANAGE,
        icon="log-in",
        order=70,
        group=lazy("Set up"),
    ),
    NavItem(lazy("Me"), "identity.me_index", None, icon="user-round", shell="employee", order=99),  # noqa: S604  (a page shell, not a command shell)
]
SETTINGS: dict[str, type[Any]] = {}
SUBJECTS = [SubjectRights("identity", people.own_copy, people.own_erase)]
RETENTION = [
    Retention(
        SignIn, after=timedelta(days=180), since="made_at", reason=lazy("Session history for the person")
    ),
    Retention(Link, after=timedelta(days=30), since="made_at", reason=lazy("Used and expired links")),
]
PERSONAL_DATA: list[Any] = [
    Person.name,
    Person.number,
    Person.contact,
    Person.hired_on,
    Person.birth_year,
    Placement.person_id,
]
