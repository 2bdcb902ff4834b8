"""Signing in through the employer's provider, with what it needs of the database: the rows of `oidc`'s two things."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import admission, doors, oidc
from anxin.identity.admission import Admission
from anxin.identity.doors import AccountTaken, NotAdmitted, record_refusal
from anxin.identity.entries import AccountLinked, SignInRefusedEntry
from anxin.identity.models import PendingSignIn, Person, Provider, ProviderAccount
from anxin.kernel import capability
from anxin.kernel.ctx import Ctx, visitor_ctx
from anxin.kernel.errors import NotFound

PENDING = timedelta(minutes=10)


def providers(ctx: Ctx) -> list[Provider]:
    return list(
        ctx.db.scalars(
            sa.select(Provider)
            .where(Provider.tenant_id == ctx.tenant.id, Provider.on)
            .order_by(Provider.made_at)
        )
    )


def begin(ctx: Ctx, name: str, redirect_uri: str, next_path: str | None) -> tuple[str, str]:
    """Start signing in through a provider: (address to go to, secret of this browser for the cookie)."""
    row = ctx.db.scalar(
        sa.select(Provider).where(Provider.tenant_id == ctx.tenant.id, Provider.name == name, Provider.on)
    )
    if row is None:
        raise NotFound()
    address, pending = oidc.begin(_provider(ctx, row), redirect_uri)
    browser = capability.new_token()
    kept = PendingSignIn(
        provider_id=row.id,
        state_hash=capability.token_hash(browser),
        next_path=next_path,
        expires_at=ctx.now + PENDING,
    )
    ctx.seal(kept, "pending", pending.as_json())
    ctx.add(kept)
    ctx.unaudited("a sign-in that has only begun")
    return address, browser


def finish(ctx: Ctx, browser: str | None, query: object, http: oidc.Http, *, device: str) -> Admission:
    """The browser came back. SignInRefused otherwise, recorded."""
    kept = _take_pending(ctx, browser)
    row = _switched_on(ctx, kept.provider_id)
    provider = _provider(ctx, row)
    pending = oidc.Pending.from_json(ctx.open(kept, "pending"))
    provider_id = row.id
    try:
        ctx.pause()  # up to three calls to the provider: no database connection waits for them
        claims = oidc.finish(provider, pending, query, http)  # type: ignore[arg-type]
        ctx.restart()
        person = _match(ctx, _switched_on(ctx, provider_id), claims)
    except (oidc.SignInRefused, NotAdmitted, AccountTaken) as refused:
        record_refusal(ctx, SignInRefusedEntry(code=refused.code, method="oidc", provider_id=provider_id))
        raise
    return admission.admit(ctx, person, method="oidc", device=device, next_path=kept.next_path)


def _switched_on(ctx: Ctx, provider_id: UUID | None) -> Provider:
    row = ctx.db.scalar(
        sa.select(Provider).where(Provider.tenant_id == ctx.tenant.id, Provider.id == provider_id)
    )
    if row is None or not row.on:
        raise NotFound()
    return row


def _take_pending(ctx: Ctx, browser: str | None) -> PendingSignIn:
    """Remove the pending sign-in before anything else, in its own transaction: a state works once, whatever follows."""
    fresh = visitor_ctx(ctx.runtime, ctx.tenant)
    try:
        kept = fresh.db.scalar(
            sa.delete(PendingSignIn)
            .where(
                PendingSignIn.tenant_id == ctx.tenant.id,
                PendingSignIn.state_hash == capability.token_hash(browser or ""),
                PendingSignIn.kind == "oidc",
            )
            .returning(PendingSignIn)
        )
        fresh.unaudited("a pending sign-in is used up")
        fresh.commit()
    finally:
        fresh.close()
    if kept is None:
        record_refusal(ctx, SignInRefusedEntry(code="state_mismatch", method="oidc"))
        raise oidc.SignInRefused("state_mismatch")
    return kept


def _match(ctx: Ctx, row: Provider, claims: oidc.Claims) -> Person:
    """(provider, sub) → person; else the roster by employee number, linked once; else, where allowed, a new person."""
    account = ctx.db.scalar(
        sa.select(ProviderAccount).where(
            ProviderAccount.tenant_id == ctx.tenant.id,
            ProviderAccount.provider_id == row.id,
            ProviderAccount.sub == claims.sub,
        )
    )
    if account is not None:
        person = doors.active(ctx, account.person_id)
        if person is None:
            raise NotAdmitted()
        return person
    person = doors.on_roster(
        ctx, Person.number, claims.text(row.number_claim), lambda found: _account_of(ctx, row, found)
    )
    if person is None:
        if not row.admits_unknown:
            raise NotAdmitted()
        name = claims.text("name") or claims.text("preferred_username") or claims.sub[:40]
        person = doors.admit_unknown(ctx, name, "oidc")
    ctx.add(ProviderAccount(person_id=person.id, provider_id=row.id, sub=claims.sub))
    ctx.audit(AccountLinked(subject_id=person.id, provider_id=row.id))
    ctx.db.flush()
    return person


def _account_of(ctx: Ctx, row: Provider, person_id: UUID) -> UUID | None:
    """The account of this provider that the person is linked to already."""
    return ctx.db.scalar(
        sa.select(ProviderAccount.id).where(
            ProviderAccount.tenant_id == ctx.tenant.id,
            ProviderAccount.provider_id == row.id,
            ProviderAccount.person_id == person_id,
        )
    )


def _provider(ctx: Ctx, row: Provider) -> oidc.Provider:
    secret = ctx.open(row, "secret") if row.secret else ""
    return oidc.Provider(str(row.id), row.client_id, secret, oidc.ProviderMetadata.from_json(row.metadata_))
