"""Who may answer calls here, and who keeps the rota: asked of roles and contracts as they are now."""

from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Contract, Ctx, Membership, Person
from anxin_hotline import policy


def able(ctx: Ctx) -> frozenset[UUID]:
    """Everybody who may log calls in this tenant at this moment."""
    return frozenset(_holders(ctx, policy.LOG.name))


def keepers(ctx: Ctx) -> list[UUID]:
    """Who keeps lines and rota."""
    return _holders(ctx, policy.MANAGE.name)


def readers(ctx: Ctx) -> list[UUID]:
    """Who reads the figures."""
    return _holders(ctx, policy.READ_FIGURES.name)


def supervisors(ctx: Ctx) -> list[UUID]:
    return _holders(ctx, policy.SUPERVISE.name)


def named(ctx: Ctx) -> list[tuple[UUID, str]]:
    """(id, name) of everybody who may log calls, for a form."""
    rows = ctx.execute(
        sa.select(Person.id, Person.name)
        .where(Person.tenant_id == ctx.tenant.id, Person.id.in_(able(ctx)))
        .order_by(Person.sort_key)
    )
    return [(row.id, row.name) for row in rows]


def _holders(ctx: Ctx, permission: str) -> list[UUID]:
    """Active people with a role that grants it; an agency's while their contract runs."""
    today = ctx.today
    roles = [role for role, grants in ctx.tenant.roles.items() if permission in grants]
    if not roles:
        return []
    return list(
        ctx.scalars(
            sa.select(Person.id)
            .join(
                Membership,
                sa.and_(Membership.tenant_id == Person.tenant_id, Membership.person_id == Person.id),
            )
            .outerjoin(
                Contract, sa.and_(Contract.tenant_id == Person.tenant_id, Contract.id == Person.contract_id)
            )
            .where(
                Person.tenant_id == ctx.tenant.id,
                Person.state == "active",
                sa.or_(
                    Person.contract_id.is_(None),
                    sa.and_(
                        Contract.state == "running",
                        Contract.starts_on <= today,
                        Contract.ends_on >= today,
                    ),
                ),
                Membership.role.in_(roles),
                Membership.since <= ctx.now,
                sa.or_(Membership.until.is_(None), Membership.until > ctx.now),
            )
            .order_by(Person.id)
            .distinct()
        )
    )
