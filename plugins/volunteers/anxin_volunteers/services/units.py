"""The org tree as this plugin walks it: read once, small enough to keep in hand."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Grant, Unit, below


@dataclass(frozen=True)
class Node:
    """One open unit of the tree; `line` holds its ancestors from the root, itself last."""

    id: UUID
    code: str
    name: str
    depth: int
    parent: UUID | None
    line: tuple[UUID, ...]


class Tree:
    """All open units of a tenant in tree order."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.by_id = {node.id: node for node in nodes}
        self.parents = {node.parent for node in nodes if node.parent}

    def leaf(self, unit_id: UUID) -> bool:
        """A grass-roots unit (基层): nothing open lies below it."""
        return unit_id not in self.parents

    def inside(self, unit_id: UUID | None, root: UUID | None) -> bool:
        """Does a unit lie in the area of `root`? No root is everywhere."""
        if root is None:
            return True
        node = self.by_id.get(unit_id) if unit_id else None
        return node is not None and root in node.line

    def branch(self, unit_id: UUID) -> UUID:
        """The unit right below the root that a unit belongs to (矿、大队); the root itself stands alone."""
        line = self.by_id[unit_id].line
        return line[min(1, len(line) - 1)]

    def name(self, unit_id: UUID | None) -> str:
        node = self.by_id.get(unit_id) if unit_id else None
        return node.name if node else ""

    def options(self) -> list[tuple[UUID, str]]:
        """For a select: deeper ones indented."""
        return [(node.id, "\u3000" * node.depth + node.name) for node in self.nodes]


def tree(ctx: Ctx) -> Tree:
    """The open units, remembered for the request."""
    key = "volunteers.tree"
    if key not in ctx.notes:
        rows = ctx.db.execute(
            sa.select(Unit.id, Unit.code, Unit.name, Unit.parent_id, Unit.path)
            .where(Unit.tenant_id == ctx.tenant.id, Unit.closed_at.is_(None))
            .order_by(Unit.path)
        ).all()
        known = {row.id for row in rows}
        lines: dict[UUID, tuple[UUID, ...]] = {}
        nodes = []
        for row in rows:  # by path, so each comes after its parent
            parent = row.parent_id if row.parent_id in known else None
            above: tuple[UUID, ...] = lines.get(parent, ()) if parent else ()
            lines[row.id] = (*above, row.id)
            nodes.append(Node(row.id, row.code, row.name, len(lines[row.id]) - 1, parent, lines[row.id]))
        ctx.notes[key] = Tree(nodes)
    return ctx.notes[key]


def reach(ctx: Ctx) -> set[UUID] | None:
    """The units an actor's grant covers; None when it covers them all."""
    grant: Grant | None = ctx.grant
    if ctx.actor.kind == "system" or grant is None or grant.scope != "unit":
        return None
    return set(below(ctx, grant.units))
