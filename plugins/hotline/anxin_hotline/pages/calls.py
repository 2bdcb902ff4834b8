"""Calls that are over: the list, one record, and what is done about it afterwards."""

from typing import Any
from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, guard, moment, names_of, page
from anxin_hotline import forms, risk, views
from anxin_hotline.calls import Call
from anxin_hotline.pages import desk
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import LOG
from anxin_hotline.schemas import CallActInput, CallsInput, HotlineAttributeInput
from anxin_hotline.services import attributing, crisis, followups, records, returning, seeing


@bp.get("/calls")
@guard(LOG, input=CallsInput)
def calls(ctx: Ctx, data: dict[str, Any]) -> Response:
    """The own calls (a supervisor: all), newest first, without their words."""
    found = seeing.page(ctx, topic=data["topic"] or None, risk=data["risk"], before=data["before"])
    more = len(found) == seeing.PAGE
    names = names_of(ctx, [one.operator_id for one in found if one.operator_id])
    return page(
        "hotline/calls.html",
        rows=[
            {**views.line(ctx, one), "operator": names.get(one.operator_id, "") if one.operator_id else ""}
            for one in found
        ],
        topics=list(forms.ever(ctx, "topics").items()),
        risks=list(forms.RISKS.items()),
        asked=data,
        wide=seeing.wide(ctx),
        older=url_for(
            "hotline.calls",
            before=found[-1].started_at.isoformat(),
            topic=data["topic"] or None,
            risk=data["risk"],
        )
        if more
        else None,
    )


@bp.get("/calls/<uuid:call>")
@guard(LOG)
def call(ctx: Ctx, call: UUID) -> Response:
    """A call that is on opens its form, one that is over its record."""
    found = seeing.get(ctx, call)
    if found.state in ("ringing", "live"):
        return desk.resume(ctx, call)
    return _moved(ctx, found) if found.state == "moved" else _record(ctx, found)


def _moved(ctx: Ctx, found: Call) -> Response:
    """Where a log of the agency's line is now; its employer's name is for those who serve it."""
    serves = [one for one in attributing.employers(ctx) if one.contract.id == found.moved_under]
    ends = returning.until(ctx, found) if serves else None
    return page(
        "hotline/moved.html",
        call=views.line(ctx, found),
        employer=serves[0].employer if serves else None,
        until=moment(ends) if ends else None,
    )


def _record(ctx: Ctx, found: Call, errors: Any = None) -> Response:
    record = records.read(ctx, found)
    return page(
        "hotline/call.html",
        call=views.line(ctx, found),
        record=record,
        own=forms.told_fields(forms.version(ctx, found.form_version), record.own),
        asked=risk.said(record.risk),
        at=lambda when: views.at(ctx, when),
        words=records.EVENTS,
        follow_ups=followups.of_call(ctx, found.id),
        follow_kinds=followups.KINDS,
        referrals=followups.referrals_of(ctx, found.id),
        referral_to=forms.words(forms.version(ctx, found.form_version), "referrals"),
        referral_states=followups.STATES,
        results=followups.RESULTS,
        kinds=[(kind, records.EVENTS[kind]) for kind in risk.ACTS],
        employers=[(one.contract.id, one.employer.name) for one in attributing.employers(ctx)],
        ours=ctx.tenant.kind == "agency" and found.state == "logged",
        begun=found.moved_under,
        errors=errors or {},
    )


def _act_again(ctx: Ctx, error: Invalid, call: UUID) -> Response:
    return _record(ctx, seeing.get(ctx, call), error.fields)


@bp.post("/calls/<uuid:call>/employer")
@guard(LOG, input=HotlineAttributeInput, invalid=_act_again)
def call_employer(ctx: Ctx, data: dict[str, Any], call: UUID) -> Response:
    """The employer of a caller is known now: the log moves there."""
    attributing.attribute(ctx, call, data["contract_id"])
    return to("call", call=call)


@bp.post("/calls/<uuid:call>/take-back")
@guard(LOG)
def take_back(ctx: Ctx, call: UUID) -> Response:
    """It was the wrong employer: the log comes back, and nothing of it stays there."""
    returning.take_back(ctx, call)
    return to("call", call=call)


@bp.post("/calls/<uuid:call>/act")
@guard(LOG, input=CallActInput, invalid=_act_again)
def act(ctx: Ctx, data: dict[str, Any], call: UUID) -> Response:
    crisis.act(ctx, call, data["kind"], data["note"])
    return to("call", call=call)
