"""Signing in with WeCom, DingTalk or Feishu: one tap in the messenger's own browser, a QR code of theirs elsewhere.

The account key is (messenger, user id). At the first sign-in the roster is asked: by employee number, by the user id when
the organisation uses the number there, or by mobile number, as the admin chose. A state works once, in the browser that
began, and only for the messenger it was begun with.
"""

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from anxin.identity import admission, doors, messengers
from anxin.identity.admission import Admission
from anxin.identity.doors import AccountTaken, NotAdmitted
from anxin.identity.entries import MessengerLinked, SignInRefusedEntry
from anxin.identity.messengers import Account, MessengerRefused
from anxin.identity.models import Messenger, MessengerAccount, PendingSignIn, Person
from anxin.identity.oidc_signin import PENDING
from anxin.identity.oidc_token import same
from anxin.kernel import capability
from anxin.kernel.ctx import Ctx, visitor_ctx
from anxin.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and the secret for its cookie."""

    address: str
    browser: str


def begin(ctx: Ctx, vendor: str, redirect_uri: str, next_path: str | None, *, user_agent: str) -> Begun:
    row = _row(ctx, vendor)
    browser, state, verifier = capability.new_token(), secrets.token_urlsafe(24), secrets.token_urlsafe(64)
    inside = any(mark in user_agent for mark in messengers.VENDORS[vendor].agents)
    address = messengers.connect(ctx, row).address(
        redirect_uri, state, create_s256_code_challenge(verifier), inside=inside
    )
    kept = PendingSignIn(
        kind="messenger",
        messenger_id=row.id,
        state_hash=capability.token_hash(browser),
        next_path=next_path,
        expires_at=ctx.now + PENDING,
    )
    ctx.seal(
        kept, "pending", {"state": state, "verifier": verifier, "redirect": redirect_uri, "corp": row.corp}
    )
    ctx.add(kept)
    ctx.unaudited("a sign-in that has only begun")
    return Begun(address, browser)


def finish(ctx: Ctx, vendor: str, browser: str | None, query: Any, *, device: str) -> Admission:
    """The browser came back from the messenger. MessengerRefused, NotAdmitted or AccountTaken otherwise, recorded."""
    if vendor not in messengers.VENDORS:
        raise NotFound()
    kept = _take_pending(ctx, vendor, browser)
    try:
        person = _person(ctx, vendor, kept, query)
    except (MessengerRefused, NotAdmitted, AccountTaken) as refused:
        doors.record_refusal(ctx, SignInRefusedEntry(code=refused.code, method=vendor))
        raise
    return admission.admit(ctx, person, method=vendor, device=device, next_path=kept.next_path)


def _person(ctx: Ctx, vendor: str, kept: PendingSignIn, query: Any) -> Person:
    row = _row(ctx, vendor)
    said = ctx.open(kept, "pending")
    if row.id != kept.messenger_id or row.corp != said["corp"]:
        raise MessengerRefused("state_mismatch")
    code = _code(query, said["state"])
    talking = messengers.connect(ctx, row)
    ctx.pause()  # up to four calls to the messenger: no database connection waits for them
    account = talking.who(code, said["redirect"], said["verifier"])
    ctx.restart()
    return _match(ctx, _row(ctx, vendor), account)


def _code(query: Any, state: str) -> str:
    names = ("state", "code", "authCode", "error")
    if any(len(query.getlist(name)) > 1 for name in names) or not same(query.get("state"), state):
        raise MessengerRefused("state_mismatch")
    if "error" in query:
        raise MessengerRefused("declined")
    code = query.get("code") or query.get("authCode") or ""  # DingTalk sends either
    if not code or len(code) > 2048 or not code.isascii() or not code.isprintable():
        raise MessengerRefused("state_mismatch")
    return code


def _row(ctx: Ctx, vendor: str) -> Messenger:
    row = next((one for one in messengers.signing_in(ctx) if one.vendor == vendor), None)
    if row is None:
        raise NotFound()
    return row


def _take_pending(ctx: Ctx, vendor: str, browser: str | None) -> PendingSignIn:
    """Removed before anything else, in its own transaction: a state works once, whatever follows."""
    fresh = visitor_ctx(ctx.runtime, ctx.tenant)
    try:
        kept = fresh.db.scalar(
            sa.delete(PendingSignIn)
            .where(
                PendingSignIn.tenant_id == ctx.tenant.id,
                PendingSignIn.kind == "messenger",
                PendingSignIn.state_hash == capability.token_hash(browser or ""),
            )
            .returning(PendingSignIn)
        )
        fresh.unaudited("a pending sign-in is used up")
        fresh.commit()
    finally:
        fresh.close()
    code = "state_mismatch" if kept is None else "pending_expired" if kept.expires_at <= ctx.now else None
    if kept is None or code is not None:
        doors.record_refusal(ctx, SignInRefusedEntry(code=code or "state_mismatch", method=vendor))
        raise MessengerRefused(code or "state_mismatch")
    return kept


def _match(ctx: Ctx, row: Messenger, account: Account) -> Person:
    """(messenger, user id) → person; else the roster, linked once; else, where allowed, a new person."""
    linked = ctx.db.scalar(
        sa.select(MessengerAccount.person_id).where(
            MessengerAccount.tenant_id == ctx.tenant.id,
            MessengerAccount.messenger_id == row.id,
            MessengerAccount.account == account.user_id,
        )
    )
    if linked is not None:
        person = doors.active(ctx, linked)
        if person is None:
            raise NotAdmitted()
        return person
    person = _on_roster(ctx, row, account)
    if person is None:
        if not row.admits_unknown:
            raise NotAdmitted()
        person = doors.admit_unknown(ctx, account.name or account.user_id, row.vendor)
    ctx.add(MessengerAccount(person_id=person.id, messenger_id=row.id, account=account.user_id))
    ctx.audit(MessengerLinked(subject_id=person.id, messenger_id=row.id))
    ctx.db.flush()
    return person


def _on_roster(ctx: Ctx, row: Messenger, account: Account) -> Person | None:
    column, value = {
        "number": (Person.number, account.number),
        "user_id": (Person.number, account.user_id),
        "mobile": (Person.phone_index, ctx.blind("phone", account.mobile) if account.mobile else None),
    }[row.match_by]
    return doors.on_roster(ctx, column, value, lambda person_id: _account_of(ctx, row, person_id))


def _account_of(ctx: Ctx, row: Messenger, person_id: UUID) -> UUID | None:
    return ctx.db.scalar(
        sa.select(MessengerAccount.id).where(
            MessengerAccount.tenant_id == ctx.tenant.id,
            MessengerAccount.messenger_id == row.id,
            MessengerAccount.person_id == person_id,
        )
    )
