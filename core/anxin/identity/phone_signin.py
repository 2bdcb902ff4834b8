"""A desktop page signed in by a phone: the desktop shows a code and a number, the phone picks the number and says yes.

Two secrets keep them together. The desktop's is in its cookie and never shown: whoever photographs the code cannot come in
with it. The code's is for the phone: it opens the question there, once. The number must be picked from three, so a
code that somebody sent along ("please scan this") fails unless the person reads out their own screen. Two minutes, one
answer, one use. The session is as strong as the phone's.
"""

import random
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from anxin.identity import admission, doors
from anxin.identity.admission import Admission
from anxin.identity.entries import PhoneAnswered, SignInRefusedEntry
from anxin.identity.factor_models import PhoneSignIn
from anxin.identity.models import SignIn
from anxin.kernel import capability
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import NotFound, SignInRequired
from anxin.kernel.i18n import lazy

LIVES: Final = timedelta(minutes=2)
GONE = lazy("This code has run out or was used already. Make a new one on the computer.")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the desktop shows."""

    code: str
    number: int
    state: str
    seconds: int


def begin(ctx: Ctx, next_path: str | None, *, device: str) -> str:
    """The desktop asks for a code; returns its own secret for the cookie."""
    desk, code = capability.new_token(), capability.new_token()
    row = PhoneSignIn(
        desk_hash=capability.token_hash(desk),
        code_hash=capability.token_hash(code),
        number=10 + secrets.randbelow(90),
        device=device,
        next_path=next_path,
        expires_at=ctx.now + LIVES,
    )
    ctx.seal(row, "code", code)
    ctx.add(row)
    ctx.unaudited("a code that nobody has answered yet")
    return desk


def shown(ctx: Ctx, desk: str | None) -> Shown | None:
    """What this desktop's code has come to; None when there is none, or it has run out."""
    row = _of_desk(ctx, desk)
    if row is None:
        return None
    left = int((row.expires_at - ctx.now).total_seconds())
    code = ctx.open(row, "code") if row.state == "shown" else ""
    return Shown(code, row.number, row.state, left)


def _of_desk(ctx: Ctx, desk: str | None) -> PhoneSignIn | None:
    return ctx.db.scalar(
        sa.select(PhoneSignIn)
        .where(
            PhoneSignIn.tenant_id == ctx.tenant.id,
            PhoneSignIn.desk_hash == capability.token_hash(desk or ""),
            PhoneSignIn.state.in_(("shown", "confirmed")),
            PhoneSignIn.expires_at > ctx.now,
        )
        .with_for_update()
    )


def asked(ctx: Ctx, code: str) -> tuple[PhoneSignIn, list[int]]:
    """The question on the phone: (what waits, three numbers to pick from). NotFound when it has run out."""
    row = _waiting(ctx, code)
    drawn = random.Random(row.code_hash)  # the same three however often the page is opened
    others = drawn.sample([n for n in range(10, 100) if n != row.number], 2)
    numbers = [row.number, *others]
    drawn.shuffle(numbers)
    return row, numbers


def _waiting(ctx: Ctx, code: str) -> PhoneSignIn:
    row = ctx.db.scalar(
        sa.select(PhoneSignIn)
        .where(
            PhoneSignIn.tenant_id == ctx.tenant.id,
            PhoneSignIn.code_hash == capability.token_hash(code),
            PhoneSignIn.state == "shown",
            PhoneSignIn.expires_at > ctx.now,
        )
        .with_for_update()
    )
    if row is None:
        raise NotFound(GONE, code="code_ended")
    return row


def answer(ctx: Ctx, code: str, number: int) -> bool:
    """The signed-in phone picks a number. The wrong one ends the code: there is no second guess."""
    row = _waiting(ctx, code)
    phone = ctx.db.scalar(
        sa.select(SignIn).where(SignIn.tenant_id == ctx.tenant.id, SignIn.id == ctx.actor.session_id)
    )
    if ctx.actor.person_id is None or phone is None or phone.kind != "browser":
        raise SignInRequired()
    right = number == row.number
    row.state = "confirmed" if right else "refused"
    row.person_id, row.strong = ctx.actor.person_id, phone.strong
    ctx.audit(PhoneAnswered(subject_id=ctx.actor.person_id, answer=row.state))
    return right


def refuse(ctx: Ctx, code: str) -> None:
    """ "That was not me": the code is over."""
    row = _waiting(ctx, code)
    if ctx.actor.person_id is None:
        raise SignInRequired()
    row.state, row.person_id = "refused", ctx.actor.person_id
    ctx.audit(PhoneAnswered(subject_id=ctx.actor.person_id, answer="refused"))


def finish(ctx: Ctx, desk: str | None, *, device: str) -> Admission:
    """The desktop comes in after the phone's yes; once."""
    row = _of_desk(ctx, desk)
    person = doors.active(ctx, row.person_id) if row is not None and row.person_id else None
    if row is None or row.state != "confirmed" or person is None:
        doors.record_refusal(ctx, SignInRefusedEntry(code="phone_not_confirmed", method="phone"))
        raise NotFound(GONE, code="code_ended")
    row.state = "used"
    return admission.admit(
        ctx, person, method="phone", device=device, next_path=row.next_path, strong=row.strong
    )
