"""The identity room's words: permissions, audit entries, navigation, retention."""

from datetime import timedelta
from typing import Any

from marshmallow import Schema, fields, validate

from anxin.extension.manifest import NavItem, Purpose, Retention, SubjectRights
from anxin.identity import entries, group_lists, people, people_export, places, roster_desk
from anxin.identity.factor_models import KnownDevice, PhoneSignIn
from anxin.identity.models import (
    CareGroupMember,
    Link,
    PendingSignIn,
    Person,
    Placement,
    RosterImport,
    SignIn,
)
from anxin.identity.schemas import SignInRules
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

GROUPS_MANAGE = Permission(
    "identity.groups.manage",
    lazy("Name groups for special help and bring their lists"),
    suggested_roles=("union_admin",),
)
GROUPS_READ = Permission(
    "identity.groups.read",
    lazy("See which groups for special help a person is in"),
    scope="assigned",
    clinical=True,
    suggested_roles=("counsellor",),
)
GROUPS_TOLD = Purpose(
    "identity.groups_told",
    lazy("Letting your counsellor know which groups for special help you are in"),
    version=1,
    text=lazy(
        "Your union has put you on a list for special help, for example for workers in hardship. With your consent, "
        "counsellors who work with you can see that, to point you to what you are due. Your union cannot see the list "
        "once it is imported, and nobody else can. You can withdraw at any time; you stay on the list."
    ),
    data_classes=("care_group",),
    sensitive=True,
)

PERMISSIONS = [PEOPLE_READ, PEOPLE_MANAGE, ROLES_MANAGE, SIGNIN_MANAGE, GROUPS_MANAGE, GROUPS_READ]
PURPOSES: list[Purpose] = [GROUPS_TOLD]
ENTRIES: list[type[Any]] = entries.ENTRIES
JOBS: list[Job] = [
    places.settle_all,
    roster_desk.run_import,
    group_lists.run_list,
    people_export.export,
]
NAV = [
    NavItem(
        lazy("People"), "identity.people_list", PEOPLE_READ, icon="users", order=64, group=lazy("Set up")
    ),
    NavItem(
        lazy("Groups for special help"),
        "identity.care_groups",
        GROUPS_MANAGE,
        icon="hand-heart",
        order=65,
        group=lazy("Set up"),
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
    NavItem(lazy("My sign-in"), "identity.my_security", None, icon="key-round", order=98),
    NavItem(lazy("Me"), "identity.me_index", None, icon="user-round", shell="employee", order=99),  # noqa: S604  (a page shell, not a command shell)
]


class RosterSettings(Schema):
    """When an import asks a second time: the share of people, in percent, that would leave by it."""

    leaving_percent = fields.Integer(
        load_default=10,
        strict=True,
        validate=validate.Range(1, 50),
        metadata={
            "title": lazy("Ask again when more than this share would leave (percent)"),
            "help": lazy("An import that would remove more people waits until somebody agrees."),
        },
    )


SETTINGS: dict[str, type[Any]] = {"identity": SignInRules, "roster": RosterSettings}
SUBJECTS = [SubjectRights("identity", people.own_copy, people.own_erase)]
RETENTION = [
    Retention(
        SignIn, after=timedelta(days=180), since="made_at", reason=lazy("Session history for the person")
    ),
    Retention(
        RosterImport,
        after=timedelta(days=365),
        since="made_at",
        reason=lazy("Imports of rosters older than a year"),
    ),
    Retention(Link, after=timedelta(days=30), since="made_at", reason=lazy("Used and expired links")),
    Retention(
        PendingSignIn,
        after=timedelta(days=1),
        since="made_at",
        reason=lazy("Sign-ins that were not finished"),
    ),
    Retention(
        PhoneSignIn, after=timedelta(days=30), since="made_at", reason=lazy("Codes for signing in by phone")
    ),
    Retention(
        KnownDevice, after=timedelta(days=365), since="made_at", reason=lazy("Browsers that were used before")
    ),
]
PERSONAL_DATA: list[Any] = [
    Person.name,
    Person.number,
    Person.contact,
    Person.hired_on,
    Person.birth_year,
    Placement.person_id,
    CareGroupMember.person_id,
    RosterImport.made_by,
]
