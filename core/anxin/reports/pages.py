"""Pages of the reports room: all tables one may read, one of them, and its workbook."""

from flask import make_response
from flask.typing import ResponseReturnValue

from anxin.files import XLSX
from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import SIGNED_IN, guard
from anxin.reports import services
from anxin.web.pages import page, shell_of

bp = PluginBlueprint("reports", __name__, core=True)


@bp.get("/")
@guard(SIGNED_IN)
def index(ctx: Ctx) -> ResponseReturnValue:
    return page("reports/index.html", shell=shell_of(ctx), modules=list(services.offered(ctx)))


@bp.get("/<name>")
@guard(SIGNED_IN)
def show(ctx: Ctx, name: str) -> ResponseReturnValue:
    made = services.table(ctx, name)
    columns = [
        {"key": key, "title": title, "num": number > 0}
        for number, (key, title) in enumerate(made.report.columns)
    ]
    return page(
        "reports/show.html", shell=shell_of(ctx), table=made, columns=columns, hides=services.hides(made)
    )


@bp.get("/<name>/sheet.xlsx")
@guard(SIGNED_IN)
def sheet(ctx: Ctx, name: str) -> ResponseReturnValue:
    answer = make_response(services.sheet(services.table(ctx, name)))
    answer.headers["Content-Type"] = XLSX
    answer.headers["Content-Disposition"] = f"attachment; filename={name}.xlsx"
    return answer
