"""The notices room's words: permissions, audit entries, navigation, settings, retention."""

import re
from datetime import timedelta
from typing import Any

from marshmallow import Schema, fields, validate

from anxin.extension.manifest import NavItem, NoticeKind, Purpose, Retention, SubjectRights
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job
from anxin.notices import channels, entries, from_contract, reset_mail, rights, services
from anxin.notices.models import Choice, Notice

READ = Permission(
    "notices.read",
    lazy("Read one's own notices"),
    scope="own",
    suggested_roles=("employee",),
)
PERMISSIONS: list[Permission] = [READ]
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = entries.ENTRIES
JOBS: list[Job] = [
    services.write,
    channels.mail,
    channels.forward,
    from_contract.deliver_from_contract,
    reset_mail.reset_link,
]
NAV: list[NavItem] = []
NOTICES: list[NoticeKind] = []

_CLOCK = validate.Regexp(re.compile(r"^([01]\d|2[0-3]):[0-5]\d$"), error=lazy("Write a time like 22:00."))  # type: ignore[arg-type]  (lazy text)


class NoticesSettings(Schema):
    """Quiet hours: mail that is not urgent waits until they end. The same time twice switches them off."""

    quiet_from = fields.String(load_default="22:00", validate=_CLOCK)
    quiet_until = fields.String(load_default="07:00", validate=_CLOCK)


SETTINGS: dict[str, type[Any]] = {"notices": NoticesSettings}
RETENTION: list[Retention] = [
    Retention(Notice, after=timedelta(days=365), since="made_at", reason=lazy("Notices older than a year"))
]
SUBJECTS = [SubjectRights("notices", rights.own_copy, rights.own_erase)]
PERSONAL_DATA: list[Any] = [Notice.person_id, Choice.person_id]
