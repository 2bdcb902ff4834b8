"""What a union's admin does with the tenant itself: modules, name and colours, settings, the org tree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from marshmallow import Schema, ValidationError

from anxin.extension.manifest import Plugin
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, Invalid, NotFound
from anxin.kernel.guard import as_invalid
from anxin.kernel.i18n import lazy
from anxin.kernel.ids import new_id
from anxin.tenancy import entries
from anxin.tenancy.apply import put_setting
from anxin.tenancy.directory import touch
from anxin.tenancy.models import Module, Setting, Tenant, Unit, UnitMove
from anxin.tenancy.units import step


@dataclass(frozen=True)
class ModuleState:
    """An installed plugin as this tenant sees it."""

    plugin: Plugin
    row: Module | None

    @property
    def on(self) -> bool:
        return self.row is not None and self.row.off_at is None

    @property
    def needs_assessment(self) -> bool:
        """Sensitive data is touched and nobody has signed the impact assessment yet (PIPL 55)."""
        return self.plugin.sensitive and (self.row is None or self.row.assessed_at is None)


# ---- modules ------------------------------------------------------------------------------------------------------


def modules(ctx: Ctx) -> list[ModuleState]:
    rows = {
        row.name: row for row in ctx.db.scalars(sa.select(Module).where(Module.tenant_id == ctx.tenant.id))
    }
    return [ModuleState(plugin, rows.get(name)) for name, plugin in ctx.runtime.registry.plugins.items()]


def module(ctx: Ctx, name: str) -> ModuleState:
    found = next((state for state in modules(ctx) if state.plugin.name == name), None)
    if found is None:
        raise NotFound()
    return found


def switch_on(ctx: Ctx, name: str, *, signed: bool = False) -> None:
    """Switch a module on. A module that touches sensitive data needs its impact assessment signed first."""
    state = module(ctx, name)
    row = state.row or ctx.add(Module(name=name))
    if state.needs_assessment:
        if not signed:
            raise Invalid(
                lazy("This module handles sensitive data. Read the impact assessment and sign it first."),
                fields={"signed": [lazy("Please read and sign.")]},
                code="assessment_unsigned",
            )
        row.assessed_by, row.assessed_at = ctx.actor.person_id, ctx.now
        ctx.audit(entries.ImpactSigned(module=name))
    row.on_at, row.off_at = ctx.now, None
    ctx.audit(entries.ModuleOn(module=name))
    touch(ctx)


def switch_off(ctx: Ctx, name: str) -> None:
    """Switch a module off: its pages are gone from the next request on, its data stays."""
    state = module(ctx, name)
    if not state.on or state.row is None:
        return
    state.row.off_at = ctx.now
    ctx.audit(entries.ModuleOff(module=name))
    touch(ctx)


# ---- name and colours, settings -----------------------------------------------------------------------------------


def set_brand(ctx: Ctx, product_name: str, colour: str) -> None:
    brand = {**ctx.tenant.brand, "product_name": product_name, "colour": colour.lower()}
    changed = tuple(key for key, value in brand.items() if ctx.tenant.brand.get(key) != value)
    if not changed:
        return
    ctx.execute(sa.update(Tenant).where(Tenant.id == ctx.tenant.id).values(brand=brand))
    ctx.audit(entries.BrandChanged(fields=changed))
    touch(ctx)


def change_settings(ctx: Ctx, name: str, values: Mapping[str, Any]) -> None:
    """Replace a plugin's settings; its schema validates, unknown keys are refused."""
    schema = ctx.runtime.registry.settings_schema(name)
    if schema is None:
        raise NotFound()
    try:
        schema().load(dict(values))
    except ValidationError as error:
        raise as_invalid(error) from error
    before = dict(ctx.tenant.settings.get(name, {}))
    changed = tuple(sorted(key for key in {*before, *values} if before.get(key) != values.get(key)))
    put_setting(ctx, name, values)
    ctx.audit(entries.SettingsChanged(name=name, fields=changed))
    touch(ctx)


def configurable(ctx: Ctx) -> list[tuple[str, Any]]:
    """(name, title) of core rooms and enabled modules that have settings to fill in."""
    registry = ctx.runtime.registry
    found = [(plugin.name, plugin.title) for plugin in registry.enabled(ctx.tenant) if plugin.settings]
    return [
        *found,
        ("safety", lazy("Help and duty")),
        ("notices", lazy("Notices")),
        ("roster", lazy("Roster")),
    ]


def settings_schema(ctx: Ctx, name: str) -> Schema:
    if name not in {known for known, _ in configurable(ctx)}:
        raise NotFound()
    return ctx.runtime.registry.settings_schema(name)()


def settings(ctx: Ctx, name: str) -> Mapping[str, Any]:
    row = ctx.db.scalar(sa.select(Setting).where(Setting.tenant_id == ctx.tenant.id, Setting.name == name))
    return row.value if row else {}


# ---- the org tree -------------------------------------------------------------------------------------------------


def tree(ctx: Ctx, *, closed: bool = False) -> list[Unit]:
    """All units, parents before children, siblings in their order."""
    statement = sa.select(Unit).where(Unit.tenant_id == ctx.tenant.id)
    rows = ctx.db.scalars(statement if closed else statement.where(Unit.closed_at.is_(None))).all()
    below: dict[UUID | None, list[Unit]] = {}
    for row in sorted(rows, key=lambda row: (row.position, row.code)):
        below.setdefault(row.parent_id, []).append(row)
    ordered: list[Unit] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        row = waiting.pop()
        ordered.append(row)
        waiting.extend(reversed(below.get(row.id, [])))
    return ordered


def unit(ctx: Ctx, unit_id: UUID) -> Unit:
    row = ctx.db.scalar(sa.select(Unit).where(Unit.tenant_id == ctx.tenant.id, Unit.id == unit_id))
    if row is None:
        raise NotFound()
    return row


def add_unit(ctx: Ctx, name: str, parent_id: UUID | None, code: str | None = None) -> Unit:
    parent = unit(ctx, parent_id) if parent_id else None
    unit_id = new_id()
    code = code or f"~{unit_id.hex[-8:]}"
    taken = ctx.db.scalar(sa.select(Unit.id).where(Unit.tenant_id == ctx.tenant.id, Unit.code == code))
    if taken is not None:
        raise Invalid(fields={"code": [lazy("Another unit has this code already.")]})
    row = ctx.add(
        Unit(
            id=unit_id,
            name=name,
            code=code,
            parent_id=parent_id,
            path=(parent.path if parent else "") + step(unit_id),
            position=9999,
        )
    )
    ctx.audit(entries.UnitAdded(unit_id=row.id))
    return row


def change_unit(ctx: Ctx, unit_id: UUID, *, name: str, parent_id: UUID | None) -> None:
    """Rename or move; everything below moves along, and the old place is remembered."""
    row = unit(ctx, unit_id)
    if row.closed_at is not None:
        raise Conflict(lazy("This unit is closed."), code="unit_closed")
    if parent_id is not None and unit(ctx, parent_id).closed_at is not None:
        raise Invalid(fields={"parent": [lazy("This unit is closed.")]})
    if name != row.name:
        _remember(ctx, row, "renamed", row.name, name)
        row.name = name
    if parent_id != row.parent_id:
        _move(ctx, row, unit(ctx, parent_id) if parent_id else None)


def _move(ctx: Ctx, row: Unit, parent: Unit | None) -> None:
    if parent is not None and parent.path.startswith(row.path):
        raise Invalid(fields={"parent": [lazy("A unit cannot be moved below itself.")]})
    _remember(ctx, row, "moved", str(row.parent_id or ""), str(parent.id if parent else ""))
    old, new = row.path, (parent.path if parent else "") + step(row.id)
    ctx.execute(
        sa.update(Unit)
        .where(Unit.tenant_id == ctx.tenant.id, Unit.path >= old, Unit.path < old + "~")
        .values(path=sa.func.concat(new, sa.func.substr(Unit.path, len(old) + 1)))
        .execution_options(synchronize_session=False)
    )
    row.parent_id = parent.id if parent else None
    ctx.db.flush()
    ctx.db.expire_all()


def close_unit(ctx: Ctx, unit_id: UUID) -> None:
    """Close a unit without open units below; its history stays in all figures."""
    row = unit(ctx, unit_id)
    open_below = ctx.db.scalar(
        sa.select(sa.func.count()).where(
            Unit.tenant_id == ctx.tenant.id, Unit.parent_id == unit_id, Unit.closed_at.is_(None)
        )
    )
    if open_below:
        raise Conflict(
            lazy("There are open units below this one. Close or move them first."), code="unit_has_children"
        )
    row.closed_at = ctx.now
    ctx.add(UnitMove(unit_id=row.id, what="closed", before=row.name, moved_at=ctx.now))
    ctx.audit(entries.UnitClosed(unit_id=row.id))


def close_merged(ctx: Ctx, unit_id: UUID, into_id: UUID) -> None:
    """The last step of a merge (identity.org): the unit closes, and says into which one it went."""
    row = unit(ctx, unit_id)
    row.closed_at = ctx.now
    _remember(ctx, row, "merged", row.name, str(into_id))


def reopen_unit(ctx: Ctx, unit_id: UUID) -> None:
    """Open a closed unit again, at its old place."""
    row = unit(ctx, unit_id)
    if row.closed_at is None:
        raise Conflict(lazy("This unit is open."), code="unit_open")
    if row.parent_id is not None and unit(ctx, row.parent_id).closed_at is not None:
        raise Conflict(lazy("The unit above is closed. Open that one first."), code="parent_closed")
    row.closed_at = None
    _remember(ctx, row, "reopened", "", row.name)


@dataclass(frozen=True)
class Change:
    """What happened to a unit, with names for the ids that were kept."""

    at: datetime
    what: str
    before: str
    after: str


def history(ctx: Ctx, unit_id: UUID) -> list[Change]:
    """Moves, renames, merges, closings of a unit, newest first."""
    rows = ctx.db.scalars(
        sa.select(UnitMove)
        .where(UnitMove.tenant_id == ctx.tenant.id, UnitMove.unit_id == unit(ctx, unit_id).id)
        .order_by(UnitMove.moved_at.desc(), UnitMove.id.desc())
        .limit(50)
    ).all()
    names = {
        str(known): name
        for known, name in ctx.db.execute(
            sa.select(Unit.id, Unit.name).where(Unit.tenant_id == ctx.tenant.id)
        )
    }
    return [
        Change(
            row.moved_at,
            row.what,
            names.get(row.before or "", row.before or ""),
            names.get(row.after or "", row.after or ""),
        )
        for row in rows
    ]


def _remember(ctx: Ctx, row: Unit, what: str, before: str, after: str) -> None:
    ctx.add(UnitMove(unit_id=row.id, what=what, before=before, after=after, moved_at=ctx.now))
    ctx.audit(entries.UnitChanged(unit_id=row.id, what=what))
