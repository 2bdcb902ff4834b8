"""Retention: each night, rows whose keeping time is over are deleted, model by model, counted and audited.

"delete" is carried out here. "lock" keeps rows for the law and out of every worklist (closed cases are read by their own
rules only); "anonymise" is the model's room's own job, since only it knows what may stay.
"""

from datetime import timedelta

import sqlalchemy as sa

from anxin.consent.entries import RetentionRun
from anxin.extension.manifest import Retention
from anxin.kernel.ctx import Ctx
from anxin.kernel.jobs import job


def rules(ctx: Ctx) -> list[Retention]:
    """Every rule of core's rooms and of all installed plugins, switched on or not."""
    registry = ctx.runtime.registry
    return [
        *registry.core.retention,
        *(rule for plugin in registry.plugins.values() for rule in plugin.retention),
    ]


def due(ctx: Ctx, rule: Retention) -> int:
    """How many rows a rule would delete now (the preview)."""
    return ctx.db.scalar(sa.select(sa.func.count()).select_from(rule.model).where(*_over(ctx, rule))) or 0


def run(ctx: Ctx) -> dict[str, int]:
    """Delete what is over; returns rows by table."""
    done: dict[str, int] = {}
    for rule in rules(ctx):
        if rule.action != "delete" or not due(ctx, rule):
            continue
        table = f"{rule.model.__schema__}.{rule.model.__tablename__}"
        gone = ctx.execute(sa.delete(rule.model).where(*_over(ctx, rule)))
        done[table] = gone.rowcount  # type: ignore[attr-defined]
        ctx.audit(RetentionRun(model=table, rows=done[table]))
    return done


def _over(ctx: Ctx, rule: Retention) -> tuple[sa.ColumnElement[bool], ...]:
    return (rule.model.tenant_id == ctx.tenant.id, getattr(rule.model, rule.since) < ctx.now - rule.after)


@job("consent.retention", every=timedelta(days=1))
def nightly(ctx: Ctx) -> None:
    run(ctx)
