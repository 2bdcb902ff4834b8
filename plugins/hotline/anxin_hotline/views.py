"""Calls as pages show them: words for codes, nothing opened here."""

from collections.abc import Iterable
from typing import Any

from anxin.plugin import Ctx, clock_time, local, moment
from anxin_hotline import forms
from anxin_hotline.calls import Call
from anxin_hotline.services import callers, seeing

TONES = {0: None, 1: "info", 2: "warn", 3: "danger"}


def at(ctx: Ctx, when: Any) -> str:
    """14:02 today, otherwise with its day."""
    return clock_time(when) if local(when).date() == ctx.today else moment(when)


def line(ctx: Ctx, call: Call) -> dict[str, Any]:
    """A call in one line of a list."""
    definition = forms.version(ctx, call.form_version)
    return {
        "id": call.id,
        "code": seeing.code(call.id),
        "at": at(ctx, call.started_at),
        "state": call.state,
        "topic": forms.word(forms.line_of(definition, "topics", call.topic)) if call.topic else "",
        "channel": forms.word(forms.line_of(definition, "channels", call.channel)) if call.channel else "",
        "next": forms.word(forms.line_of(definition, "next", call.next)) if call.next else "",
        "risk": call.risk,
        "risk_word": forms.risk_word(call.risk),
        "tone": TONES.get(call.risk or 0),
        "crisis_id": call.crisis_id,
        "operator_id": call.operator_id,
    }


def live(ctx: Ctx, call: Call) -> dict[str, Any]:
    """The call that is on: its clock, and what is known of somebody who calls again."""
    since = call.answered_at or call.started_at
    return {
        **line(ctx, call),
        "seconds": max(0, int((ctx.now - since).total_seconds())),
        "mine": call.operator_id == ctx.actor.person_id,
        "earlier": callers.earlier(ctx, call.caller_id),
        "flags": callers.standing_flags(ctx, call.caller_id),
        "caller_id": call.caller_id,
    }


def ringing(ctx: Ctx, calls: Iterable[Call]) -> list[dict[str, Any]]:
    return [
        {
            "id": call.id,
            "seconds": max(0, int((ctx.now - call.started_at).total_seconds())),
            "flags": callers.standing_flags(ctx, call.caller_id),
            "again": call.caller_id is not None,
        }
        for call in calls
    ]


def local_key(ctx: Ctx) -> str:
    """The key under which the browser may keep unsent words of this person: useless without signing in again."""
    made = ctx.runtime.keyring.blind(
        ctx.tenant.id, "hotline.draft", str(ctx.actor.person_id), kind="employee_no"
    )
    return made.hex()
