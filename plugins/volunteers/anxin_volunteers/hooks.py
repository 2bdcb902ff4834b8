"""Where the plugin meets other rooms: home page, workbench, data rights."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import render_template, url_for

from anxin.plugin import Card, ConsentWithdrawn, Ctx, Figure, Panel, QueueItem, _, hookimpl, lazy, short_day
from anxin_volunteers import demo as invented
from anxin_volunteers import policy
from anxin_volunteers.services import care, concerns, coverage, people, posts, rights, shifts
from anxin_volunteers.words import SERVING


@hookimpl
def home_cards(ctx: Ctx) -> Iterable[Card]:
    """For everybody: help others. For those who serve: what waits."""
    if not ctx.allowed(policy.JOIN):
        return
    mine = people.own(ctx)
    serving = mine is not None and mine.state in SERVING
    text = _("Lend a hand to colleagues")
    if serving:
        text = _("Your teams, shifts and hours") if people.ready(mine) else _("The agreement waits for you")
    yield Card(
        title=_("Volunteering"),
        text=text,
        href=url_for("volunteers.index"),
        icon="hand-heart",
        order=60,
    )
    if people.ready(mine) and posts.held(ctx, "liaison"):
        yield Card(
            title=_("My colleagues"),
            text=_("Worried about somebody? Two minutes are enough"),
            href=url_for("volunteers.liaison_home"),
            icon="message-circle-heart",
            order=15,
        )
    for row in shifts.my_signups(ctx)[:3] if serving else ():
        if row.state == "assigned":
            yield Card(
                title=_("Volunteering"),
                text=short_day(row.starts_at),
                href=url_for("volunteers.signup", signup=row.id),
                icon="hand-heart",
                order=60,
                when=row.starts_at,
            )


@hookimpl
def person_panels(ctx: Ctx, person_id: UUID) -> Iterable[Panel]:
    """A counsellor's ways to what liaison officers handed on; each look is written down where it leads."""
    if not ctx.allowed(policy.CARE):
        return
    ways = [
        {
            "href": url_for("volunteers.person_concern", person=person_id),
            "title": _("What a liaison officer noticed (with the person's yes)"),
        },
        {
            "href": url_for("volunteers.person_concern_urgent", person=person_id),
            "title": _("What raised the alarm (danger to life)"),
        },
        {
            "href": url_for("volunteers.person_notes", person=person_id),
            "title": _("Visits and times of care"),
        },
    ]
    html = render_template("volunteers/_panel.html", lines=ways)
    yield Panel(title=_("Liaison officers"), html=html, order=40)


@hookimpl(specname="figures")
def workbench_figures(ctx: Ctx) -> Iterable[Figure]:
    """For the union's workbench: how many units still lack somebody."""
    if ctx.allowed(policy.FIGURES):
        found = coverage.of_tenant(ctx)
        needing = sum(1 for row in found.rows if row.needs)
        yield Figure(
            label=_("Units with their liaison officers"),
            value=f"{needing - len(found.wanting)} / {needing}",
            note=_("see the coverage map"),
            order=60,
            href=url_for("volunteers.coverage_map"),
        )


@hookimpl
def subject_export(ctx: Ctx, person_id: UUID) -> Mapping[str, Any]:
    """Everything kept about somebody's volunteering, and about them as somebody cared for."""
    return rights.export(ctx, person_id)


@hookimpl
def subject_erase(ctx: Ctx, person_id: UUID) -> Mapping[str, int]:
    """Delete it all; sums that name nobody stay."""
    return rights.erase(ctx, person_id)


def on_withdrawn(ctx: Ctx, event: ConsentWithdrawn) -> None:
    """Who takes the consent back is no longer looked in on."""
    care.on_withdrawn(ctx, event)


@hookimpl
def queue_items(ctx: Ctx) -> Iterable[QueueItem]:
    """For the list over all employers: concerns that have arrived and are not finished, each by the way it may be read.
    The case it raised is on that list already, with its clock; this is what has to be closed besides."""
    if not ctx.allowed(policy.CARE):
        return
    grant = ctx.actor.grants[policy.CARE.name]
    for purpose, way in ((policy.IN_DANGER, "/urgent"), (policy.CARED.name, "")):
        with ctx.acting(grant=grant, purpose=purpose):
            found = concerns.waiting(ctx, in_danger=bool(way))
        for row in found:
            yield QueueItem(
                "request",
                lazy("Handed on by a liaison officer"),
                f"/volunteers/concerns/{row.id}{way}",
                since=row.arrived_at or row.made_at,
            )


@hookimpl
def demo(ctx: Ctx, story: Any) -> None:
    """The invented history of `anxin demo`."""
    invented.fill(ctx, story)
