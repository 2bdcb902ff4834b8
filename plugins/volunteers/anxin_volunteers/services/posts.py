"""Appointments in units: liaison officers, their leads, guides; and how many a unit needs."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from anxin.plugin import Conflict, Ctx, Unit, lazy, names_of, new_id
from anxin_volunteers import entries
from anxin_volunteers.models import Post, Staffing
from anxin_volunteers.services import people


def appoint(ctx: Ctx, unit_id: UUID, person_id: UUID, post: str) -> Post:
    """Appoint somebody in a unit; they become a volunteer with it, and sign before they begin."""
    ctx.get(Unit, unit_id)
    people.enlist(ctx, person_id)
    made = ctx.execute(
        insert(Post)
        .values(
            tenant_id=ctx.tenant.id,
            id=new_id(),
            person_id=person_id,
            unit_id=unit_id,
            post=post,
            since=ctx.now,
        )
        .on_conflict_do_nothing()
        .returning(Post.id)
    ).scalar_one_or_none()
    if made is None:
        raise Conflict(lazy("This person is appointed here already."), code="volunteers.appointed")
    ctx.audit(entries.PostChanged(unit_id=unit_id, post=post, what="appointed", subject_id=person_id))
    return ctx.db.get_one(Post, (ctx.tenant.id, made))


def dismiss(ctx: Ctx, post_id: UUID) -> Post:
    post = ctx.get(Post, post_id)
    if post.until is not None:
        raise Conflict()
    post.until = ctx.now
    ctx.audit(
        entries.PostChanged(unit_id=post.unit_id, post=post.post, what="dismissed", subject_id=post.person_id)
    )
    return post


def held(ctx: Ctx, post: str | None = None) -> Sequence[Post]:
    """The actor's own present appointments."""
    statement = sa.select(Post).where(
        Post.tenant_id == ctx.tenant.id, Post.person_id == ctx.actor.person_id, Post.until.is_(None)
    )
    if post is not None:
        statement = statement.where(Post.post == post)
    return ctx.scalars(statement.order_by(Post.since)).all()


def holders(ctx: Ctx, unit_ids: Iterable[UUID], post: str) -> list[UUID]:
    """Who holds a post in these units now."""
    return list(
        ctx.scalars(
            sa.select(Post.person_id).where(
                Post.tenant_id == ctx.tenant.id,
                Post.unit_id.in_(list(unit_ids)),
                Post.post == post,
                Post.until.is_(None),
            )
        )
    )


def in_unit(ctx: Ctx, unit_id: UUID) -> list[tuple[Post, str]]:
    """The appointments of one unit, with names."""
    rows = ctx.scalars(
        sa.select(Post)
        .where(Post.tenant_id == ctx.tenant.id, Post.unit_id == unit_id, Post.until.is_(None))
        .order_by(Post.post, Post.since)
    ).all()
    names = names_of(ctx, [row.person_id for row in rows])
    return [(row, names.get(row.person_id, "")) for row in rows]


def need(ctx: Ctx, unit_id: UUID, post: str, least: int) -> None:
    """Say how many of a post this unit needs, whatever the settings say for all."""
    ctx.get(Unit, unit_id)
    ctx.execute(
        insert(Staffing)
        .values(tenant_id=ctx.tenant.id, id=new_id(), unit_id=unit_id, post=post, least=least)
        .on_conflict_do_update(index_elements=["tenant_id", "unit_id", "post"], set_={"least": least})
    )
    ctx.audit(entries.StaffingChanged(unit_id=unit_id, post=post, least=least))
