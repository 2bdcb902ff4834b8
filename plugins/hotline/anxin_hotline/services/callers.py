"""Callers: recognising somebody who calls again without knowing who it is, and what they agreed to leave.

A number is found by a keyed index of its own (another key than the roster's, so that the two never meet). A call-back
code lets somebody without a name return; only its index and a sealed copy are kept.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, job, lazy, new_id, notify
from anxin_hotline import policy
from anxin_hotline.calls import Call, Caller, Flag, Merge
from anxin_hotline.services import seeing

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misheard or misread
CODE = 8
LONGEST_FLAG = 180
FLAGS: dict[str, Any] = {
    "silent": lazy("Silent calls"),
    "repeat": lazy("Calls often"),
    "abusive": lazy("Abusive calls"),
    "agreement": lazy("There is an agreement"),
}


def number_index(ctx: Ctx, number: str) -> bytes | None:
    """The keyed index of a telephone number; None when there is no number in it (withheld)."""
    if sum(letter.isdigit() for letter in number) < 5:
        return None
    try:
        return ctx.runtime.keyring.blind(ctx.tenant.id, "hotline.number", number, kind="phone")
    except ValueError:
        return None


def code_index(ctx: Ctx, code: str) -> bytes | None:
    try:
        return ctx.runtime.keyring.blind(ctx.tenant.id, "hotline.code", code, kind="employee_no")
    except ValueError:
        return None


def by_index(ctx: Ctx, index: bytes) -> UUID | None:
    """Who called from this number before; the newest where several did."""
    return ctx.scalar(
        sa.select(Caller.id)
        .where(Caller.tenant_id == ctx.tenant.id, Caller.number_index == index, Caller.merged_into.is_(None))
        .order_by(Caller.last_call_at.desc())
        .limit(1)
    )


def by_code(ctx: Ctx, code: str) -> UUID | None:
    if (index := code_index(ctx, code)) is None:
        return None
    found = ctx.execute(
        sa.select(Caller.id, Caller.merged_into).where(
            Caller.tenant_id == ctx.tenant.id, Caller.code_index == index
        )
    ).one_or_none()
    return None if found is None else found.merged_into or found.id


def make(ctx: Ctx, *, number: str | None = None, index: bytes | None = None) -> UUID:
    """A new caller with a key of their own; an index alone is enough to know them again."""
    caller_id = new_id()
    ctx.keys.fresh(caller_id)
    index = index or (number_index(ctx, number) if number else None)
    ctx.insert(Caller, [{"id": caller_id, "number_index": index, "last_call_at": ctx.now}])
    return caller_id


def adopt(ctx: Ctx, contact: Mapping[str, Any], code: str | None, last_call_at: datetime) -> UUID:
    """A card with what somebody left elsewhere of the same agency, their call-back code included."""
    caller_id = make(ctx, number=str(contact.get("number") or "") or None)
    caller = ctx.db.get_one(Caller, (ctx.tenant.id, caller_id))
    caller.last_call_at = last_call_at
    if contact:
        ctx.seal(caller, "contact", dict(contact))
    if code:
        caller.code_index = code_index(ctx, code)
        ctx.seal(caller, "code", code)
    ctx.db.flush()
    return caller_id


def of_form(ctx: Ctx, caller_id: UUID | None, told: Mapping[str, Any]) -> UUID | None:
    """The caller a saved form speaks of: recognised by code or number, or made when they leave something."""
    code, number = (told.get("c_code") or "").strip(), (told.get("c_number") or "").strip()
    contact = {
        name: value
        for name in ("name", "number", "place")
        if (value := (told.get(f"c_{name}") or "").strip())
    }
    if code:
        known = by_code(ctx, code)
        if known is None:
            raise Invalid(
                fields={"c_code": [lazy("Nobody has this call-back code. Ask them to say it again.")]}
            )
        caller_id = known
    if contact and not told.get("c_agreed"):
        raise Invalid(fields={"c_agreed": [lazy("Ask first, and tick that they agree to this being kept.")]})
    if number and caller_id is None and (index := number_index(ctx, number)) is not None:
        caller_id = by_index(ctx, index)
    if caller_id is None and (contact or told.get("known") in ("pseudonymous", "known")):
        caller_id = make(ctx, number=number or None)
    if caller_id is not None:
        _touch(ctx, caller_id, contact, wants_code=told.get("known") == "pseudonymous")
    return caller_id


def _touch(ctx: Ctx, caller_id: UUID, contact: dict[str, str], *, wants_code: bool) -> None:
    caller = ctx.db.scalar(
        sa.select(Caller).where(Caller.tenant_id == ctx.tenant.id, Caller.id == caller_id).with_for_update()
    )
    if caller is None:
        return
    caller.last_call_at = ctx.now
    if contact:
        before = (
            ctx.keys.open(Caller, "contact", caller.id, caller.id, caller.contact) if caller.contact else {}
        )
        ctx.seal(caller, "contact", {**before, **contact})
        if caller.number_index is None and "number" in contact:
            caller.number_index = number_index(ctx, contact["number"])
    if wants_code and caller.code_index is None:
        give_code(ctx, caller)
    ctx.db.flush()


def give_code(ctx: Ctx, caller: Caller) -> str:
    """A call-back code (回拨码) to say at the end: eight signs nobody mishears."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE))
    code = f"{letters[:4]}-{letters[4:]}"
    caller.code_index = code_index(ctx, code)
    ctx.seal(caller, "code", code)
    return code


def standing_flags(ctx: Ctx, caller_id: UUID | None) -> list[Flag]:
    """Marks that have not ended, the gravest first."""
    if caller_id is None:
        return []
    return list(
        ctx.db.scalars(
            sa.select(Flag)
            .where(
                Flag.tenant_id == ctx.tenant.id,
                Flag.caller_id == caller_id,
                Flag.until > ctx.now,
                Flag.ended_at.is_(None),
            )
            .order_by(Flag.kind, Flag.until)
        )
    )


def earlier(ctx: Ctx, caller_id: UUID | None) -> Any:
    """How often a caller was here before: (calls, last, gravest), from columns alone; nothing is opened."""
    if caller_id is None:
        return None
    return ctx.execute(
        sa.select(
            sa.func.count().label("calls"),
            sa.func.max(Call.started_at).label("last"),
            sa.func.max(Call.risk).label("gravest"),
        ).where(Call.tenant_id == ctx.tenant.id, Call.caller_id == caller_id, Call.state == "logged")
    ).one()


# ---- a caller's card ----------------------------------------------------------------------------------------


def get(ctx: Ctx, caller_id: UUID, *, lock: bool = False) -> Caller:
    """A caller, for who sees one of their calls, or a supervisor; NotFound for everybody else."""
    statement = sa.select(Caller).where(Caller.tenant_id == ctx.tenant.id, Caller.id == caller_id)
    found = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    if not seeing.wide(ctx):
        theirs = seeing.visible(ctx).where(Call.caller_id == caller_id).with_only_columns(Call.id).limit(1)
        if ctx.scalar(theirs) is None:
            raise NotFound()
    return found


@dataclass(frozen=True)
class Card:
    """What a caller's card shows: what they left, their code, marks, calls (columns only), merges."""

    caller: Caller
    contact: Mapping[str, Any]
    code: str | None
    flags: list[tuple[Flag, str]]
    calls: list[Call]
    merges: list[Merge]
    person_id: UUID | None


def card(ctx: Ctx, caller_id: UUID) -> Card:
    """Open the card; the look is written down, for the person too where an account is linked."""
    caller = get(ctx, caller_id)
    contact = seeing.plain(seeing.open_or_nothing(ctx, caller, "contact"))
    code = seeing.open_or_nothing(ctx, caller, "code")
    flags = [
        (flag, _text(seeing.open_or_nothing(ctx, flag, "note"))) for flag in standing_flags(ctx, caller.id)
    ]
    calls = list(
        ctx.db.scalars(
            sa.select(Call)
            .where(Call.tenant_id == ctx.tenant.id, Call.caller_id == caller.id, Call.state == "logged")
            .order_by(Call.started_at.desc())
            .limit(20)
        )
    )
    merges = list(
        ctx.db.scalars(
            sa.select(Merge)
            .where(Merge.tenant_id == ctx.tenant.id, Merge.kept_id == caller.id, Merge.undone_at.is_(None))
            .order_by(Merge.made_at.desc())
        )
    )
    person_id = seeing.person_of(ctx, caller.id)
    fields = tuple(sorted(contact)) + (("code",) if code else ())
    for subject_id in filter(None, (caller.id, person_id)):
        ctx.audit(policy.CallerRead(caller_id=caller.id, fields=fields, subject_id=subject_id))
    return Card(caller, contact, code if isinstance(code, str) else None, flags, calls, merges, person_id)


def _text(words: Any) -> str:
    return words if isinstance(words, str) else ""


def flag(ctx: Ctx, caller_id: UUID, kind: str, days: int, note: str = "") -> None:
    """Put a mark on a caller, for some days: it ends by itself."""
    caller = get(ctx, caller_id, lock=True)
    if kind not in FLAGS or not 1 <= days <= LONGEST_FLAG:
        raise Invalid(fields={"kind": [lazy("Choose a mark.")]})
    row = Flag(
        caller_id=caller.id, kind=kind, until=ctx.now + timedelta(days=days), set_by=ctx.actor.person_id
    )
    if note.strip():
        row.id = new_id()
        ctx.seal(row, "note", note.strip())
    ctx.add(row)
    ctx.audit(policy.CallerChanged(caller_id=caller.id, step=f"flag.{kind}", subject_id=caller.id))


def end_flag(ctx: Ctx, flag_id: UUID) -> UUID:
    """Take a mark off before its time."""
    row = ctx.db.scalar(
        sa.select(Flag).where(Flag.tenant_id == ctx.tenant.id, Flag.id == flag_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    caller = get(ctx, row.caller_id)
    row.ended_at = ctx.now
    ctx.audit(policy.CallerChanged(caller_id=caller.id, step="unflag", subject_id=caller.id))
    return caller.id


def new_code(ctx: Ctx, caller_id: UUID) -> str:
    """A call-back code; an older one ends with it."""
    caller = get(ctx, caller_id, lock=True)
    code = give_code(ctx, caller)
    ctx.audit(policy.CallerChanged(caller_id=caller.id, step="code", subject_id=caller.id))
    return code


# ---- two that are one ---------------------------------------------------------------------------------------


def merge(ctx: Ctx, caller_id: UUID, code_or_call: str) -> Merge:
    """Put another caller (by their code, or by the number of one of their calls) into this one. Can be undone."""
    kept = get(ctx, caller_id, lock=True)
    gone_id = by_code(ctx, code_or_call) or _by_call(ctx, code_or_call)
    if gone_id is None or gone_id == kept.id:
        raise Invalid(fields={"other": [lazy("Nobody else has this code or call number.")]})
    gone = get(ctx, gone_id, lock=True)
    if gone.merged_into is not None or kept.merged_into is not None:
        raise Conflict()
    if gone.person_id is not None and gone.person_id != kept.person_id:
        raise Invalid(
            fields={
                "other": [lazy("This caller has linked an account of their own; only they can change that.")]
            }
        )
    moved = ctx.scalars(
        sa.select(Call.id).where(Call.tenant_id == ctx.tenant.id, Call.caller_id == gone.id)
    ).all()
    _move(ctx, moved, kept.id)
    gone.merged_into = kept.id
    kept.last_call_at = max(kept.last_call_at, gone.last_call_at)
    made = ctx.add(
        Merge(
            kept_id=kept.id,
            gone_id=gone.id,
            calls=[str(call_id) for call_id in moved],
            made_by=ctx.actor.person_id,
            made_at=ctx.now,
        )
    )
    ctx.audit(policy.CallersMerged(merge_id=made.id, step="merged", subject_id=kept.id))
    return made


def _by_call(ctx: Ctx, number: str) -> UUID | None:
    """The caller of a call by its number (the end of its id), among the calls of the last ninety days."""
    plain = number.strip().upper()
    recent = ctx.execute(
        sa.select(Call.id, Call.caller_id).where(
            Call.tenant_id == ctx.tenant.id,
            Call.started_at > ctx.now - timedelta(days=90),
            Call.caller_id.is_not(None),
        )
    )
    return next((row.caller_id for row in recent if seeing.code(row.id) == plain), None)


def unmerge(ctx: Ctx, merge_id: UUID) -> UUID:
    """Take two callers apart again: exactly the calls that moved go back."""
    row = ctx.db.scalar(
        sa.select(Merge).where(Merge.tenant_id == ctx.tenant.id, Merge.id == merge_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    kept = get(ctx, row.kept_id, lock=True)
    if row.undone_at is not None:
        raise Conflict()
    _move(ctx, [UUID(one) for one in row.calls], row.gone_id)
    ctx.execute(
        sa.update(Caller)
        .where(Caller.tenant_id == ctx.tenant.id, Caller.id == row.gone_id)
        .values(merged_into=None)
    )
    row.undone_at = ctx.now
    ctx.audit(policy.CallersMerged(merge_id=row.id, step="undone", subject_id=kept.id))
    return kept.id


def _move(ctx: Ctx, calls: Sequence[UUID], caller_id: UUID) -> None:
    ctx.execute(
        sa.update(Call).where(Call.tenant_id == ctx.tenant.id, Call.id.in_(calls)).values(caller_id=caller_id)
    )


# ---- linking an account: the person's own act -------------------------------------------------------------------


def claim(ctx: Ctx, code: str) -> None:
    """The signed-in person says “that was me”, with the code they were given. A job looks, and tells them."""
    index = code_index(ctx, code)
    if index is None:
        raise Invalid(fields={"code": [lazy("Write the code you were given, like 7K2M-4QXT.")]})
    ctx.enqueue(link, person_id=ctx.actor.person_id, index=index.hex())
    ctx.audit(policy.CallerLinked(step="asked", subject_id=ctx.actor.person_id))


@job("hotline.link")
def link(ctx: Ctx, *, person_id: str, index: str) -> None:
    """Nobody learns here whether a code exists: the answer comes to the person alone."""
    found = ctx.db.scalar(
        sa.select(Caller)
        .where(Caller.tenant_id == ctx.tenant.id, Caller.code_index == bytes.fromhex(index))
        .with_for_update()
    )
    who = UUID(person_id)
    if found is None or found.person_id not in (None, who) or found.merged_into is not None:
        notify(ctx, who, "hotline.unknown", "/hotline/mine", key=f"unknown:{index}:{ctx.now:%Y%m%d%H%M}")
        return
    found.person_id = who
    notify(ctx, who, "hotline.linked", "/hotline/mine", key=f"linked:{found.id}")
    ctx.audit(policy.CallerLinked(step="linked", caller_id=found.id, subject_id=who))


def mine(ctx: Ctx) -> list[Caller]:
    """What the signed-in person has linked: that, and when they last called. The wall shows them their own."""
    return list(
        ctx.db.scalars(
            sa.select(Caller)
            .where(Caller.tenant_id == ctx.tenant.id, Caller.person_id == ctx.actor.person_id)
            .order_by(Caller.last_call_at.desc())
        )
    )


def cut(ctx: Ctx) -> None:
    """The person cuts the link; the calls stay without a name."""
    ctx.enqueue(unlink, person_id=ctx.actor.person_id)
    ctx.audit(policy.CallerLinked(step="cut", subject_id=ctx.actor.person_id))


@job("hotline.unlink")
def unlink(ctx: Ctx, *, person_id: str) -> None:
    ctx.execute(
        sa.update(Caller)
        .where(Caller.tenant_id == ctx.tenant.id, Caller.person_id == UUID(person_id))
        .values(person_id=None)
    )
