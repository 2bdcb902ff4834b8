"""A tenant file's own room: directory row, modules, settings and org tree, written and read back.

What has no table of its own (texts in two languages, duty turns, retention) is kept as the applied file itself, so that
`export` gives back what was applied, with everything changed on the pages since then laid over it.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel.ctx import Ctx
from anxin.kernel.ids import new_id
from anxin.tenancy import files
from anxin.tenancy.files import Brand, TenantFile
from anxin.tenancy.files import Unit as FileUnit
from anxin.tenancy.models import Module, Setting, Tenant, Unit
from anxin.tenancy.units import step

KEPT = "tenant_file"  # the setting that holds the applied file
DERIVED = {"safety": ("help_line",)}  # written from another part of the file, so no setting of its own


def write(ctx: Ctx, wanted: TenantFile, parent_id: UUID | None) -> None:
    """Bring directory row, modules, settings and units to what the file says."""
    ctx.execute(
        sa.update(Tenant)
        .where(Tenant.id == ctx.tenant.id)
        .values(
            name=wanted.name,
            parent_id=parent_id,
            hosts=list(wanted.hosts),
            brand=dataclasses.asdict(wanted.brand),
            locale=wanted.locale,
            config_version=Tenant.config_version + 1,
        )
    )
    _modules(ctx, set(wanted.modules))
    settings = {name: dict(values) for name, values in wanted.settings.items()}
    settings[KEPT] = {"text": files.write(wanted)}
    for name, value in settings.items():
        put_setting(ctx, name, value)
    _units(ctx, wanted)


def put_setting(ctx: Ctx, name: str, value: Mapping[str, Any]) -> None:
    row = ctx.db.scalar(sa.select(Setting).where(Setting.tenant_id == ctx.tenant.id, Setting.name == name))
    if row is None:
        ctx.add(Setting(name=name, value=dict(value)))
    elif row.value != dict(value):
        row.value = dict(value)


def _modules(ctx: Ctx, wanted: set[str]) -> None:
    known = {
        row.name: row for row in ctx.db.scalars(sa.select(Module).where(Module.tenant_id == ctx.tenant.id))
    }
    for name in wanted - known.keys():
        ctx.add(Module(name=name, on_at=ctx.now))
    for name, row in known.items():
        if name in wanted and row.off_at is not None:
            row.off_at = None
        elif name not in wanted and row.off_at is None:
            row.off_at = ctx.now


def _units(ctx: Ctx, wanted: TenantFile) -> None:
    """Units by code: new ones made, known ones renamed or moved, missing ones closed (their history stays)."""
    known = {row.code: row for row in ctx.db.scalars(sa.select(Unit).where(Unit.tenant_id == ctx.tenant.id))}
    seen: set[str] = set()
    for position, told in enumerate(wanted.units_downwards()):
        above = known[told.under] if told.under else None
        row = known.get(told.code)
        if row is None:
            row = Unit(id=new_id(), code=told.code, name=told.name, path="")
            known[told.code] = row
            ctx.add(row)
        row.name, row.parent_id, row.position, row.closed_at = (
            told.name,
            above.id if above else None,
            position,
            None,
        )
        row.path = (above.path if above else "") + step(row.id)
        seen.add(told.code)
        ctx.db.flush()
    for code, row in known.items():
        if code not in seen and row.closed_at is None and _in_file(row):
            row.closed_at = ctx.now


def _in_file(row: Unit) -> bool:
    """Units that a roster or a page added are not the file's to close."""
    return not row.code.startswith("~")


def read(ctx: Ctx) -> TenantFile | None:
    """The tenant as it is now: the file that was applied, with today's state laid over it. None before the first."""
    settings = {
        row.name: row.value
        for row in ctx.db.scalars(sa.select(Setting).where(Setting.tenant_id == ctx.tenant.id))
    }
    kept = settings.pop(KEPT, None)
    if kept is None:
        return None
    told = files.parse(kept["text"])
    for name, derived in DERIVED.items():
        settings[name] = {key: value for key, value in settings.get(name, {}).items() if key not in derived}
    row = ctx.db.scalar(sa.select(Tenant).where(Tenant.id == ctx.tenant.id))
    if row is None:
        return None
    modules = ctx.db.scalars(
        sa.select(Module.name)
        .where(Module.tenant_id == ctx.tenant.id, Module.off_at.is_(None))
        .order_by(Module.name)
    ).all()
    return dataclasses.replace(
        told,
        name=row.name,
        hosts=tuple(row.hosts),
        brand=Brand(**row.brand),
        locale=row.locale,
        modules=tuple(modules),
        settings={name: value for name, value in settings.items() if name in told.settings or value},
        org=_org(ctx, told),
    )


def _org(ctx: Ctx, told: TenantFile) -> tuple[FileUnit, ...]:
    rows = ctx.db.scalars(
        sa.select(Unit)
        .where(Unit.tenant_id == ctx.tenant.id, Unit.closed_at.is_(None))
        .order_by(Unit.position, Unit.code)
    ).all()
    codes = {row.id: row.code for row in rows}
    found = {
        row.code: FileUnit(row.code, row.name, codes.get(row.parent_id) if row.parent_id else None)
        for row in rows
        if _in_file(row)
    }
    order = [unit.code for unit in told.org if unit.code in found]
    return tuple(found[code] for code in [*order, *(code for code in found if code not in set(order))])
