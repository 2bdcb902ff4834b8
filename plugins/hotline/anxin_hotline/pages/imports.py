"""An old call log: choose the file, match its columns, look at what would come, run."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, guard, page
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import SUPERVISE
from anxin_hotline.schemas import HotlineImportInput
from anxin_hotline.services import importing

FIRST = 5  # rows of the file shown beside its columns
SHOWN = 20  # refused rows shown before an import


def _choose(ctx: Ctx, error: Invalid | None = None) -> Response:
    return page("hotline/import.html", errors=error.fields if error else {})


@bp.get("/import")
@guard(SUPERVISE)
def import_log(ctx: Ctx) -> Response:
    return _choose(ctx)


def sent() -> tuple[str, bytes]:
    """The file of a form, or of an API call: its name and content; empty when there is none."""
    given = request.files.get("file")
    return (given.filename or "calls.csv", given.read(importing.MOST + 1)) if given else ("", b"")


@bp.post("/import")
@guard(SUPERVISE, invalid=_choose)
def import_upload(ctx: Ctx) -> Response:
    """Keep the file for a day, sealed, and go on to its columns."""
    return to("import_match", file=importing.put_by(ctx, *sent()))


def _match(
    ctx: Ctx,
    file_id: UUID,
    error: Invalid | None = None,
    *,
    chosen: Mapping[str, Any] | None = None,
    seen: importing.Result | None = None,
) -> Response:
    table = importing.waiting(ctx, file_id)
    return page(
        "hotline/import_match.html",
        file=file_id,
        fields=importing.FIELDS,
        needed=importing.NEEDED,
        columns=list(enumerate(table.header)),
        header=table.header,
        first=table.rows[:FIRST],
        rows=len(table.rows),
        chosen=chosen or (request.form.to_dict() if error else dict(importing.guess(table))),
        seen=seen,
        shown=SHOWN,
        errors=error.fields if error else {},
    )


@bp.get("/import/<uuid:file>")
@guard(SUPERVISE)
def import_match(ctx: Ctx, file: UUID) -> Response:
    return _match(ctx, file)


def _match_again(ctx: Ctx, error: Invalid, file: UUID) -> Response:
    return _match(ctx, file, error)


@bp.post("/import/<uuid:file>/preview")
@guard(SUPERVISE, input=HotlineImportInput, invalid=_match_again)
def import_preview(ctx: Ctx, data: dict[str, Any], file: UUID) -> Response:
    """What would be written, and which rows not; the columns stay as chosen."""
    seen = importing.preview(ctx, importing.waiting(ctx, file), data)
    return _match(ctx, file, chosen={name: at for name, at in data.items() if at is not None}, seen=seen)


@bp.post("/import/<uuid:file>")
@guard(SUPERVISE, input=HotlineImportInput, invalid=_match_again)
def import_run(ctx: Ctx, data: dict[str, Any], file: UUID) -> Response:
    task = importing.start(ctx, file, data)
    return redirect(url_for("tasks.show", task=task.id), code=303)
