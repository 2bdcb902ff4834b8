"""API of the reports room: the same services as its pages."""

from typing import Any

from marshmallow import Schema, fields

from anxin.kernel.blueprints import ApiBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import SIGNED_IN, guard
from anxin.reports import services

bp = ApiBlueprint("reports", __name__, core=True, description="Tables the tenant's modules count")


class ReportOutput(Schema):
    name = fields.String(metadata={"description": "its module first: rooms.use"})
    title = fields.String()


class ColumnOutput(Schema):
    key = fields.String()
    title = fields.String()


class TableOutput(ReportOutput):
    note = fields.String(metadata={"description": "what was counted, and when"})
    columns = fields.List(fields.Nested(ColumnOutput))
    rows = fields.List(
        fields.Dict(keys=fields.String()),
        metadata={"description": "by the columns' keys; null where too few people stand behind a figure"},
    )


@bp.get("/")
@guard(SIGNED_IN)
@bp.response(200, ReportOutput(many=True))
def index(ctx: Ctx) -> list[dict[str, Any]]:
    """The tables one may read."""
    return [
        {"name": report.name, "title": report.title}
        for _plugin, reports in services.offered(ctx)
        for report in reports
    ]


@bp.get("/<name>")
@guard(SIGNED_IN)
@bp.response(200, TableOutput)
def show(ctx: Ctx, name: str) -> dict[str, Any]:
    """One table, drawn up now; its module writes down that it was read."""
    made = services.table(ctx, name)
    return {
        "name": name,
        "title": made.report.title,
        "note": made.report.note,
        "columns": [{"key": key, "title": title} for key, title in made.report.columns],
        "rows": services.values(made),
    }
