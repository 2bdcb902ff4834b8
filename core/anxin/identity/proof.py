"""Confirming who one is before a sensitive step: with the second factor when there is one, else with the passphrase."""

from typing import Literal

import sqlalchemy as sa

from anxin.identity import factors, passwords, slowing
from anxin.identity.entries import Proved, SignInRefusedEntry
from anxin.identity.me import mine
from anxin.identity.models import Login, SignIn
from anxin.kernel.ctx import Ctx, visitor_ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import lazy

Way = Literal["factor", "passphrase", "again"]


def way(ctx: Ctx) -> Way:
    """How this person can prove it; "again": only by signing in anew through the employer or messenger."""
    if factors.of(ctx, mine(ctx)).any:
        return "factor"
    return "passphrase" if _login(ctx) is not None else "again"


def by_code(ctx: Ctx, code: str) -> None:
    try:
        used = factors.check_code(ctx, mine(ctx), code)
    except factors.CodeWrong as wrong:
        raise Invalid(fields={"code": [wrong.message]}, code=wrong.code) from wrong
    if used == "recovery":
        factors.tell_recovery(ctx, mine(ctx))
    proved(ctx, used, strong=True)


def by_passphrase(ctx: Ctx, passphrase: str) -> None:
    """Only where there is no second factor: the passphrase alone never stands in for it."""
    login = _login(ctx)
    if login is None or factors.of(ctx, mine(ctx)).any:
        raise Invalid(fields={"code": [lazy("Enter the code of your authenticator app.")]})
    if left := slowing.wait(login.failures, login.failed_at, ctx.now):
        raise slowing.too_many(left)
    if not passwords.verify_passphrase(login.password, passphrase).ok:
        _count(ctx, login)
        raise Invalid(fields={"passphrase": [lazy("This is not your passphrase.")]})
    login.failures, login.failed_at = 0, None
    proved(ctx, "passphrase", strong=False)


def proved(ctx: Ctx, method: str, *, strong: bool) -> None:
    """Note on the session that it was proved now (and, with a factor, that the session is strong)."""
    row = ctx.db.scalar(
        sa.select(SignIn).where(SignIn.tenant_id == ctx.tenant.id, SignIn.id == ctx.actor.session_id)
    )
    if row is not None:
        row.proved_at = ctx.now
        row.strong = row.strong or strong
    ctx.audit(Proved(subject_id=mine(ctx), method=method))


def _login(ctx: Ctx) -> Login | None:
    return ctx.db.scalar(
        sa.select(Login)
        .where(Login.tenant_id == ctx.tenant.id, Login.person_id == mine(ctx), Login.password.is_not(None))
        .with_for_update()
    )


def _count(ctx: Ctx, login: Login) -> None:
    login_id, person_id = login.id, login.person_id
    ctx.restart()
    fresh = visitor_ctx(ctx.runtime, ctx.tenant)
    try:
        fresh.execute(
            sa.update(Login)
            .where(Login.tenant_id == ctx.tenant.id, Login.id == login_id)
            .values(failures=Login.failures + 1, failed_at=ctx.now)
        )
        fresh.audit(SignInRefusedEntry(code="wrong", method="proof", subject_id=person_id))
        fresh.commit()
    finally:
        fresh.close()
