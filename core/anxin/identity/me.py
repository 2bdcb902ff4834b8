"""One's own sessions and access tokens."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import entries, sessions
from anxin.identity.models import Person, SignIn
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import NotFound, ProgrammingError, SignInRequired


def mine(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise SignInRequired()
    return ctx.actor.person_id


def sign_ins(ctx: Ctx, kind: str) -> list[SignIn]:
    """Live sessions ("browser") or tokens ("token") of the signed-in person, newest first."""
    return list(
        ctx.db.scalars(
            sa.select(SignIn)
            .where(
                SignIn.tenant_id == ctx.tenant.id,
                SignIn.person_id == mine(ctx),
                SignIn.kind == kind,
                SignIn.ended_at.is_(None),
                SignIn.expires_at > ctx.now,
            )
            .order_by(SignIn.made_at.desc())
        )
    )


def end(ctx: Ctx, sign_in_id: UUID) -> None:
    """End one of the own sessions or tokens, at once."""
    row = ctx.db.scalar(
        sa.select(SignIn).where(
            SignIn.tenant_id == ctx.tenant.id, SignIn.person_id == mine(ctx), SignIn.id == sign_in_id
        )
    )
    if row is None:
        raise NotFound()
    sessions.end(ctx, row)
    ctx.audit(entries.SessionEnded(subject_id=mine(ctx), session_id=row.id))


def end_others(ctx: Ctx) -> int:
    """End all own sessions but this one."""
    own = ctx.db.scalar(
        sa.select(SignIn.token_hash).where(
            SignIn.tenant_id == ctx.tenant.id, SignIn.id == ctx.actor.session_id
        )
    )
    count = sessions.end_all(ctx, mine(ctx), keep=own)
    ctx.audit(entries.SessionEnded(subject_id=mine(ctx), count=count))
    return count


def make_token(ctx: Ctx, name: str, days: int) -> str:
    """A personal access token for the API with the person's own rights; shown once, kept as a hash."""
    person = ctx.db.scalar(sa.select(Person).where(Person.tenant_id == ctx.tenant.id, Person.id == mine(ctx)))
    if person is None:
        raise NotFound()
    token = sessions.start(
        ctx, person, method="token", kind="token", name=name, lifetime=timedelta(days=days)
    )
    ctx.db.flush()
    row = sign_ins(ctx, "token")[0]
    ctx.audit(entries.TokenMade(subject_id=mine(ctx), token_id=row.id))
    return token


def api_token(ctx: Ctx, person_id: UUID, *, name: str, hours: int = 1) -> str:
    """A short-lived token of somebody, for an operator's command that plays their part against a running set.

    ProgrammingError anywhere but in a command: whoever runs those holds the keys already.
    """
    if ctx.actor.kind != "system" or not (ctx.actor.task or "").startswith("cli."):
        raise ProgrammingError("api_token: only an operator's command may act for a person")
    person = ctx.db.scalar(sa.select(Person).where(Person.tenant_id == ctx.tenant.id, Person.id == person_id))
    if person is None:
        raise NotFound()
    token = sessions.start(
        ctx, person, method="token", kind="token", name=name, lifetime=timedelta(hours=hours)
    )
    ctx.db.flush()
    row = ctx.db.scalars(
        sa.select(SignIn)
        .where(SignIn.tenant_id == ctx.tenant.id, SignIn.person_id == person_id, SignIn.name == name)
        .order_by(SignIn.made_at.desc(), SignIn.id.desc())
        .limit(1)
    ).one()
    ctx.audit(entries.TokenMade(subject_id=person_id, token_id=row.id))
    return token
