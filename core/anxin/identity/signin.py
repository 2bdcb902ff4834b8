"""Coming in: with a passphrase, through the employer's provider, by a single-use link, under a service contract.

Each way ends in `sessions.start` and one audit entry; each refusal is an entry too, and says to the user no more than
is safe ("name or passphrase is wrong").
"""

from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import oidc, passwords, sessions
from anxin.identity.entries import (
    AccountLinked,
    EnteredContract,
    LinkMade,
    PassphraseSet,
    PersonAdded,
    SignedIn,
    SignInRefusedEntry,
)
from anxin.identity.models import Link, Login, Membership, PendingSignIn, Person, Provider, ProviderAccount
from anxin.identity.names import sort_key
from anxin.kernel import capability
from anxin.kernel.actor import Actor, TenantInfo
from anxin.kernel.ctx import Ctx, tenant_scope, visitor_ctx
from anxin.kernel.errors import AnxinError, Invalid, NotFound, TooMany
from anxin.kernel.i18n import lazy
from anxin.kernel.runtime import Runtime
from anxin.tenancy.models import Contract

PENDING = timedelta(minutes=10)
LINKS = {"activate": timedelta(days=7), "reset": timedelta(hours=2)}
FREE_TRIES = (
    5  # then each further failure waits longer; the right passphrase from a known device is never locked out
)
LONGEST_WAIT = timedelta(minutes=15)


class SignInFailed(AnxinError):
    """Name or passphrase is wrong: the same words whichever it was."""

    status = 422
    code = "sign_in_failed"
    message = lazy("Name or passphrase is not right. Please try again.")


class NotAdmitted(AnxinError):
    """The provider vouches for somebody whom this tenant does not let in."""

    status = 403
    code = "not_on_roster"
    message = lazy("Your account works, but you are not on the roster here yet. Please ask your union.")


class AccountTaken(AnxinError):
    status = 403
    code = "account_taken"
    message = lazy("Your employee number is linked to another account already. Please ask your union.")


# ---- passphrase ---------------------------------------------------------------------------------------------------


def local(ctx: Ctx, name: str, passphrase: str, *, device: str) -> str:
    """Sign in with a login name and passphrase; returns the session's token."""
    login = ctx.db.scalar(
        sa.select(Login)
        .where(Login.tenant_id == ctx.tenant.id, Login.name == name.strip().lower())
        .with_for_update()
    )
    if login is not None and (wait := _wait(ctx, login)) > timedelta():
        passwords.verify_passphrase(None, passphrase)
        raise TooMany(
            lazy("Too many tries. Please wait %(minutes)s minutes.", minutes=max(1, wait.seconds // 60)),
            record=SignInRefusedEntry(code="too_many", method="local", subject_id=login.person_id),
        )
    verdict = passwords.verify_passphrase(login.password if login else None, passphrase)
    person = _active(ctx, login.person_id) if login else None
    if login is None or not verdict.ok or person is None:
        _count_failure(ctx, login)
        raise SignInFailed()
    login.failures, login.failed_at = 0, None
    if verdict.renewed:
        login.password = verdict.renewed
    ctx.audit(SignedIn(subject_id=person.id, method="local"))
    return sessions.start(ctx, person, method="local", device=device)


def _wait(ctx: Ctx, login: Login) -> timedelta:
    if login.failures < FREE_TRIES or login.failed_at is None:
        return timedelta()
    pause = min(LONGEST_WAIT, timedelta(seconds=15 * 2 ** (login.failures - FREE_TRIES)))
    return max(timedelta(), login.failed_at + pause - ctx.now)


def _count_failure(ctx: Ctx, login: Login | None) -> None:
    """Written in a transaction of its own, since the request's is rolled back (and holds the row's lock)."""
    login_id, person_id = (login.id, login.person_id) if login else (None, None)
    ctx.restart()
    fresh = visitor_ctx(ctx.runtime, ctx.tenant)
    try:
        if login_id is not None:
            fresh.execute(
                sa.update(Login)
                .where(Login.tenant_id == ctx.tenant.id, Login.id == login_id)
                .values(failures=Login.failures + 1, failed_at=ctx.now)
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
    person = _active(ctx, link.person_id) if link else None
    if link is None or person is None:
        raise NotFound(
            lazy("This link has been used already or has run out. Ask for a new one."), code="link_ended"
        )
    return link, person


def use_link(ctx: Ctx, token: str, passphrase: str, *, device: str) -> str:
    """Set the passphrase with a link and sign in; all other sessions of the person end."""
    link, person = linked(ctx, token)
    objections = passwords.objections(passphrase, (person.name, person.number or "", ctx.tenant.name))
    if objections:
        raise Invalid(fields={"passphrase": objections})
    login = ctx.db.scalar(
        sa.select(Login).where(Login.tenant_id == ctx.tenant.id, Login.person_id == person.id)
    )
    if login is None:
        login = ctx.add(Login(person_id=person.id, name=(person.number or str(person.id)).lower()))
    login.password, login.changed_at, login.failures = passwords.hash_passphrase(passphrase), ctx.now, 0
    link.used_at = ctx.now
    sessions.end_all(ctx, person.id)
    ctx.audit(PassphraseSet(subject_id=person.id, how=link.kind))
    ctx.audit(SignedIn(subject_id=person.id, method="link"))
    ctx.db.flush()
    return sessions.start(ctx, person, method="local", device=device)


# ---- the employer's provider --------------------------------------------------------------------------------------


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
    ctx.add(kept)
    ctx.seal(kept, "pending", pending.as_json())
    ctx.unaudited("a sign-in that has only begun")
    return address, browser


def finish(
    ctx: Ctx, browser: str | None, query: object, http: oidc.Http, *, device: str
) -> tuple[str, str | None]:
    """The browser came back: (session token, where it wanted to go). SignInRefused otherwise, recorded."""
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
    ctx.audit(SignedIn(subject_id=person.id, method="oidc"))
    return sessions.start(ctx, person, method="oidc", device=device), kept.next_path


def _switched_on(ctx: Ctx, provider_id: UUID | None) -> Provider:
    row = ctx.db.scalar(
        sa.select(Provider).where(Provider.tenant_id == ctx.tenant.id, Provider.id == provider_id)
    )
    if row is None or not row.on:
        raise NotFound()
    return row


def record_refusal(ctx: Ctx, entry: SignInRefusedEntry) -> None:
    fresh = visitor_ctx(ctx.runtime, ctx.tenant)
    try:
        fresh.audit(entry)
        fresh.commit()
    finally:
        fresh.close()


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
        person = _active(ctx, account.person_id)
        if person is None:
            raise NotAdmitted()
        return person
    person = _by_number(ctx, row, claims.text(row.number_claim))
    if person is None:
        if not row.admits_unknown:
            raise NotAdmitted()
        person = _admit(ctx, claims)
    ctx.add(ProviderAccount(person_id=person.id, provider_id=row.id, sub=claims.sub))
    ctx.audit(AccountLinked(subject_id=person.id, provider_id=row.id))
    ctx.db.flush()
    return person


def _by_number(ctx: Ctx, row: Provider, number: str | None) -> Person | None:
    if number is None:
        return None
    person = ctx.db.scalar(
        sa.select(Person).where(
            Person.tenant_id == ctx.tenant.id,
            Person.number == number,
            Person.state == "active",
            Person.kind != "agency_staff",
        )
    )
    taken = person is not None and ctx.db.scalar(
        sa.select(ProviderAccount.id).where(
            ProviderAccount.tenant_id == ctx.tenant.id,
            ProviderAccount.provider_id == row.id,
            ProviderAccount.person_id == person.id,
        )
    )
    if taken:  # the number was given to another account of the same provider: a person must decide, not we
        raise AccountTaken()
    return person


def _admit(ctx: Ctx, claims: oidc.Claims) -> Person:
    """Just-in-time: the lowest role, no unit."""
    name = claims.text("name") or claims.text("preferred_username") or claims.sub[:40]
    person = ctx.add(Person(name=name, sort_key=sort_key(name)))
    ctx.db.flush()
    ctx.add(Membership(person_id=person.id, role="employee"))
    ctx.audit(PersonAdded(subject_id=person.id, how="oidc"))
    ctx.db.flush()
    return person


def _provider(ctx: Ctx, row: Provider) -> oidc.Provider:
    secret = ctx.open(row, "secret") if row.secret else ""
    return oidc.Provider(str(row.id), row.client_id, secret, oidc.ProviderMetadata.from_json(row.metadata_))


# ---- under a contract ---------------------------------------------------------------------------------------------


def enter_contract(ctx: Ctx, contract_id: UUID, *, device: str) -> tuple[TenantInfo, str]:
    """Agency staff go to work in an employer's tenant: (the employer, session token there). NotFound when the contract
    does not run or does not name them."""
    employer_id = ctx.db.scalar(
        sa.select(Contract.tenant_id).where(
            Contract.id == contract_id, Contract.agency_id == ctx.tenant.id, *running(ctx.now.date())
        )
    )
    if employer_id is None or ctx.actor.person_id is None:
        raise NotFound()
    runtime: Runtime = ctx.runtime
    employer = runtime.caches["directory"].by_id(employer_id)
    actor = Actor(kind="person", reach="system", agency=ctx.tenant.name, contract_id=contract_id)
    with tenant_scope(runtime, employer, actor) as there:
        person = there.db.scalar(
            sa.select(Person).where(
                Person.tenant_id == employer.id,
                Person.home_tenant_id == ctx.tenant.id,
                Person.home_person_id == ctx.actor.person_id,
                Person.contract_id == contract_id,
                Person.state == "active",
            )
        )
        if person is None:
            raise NotFound()
        there.audit(EnteredContract(subject_id=person.id, contract_id=contract_id))
        token = sessions.start(there, person, method="contract", device=device)
    return employer, token


def running(today: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (Contract.state == "running", Contract.starts_on <= today, Contract.ends_on >= today)


def _active(ctx: Ctx, person_id: UUID) -> Person | None:
    return ctx.db.scalar(
        sa.select(Person).where(
            Person.tenant_id == ctx.tenant.id, Person.id == person_id, Person.state == "active"
        )
    )
