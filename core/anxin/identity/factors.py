"""Second factors of a person: an authenticator app, passkeys, recovery codes; and whether the tenant asks for one.

A code is taken once: the step of the last one is kept, under a lock on the row, so that two requests with one code let
one in. Wrong codes slow down further ones; only who knows the passphrase gets that far, so nobody else can cause it.
"""

import base64
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import entries, passwords, slowing, totp
from anxin.identity.factor_models import Authenticator, Passkey, RecoveryCode
from anxin.identity.models import Membership, Person, Role
from anxin.kernel.ctx import Ctx, visitor_ctx
from anxin.kernel.errors import AnxinError, Conflict, Invalid
from anxin.kernel.i18n import lazy

CODES = 8  # recovery codes on one sheet
CODE_BYTES = 10


class CodeWrong(AnxinError):
    status = 422
    code = "code_wrong"
    message = lazy("This code is not right, or has been used already. Wait for the next one and try again.")


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has."""

    app: bool
    passkeys: int
    codes: int

    @property
    def any(self) -> bool:
        return self.app or self.passkeys > 0


def of(ctx: Ctx, person_id: UUID) -> Factors:
    row = ctx.db.execute(
        sa.select(
            sa.select(sa.func.count())
            .select_from(Authenticator)
            .where(Authenticator.tenant_id == ctx.tenant.id, Authenticator.person_id == person_id)
            .scalar_subquery(),
            sa.select(sa.func.count())
            .select_from(Passkey)
            .where(Passkey.tenant_id == ctx.tenant.id, Passkey.person_id == person_id)
            .scalar_subquery(),
            sa.select(sa.func.count())
            .select_from(RecoveryCode)
            .where(
                RecoveryCode.tenant_id == ctx.tenant.id,
                RecoveryCode.person_id == person_id,
                RecoveryCode.used_at.is_(None),
            )
            .scalar_subquery(),
        )
    ).one()
    return Factors(bool(row[0]), row[1], row[2])


def required(ctx: Ctx, person_id: UUID) -> bool:
    """Does this tenant want a second factor of this person? "staff": whoever holds a role that is marked so."""
    policy = ctx.settings_of("identity")["second_factor"]
    if policy != "staff":
        return policy == "everybody"
    return bool(
        ctx.db.scalar(
            sa.select(sa.literal(1))
            .select_from(Membership)
            .join(Role, sa.and_(Role.tenant_id == Membership.tenant_id, Role.name == Membership.role))
            .where(
                Membership.tenant_id == ctx.tenant.id,
                Membership.person_id == person_id,
                sa.or_(Membership.until.is_(None), Membership.until > ctx.now),
                Role.second_factor,
            )
            .limit(1)
        )
    )


# ---- the app --------------------------------------------------------------------------------------------------------


def set_up_app(ctx: Ctx, person: Person, secret: str, code: str) -> list[str]:
    """Keep the app's secret once a code proves that the app has it; returns the first recovery codes."""
    if of(ctx, person.id).app:
        raise Conflict(lazy("There is an authenticator app already. Remove it first."), code="app_there")
    step = totp.matching_step(secret, _typed(code), ctx.now.timestamp())
    if step is None:
        raise Invalid(fields={"code": [CodeWrong.message]}, code="code_wrong")
    row = Authenticator(person_id=person.id, last_step=step)
    ctx.seal(row, "secret", secret)
    ctx.add(row)
    ctx.audit(entries.FactorAdded(subject_id=person.id, kind="app"))
    ctx.db.flush()
    return new_codes(ctx, person.id)


def check_code(ctx: Ctx, person_id: UUID, code: str) -> str:
    """Take a code of the app, or a recovery code: returns which. CodeWrong otherwise, counted; TooMany after many."""
    row = ctx.db.scalar(
        sa.select(Authenticator)
        .where(Authenticator.tenant_id == ctx.tenant.id, Authenticator.person_id == person_id)
        .with_for_update()
    )
    if row is not None and (left := slowing.wait(row.failures, row.failed_at, ctx.now)):
        raise slowing.too_many(left)
    typed = _typed(code)
    if len(typed) == totp.DIGITS and row is not None:
        step = totp.matching_step(_secret(ctx, row), typed, ctx.now.timestamp(), after=row.last_step)
        if step is not None:
            row.last_step, row.failures, row.failed_at = step, 0, None
            return "app"
    elif _spend(ctx, person_id, code):
        if row is not None:
            row.failures, row.failed_at = 0, None
        return "recovery"
    _count_failure(ctx, person_id)
    raise CodeWrong()


def _secret(ctx: Ctx, row: Authenticator) -> str:
    return ctx.keys.open(Authenticator, "secret", row.id, row.person_id, row.secret)


def _typed(code: str) -> str:
    """Without the spaces and dashes that people put in between."""
    return "".join(c for c in code.lower() if c.isalnum())


def _count_failure(ctx: Ctx, person_id: UUID) -> None:
    """In a transaction of its own, since the request's is rolled back and holds the row's lock."""
    ctx.restart()
    fresh = visitor_ctx(ctx.runtime, ctx.tenant)
    try:
        fresh.execute(
            sa.update(Authenticator)
            .where(Authenticator.tenant_id == ctx.tenant.id, Authenticator.person_id == person_id)
            .values(failures=Authenticator.failures + 1, failed_at=ctx.now)
        )
        fresh.audit(entries.SignInRefusedEntry(code="code_wrong", method="factor", subject_id=person_id))
        fresh.commit()
    finally:
        fresh.close()


def remove_app(ctx: Ctx, person_id: UUID) -> None:
    done = ctx.execute(
        sa.delete(Authenticator).where(
            Authenticator.tenant_id == ctx.tenant.id, Authenticator.person_id == person_id
        )
    )
    if done.rowcount:  # type: ignore[attr-defined]
        ctx.audit(entries.FactorRemoved(subject_id=person_id, kind="app"))


# ---- recovery codes -------------------------------------------------------------------------------------------------


def new_codes(ctx: Ctx, person_id: UUID) -> list[str]:
    """A fresh sheet; the old one stops working. Shown once."""
    ctx.execute(
        sa.delete(RecoveryCode).where(
            RecoveryCode.tenant_id == ctx.tenant.id, RecoveryCode.person_id == person_id
        )
    )
    codes = [_new_code() for _ in range(CODES)]
    for code in codes:
        ctx.add(RecoveryCode(person_id=person_id, code_hash=_hash(code)))
    ctx.audit(entries.FactorAdded(subject_id=person_id, kind="codes"))
    return codes


def _new_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _hash(code: str) -> bytes:
    return passwords.token_hash(_typed(code))


def _spend(ctx: Ctx, person_id: UUID, code: str) -> bool:
    done = ctx.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.tenant_id == ctx.tenant.id,
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == _hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=ctx.now)
    )
    return done.rowcount == 1  # type: ignore[attr-defined]


def tell_recovery(ctx: Ctx, person_id: UUID) -> None:
    """A recovery code was used: the trail says so, since it may have been found by somebody else."""
    ctx.audit(entries.FactorRemoved(subject_id=person_id, kind="code"))


# ---- an admin helps -------------------------------------------------------------------------------------------------


def take_all(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    """Forget every second factor of a person (lost phone, erasure); counts by table."""
    counts: dict[str, int] = {}
    models: tuple[Any, ...] = (Authenticator, Passkey, RecoveryCode)
    for model in models:
        done = ctx.execute(
            sa.delete(model).where(model.tenant_id == ctx.tenant.id, model.person_id == person_id)
        )
        counts[model.__tablename__] = done.rowcount  # type: ignore[attr-defined]
    return counts
