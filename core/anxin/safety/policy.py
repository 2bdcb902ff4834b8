"""The safety room's words: permissions, purposes, audit entries, navigation, jobs, settings, retention."""

from datetime import timedelta
from typing import Any

from marshmallow import Schema, fields, validate

from anxin.extension.manifest import NavItem, NoticeKind, Purpose, Retention, SubjectRights
from anxin.identity.roles import keeps_a_line
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job
from anxin.safety import alerts, entries, glass, rights, turns
from anxin.safety.models import BreakGlass, Crisis, CrisisEvent, DutyShift
from anxin.safety.permissions import CRISIS, HANDLE, MANAGE_DUTY, READ_FIGURES, SECOND_KEY

PERMISSIONS: list[Permission] = [HANDLE, SECOND_KEY, MANAGE_DUTY, READ_FIGURES]
PURPOSES: list[Purpose] = [CRISIS]
ENTRIES: list[type[Any]] = entries.ENTRIES
JOBS: list[Job] = [alerts.alert, alerts.strike, alerts.gap_watch, glass.tell_subject, turns.keep_ahead]
NOTICES: list[NoticeKind] = [
    NoticeKind("safety.urgent", lazy("Something needs you right now. Please sign in to see it.")),
    NoticeKind("safety.attention", lazy("Something waits for you. Please sign in to see it.")),
    NoticeKind("safety.gap", lazy("The duty rota of the next seven days has gaps.")),
    NoticeKind("safety.gap_now", lazy("Nobody is on duty at the moment. Please fill the rota.")),
    NoticeKind("safety.nobody", lazy("The duty rota has nobody who can be reached. Please act now.")),
    NoticeKind("safety.glass", lazy("A colleague needs your decision. Please sign in to see it.")),
    NoticeKind("safety.told", lazy("There is something we want to tell you about your account.")),
]
EMPLOYERS = ("district_union", "enterprise_union")


def answers_here(ctx: Ctx) -> bool:
    """An agency's staff work on cases inside the employer's tenant; in their own only where it runs a line of its own."""
    return ctx.tenant.kind in EMPLOYERS or keeps_a_line(ctx.tenant)


NAV: list[NavItem] = [
    NavItem(
        lazy("Requests for help"),
        "safety.cases_index",
        HANDLE,
        "heart-handshake",
        order=10,
        shown=answers_here,
    ),
    NavItem(
        lazy("Duty rota"),
        "safety.duty_index",
        MANAGE_DUTY,
        "clock",
        order=30,
        shown=answers_here,
    ),
    NavItem(
        lazy("Help given, in numbers"),
        "safety.figures_page",
        READ_FIGURES,
        "chart-column",
        order=31,
        kinds=EMPLOYERS,
    ),
]


def _at_most(longest: int, least: int = 1) -> fields.Integer:
    """A clock of the ladder: a tenant may shorten it, never lengthen it."""
    error = lazy(
        "This may be from %(least)d to %(longest)d: shorter, never longer.", least=least, longest=longest
    )
    return fields.Integer(
        load_default=longest,
        strict=True,
        validate=validate.Range(min=least, max=longest, error=error),  # type: ignore[arg-type]  (lazy text)
    )


class HelpLine(Schema):
    """The tenant's own line, shown beside 12356. `staffed_24h` is a promise: pages say it only when it is
    set.
    """

    number = fields.String(required=True, validate=validate.Length(min=3, max=40))
    label = fields.String(load_default="", validate=validate.Length(max=60))
    hours = fields.String(load_default="", validate=validate.Length(max=80))
    staffed_24h = fields.Boolean(load_default=False)


class SafetySettings(Schema):
    """Clocks of the ladder in the tenant's own, shorter times, and its help line."""

    help_line = fields.Nested(HelpLine, load_default=None, allow_none=True)
    acknowledge_minutes = _at_most(15)
    escalate_minutes = _at_most(30)
    contact_minutes = _at_most(60)
    contact_hours_answer = _at_most(24)
    contact_hours_score = _at_most(72)
    break_glass_hours = _at_most(4)
    tell_after_hours = _at_most(72)


SETTINGS: dict[str, type[Any]] = {"safety": SafetySettings}
RETENTION: list[Retention] = [
    Retention(
        Crisis, after=timedelta(days=1825), action="lock", since="raised_at", reason=lazy("Records of crises")
    ),
    Retention(
        BreakGlass,
        after=timedelta(days=1825),
        action="lock",
        since="asked_at",
        reason=lazy("Emergency looks"),
    ),
    Retention(DutyShift, after=timedelta(days=1095), since="ends_at", reason=lazy("Who was on duty")),
]
SUBJECTS = [SubjectRights("safety", rights.own_copy, rights.own_erase)]
PERSONAL_DATA: list[Any] = [
    Crisis.person_id,
    CrisisEvent.person_id,
    CrisisEvent.note,
    BreakGlass.person_id,
    DutyShift.person_id,
]
