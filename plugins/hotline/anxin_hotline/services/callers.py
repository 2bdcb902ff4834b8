"""Callers: recognising somebody who calls again without knowing who it is, and what they agreed to leave.

A number is found by a keyed index of its own (another key than the roster's, so that the two never meet). A call-back
code lets somebody without a name return; only its index and a sealed copy are kept.
"""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Invalid, lazy, new_id
from anxin_hotline.calls import Call, Caller, Flag

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misheard or misread
CODE = 8


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
        .where(
            Caller.tenant_id == ctx.tenant.id, Caller.number_index == index, Caller.merged_into.is_(None)
        )
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
            raise Invalid(fields={"c_code": [lazy("Nobody has this call-back code. Ask them to say it again.")]})
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
        sa.select(Caller)
        .where(Caller.tenant_id == ctx.tenant.id, Caller.id == caller_id)
        .with_for_update()
    )
    if caller is None:
        return
    caller.last_call_at = ctx.now
    if contact:
        before = ctx.keys.open(Caller, "contact", caller.id, caller.id, caller.contact) if caller.contact else {}
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
        ).where(
            Call.tenant_id == ctx.tenant.id, Call.caller_id == caller_id, Call.state == "logged"
        )
    ).one()
