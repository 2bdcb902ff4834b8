"""Statements and utilisation. What a union sees of use is what stands on its statements, nothing finer."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from anxin.contracts import papers, services, statements, words
from anxin.contracts.blueprint import bp
from anxin.contracts.permissions import MANAGE, READ
from anxin.contracts.schemas import MonthInput, PaperInput
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import guard
from anxin.web.pages import page

COLOURS = 4


def _use(ctx: Ctx, contract: UUID, error: Invalid | None = None) -> ResponseReturnValue:
    found = services.shown(ctx, contract)
    rows = statements.issued(ctx, found.contract)
    by_month = statements.use_by_month(rows[:12])
    kinds = _most(by_month)
    return page(
        "contracts/use.html",
        found=found,
        contract=found.contract,
        statements=rows,
        due=statements.months_due(ctx, found.contract, rows),
        labels=[f"{month:%Y-%m}" for month, _counts in by_month],
        series=[(words.KINDS[kind], [counts.get(kind) for _month, counts in by_month]) for kind in kinds],
        units=sum(line["units"] for row in rows[:12] for line in row.lines),
        total=statements.yuan(sum(row.total_fen for row in rows[:12])),
        waiting=statements.unbilled(ctx, contract) if found.side == "agency" else None,
        kinds=words.KINDS,
        yuan=statements.yuan,
        may_manage=ctx.allowed(MANAGE),
        failed=error.message if error else None,
    )


def _most(by_month: list[tuple[date, dict[str, int]]]) -> list[str]:
    """The kinds the chart shows: the most frequent, as many as it has colours; the statements list all."""
    sums = {kind: sum(counts.get(kind, 0) for _month, counts in by_month) for kind in words.KINDS}
    often = sorted((kind for kind in sums if sums[kind]), key=lambda kind: -sums[kind])[:COLOURS]
    return [kind for kind in words.KINDS if kind in often]


def _use_again(ctx: Ctx, error: Invalid, contract: UUID) -> ResponseReturnValue:
    return _use(ctx, contract, error)


@bp.get("/service-contracts/<uuid:contract>/use")
@guard(READ)
def use(ctx: Ctx, contract: UUID) -> ResponseReturnValue:
    """What was served, month by month, and the statements."""
    return _use(ctx, contract)


@bp.post("/service-contracts/<uuid:contract>/statements")
@guard(MANAGE, input=MonthInput, invalid=_use_again)
def issue(ctx: Ctx, data: dict[str, Any], contract: UUID) -> ResponseReturnValue:
    made = statements.issue(ctx, contract, data["month"])
    return redirect(url_for("contracts.statement", statement=made), code=303)


@bp.get("/statements/<uuid:statement>")
@guard(READ)
def statement(ctx: Ctx, statement: UUID) -> ResponseReturnValue:
    row, contract = statements.get(ctx, statement)
    return page(
        "contracts/statement.html",
        statement=row,
        contract=contract,
        employer=ctx.runtime.caches["directory"].by_id(contract.tenant_id),
        agency=ctx.runtime.caches["directory"].by_id(contract.agency_id),
        kinds=words.KINDS,
        yuan=statements.yuan,
    )


@bp.post("/statements/<uuid:statement>/paper")
@guard(READ, input=PaperInput)
def paper(ctx: Ctx, data: dict[str, Any], statement: UUID) -> ResponseReturnValue:
    """The statement as PDF or workbook; made as a task."""
    task = papers.ask(ctx, statement, data["form"])
    return redirect(url_for("tasks.show", task=task.id), code=303)
