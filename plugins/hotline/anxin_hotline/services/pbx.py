"""What the telephone system tells: signed, each event once, put to work by a job.

The sender signs `timestamp + "." + body` with the line's secret (HMAC-SHA256, hex) and sends both in the header
`Anxin-Signature: t=1767175200,v1=…`. A signature older than five minutes is refused, and an event's own id is taken
once, so that a copied request does nothing. The caller's number travels sealed to the job and is dropped afterwards.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import Ctx, Forbidden, NotFound, job, lazy, new_id
from anxin_hotline.calls import Call, Caller
from anxin_hotline.models import Line, PbxEvent, Shift
from anxin_hotline.services import callers, lines

FRESH = timedelta(minutes=5)
KINDS = ("start", "answer", "end", "abandoned")


def line_of(ctx: Ctx, line_id: UUID) -> Line:
    """The line an unsigned address names; NotFound for one that is not this tenant's."""
    found = ctx.db.scalar(sa.select(Line).where(Line.tenant_id == ctx.tenant.id, Line.id == line_id))
    if found is None:
        raise NotFound()
    return found


def insist_signed(ctx: Ctx, line: Line, header: str, body: bytes) -> None:
    """Forbidden unless the header signs this body with the line's secret, just now."""
    parts: dict[str, str] = {}
    for each in header.split(","):
        name, _eq, value = each.strip().partition("=")
        parts[name] = value
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Forbidden(lazy("This message is not signed."), code="unsigned")
    if not hmac.compare_digest(signature(lines.secret(ctx, line), stamp, body), given.lower()):
        raise Forbidden(
            lazy("This message is not signed with the secret of this line."), code="bad_signature"
        )
    if abs(ctx.now.timestamp() - int(stamp)) > FRESH.total_seconds():
        raise Forbidden(lazy("This message is too old."), code="stale")


def signature(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def take(ctx: Ctx, line: Line, told: Mapping[str, Any]) -> bool:
    """Keep one event and set its job going. False when this event was told before: nothing happens twice."""
    event_id = new_id()
    body = {name: told.get(name) or "" for name in ("call", "number", "seat")}
    made = ctx.execute(
        pg.insert(PbxEvent)
        .values(
            tenant_id=ctx.tenant.id,
            id=event_id,
            line_id=line.id,
            key=told["event"],
            kind=told["kind"],
            at=told["at"],
            body=ctx.sealed(PbxEvent, "body", event_id, ctx.tenant.id, body),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "line_id", "key"])
        .returning(PbxEvent.id)
    ).scalar_one_or_none()
    if made is not None:
        ctx.enqueue(apply, event_id=event_id)
    ctx.unaudited("a telephone's ring; what comes of it is audited")
    return made is not None


@job("hotline.pbx")
def apply(ctx: Ctx, *, event_id: str) -> None:
    """Fill in the call: ring, answer, end or abandoned, in whichever order they arrive."""
    event = ctx.db.scalar(
        sa.select(PbxEvent)
        .where(PbxEvent.tenant_id == ctx.tenant.id, PbxEvent.id == UUID(event_id))
        .with_for_update()
    )
    if event is None or event.body is None:
        return
    body = ctx.keys.open(PbxEvent, "body", event.id, ctx.tenant.id, event.body)
    call = _call(ctx, event.line_id, body["call"], event.at)
    _STEPS[event.kind](ctx, call, body, event.at)
    call.changed_at = ctx.now
    event.body, event.done_at = None, ctx.now


def _call(ctx: Ctx, line_id: UUID, pbx_call: str, at: datetime) -> Call:
    """The row of a telephone call, made by whichever of its events comes first."""
    ctx.lock(f"hotline.pbx|{line_id}|{pbx_call}")
    found = ctx.db.scalar(
        sa.select(Call)
        .where(Call.tenant_id == ctx.tenant.id, Call.line_id == line_id, Call.pbx_call == pbx_call)
        .with_for_update()
    )
    if found is not None:
        return found
    call_id = new_id()
    ctx.keys.fresh(call_id)
    call = ctx.add(
        Call(
            id=call_id,
            token=f"pbx-{call_id.hex}",
            line_id=line_id,
            pbx_call=pbx_call,
            state="ringing",
            known="anonymous",
            nature="talk",
            started_at=at,
            changed_at=ctx.now,
            form_version=0,
            draft_n=0,
        )
    )
    ctx.db.flush()
    return call


def _rang(ctx: Ctx, call: Call, body: Mapping[str, str], at: datetime) -> None:
    call.started_at = min(call.started_at, at)
    if body["number"] and call.number is None:
        ctx.seal(call, "number", body["number"])
        if call.caller_id is None and (index := callers.number_index(ctx, body["number"])) is not None:
            call.caller_id = callers.by_index(ctx, index) or callers.make(ctx, index=index)
            ctx.execute(
                sa.update(Caller)
                .where(Caller.tenant_id == ctx.tenant.id, Caller.id == call.caller_id)
                .values(last_call_at=at)
            )


def _answered(ctx: Ctx, call: Call, body: Mapping[str, str], at: datetime) -> None:
    call.answered_at = min(call.answered_at or at, at)
    if call.state == "ringing":
        call.operator_id = _seated(ctx, call, at)
        call.state = "live" if call.operator_id else "ringing"


def _seated(ctx: Ctx, call: Call, at: datetime) -> UUID | None:
    """Who answered, when only one person is on the line: with several the desk asks who it was."""
    found = ctx.scalars(
        sa.select(Shift.person_id).where(
            Shift.tenant_id == ctx.tenant.id,
            Shift.line_id == call.line_id,
            Shift.starts_at <= at,
            Shift.ends_at > at,
        )
    ).all()
    return found[0] if len(found) == 1 else None


def _ended(_ctx: Ctx, call: Call, _body: Mapping[str, str], at: datetime) -> None:
    call.ended_at = max(call.ended_at or at, at)


def _abandoned(ctx: Ctx, call: Call, body: Mapping[str, str], at: datetime) -> None:
    _ended(ctx, call, body, at)
    if call.state == "ringing":
        call.state = "abandoned"


_STEPS = {"start": _rang, "answer": _answered, "end": _ended, "abandoned": _abandoned}
