"""The notices room's words: permissions, audit entries, navigation, settings, retention."""

from datetime import timedelta
from typing import Any

from marshmallow import Schema, fields

from anxin.extension.manifest import NavItem, NoticeKind, Purpose, Retention, SubjectRights
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job
from anxin.notices import (
    channels,
    entries,
    first_link,
    from_contract,
    overview,
    reset_mail,
    retiring,
    rights,
    services,
)
from anxin.notices.models import Choice, Notice, Quiet
from anxin.notices.schemas import CLOCK

READ = Permission(
    "notices.read",
    lazy("Read one's own notices"),
    scope="own",
    suggested_roles=("employee",),
)
SENDING = Permission(
    "notices.sending.manage",
    lazy("Look after the sending of notices"),
    suggested_roles=("union_admin",),
)
PERMISSIONS: list[Permission] = [READ, SENDING]
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = entries.ENTRIES
JOBS: list[Job] = [
    services.write,
    channels.mail,
    channels.messenger,
    channels.text_message,
    channels.forward,
    from_contract.deliver_from_contract,
    overview.again,
    retiring.retire_all,
    retiring.retire_there,
    reset_mail.reset_link,
    first_link.first_link,
]
NAV: list[NavItem] = [
    NavItem(
        lazy("Sending of notices"),
        "notices.sending",
        SENDING,
        icon="send",
        order=72,
        group=lazy("Set up"),
    )
]
NOTICES: list[NoticeKind] = []


class NoticesSettings(Schema):
    """Quiet hours: what is not urgent waits until they end, unless a person chose others. The same time twice switches
    them off. Text messages cost money, so a tenant switches them on.
    """

    quiet_from = fields.String(
        load_default="22:00", validate=CLOCK, metadata={"title": lazy("Quiet hours from")}
    )
    quiet_until = fields.String(
        load_default="07:00",
        validate=CLOCK,
        metadata={
            "title": lazy("Quiet hours until"),
            "help": lazy("Whatever is not urgent waits until then. Everybody can choose other hours."),
        },
    )
    sms = fields.Boolean(
        load_default=False,
        metadata={
            "title": lazy("Send text messages too"),
            "help": lazy("They may cost money. Everybody can switch them off for themselves."),
        },
    )


SETTINGS: dict[str, type[Any]] = {"notices": NoticesSettings}
RETENTION: list[Retention] = [
    Retention(Notice, after=timedelta(days=365), since="made_at", reason=lazy("Notices older than a year"))
]
SUBJECTS = [SubjectRights("notices", rights.own_copy, rights.own_erase)]
PERSONAL_DATA: list[Any] = [Notice.person_id, Choice.person_id, Quiet.person_id]
