"""Passkeys (WebAuthn): a key that never leaves the person's device, bound to this address, so that no look-alike page can
use it. With the device's own check of the person (finger, face, PIN) it counts as both steps at once.

A challenge is made here, kept sealed for the browser that asked, and used up by the first answer.
The library is imported by who needs it: it brings 10 MB.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import admission, doors, entries
from anxin.identity.admission import Admission
from anxin.identity.factor_models import Passkey
from anxin.identity.models import PendingSignIn, Person
from anxin.kernel import capability
from anxin.kernel.ctx import Ctx, visitor_ctx
from anxin.kernel.errors import AnxinError, Conflict, NotFound
from anxin.kernel.i18n import lazy

LIVES: Final = timedelta(minutes=5)
MOST: Final = 10  # passkeys of one person


class PasskeyRefused(AnxinError):
    status = 422
    code = "passkey_refused"
    message = lazy("This passkey did not work here. Try again, or sign in another way.")


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Where we are: the host a passkey is bound to, and the address the browser must report."""

    host: str
    origin: str


def all_of(ctx: Ctx, person_id: UUID) -> list[Passkey]:
    return list(
        ctx.db.scalars(
            sa.select(Passkey)
            .where(Passkey.tenant_id == ctx.tenant.id, Passkey.person_id == person_id)
            .order_by(Passkey.made_at)
        )
    )


# ---- adding one -----------------------------------------------------------------------------------------------------


def begin_adding(ctx: Ctx, here: RelyingParty) -> tuple[str, str]:
    """(options for the browser, secret for its cookie)."""
    import webauthn  # see above
    from webauthn.helpers import options_to_json, structs  # see above

    person = ctx.get(Person, _mine(ctx))
    known = all_of(ctx, person.id)
    if len(known) >= MOST:
        raise Conflict(lazy("You have ten passkeys already. Remove one first."), code="too_many_passkeys")
    options = webauthn.generate_registration_options(
        rp_id=here.host,
        rp_name=ctx.tenant.product_name,
        user_id=person.id.bytes,
        user_name=person.name,
        user_display_name=person.name,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one.credential) for one in known],
    )
    return options_to_json(options), _keep(ctx, options.challenge, person.id)


def add(ctx: Ctx, browser: str | None, answer: str, name: str, here: RelyingParty) -> Passkey:
    import webauthn  # see above
    from webauthn import helpers  # see above
    from webauthn.helpers.exceptions import WebAuthnException  # see above

    said = _take(ctx, browser)
    if said.get("person") != str(_mine(ctx)):
        raise PasskeyRefused()
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=helpers.base64url_to_bytes(said["challenge"]),
            expected_rp_id=here.host,
            expected_origin=here.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
        raise PasskeyRefused() from problem
    row = ctx.add(
        Passkey(
            person_id=_mine(ctx),
            credential=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=name.strip() or "Passkey",
        )
    )
    ctx.audit(entries.FactorAdded(subject_id=row.person_id, kind="passkey"))
    return row


def remove(ctx: Ctx, passkey_id: UUID) -> None:
    row = ctx.db.scalar(
        sa.select(Passkey).where(
            Passkey.tenant_id == ctx.tenant.id, Passkey.person_id == _mine(ctx), Passkey.id == passkey_id
        )
    )
    if row is None:
        raise NotFound()
    ctx.db.delete(row)
    ctx.audit(entries.FactorRemoved(subject_id=row.person_id, kind="passkey"))


# ---- signing in -----------------------------------------------------------------------------------------------------


def begin_sign_in(ctx: Ctx, here: RelyingParty) -> tuple[str, str]:
    """(options, secret). Without a name: the device shows the passkeys it has for this address."""
    import webauthn  # see above
    from webauthn.helpers import options_to_json, structs  # see above

    options = webauthn.generate_authentication_options(
        rp_id=here.host, user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    ctx.unaudited("a challenge that nobody has answered yet")
    return options_to_json(options), _keep(ctx, options.challenge, None)


def sign_in(
    ctx: Ctx, browser: str | None, answer: str, here: RelyingParty, *, device: str, next_path: str | None
) -> Admission:
    """PasskeyRefused, recorded, unless the answer is a known key's to our own challenge."""
    try:
        row = _checked(ctx, browser, answer, here)
        person = doors.active(ctx, row.person_id)
        if person is None:
            raise PasskeyRefused()
    except PasskeyRefused:
        doors.record_refusal(ctx, entries.SignInRefusedEntry(code="passkey_refused", method="passkey"))
        raise
    return admission.admit(ctx, person, method="passkey", device=device, next_path=next_path, strong=True)


def prove(ctx: Ctx, browser: str | None, answer: str, here: RelyingParty) -> None:
    """The signed-in person shows one of their own passkeys."""
    if _checked(ctx, browser, answer, here).person_id != _mine(ctx):
        raise PasskeyRefused()


def _checked(ctx: Ctx, browser: str | None, answer: str, here: RelyingParty) -> Passkey:
    import webauthn  # see above
    from webauthn import helpers  # see above
    from webauthn.helpers.exceptions import WebAuthnException  # see above

    said = _take(ctx, browser)
    try:
        credential = helpers.parse_authentication_credential_json(answer)
        row = ctx.db.scalar(
            sa.select(Passkey)
            .where(Passkey.tenant_id == ctx.tenant.id, Passkey.credential == credential.raw_id)
            .with_for_update()
        )
        if row is None:
            raise PasskeyRefused()
        shown = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=helpers.base64url_to_bytes(said["challenge"]),
            expected_rp_id=here.host,
            expected_origin=here.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
        raise PasskeyRefused() from problem
    row.sign_count, row.used_at = shown.new_sign_count, ctx.now
    return row


# ---- challenges -----------------------------------------------------------------------------------------------------


def _mine(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise PasskeyRefused()
    return ctx.actor.person_id


def _keep(ctx: Ctx, challenge: bytes, person_id: UUID | None) -> str:
    from webauthn.helpers import bytes_to_base64url  # see above

    browser = capability.new_token()
    row = PendingSignIn(kind="passkey", state_hash=capability.token_hash(browser), expires_at=ctx.now + LIVES)
    ctx.seal(
        row,
        "pending",
        {"challenge": bytes_to_base64url(challenge), "person": str(person_id or "")},
    )
    ctx.add(row)
    ctx.unaudited("a challenge that nobody has answered yet")
    return browser


def _take(ctx: Ctx, browser: str | None) -> Mapping[str, Any]:
    """Used up in its own transaction, whatever comes of the answer."""
    fresh = visitor_ctx(ctx.runtime, ctx.tenant)
    try:
        row = fresh.db.scalar(
            sa.delete(PendingSignIn)
            .where(
                PendingSignIn.tenant_id == ctx.tenant.id,
                PendingSignIn.kind == "passkey",
                PendingSignIn.state_hash == capability.token_hash(browser or ""),
                PendingSignIn.expires_at > ctx.now,
            )
            .returning(PendingSignIn)
        )
        said = fresh.open(row, "pending") if row is not None else None
        fresh.unaudited("a challenge is used up")
        fresh.commit()
    finally:
        fresh.close()
    if said is None:
        raise PasskeyRefused()
    return said
