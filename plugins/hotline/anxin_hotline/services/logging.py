"""Logging a call: every keystroke's draft, the save, and what a save sets going. The hot path of the plugin.

A form has a random `token`. The first autosave makes the call's row under it, each later one merges the fields that
changed, and saving twice is saving once. Drafts are sealed like the log itself; an autosave writes no audit entry
(nothing was decided yet), but a risk answer in a draft is told on in that very transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, Unit, lazy, new_id, record_own
from anxin_hotline import forms, policy, risk
from anxin_hotline.calls import Call, FollowUp, Presence, Referral
from anxin_hotline.models import Line
from anxin_hotline.services import callers, crisis, seeing

HERE = timedelta(seconds=30)  # somebody seen this recently has the call open
TALK = "talk"  # the nature of a call in which somebody was helped
Told = Mapping[str, Any]


class Row(NamedTuple):
    """What a keystroke and a save need to know of their call: the columns of `_HOLD`."""

    id: UUID
    state: str
    operator_id: UUID | None
    caller_id: UUID | None
    crisis_id: UUID | None
    draft: bytes | None
    draft_n: int
    started_at: datetime
    answered_at: datetime | None
    line_id: UUID | None


_HOLD = """
SELECT id, state, operator_id, caller_id, crisis_id, draft, draft_n, started_at, answered_at, line_id
  FROM hotline.call WHERE tenant_id = %(tenant)s AND token = %(token)s FOR UPDATE
"""


@dataclass(frozen=True)
class Kept:
    """What an autosave answers: the count to go on from, what others changed meanwhile, and who else is here."""

    call_id: UUID
    n: int
    level: int = 0
    changes: Mapping[str, str] = field(default_factory=dict)
    others: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Saved:
    call_id: UUID
    level: int
    crisis_id: UUID | None = None


def keep(ctx: Ctx, token: str, n: int, changed: Mapping[str, str]) -> Kept:
    """Merge changed fields into the draft. `n` is the count the browser last knew: newer fields of others come back."""
    me = seeing.insist_me(ctx)
    row = _by_token(ctx, token)
    if row is None:
        row = _begin(ctx, token)
    if row.state not in ("ringing", "live"):
        raise Conflict(lazy("This call is saved already."), code="saved")
    draft = _opened(ctx, row)
    count = row.draft_n + 1
    theirs = {name: value for name, (value, at) in draft.items() if at > n and name not in changed}
    draft |= {name: [value, count] for name, value in changed.items()}
    ctx.change(
        Call,
        row.id,
        {
            "draft": ctx.sealed(Call, "draft", row.id, row.id, draft),
            "draft_n": count,
            "changed_at": ctx.now,
            "state": "live",
            "operator_id": row.operator_id or me,
        },
    )
    level = _tell_draft(ctx, row, {name: value for name, (value, _at) in draft.items()})
    _seen(ctx, row.id, me)
    ctx.unaudited("a draft's autosave")
    return Kept(row.id, count, level, theirs, _others(ctx, row.id, me))


def save(ctx: Ctx, token: str, told: Told) -> Saved:
    """Log the call. Invalid names what is still missing; the draft stays. Saved before: the same answer again."""
    me = seeing.insist_me(ctx)
    form = told.get("form")
    if form is None:
        row, form = _by_token_and_newest(ctx, token)
    else:
        row = _by_token(ctx, token)
    if row is not None and row.state == "logged":
        return Saved(row.id, 0, row.crisis_id)
    if row is not None and row.state not in ("ringing", "live"):
        raise Conflict()
    version, definition = forms.told_version(ctx, form)
    asked = risk.answers({name: told.get(f"r_{name}") for name in risk.FIELDS})
    forms.insist(definition, told)
    level = max(int(told["risk"]), risk.level(asked))
    call_id = row.id if row is not None else new_id()
    if row is None:
        ctx.keys.fresh(call_id)
    caller_id = callers.of_form(ctx, row.caller_id if row is not None else None, told)
    answers = {"risk": asked, "own": forms.own_fields(definition, told.get("own") or {})}
    values = {
        "state": "logged",
        "operator_id": (row.operator_id if row is not None else None) or me,
        "line_id": told.get("line_id") or (row.line_id if row is not None else None),
        "caller_id": caller_id,
        "known": told.get("known") or "anonymous",
        "nature": told.get("nature") or "talk",
        "channel": told["channel"],
        "topic": told["topic"],
        "risk": level,
        "next": told["next"],
        "unit_id": _unit(ctx, told.get("unit_id")),
        "form_version": version,
        "note": ctx.sealed(Call, "note", call_id, call_id, told["note"].strip()),
        "answers": ctx.sealed(Call, "answers", call_id, call_id, answers),
        "draft": None,
        "logged_at": ctx.now,
        "changed_at": ctx.now,
        "ended_at": told.get("ended_at") or ctx.now,
    }
    _insist_line(ctx, told.get("line_id"))
    if row is None:
        _insert(ctx, {"id": call_id, "token": token, **_times(ctx, told), **values})
    else:
        ctx.change(Call, call_id, values)
    crisis_id = row.crisis_id if row is not None else None
    if level >= crisis.ATTENTION:
        crisis_id = crisis.tell(ctx, call_id, level, caller_id)
    _afterwards(ctx, call_id, forms.line_of(definition, "next", told["next"]), level, me)
    ctx.audit(policy.CallLogged(call_id=call_id, risk=level, form=version, subject_id=call_id))
    if values["nature"] == TALK:
        answered = row.answered_at if row is not None else _times(ctx, told)["answered_at"]
        _served(ctx, call_id, answered, values["ended_at"])
    return Saved(call_id, level, crisis_id)


def _served(ctx: Ctx, call_id: UUID, answered: datetime | None, ended: datetime) -> None:
    """One hotline call of the operator's contract, by its talk time in whole minutes; nobody is billed for wrong
    numbers, and a call that was moved here from another system never comes this way."""
    record_own(ctx, "hotline", "call", minutes=talked(answered, ended), key=f"call:{call_id}")


def talked(answered: datetime | None, ended: datetime) -> int:
    """Whole minutes from the answer to the end, begun ones counted."""
    return -(-max(ended - (answered or ended), timedelta()) // timedelta(minutes=1))


def _times(ctx: Ctx, told: Told) -> dict[str, datetime]:
    started = told.get("started_at") or ctx.now
    return {"started_at": started, "answered_at": told.get("answered_at") or started}


def _insert(ctx: Ctx, values: dict[str, Any]) -> None:
    ctx.put(Call, values, twice=_twice)


def _twice() -> Conflict:
    """The form was sent twice in the same moment."""
    return Conflict(lazy("This call is being saved already."), code="saving")


def _unit(ctx: Ctx, unit_id: UUID | None) -> UUID | None:
    if unit_id is None:
        return None
    found = ctx.scalar(sa.select(Unit.id).where(Unit.tenant_id == ctx.tenant.id, Unit.id == unit_id))
    if found is None:
        raise Invalid(fields={"unit_id": [lazy("Choose a unit of the list.")]})
    return found


def _insist_line(ctx: Ctx, line_id: UUID | None) -> None:
    if line_id is not None and not ctx.scalar(
        sa.select(sa.literal(True)).where(Line.tenant_id == ctx.tenant.id, Line.id == line_id)
    ):
        raise Invalid(fields={"line_id": [lazy("Choose a line of the list.")]})


def _afterwards(ctx: Ctx, call_id: UUID, chosen: Mapping[str, Any], level: int, me: UUID) -> None:
    """The follow-up, referral or word to the supervisor that the form's choice stands for; the day after a crisis."""
    to, days = chosen.get("to"), int(chosen.get("days") or 1)
    due = ctx.now + timedelta(days=days)
    if to == "referral":
        ctx.put(
            Referral,
            {
                "call_id": call_id,
                "to": chosen.get("referral") or "counsellor",
                "state": "made",
                "chase_at": due,
                "made_by": me,
                "changed_at": ctx.now,
            },
        )
    elif to in ("call_back", "check_in", "supervisor"):
        mine = me if to != "supervisor" else None
        ctx.put(FollowUp, {"call_id": call_id, "kind": to, "due_at": due, "assigned_to": mine})
    if level >= crisis.DANGER:
        tomorrow = ctx.now + timedelta(days=1)
        ctx.put(
            FollowUp, {"call_id": call_id, "kind": "after_crisis", "due_at": tomorrow, "assigned_to": None}
        )


# ---- drafts ----------------------------------------------------------------------------------------------


def _by_token(ctx: Ctx, token: str) -> Row | None:
    """The call of a form, held; NotFound when it is another operator's and not on any more."""
    return _of_mine(ctx, ctx.fast(*_held(ctx, token)).fetchone())


def _by_token_and_newest(ctx: Ctx, token: str) -> tuple[Row | None, int]:
    """The same with the newest version of the form: programs need not name the one they were written for."""
    found, newest = ctx.ask(_held(ctx, token), forms.newest(ctx))
    return _of_mine(ctx, found.fetchone()), newest.fetchone()[0]


def _held(ctx: Ctx, token: str) -> tuple[str, Told]:
    return _HOLD, {"tenant": ctx.tenant.id, "token": token}


def _of_mine(ctx: Ctx, found: Any) -> Row | None:
    row = Row(*found) if found is not None else None
    if row is not None and row.state not in ("ringing", "live"):
        mine = row.operator_id == ctx.actor.person_id or seeing.wide(ctx)
        if not mine:
            raise NotFound()
    return row


def _begin(ctx: Ctx, token: str) -> Row:
    """The row of a new call, made by the first autosave."""
    call_id, me = new_id(), ctx.actor.person_id
    ctx.keys.fresh(call_id)
    times = dict.fromkeys(("started_at", "answered_at", "changed_at"), ctx.now)
    _insert(ctx, {"id": call_id, "token": token, "state": "live", "operator_id": me, **times})
    return Row(call_id, "live", me, None, None, None, 0, ctx.now, ctx.now, None)


def _opened(ctx: Ctx, row: Row) -> dict[str, Any]:
    """The draft as it stands. The look is the operator's own work on a call that is on: no entry about others."""
    if row.draft is None:
        return {}
    return seeing.plain(ctx.keys.open(Call, "draft", row.id, row.id, row.draft))


def _tell_draft(ctx: Ctx, row: Row, told: Told) -> int:
    """A risk answer reaches those on duty before the log is saved."""
    asked = risk.answers({name: told.get(f"r_{name}") for name in risk.FIELDS})
    level = risk.level(asked)
    if level >= crisis.ATTENTION:
        crisis.tell(ctx, row.id, level, row.caller_id)
    return level


def drafts(ctx: Ctx, limit: int = 10) -> list[Call]:
    """The actor's own unfinished logs, newest first."""
    return list(
        ctx.db.scalars(
            sa.select(Call)
            .where(
                Call.tenant_id == ctx.tenant.id,
                Call.state == sa.literal_column("'live'"),
                Call.operator_id == ctx.actor.person_id,
            )
            .order_by(Call.started_at.desc())
            .limit(limit)
        )
    )


def resume(ctx: Ctx, call_id: UUID) -> tuple[Call, dict[str, str], int]:
    """An unfinished log with what was written so far; opening it is written down."""
    call = seeing.get(ctx, call_id)
    draft = seeing.plain(seeing.open_or_nothing(ctx, call, "draft"))
    seeing.read_entry(ctx, call, policy.DraftRead)
    return call, {name: value for name, (value, _at) in draft.items()}, call.draft_n


def discard(ctx: Ctx, call_id: UUID) -> None:
    """A wrong number, nothing said: the row stays as a number, its words go."""
    call = seeing.get(ctx, call_id, lock=True)
    if call.state not in ("ringing", "live") or call.operator_id not in (None, ctx.actor.person_id):
        raise Conflict()
    if call.crisis_id is not None:
        raise Conflict(lazy("This call showed danger: it has to be logged."), code="danger")
    call.state, call.draft, call.number, call.changed_at = "discarded", None, None, ctx.now
    ctx.audit(policy.CallDiscarded(call_id=call.id, subject_id=call.id))


# ---- calls that ring ---------------------------------------------------------------------------------------


def ringing(ctx: Ctx) -> list[Call]:
    """What the telephone system says is ringing now, the longest first."""
    return list(
        ctx.db.scalars(
            sa.select(Call)
            .where(
                Call.tenant_id == ctx.tenant.id,
                Call.state == "ringing",
                Call.started_at > ctx.now - timedelta(minutes=15),
            )
            .order_by(Call.started_at)
            .limit(9)
        )
    )


def by_pbx(ctx: Ctx, pbx_call: str) -> list[Call]:
    """The call that is on under the telephone system's id, among those of the last hour."""
    return list(
        ctx.db.scalars(
            seeing.visible(ctx)
            .where(
                Call.state.in_(("ringing", "live")),
                Call.pbx_call == pbx_call,
                Call.started_at > ctx.now - timedelta(hours=1),
            )
            .limit(2)
        )
    )


def answer(ctx: Ctx, call_id: UUID) -> Call:
    """Take a call that rings; Conflict when a colleague was quicker."""
    call = seeing.get(ctx, call_id, lock=True)
    me = seeing.insist_me(ctx)
    if call.state == "live" and call.operator_id == me:
        return call
    if call.state != "ringing" or call.operator_id not in (None, me):
        raise Conflict(lazy("A colleague has taken this call."), code="taken")
    call.state, call.operator_id, call.changed_at = "live", me, ctx.now
    call.answered_at = call.answered_at or ctx.now
    ctx.audit(policy.CallAnswered(call_id=call.id, subject_id=call.id))
    return call


# ---- who else has it open ----------------------------------------------------------------------------------


_SEEN = """
INSERT INTO hotline.presence (tenant_id, id, call_id, person_id, seen_at)
VALUES (%(tenant)s, %(id)s, %(call)s, %(me)s, %(now)s)
ON CONFLICT (tenant_id, call_id, person_id) DO UPDATE SET seen_at = excluded.seen_at
"""


def _seen(ctx: Ctx, call_id: UUID, me: UUID) -> None:
    ctx.last(_SEEN, {"tenant": ctx.tenant.id, "id": new_id(), "call": call_id, "me": me, "now": ctx.now})


def _others(ctx: Ctx, call_id: UUID, me: UUID) -> tuple[UUID, ...]:
    return tuple(
        ctx.scalars(
            sa.select(Presence.person_id).where(
                Presence.tenant_id == ctx.tenant.id,
                Presence.call_id == call_id,
                Presence.person_id != me,
                Presence.seen_at > ctx.now - HERE,
            )
        )
    )
