"""Changing the form: one draft at a time, looked at before it is published. A published version never changes, and every
log keeps the version it was written with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, lazy
from anxin_hotline import form_shape, forms, policy
from anxin_hotline.models import Form

LATEST = 100
MEANWHILE = lazy(
    "Somebody else changed this draft meanwhile. What you wrote is still here: saving again takes yours."
)


@dataclass(frozen=True)
class Draft:
    """The next version as far as it is written. `mark` changes with every change; `kept`: somebody saved one."""

    version: int
    definition: Mapping[str, Any]
    mark: str
    kept: bool


@dataclass(frozen=True)
class Version:
    version: int
    published_at: datetime | None


def draft(ctx: Ctx) -> Draft:
    """The draft; where there is none, what a new one would begin with: the version in use."""
    number, definition = forms.current(ctx)
    row = _row(ctx)
    if row is not None:
        return Draft(row.version, row.definition, form_shape.mark(row.definition), kept=True)
    return Draft(number + 1, definition, form_shape.mark(definition), kept=False)


def save(ctx: Ctx, told: Mapping[str, Any], mark: str | None = None) -> Draft:
    """Keep a draft. `mark` is the draft's that was read: Invalid when somebody else has saved since."""
    ctx.lock("hotline:form")
    now = draft(ctx)
    if mark and mark != now.mark:
        raise Invalid(MEANWHILE, code="meanwhile")
    definition = form_shape.checked(told)
    row = _row(ctx) or ctx.add(Form(version=now.version, definition={}, state="draft"))
    row.definition = definition
    ctx.db.flush()
    ctx.audit(policy.FormSaved(version=now.version, step="draft"))
    return Draft(now.version, definition, form_shape.mark(definition), kept=True)


def move(ctx: Ctx, told: Mapping[str, Any], which: str, place: int, mark: str | None = None) -> Draft:
    """Keep the draft with one line a place further up."""
    kept = save(ctx, told, mark)
    return save(ctx, form_shape.moved(kept.definition, which, place))


def publish(ctx: Ctx) -> int:
    """From now on calls are logged with the draft; Conflict when there is none. Returns the version's number."""
    ctx.lock("hotline:form")
    row = _row(ctx)
    if row is None:
        raise Conflict(lazy("There is no draft to publish."))
    form_shape.checked(row.definition)  # the rules may have become stricter since it was saved
    row.state, row.published_at = "published", ctx.now
    ctx.db.flush()
    ctx.audit(policy.FormSaved(version=row.version, step="published"))
    return row.version


def discard(ctx: Ctx) -> None:
    """Throw the draft away; the version in use stays. Conflict when there is none."""
    ctx.lock("hotline:form")
    row = _row(ctx)
    if row is None:
        raise Conflict(lazy("There is no draft to throw away."))
    ctx.audit(policy.FormSaved(version=row.version, step="discarded"))
    ctx.db.delete(row)


def versions(ctx: Ctx) -> list[Version]:
    """The published ones, the newest first; 0 is the form everybody starts with."""
    rows = ctx.execute(
        sa.select(Form.version, Form.published_at)
        .where(Form.tenant_id == ctx.tenant.id, Form.state == "published")
        .order_by(Form.version.desc())
        .limit(LATEST)
    )
    return [*(Version(row.version, row.published_at) for row in rows), Version(0, None)]


def version(ctx: Ctx, number: int) -> Mapping[str, Any]:
    """One published version, NotFound for a number that never was."""
    if all(one.version != number for one in versions(ctx)):
        raise NotFound()
    return forms.version(ctx, number)


def _row(ctx: Ctx) -> Form | None:
    return ctx.db.scalar(
        sa.select(Form)
        .where(Form.tenant_id == ctx.tenant.id, Form.state == "draft")
        .execution_options(populate_existing=True)
    )
