"""Under a contract: agency staff enter an employer's tenant, and the session there is as strong as the one at home."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import factors, sessions
from anxin.identity.entries import EnteredContract
from anxin.identity.models import Person, SignIn
from anxin.kernel.actor import Actor, TenantInfo
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.errors import Forbidden, NotFound, ProofRequired
from anxin.kernel.i18n import lazy
from anxin.kernel.runtime import Runtime
from anxin.tenancy.models import Contract


def enter_contract(ctx: Ctx, contract_id: UUID, *, device: str) -> tuple[TenantInfo, str]:
    """Agency staff go to work in an employer's tenant: (the employer, session token there). NotFound when the contract
    does not run or does not name them."""
    employer_id = ctx.db.scalar(
        sa.select(Contract.tenant_id).where(
            Contract.id == contract_id, Contract.agency_id == ctx.tenant.id, *running(ctx.today)
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
        strong = _strong(ctx)
        if not strong and factors.required(there, person.id):
            _ask_for_second_step(ctx)
        there.audit(EnteredContract(subject_id=person.id, contract_id=contract_id))
        token = sessions.start(there, person, method="contract", device=device, strong=strong)
    return employer, token


def _strong(ctx: Ctx) -> bool:
    """Was a second factor shown in the session at home?"""
    return bool(
        ctx.db.scalar(
            sa.select(SignIn.strong).where(
                SignIn.tenant_id == ctx.tenant.id, SignIn.id == ctx.actor.session_id
            )
        )
    )


def _ask_for_second_step(ctx: Ctx) -> None:
    """The employer wants a second factor of this role: show it, or set one up first."""
    if ctx.actor.person_id is not None and factors.of(ctx, ctx.actor.person_id).any:
        raise ProofRequired()
    raise Forbidden(
        lazy("This organisation asks for a second step. Set one up under “My sign-in”, then come back."),
        code="second_factor_needed",
    )


def running(today: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (Contract.state == "running", Contract.starts_on <= today, Contract.ends_on >= today)
