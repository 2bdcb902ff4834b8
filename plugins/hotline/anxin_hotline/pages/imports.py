"""An old call log: choose the file, match its columns, look at what would come, run."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, guard, lazy, page
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import SUPERVISE
from anxin_hotline.schemas import HotlineImportInput
from anxin_hotline.services import importing

MOST = 16 * 1024 * 1024
FIRST = 5


def _choose(ctx: Ctx, error: Invalid | None = None) -> Response:
    return page("hotline/import.html", errors=error.fields if error else {})


@bp.get("/import")
@guard(SUPERVISE)
def import_log(ctx: Ctx) -> Response:
    return _choose(ctx)


@bp.post("/import")
@guard(SUPERVISE, invalid=_choose)
def import_upload(ctx: Ctx) -> Response:
    """Keep the file for a day, sealed, and go on to its columns."""
    given = request.files.get("file")
    data = given.read(MOST + 1) if given else b""
    if not data or len(data) > MOST:
        raise Invalid(fields={"file": [lazy("Choose a CSV file of at most 16 MB.")]})
    file_id = importing.put_by(ctx, (given.filename if given else None) or "calls.csv", data)
    return to("import_match", file=file_id)


def _match(ctx: Ctx, file_id: UUID, error: Invalid | None = None) -> Response:
    table = importing.waiting(ctx, file_id)
    found = importing.guess(table)
    chosen: dict[str, Any] = request.form.to_dict() if error else dict(found)
    return page(
        "hotline/import_match.html",
        fields=importing.FIELDS,
        needed=importing.NEEDED,
        columns=list(enumerate(table.header)),
        header=table.header,
        first=table.rows[:FIRST],
        rows=len(table.rows),
        chosen=chosen,
        errors=error.fields if error else {},
    )


@bp.get("/import/<uuid:file>")
@guard(SUPERVISE)
def import_match(ctx: Ctx, file: UUID) -> Response:
    return _match(ctx, file)


def _match_again(ctx: Ctx, error: Invalid, file: UUID) -> Response:
    return _match(ctx, file, error)


@bp.post("/import/<uuid:file>")
@guard(SUPERVISE, input=HotlineImportInput, invalid=_match_again)
def import_run(ctx: Ctx, data: dict[str, Any], file: UUID) -> Response:
    table = importing.waiting(ctx, file)
    match = {name: at for name, at in data.items() if at is not None and at < len(table.header)}
    missing = {name: [lazy("Choose the column.")] for name in importing.NEEDED if name not in match}
    if missing:
        raise Invalid(fields=missing)
    task = importing.start(ctx, file, match)
    return redirect(url_for("tasks.show", task=task.id), code=303)
