"""The façade: everything a plugin may import from core (and anxin.testing). Not here = not API."""

from typing import TYPE_CHECKING, Any

from anxin.cli.options import json_option, print_json
from anxin.cli.tenant_command import tenant_command
from anxin.consent.decide import agreed
from anxin.consent.services import answer as answer_consent
from anxin.consent.services import on_paper as consent_on_paper
from anxin.consent.services import waiting as consents_waiting
from anxin.contracts.queue import Served, as_helper
from anxin.contracts.queue import served as served_employers
from anxin.contracts.units import (
    record_if_served,
    record_own,
    record_service_unit,
    running_contract,
    sessions_left,
    withdraw_service_unit,
)
from anxin.documents import Document, Sheet, qr_svg, workbook
from anxin.extension.events import (
    Booked,
    ConsentWithdrawn,
    CrisisRaised,
    Event,
    PersonLeft,
    Referred,
    UnitMerged,
)
from anxin.extension.hookspecs import Card, EmergencyFacts, Figure, Panel, QueueItem, hookimpl
from anxin.extension.manifest import NavItem, NoticeKind, Plugin, Purpose, Report, ResourceKind, Retention
from anxin.files import (
    CSV,
    JPEG,
    JSON,
    PDF,
    PNG,
    WEBP,
    XLSX,
    File,
    TakenUpload,
    Upload,
    drop_file,
    file_answer,
    keep_file,
    read_file,
)
from anxin.identity import addresses, sittings
from anxin.identity import groups as care_groups
from anxin.identity.inviting import invite as invite_person
from anxin.identity.me import api_token
from anxin.identity.models import Membership, Person
from anxin.identity.people import name_of, names_of
from anxin.kernel import disclosure
from anxin.kernel.actor import Actor, Grant
from anxin.kernel.blueprints import ApiBlueprint, PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.db import TenantModel, one_of, sealed, tenant_fk
from anxin.kernel.entry import Entry, entry
from anxin.kernel.errors import (
    AnxinError,
    Conflict,
    ConsentRefused,
    ConsentRequired,
    Forbidden,
    Invalid,
    NotFound,
    ProgrammingError,
    TooMany,
    Unavailable,
)
from anxin.kernel.guard import PUBLIC, SIGNED_IN, Permission, guard
from anxin.kernel.i18n import (
    _,
    clock_time,
    current_locale,
    current_zone,
    day,
    lazy,
    local,
    long_day,
    moment,
    month,
    ngettext,
    percent,
    short_day,
    weekday,
)
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import job
from anxin.kernel.schemas import Input, OptionalUUID
from anxin.notices.many import notify_many
from anxin.notices.outsiders import delivers_outside, texts_sent, write_outside
from anxin.notices.retiring import retire
from anxin.notices.services import notify
from anxin.resources import services as resources
from anxin.safety.cases import still_open as crisis_is_open
from anxin.safety.services import duty_covered, raise_crisis
from anxin.safety.services import who as on_duty
from anxin.tasks import Task, TaskRun, start_task, task_of
from anxin.tenancy.directory import touch
from anxin.tenancy.models import Contract, Unit
from anxin.tenancy.units import below, tree_at
from anxin.web.pages import page

if TYPE_CHECKING:
    from anxin.kernel import ddl

__all__ = [
    "CSV",
    "JPEG",
    "JSON",
    "PDF",
    "PNG",
    "PUBLIC",
    "SIGNED_IN",
    "WEBP",
    "XLSX",
    "Actor",
    "AnxinError",
    "ApiBlueprint",
    "Booked",
    "Card",
    "Conflict",
    "ConsentRefused",
    "ConsentRequired",
    "ConsentWithdrawn",
    "Contract",
    "CrisisRaised",
    "Ctx",
    "Document",
    "EmergencyFacts",
    "Entry",
    "Event",
    "Figure",
    "File",
    "Forbidden",
    "Grant",
    "Input",
    "Invalid",
    "Membership",
    "NavItem",
    "NotFound",
    "NoticeKind",
    "OptionalUUID",
    "Panel",
    "Permission",
    "Person",
    "PersonLeft",
    "Plugin",
    "PluginBlueprint",
    "ProgrammingError",
    "Purpose",
    "QueueItem",
    "Referred",
    "Report",
    "ResourceKind",
    "Retention",
    "Served",
    "Sheet",
    "TakenUpload",
    "Task",
    "TaskRun",
    "TenantModel",
    "TooMany",
    "Unavailable",
    "Unit",
    "UnitMerged",
    "Upload",
    "_",
    "addresses",
    "agreed",
    "answer_consent",
    "api_token",
    "as_helper",
    "below",
    "care_groups",
    "clock_time",
    "consent_on_paper",
    "consents_waiting",
    "crisis_is_open",
    "current_locale",
    "current_zone",
    "day",
    "ddl",
    "delivers_outside",
    "disclosure",
    "drop_file",
    "duty_covered",
    "entry",
    "file_answer",
    "guard",
    "hookimpl",
    "invite_person",
    "job",
    "json_option",
    "keep_file",
    "lazy",
    "local",
    "long_day",
    "moment",
    "month",
    "name_of",
    "names_of",
    "new_id",
    "ngettext",
    "notify",
    "notify_many",
    "on_duty",
    "one_of",
    "page",
    "percent",
    "print_json",
    "qr_svg",
    "raise_crisis",
    "read_file",
    "record_if_served",
    "record_own",
    "record_service_unit",
    "resources",
    "retire",
    "running_contract",
    "sealed",
    "served_employers",
    "sessions_left",
    "short_day",
    "sittings",
    "start_task",
    "task_of",
    "tenant_command",
    "tenant_fk",
    "texts_sent",
    "touch",
    "tree_at",
    "weekday",
    "withdraw_service_unit",
    "workbook",
    "write_outside",
]


def __getattr__(name: str) -> Any:
    """`ddl` is for migrations and brings Alembic, which no process that serves needs."""
    if name == "ddl":
        from anxin.kernel import ddl as found  # see above

        return found
    raise AttributeError(name)
