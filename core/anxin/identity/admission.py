"""The last step of every way in: a session at once, or first the second factor.

Until the second factor is shown there is no session at all, not even a narrow one: what waits is a row that a secret in
the browser's cookie finds, for ten minutes. Who must have a factor and has none sets one up there and then.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import factors, sessions, totp
from anxin.identity.entries import SignedIn
from anxin.identity.models import PendingSignIn, Person
from anxin.kernel import capability
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import SignInRequired
from anxin.kernel.i18n import lazy

WAITS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Admission:
    """Either a session's `token`, or the secret with which this browser `waits` for its second factor."""

    token: str | None
    next_path: str | None = None
    waits: str | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sign-in that needs its second factor; `secret` is the one to set up when the person has none."""

    row: PendingSignIn
    person: Person
    method: str
    has: factors.Factors
    secret: str


def admit(
    ctx: Ctx, person: Person, *, method: str, device: str, next_path: str | None = None, strong: bool = False
) -> Admission:
    """Begin the session, unless this person's second factor comes first. `strong`: it was shown already."""
    if strong or not (factors.of(ctx, person.id).any or factors.required(ctx, person.id)):
        return _come_in(ctx, person, method, device, next_path, strong=strong)
    said = {"person": str(person.id), "method": method, "secret": totp.new_secret()}
    ctx.unaudited("a sign-in that waits for its second factor")
    return Admission(None, next_path, _keep(ctx, said, next_path))


def _come_in(
    ctx: Ctx, person: Person, method: str, device: str, next_path: str | None, *, strong: bool
) -> Admission:
    ctx.audit(SignedIn(subject_id=person.id, method=method, second=strong))
    token = sessions.start(ctx, person, method=method, device=device, strong=strong)
    return Admission(token, next_path, person_id=person.id)


def _keep(ctx: Ctx, said: dict[str, str], next_path: str | None) -> str:
    browser = capability.new_token()
    row = PendingSignIn(
        kind="factor",
        state_hash=capability.token_hash(browser),
        next_path=next_path,
        expires_at=ctx.now + WAITS,
    )
    ctx.seal(row, "pending", said)
    ctx.add(row)
    return browser


def waiting(ctx: Ctx, browser: str | None) -> Waiting:
    """What this browser began. SignInRequired when it is too old or nobody's."""
    row = ctx.db.scalar(
        sa.select(PendingSignIn)
        .where(
            PendingSignIn.tenant_id == ctx.tenant.id,
            PendingSignIn.kind == "factor",
            PendingSignIn.state_hash == capability.token_hash(browser or ""),
            PendingSignIn.expires_at > ctx.now,
        )
        .with_for_update()
    )
    if row is None:
        raise SignInRequired(lazy("This sign-in took too long or was opened twice. Please start again."))
    said = ctx.open(row, "pending")
    person = ctx.db.scalar(
        sa.select(Person).where(
            Person.tenant_id == ctx.tenant.id, Person.id == UUID(said["person"]), Person.state == "active"
        )
    )
    if person is None:
        raise SignInRequired()
    return Waiting(row, person, said["method"], factors.of(ctx, person.id), said["secret"])


def finish(ctx: Ctx, found: Waiting, *, device: str) -> Admission:
    """The factor was shown: what waited is used up, the session begins."""
    ctx.db.delete(found.row)
    return _come_in(ctx, found.person, found.method, device, found.row.next_path, strong=True)


def with_code(ctx: Ctx, browser: str | None, code: str, *, device: str) -> Admission:
    """The second step with the app or a recovery code. CodeWrong and TooMany leave what waits as it is."""
    found = waiting(ctx, browser)
    if not found.has.any:
        raise SignInRequired()
    used = factors.check_code(ctx, found.person.id, code)
    admitted = finish(ctx, found, device=device)
    if used == "recovery":
        factors.tell_recovery(ctx, found.person.id)
    return admitted


def with_new_app(ctx: Ctx, browser: str | None, code: str, *, device: str) -> tuple[Admission, list[str]]:
    """The first sign-in of somebody who needs a second factor: the app is set up, then the session begins.

    Only for people without any: whoever has one must show it, or knowing the passphrase would be enough to replace it.
    """
    found = waiting(ctx, browser)
    if found.has.any:
        raise SignInRequired()
    codes = factors.set_up_app(ctx, found.person, found.secret, code)
    return finish(ctx, found, device=device), codes


# ---- setting up while signed in -----------------------------------------------------------------------------------


def begin_app(ctx: Ctx, person_id: UUID) -> str:
    """A secret for a new app, kept for this browser."""
    ctx.unaudited("nothing is set up yet")
    return _keep(ctx, {"person": str(person_id), "method": "set-up", "secret": totp.new_secret()}, None)


def set_up_here(ctx: Ctx, browser: str | None, person_id: UUID, code: str) -> list[str]:
    found = waiting(ctx, browser)
    if found.person.id != person_id or found.method != "set-up":
        raise SignInRequired()
    codes = factors.set_up_app(ctx, found.person, found.secret, code)
    ctx.db.delete(found.row)
    return codes
