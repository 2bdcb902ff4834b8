"""What a team is told: notices by its leader or by those who run the volunteers, for its members."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Forbidden, NotFound, lazy, names_of, notify
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Member, Team, TeamNotice

LIMIT = 50


def own_team(ctx: Ctx, team_id: UUID) -> tuple[Team, Member, list[tuple[Member, str]]]:
    """A team of the actor's, their own membership and the members' names; NotFound for others."""
    team = ctx.db.scalar(sa.select(Team).where(Team.tenant_id == ctx.tenant.id, Team.id == team_id))
    rows = _members(ctx, team_id)
    me = next((row for row in rows if row.person_id == ctx.actor.person_id), None)
    if team is None or me is None:
        raise NotFound()
    names = names_of(ctx, [row.person_id for row in rows])
    return team, me, [(row, names.get(row.person_id, "")) for row in rows]


def of_team(ctx: Ctx, team_id: UUID) -> list[tuple[TeamNotice, str]]:
    """The newest first, with who wrote them."""
    rows = ctx.db.scalars(
        sa.select(TeamNotice)
        .where(TeamNotice.tenant_id == ctx.tenant.id, TeamNotice.team_id == team_id)
        .order_by(TeamNotice.made_at.desc())
        .limit(LIMIT)
    ).all()
    names = names_of(ctx, [row.author_id for row in rows])
    return [(row, names.get(row.author_id, "")) for row in rows]


def tell(ctx: Ctx, team_id: UUID, text: str) -> TeamNotice:
    """By the team's leader, or by those who run the volunteers; every member is told that there is news."""
    if ctx.allowed(policy.MANAGE):
        ctx.get(Team, team_id)
    else:
        _team, me, _names = own_team(ctx, team_id)
        if me.part != "leader":
            raise Forbidden(lazy("The team's leader writes its notices."), code="volunteers.not_leader")
    if ctx.actor.person_id is None:
        raise NotFound()
    row = ctx.add(
        TeamNotice(team_id=team_id, author_id=ctx.actor.person_id, text=text.strip(), made_at=ctx.now)
    )
    ctx.db.flush()
    ctx.audit(entries.TeamChanged(team_id=team_id, what="told"))
    for member in _members(ctx, team_id):
        if member.person_id != ctx.actor.person_id:
            notify(
                ctx,
                member.person_id,
                policy.NEWS.code,
                f"/volunteers/my-teams/{team_id}",
                key=f"told:{row.id}",
            )
    return row


def _members(ctx: Ctx, team_id: UUID) -> Sequence[Member]:
    return ctx.db.scalars(
        sa.select(Member)
        .where(Member.tenant_id == ctx.tenant.id, Member.team_id == team_id, Member.until.is_(None))
        .order_by(Member.part, Member.since)
    ).all()
