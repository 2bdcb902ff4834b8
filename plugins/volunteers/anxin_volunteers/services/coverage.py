"""Coverage: what each unit needs, who is there, what is missing; over the whole tree, in one pass.

About volunteers and posts, which are public inside the union; nothing here comes from anybody who was helped.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Post, Staffing, Volunteer
from anxin_volunteers.services.units import Node, Tree, reach, tree
from anxin_volunteers.words import SERVING


@dataclass
class Row:
    """One unit: needs, people and gaps by post. `people` counts those who are ready to serve; `unsigned`
    those appointed whose agreement is not signed yet."""

    node: Node
    branch: UUID
    needs: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    unsigned: dict[str, int] = field(default_factory=dict)

    @property
    def gaps(self) -> dict[str, int]:
        return {
            post: least - self.people.get(post, 0)
            for post, least in self.needs.items()
            if self.people.get(post, 0) < least
        }

    @property
    def gap(self) -> int:
        return sum(self.gaps.values())


@dataclass(frozen=True)
class Coverage:
    """The rows in tree order, and sums for each branch right below the root."""

    tree: Tree
    rows: list[Row]

    @property
    def wanting(self) -> list[Row]:
        return [row for row in self.rows if row.gap]

    def branches(self) -> list[tuple[str, list[Row]]]:
        """The rows that need somebody, by branch, for the picture."""
        found: dict[UUID, list[Row]] = {}
        for row in self.rows:
            if row.needs:
                found.setdefault(row.branch, []).append(row)
        return [(self.tree.name(unit_id), rows) for unit_id, rows in found.items()]


def of_tenant(ctx: Ctx) -> Coverage:
    """Coverage of every open unit in the actor's reach."""
    units, within = tree(ctx), reach(ctx)
    overrides = _overrides(ctx)
    ready, unsigned = _appointed(ctx)
    rows = []
    for node in units.nodes:
        if within is not None and node.id not in within:
            continue
        needs = {**_usual(ctx, units, node), **overrides.get(node.id, {})}
        rows.append(
            Row(
                node,
                units.branch(node.id),
                {post: least for post, least in needs.items() if least},
                ready.get(node.id, {}),
                unsigned.get(node.id, {}),
            )
        )
    ctx.audit(entries.CoverageRead(units=len(rows)))
    return Coverage(units, rows)


def _usual(ctx: Ctx, units: Tree, node: Node) -> dict[str, int]:
    """What the settings ask of a unit like this: liaisons at the grass roots, leads above them."""
    settings = ctx.settings_of("volunteers")
    if units.leaf(node.id):
        return {"liaison": settings["liaisons_per_unit"]}
    return {"lead": settings["leads_per_branch"]}


def _overrides(ctx: Ctx) -> dict[UUID, dict[str, int]]:
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for row in ctx.scalars(sa.select(Staffing).where(Staffing.tenant_id == ctx.tenant.id)):
        found[row.unit_id][row.post] = row.least
    return found


def _appointed(ctx: Ctx) -> tuple[dict[UUID, dict[str, int]], dict[UUID, dict[str, int]]]:
    """unit → post → how many are ready, and how many have not signed."""
    signed = Volunteer.pledge_version >= policy.PLEDGE_VERSION
    found = ctx.db.execute(
        sa.select(
            Post.unit_id,
            Post.post,
            sa.func.count().filter(signed).label("ready"),
            sa.func.count().label("all"),
        )
        .join(
            Volunteer,
            sa.and_(Volunteer.tenant_id == Post.tenant_id, Volunteer.person_id == Post.person_id),
        )
        .where(Post.tenant_id == ctx.tenant.id, Post.until.is_(None), Volunteer.state.in_(SERVING))
        .group_by(Post.unit_id, Post.post)
    )
    ready: dict[UUID, dict[str, int]] = defaultdict(dict)
    unsigned: dict[UUID, dict[str, int]] = defaultdict(dict)
    for row in found:
        ready[row.unit_id][row.post] = row.ready
        if row.all > row.ready:
            unsigned[row.unit_id][row.post] = row.all - row.ready
    return ready, unsigned


def plain(row: Row) -> dict[str, object]:
    """A row as JSON, for the API and `anxin volunteers coverage --json`."""
    return {
        "unit": row.node.code,
        "name": row.node.name,
        "depth": row.node.depth,
        "needs": row.needs,
        "people": row.people,
        "unsigned": row.unsigned,
        "gaps": row.gaps,
    }
