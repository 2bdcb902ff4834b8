"""What the pages, reports and the API of campaigns say: figures as plain words. No database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anxin.plugin import _, day, disclosure, lazy
from anxin_assessments import scoring, words
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Campaign
from anxin_assessments.services import campaigns, windows
from anxin_assessments.services.figures import CampaignFigures
from anxin_assessments.services.freezing import share_from
from anxin_assessments.services.release import Wave

STATES: dict[str, Any] = {
    "draft": lazy("Draft"),
    "planned": lazy("Planned"),
    "running": lazy("Running"),
    "paused": lazy("Paused"),
    "over": lazy("Finished"),
}
MODES: dict[str, tuple[Any, Any]] = {
    "named": (
        lazy("Named"),
        lazy("Results go into each person's own file; counsellors read them if the person agrees"),
    ),
    "confidential": (
        lazy("For the agency"),
        lazy("Only who lets the agency's counsellors read takes part; they interpret each result"),
    ),
    "anonymous": (
        lazy("Anonymous"),
        lazy("Nobody can tell whose answers are whose, and nobody can be called; each person once"),
    ),
}
ROLLING: dict[str, Any] = {
    "hired": lazy("New hires, in their first 30 days"),
    "birthday": lazy("Each person on their birthday"),
}
TARGETS: dict[str, Any] = {
    "took_part": lazy("Took part"),
    "with_plan": lazy("Got a personal plan"),
}
FOUR: dict[str, Any] = {
    "recovered": lazy("Much better, and out of trouble"),
    "improved": lazy("Better"),
    "unchanged": lazy("About the same"),
    "worse": lazy("Worse"),
}


def state_of(campaign: Campaign, now: datetime) -> str:
    if campaign.state == "draft":
        return "draft"
    if windows.over(campaign, now):
        return "over"
    if campaign.paused_at is not None:
        return "paused"
    return "running" if windows.running(campaign, now) else "planned"


def campaign(one: Campaign, now: datetime, locale: str) -> dict[str, Any]:
    state = state_of(one, now)
    return {
        "id": one.id,
        "title": one.title,
        "state": state,
        "state_text": STATES[state],
        "mode": MODES[one.mode],
        "round": one.round,
        "days": _("%(first)s to %(last)s", first=day(one.opens_at), last=day(windows.last_day(one))),
        "instruments": ("、" if locale == "zh_CN" else ", ").join(campaigns.titles(one.instruments, locale)),
    }


def who(one: Campaign, unit: str | None, group: str | None = None) -> str:
    """Whom it is for, as one line."""
    said = [part for part in (group, unit) if part] or [_("Everybody in the union")]
    scope = one.scope
    if "hired_from" in scope:
        said.append(_("hired on %(day)s or later", day=scope["hired_from"]))
    if "hired_until" in scope:
        said.append(_("hired until %(day)s", day=scope["hired_until"]))
    if "years_from" in scope:
        said.append(_("%(years)d years of service or more", years=scope["years_from"]))
    if "years_until" in scope:
        said.append(_("less than %(years)d years of service", years=scope["years_until"]))
    if "born_month" in scope:
        said.append(_("born in month %(month)d", month=scope["born_month"]))
    if one.rolling:
        said.append(str(ROLLING[one.rolling]))
    return " · ".join(said)


def campaign_page(found: CampaignFigures, now: datetime, locale: str) -> dict[str, Any]:
    return {
        "campaign": campaign(found.campaign, now, locale),
        "guidance": found.campaign.guidance,
        "invited": found.invited,
        "of_group": found.campaign.group_id is not None,
        "progress": found.progress,
        "units": found.units,
        "counting": found.counting,
        "waves": [wave(one, locale) for one in found.waves],
        "changes": [change(one, locale) for one in found.changes],
        "targets": [target(one) for one in found.targets],
    }


def wave(one: Wave, locale: str) -> dict[str, Any]:
    return {
        "title": words.title(one.instrument, locale),
        "rows": [
            {
                "name": row.name,
                "depth": row.depth,
                "eligible": row.figures.eligible,
                "participation": row.figures.participation,
                "mean": row.figures.mean,
                "high": row.figures.high,
                "bins": _bins(one.instrument, row.figures),
                "factors": factors(row.factors),
            }
            for row in one.rows
        ],
        "all": _bins(one.instrument, one.all.figures),
        "factors": factors(one.all.factors),
    }


def factors(means: Mapping[str, float]) -> list[dict[str, Any]]:
    return [{"label": str(words.SCALES.get(name, name)), "mean": value} for name, value in means.items()]


def _bins(instrument: Instrument, figures: disclosure.UnitFigures[str]) -> list[dict[str, Any]]:
    """The classes of a distribution; none when everybody is in one class, which says nothing."""
    if len(figures.distribution) == 1:
        return []
    return [
        {
            "label": " / ".join(str(words.band_words(instrument, band).label) for band in one.bands),
            "share": one.share,
            "percent": f"{one.share.value * 100:.0f}%" if one.share.value is not None else "—",
        }
        for one in figures.distribution
    ]


def change(one: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """Before and after, in points: never as a percentage, since not every scale begins at zero."""
    instrument = scoring.load(*one["instrument"].rsplit("-", 1))
    return {
        **one,
        "title": words.title(instrument, locale),
        "hidden": bool(one.get("hidden")),
        "facts": [] if one.get("hidden") else change_facts(one),
        "better_is": _("Fewer points are better")
        if instrument.higher_is == "worse"
        else _("More points are better"),
        "states": [
            {"label": " / ".join(str(FOUR[state]) for state in part["states"]), "share": part["share"]}
            for part in one.get("states", ())
        ],
    }


def effect_words(size: float | None) -> str:
    """How large a standardised change is, as textbooks say it (Cohen 1988)."""
    if size is None:
        return ""
    if abs(size) < 0.2:
        return _("hardly any change")
    if abs(size) < 0.5:
        return _("a small change")
    return _("a clear change") if abs(size) < 0.8 else _("a large change")


def change_facts(change: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Before and after in points, with what chance alone could do; for paper and page."""
    rows = [
        (_("People who finished both rounds"), _("at least %(number)s", number=change["people"])),
        (_("Mean before"), f"{change['before']:.1f}"),
        (_("Mean after"), f"{change['after']:.1f}"),
        (
            _("Better by"),
            _(
                "%(points)s points (95%% interval %(low)s to %(high)s)",
                points=f"{change['better']:.1f}",
                low=f"{change['better_from']:.1f}",
                high=f"{change['better_to']:.1f}",
            ),
        ),
    ]
    if change["size"] is not None:
        said = _(
            "%(size)s (95%% interval %(low)s to %(high)s)",
            size=f"{change['size']:.2f}",
            low=f"{change['size_from']:.2f}",
            high=f"{change['size_to']:.2f}",
        )
        rows.append((_("Effect size"), f"{said} · {effect_words(change['size'])}"))
    if change["reliable"]:
        rows.append((_("More than chance for one person"), _("%(points)d points", points=change["reliable"])))
    return rows


def target(one: Mapping[str, Any]) -> dict[str, Any]:
    share = share_from(one)
    part = share.part if share.kind is disclosure.ShareKind.EXACT else None
    return {
        "what": TARGETS[one["what"]],
        "code": one["what"],
        "planned": one["planned"],
        "reached": share.text,
        "met": None if part is None else part * 100 >= one["planned"],
    }
