"""Where the plugin meets other rooms: the workbench, a person's copy and erasure."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import render_template

from anxin.plugin import ConsentWithdrawn, Ctx, EmergencyFacts, Panel, QueueItem, _, hookimpl, lazy
from anxin_hotline import demo as invented
from anxin_hotline import policy, risk, views
from anxin_hotline.calls import Call, Caller, Presence
from anxin_hotline.models import Shift
from anxin_hotline.services import crisis, followups, handovers, logging, records, seeing

QUEUED = 40


@hookimpl
def subject_export(ctx: Ctx, person_id: UUID) -> Mapping[str, Any]:
    """The calls somebody linked to their account, what they left, and the shifts they answered on."""
    mine = ctx.db.scalars(
        sa.select(Caller).where(Caller.tenant_id == ctx.tenant.id, Caller.person_id == person_id)
    ).all()
    calls = ctx.db.scalars(
        sa.select(Call)
        .where(Call.tenant_id == ctx.tenant.id, Call.caller_id.in_([one.id for one in mine]))
        .order_by(Call.started_at)
    ).all()
    shifts = ctx.db.scalars(
        sa.select(Shift)
        .where(Shift.tenant_id == ctx.tenant.id, Shift.person_id == person_id)
        .order_by(Shift.starts_at)
    )
    return {
        "contact_left": [seeing.plain(seeing.open_or_nothing(ctx, one, "contact")) for one in mine],
        "calls": [_exported(ctx, call) for call in calls],
        "shifts": [{"from": one.starts_at.isoformat(), "to": one.ends_at.isoformat()} for one in shifts],
    }


def _exported(ctx: Ctx, call: Call) -> dict[str, Any]:
    return {
        "at": call.started_at.isoformat(),
        "channel": call.channel,
        "topic": call.topic,
        "risk": call.risk,
        "note": seeing.open_or_nothing(ctx, call, "note"),
        "answers": seeing.open_or_nothing(ctx, call, "answers"),
        "afterwards": [
            {"at": event.at.isoformat(), "kind": event.kind, "note": note}
            for event, note in crisis.events(ctx, call.id)
        ],
    }


@hookimpl
def subject_erase(ctx: Ctx, person_id: UUID) -> Mapping[str, int]:
    """Their linked calls lose their words (the keys go) and their link; that there was a call stays in the numbers."""
    mine = ctx.scalars(
        sa.select(Caller.id).where(Caller.tenant_id == ctx.tenant.id, Caller.person_id == person_id)
    ).all()
    calls = ctx.scalars(
        sa.select(Call.id).where(Call.tenant_id == ctx.tenant.id, Call.caller_id.in_(mine))
    ).all()
    for subject_id in (*calls, *mine):
        ctx.keys.erase(subject_id)
    ctx.execute(
        sa.update(Call)
        .where(Call.tenant_id == ctx.tenant.id, Call.id.in_(calls))
        .values(note=None, answers=None, draft=None, number=None, caller_id=None)
    )
    gone = 0
    for model, column in (
        (Caller, Caller.person_id),
        (Presence, Presence.person_id),
        (Shift, Shift.person_id),
    ):
        done = ctx.execute(sa.delete(model).where(model.tenant_id == ctx.tenant.id, column == person_id))
        gone += done.rowcount  # type: ignore[attr-defined]
    if gone or calls:
        ctx.audit(policy.HotlineErased(callers=len(mine), subject_id=person_id))
    return {"caller": len(mine), "call": len(calls)}


def on_withdrawn(ctx: Ctx, event: ConsentWithdrawn) -> None:
    """Who takes the consent back is nobody's caller any more; the calls stay without a name."""
    if event.purpose != policy.CALLS.name:
        return
    done = ctx.execute(
        sa.update(Caller)
        .where(Caller.tenant_id == ctx.tenant.id, Caller.person_id == event.person_id)
        .values(person_id=None)
    )
    if done.rowcount:  # type: ignore[attr-defined]
        ctx.audit(policy.CallerLinked(step="cut", subject_id=event.person_id))


@hookimpl
def case_panels(ctx: Ctx, case_id: UUID) -> Iterable[Panel]:
    """For whoever leads the case: what the caller said about where they are, what was done; no number."""
    call = crisis.of_case(ctx, case_id)
    if call is None:
        return
    record = records.read(ctx, call)
    html = render_template(
        "hotline/_case.html",
        call=views.line(ctx, call),
        record=record,
        asked=risk.said(record.risk),
        words=records.EVENTS,
        at=lambda when: views.at(ctx, when),
        may_open=ctx.allowed(policy.LOG),
    )
    yield Panel(title=_("The call"), html=html, order=5)


@hookimpl
def emergency_facts(ctx: Ctx, case_id: UUID) -> EmergencyFacts | None:
    """After two keys: name, place and number, what the telephone showed included."""
    call = crisis.of_case(ctx, case_id)
    if call is None:
        return None
    known = crisis.facts_of(ctx, call)
    for subject_id in filter(None, {call.id, call.caller_id}):
        ctx.audit(policy.CallFactsRead(call_id=call.id, subject_id=subject_id))
    close = known.get("emergency")
    place = " · ".join(filter(None, (known.get("place"), close)))
    return EmergencyFacts(known.get("name"), place or None, known.get("number") or known.get("rang_from"))


@hookimpl
def work_panels(ctx: Ctx) -> Iterable[Panel]:
    """For operators and supervisors: what waits, in numbers, with the way there."""
    if not ctx.allowed(policy.LOG):
        return
    with ctx.acting(grant=ctx.actor.grants.get(policy.LOG.name)):
        due = followups.queue(ctx)
        late = sum(one.late for one in due)
        waiting = len(handovers.waiting(ctx))
        rings = len(logging.ringing(ctx))
    html = render_template("hotline/_work.html", due=len(due), late=late, waiting=waiting, rings=rings)
    yield Panel(title=_("Support line"), html=html, order=12)


@hookimpl
def queue_items(ctx: Ctx) -> Iterable[QueueItem]:
    """For the list over all employers: the open follow-ups of the actor, by the code of their call. A planned one waits
    from its day on, any other since it was asked for."""
    if not ctx.allowed(policy.LOG):
        return []
    with ctx.acting(grant=ctx.actor.grants[policy.LOG.name]):
        due = [one.follow_up for one in followups.queue(ctx, limit=QUEUED)]
    return [
        QueueItem(
            "follow_up",
            lazy("%(what)s, call %(code)s", what=followups.KINDS[row.kind], code=seeing.code(row.call_id)),
            f"/hotline/follow-ups/{row.id}",
            since=row.due_at if row.kind in followups.PLANNED else row.made_at,
            due=row.due_at,
        )
        for row in due
    ]


@hookimpl
def demo(ctx: Ctx, story: Any) -> None:
    """The invented history of `anxin demo`."""
    invented.fill(ctx, story)
