"""Coming in with a sign-in name and a passphrase, or by a single-use link that sets one.

Each way ends in `admission.admit`; each refusal is an entry too, and says to the user no more than is safe ("name or
passphrase is wrong"). (The employer's provider: oidc_signin.py; messengers: messenger_signin.py; a phone:
phone_signin.py; under a contract: contract_signin.py.)

Guessing is slowed down a sign-in name. So that this cannot be turned against its owner, a browser in which they have
signed in before counts for itself: others' guesses do not make it wait. And a reset link ends the waiting at once.
"""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import admission, doors, passwords, sessions, slowing
from anxin.identity.admission import Admission
from anxin.identity.entries import LinkMade, PassphraseSet, SignInRefusedEntry
from anxin.identity.factor_models import KnownDevice
from anxin.identity.models import Link, Login, Person
from anxin.kernel import capability
from anxin.kernel.ctx import Ctx, visitor_ctx
from anxin.kernel.errors import AnxinError, Invalid, NotFound
from anxin.kernel.i18n import lazy

LINKS = {"activate": timedelta(days=7), "reset": timedelta(hours=2)}


class SignInFailed(AnxinError):
    """Name or passphrase is wrong: the same words whichever it was."""

    status = 422
    code = "sign_in_failed"
    message = lazy("Name or passphrase is not right. Please try again.")


# ---- passphrase ---------------------------------------------------------------------------------------------------


def local(
    ctx: Ctx,
    name: str,
    passphrase: str,
    *,
    device: str,
    known: str | None = None,
    next_path: str | None = None,
) -> Admission:
    """Sign in with a login name and passphrase. `known` is the secret of a browser the person has used before."""
    login = ctx.db.scalar(
        sa.select(Login)
        .where(Login.tenant_id == ctx.tenant.id, Login.name == name.strip().lower())
        .with_for_update()
    )
    own = _known(ctx, login, known)
    counted = own or login
    if (
        login is not None
        and counted is not None
        and (left := slowing.wait(counted.failures, counted.failed_at, ctx.now))
    ):
        passwords.verify_passphrase(None, passphrase)
        doors.record_refusal(
            ctx, SignInRefusedEntry(code="too_many", method="local", subject_id=login.person_id)
        )
        raise slowing.too_many(left)
    verdict = passwords.verify_passphrase(login.password if login else None, passphrase)
    person = doors.active(ctx, login.person_id) if login else None
    if login is None or not verdict.ok or person is None:
        _count_failure(ctx, login, own)
        raise SignInFailed()
    counted.failures, counted.failed_at = 0, None  # type: ignore[union-attr]  (the login, or its browser)
    if verdict.renewed:
        login.password = verdict.renewed
    return admission.admit(ctx, person, method="local", device=device, next_path=next_path)


def _known(ctx: Ctx, login: Login | None, token: str | None) -> KnownDevice | None:
    if login is None or not token:
        return None
    return ctx.db.scalar(
        sa.select(KnownDevice)
        .where(
            KnownDevice.tenant_id == ctx.tenant.id,
            KnownDevice.person_id == login.person_id,
            KnownDevice.token_hash == capability.token_hash(token),
        )
        .with_for_update()
    )


def remember_device(ctx: Ctx, person_id: UUID, token: str | None) -> str | None:
    """After a passphrase sign-in: the secret for a long-lived cookie, or None when this browser is known."""
    known = ctx.db.scalar(
        sa.select(KnownDevice.id).where(
            KnownDevice.tenant_id == ctx.tenant.id,
            KnownDevice.person_id == person_id,
            KnownDevice.token_hash == capability.token_hash(token or ""),
        )
    )
    if known is not None:
        return None
    made = capability.new_token()
    ctx.add(KnownDevice(person_id=person_id, token_hash=capability.token_hash(made)))
    return made


def _count_failure(ctx: Ctx, login: Login | None, own: KnownDevice | None) -> None:
    """Written in a transaction of its own, since the request's is rolled back (and holds the row's lock)."""
    person_id = login.person_id if login else None
    model, row_id = (KnownDevice, own.id) if own else (Login, login.id if login else None)
    ctx.restart()
    fresh = visitor_ctx(ctx.runtime, ctx.tenant)
    try:
        if row_id is not None:
            fresh.execute(
                sa.update(model)
                .where(model.tenant_id == ctx.tenant.id, model.id == row_id)
                .values(failures=model.failures + 1, failed_at=ctx.now)
            )
        fresh.audit(SignInRefusedEntry(code="wrong", method="local", subject_id=person_id))
        fresh.commit()
    finally:
        fresh.close()


# ---- single-use links ---------------------------------------------------------------------------------------------


def make_link(ctx: Ctx, person_id: UUID, kind: str) -> str:
    """A single-use activation or reset token; older ones of the kind stop working."""
    ctx.execute(
        sa.update(Link)
        .where(
            Link.tenant_id == ctx.tenant.id,
            Link.person_id == person_id,
            Link.kind == kind,
            Link.used_at.is_(None),
        )
        .values(used_at=ctx.now)
    )
    made = passwords.new_token()
    ctx.add(Link(person_id=person_id, kind=kind, token_hash=made.hash, expires_at=ctx.now + LINKS[kind]))
    ctx.audit(LinkMade(subject_id=person_id, kind=kind))
    return made.token


def linked(ctx: Ctx, token: str) -> tuple[Link, Person]:
    """The link and its person, still good; NotFound otherwise."""
    link = ctx.db.scalar(
        sa.select(Link)
        .where(
            Link.tenant_id == ctx.tenant.id,
            Link.token_hash == passwords.token_hash(token),
            Link.used_at.is_(None),
            Link.expires_at > ctx.now,
        )
        .with_for_update()
    )
    person = doors.active(ctx, link.person_id) if link else None
    if link is None or person is None:
        raise NotFound(
            lazy("This link has been used already or has run out. Ask for a new one."), code="link_ended"
        )
    return link, person


def use_link(ctx: Ctx, token: str, passphrase: str, *, device: str) -> Admission:
    """Set the passphrase with a link and sign in; all other sessions of the person end. A second factor is still asked
    for: whoever reads somebody's mail does not come in with that alone."""
    link, person = linked(ctx, token)
    objections = passwords.objections(passphrase, (person.name, person.number or "", ctx.tenant.name))
    if objections:
        raise Invalid(fields={"passphrase": objections})
    login = ctx.db.scalar(
        sa.select(Login).where(Login.tenant_id == ctx.tenant.id, Login.person_id == person.id)
    )
    if login is None:
        login = ctx.add(Login(person_id=person.id, name=_first_name(person)))
    login.password, login.changed_at, login.failures = passwords.hash_passphrase(passphrase), ctx.now, 0
    link.used_at = ctx.now
    sessions.end_all(ctx, person.id)
    ctx.audit(PassphraseSet(subject_id=person.id, how=link.kind))
    ctx.db.flush()
    return admission.admit(ctx, person, method="local", device=device)


def login_name(ctx: Ctx, person: Person) -> str:
    """What somebody signs in by, or will once their link is used."""
    known = ctx.db.scalar(
        sa.select(Login.name).where(Login.tenant_id == ctx.tenant.id, Login.person_id == person.id)
    )
    return known or _first_name(person)


def _first_name(person: Person) -> str:
    return (person.number or str(person.id)).lower()
