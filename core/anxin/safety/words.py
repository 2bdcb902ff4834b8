"""Codes of the safety room as people read them."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import _, clock_time, lazy, local, moment, ngettext, short_day
from anxin.safety.models import Crisis

LEVELS: dict[int, Any] = {2: lazy("Priority"), 3: lazy("Crisis")}
REASONS: dict[str, Any] = {
    "answer": lazy("An answer in a self-test says that a call is needed"),
    "score": lazy("A result says that things are very hard"),
    "asked": lazy("The person asks for a call"),
    "concern": lazy("Somebody is worried about this person"),
    "imminent": lazy("A colleague sees danger right now"),
}
OUTCOMES: dict[str, Any] = {
    "safe": lazy("Safe for now, nothing more needed"),
    "follow_up": lazy("A follow-up is arranged"),
    "referred": lazy("Handed on to another service"),
    "emergency": lazy("Emergency services or family have taken over"),
    "unreachable": lazy("Could not be reached after several tries"),
    "mistaken": lazy("Raised by mistake"),
}
HIDDEN: dict[str, Any] = {
    "anonymous": lazy("There is no name with this request."),
    "closed": lazy("Closed: name and phone are closed too."),
    "not_taken": lazy("Name and phone appear when you take it on."),
    "other_lead": lazy("A colleague works on this; name and phone are shown to them only."),
    "no_consent": lazy("The person has withdrawn the consent, so name and phone are not shown."),
    "erased": lazy("The person's record has been erased."),
    "asked": lazy("The second key is still missing."),
    "lapsed": lazy("Nobody turned the second key within an hour. Ask again if it is still needed."),
    "refused": lazy("The second key was refused."),
    "expired": lazy("The time is over; name and phone are closed again."),
    "granted": lazy("Only the two who turned the keys see name and phone."),
}
BASES: dict[str, Any] = {
    "vital_interest": lazy(
        "Shown because life and health are at stake; written down and visible to the person."
    ),
    "consent": lazy("Shown because the person agreed to be called; written down and visible to the person."),
    "request": lazy("Shown because the person asked for a call; written down and visible to the person."),
}
STEPS: dict[str, Any] = {
    "raised": lazy("Came in"),
    "graver": lazy("Became more serious"),
    "alerted": lazy("Told"),
    "uncovered": lazy("Nobody was on duty; everybody who can help was told"),
    "reminded": lazy("Reminded: not taken on in time"),
    "escalated": lazy("Passed on to the supervisors: still not taken on"),
    "overdue": lazy("The time for the call is over; supervisors told"),
    "acknowledged": lazy("Taken on"),
    "contacted": lazy("The person was reached"),
    "note": lazy("Note"),
    "handed_over": lazy("Handed over"),
    "signed": lazy("First signature to close"),
    "closed": lazy("Closed"),
    "reopened": lazy("Opened again"),
}
GLASS_REASONS: dict[str, Any] = {
    "danger_to_self": lazy("Danger to their own life"),
    "danger_to_others": lazy("Danger to somebody else's life"),
    "unreachable": lazy("In danger and not to be reached otherwise"),
}
ROLES: dict[str, Any] = {"duty": lazy("Counsellor"), "supervisor": lazy("Supervisor")}


class Clock(NamedTuple):
    """The next clock of a case in words; `tone` of a tag; `late` sorts and marks."""

    text: str
    tone: str
    late: bool


def clock(ctx: Ctx, crisis: Crisis) -> Clock:
    """What has to happen by when, and how long is left."""
    if crisis.state == "closed":
        return Clock(_("Closed"), "ok", False)
    if crisis.closed_by is not None:
        return Clock(_("Waits for the second signature"), "info", False)
    if crisis.state == "contacted" and crisis.contacted_at is not None:
        return Clock(_("Reached at %(time)s", time=at(ctx, crisis.contacted_at)), "ok", False)
    if crisis.state == "open" and crisis.acknowledge_by is not None:
        return _to_take_on(ctx, crisis.acknowledge_by)
    return _to_contact(ctx, crisis.contact_by)


def _to_take_on(ctx: Ctx, due: datetime) -> Clock:
    left = due - ctx.now
    if left < timedelta():
        return Clock(_("Should be taken on: %(span)s too late", span=span(-left)), "danger", True)
    text = _("Take it on by %(time)s, %(span)s left", time=at(ctx, due), span=span(left))
    return Clock(text, "warn", False)


def _to_contact(ctx: Ctx, due: datetime) -> Clock:
    left = due - ctx.now
    if left < timedelta():
        return Clock(_("Should be contacted: %(span)s too late", span=span(-left)), "danger", True)
    tone = "warn" if left <= timedelta(hours=1) else "info"
    text = _("Contact them by %(time)s, %(span)s left", time=at(ctx, due), span=span(left))
    return Clock(text, tone, False)


def span(length: timedelta) -> str:
    """A length of time in its largest unit: 12 minutes, 5 hours, 2 days."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 120:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    if minutes < 48 * 60:
        return ngettext("%(num)d hour", "%(num)d hours", minutes // 60)
    return ngettext("%(num)d day", "%(num)d days", minutes // (24 * 60))


def at(ctx: Ctx, when: datetime) -> str:
    """14:02 today, otherwise with its date."""
    return clock_time(when) if local(when).date() == ctx.today else moment(when)


def gap(starts_at: datetime, ends_at: datetime) -> str:
    """A gap of the rota in words."""
    if local(starts_at).date() == local(ends_at).date():
        return _(
            "%(day)s from %(start)s to %(end)s",
            day=short_day(starts_at),
            start=clock_time(starts_at),
            end=clock_time(ends_at),
        )
    return _(
        "From %(day)s %(start)s to %(until)s %(end)s",
        day=short_day(starts_at),
        start=clock_time(starts_at),
        until=short_day(ends_at),
        end=clock_time(ends_at),
    )
