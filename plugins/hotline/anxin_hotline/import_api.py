"""The API of importing an old call log: the same steps as on the page. The file is a multipart form's field "file"."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from anxin.plugin import Ctx, guard
from anxin_hotline.api import bp
from anxin_hotline.pages.imports import FIRST, sent
from anxin_hotline.policy import SUPERVISE
from anxin_hotline.schemas import HotlineImportInput
from anxin_hotline.services import importing


class HotlineImportColumnOutput(Schema):
    at = fields.Integer(metadata={"description": "The number to match the column by, from 0"})
    heading = fields.String()
    samples = fields.List(fields.String())
    field = fields.String(allow_none=True, metadata={"description": "What it is read as, by its heading"})


class HotlineImportOutput(Schema):
    id = fields.UUID()
    rows = fields.Integer()
    columns = fields.List(fields.Nested(HotlineImportColumnOutput))


class HotlineImportRefusedOutput(Schema):
    row = fields.Integer(metadata={"description": "As a spreadsheet counts: the header is 1"})
    reason = fields.String()


class HotlineImportPreviewOutput(Schema):
    rows = fields.Integer()
    calls = fields.Integer(metadata={"description": "Would be written"})
    known = fields.Integer(metadata={"description": "Are here already, or twice in the file"})
    refused = fields.List(fields.Nested(HotlineImportRefusedOutput))


class HotlineImportStartedOutput(Schema):
    task_id = fields.UUID(attribute="id")


@bp.post("/imports")
@guard(SUPERVISE)
@bp.response(201, HotlineImportOutput)
def import_bring(ctx: Ctx) -> dict[str, Any]:
    """Upload a CSV (multipart `file`, up to 16 MB); it is kept sealed for a day. Nothing is written to the log."""
    return _read(ctx, importing.put_by(ctx, *sent()))


@bp.get("/imports/<uuid:file>")
@guard(SUPERVISE)
@bp.response(200, HotlineImportOutput)
def import_columns(ctx: Ctx, file: UUID) -> dict[str, Any]:
    """The columns of an uploaded log, what stands in them, and what they are read as."""
    return _read(ctx, file)


def _read(ctx: Ctx, file_id: UUID) -> dict[str, Any]:
    table = importing.waiting(ctx, file_id)
    guessed = {at: name for name, at in importing.guess(table).items()}
    columns = [
        {
            "at": at,
            "heading": heading,
            "samples": [row[at] for row in table.rows[:FIRST] if at < len(row)],
            "field": guessed.get(at),
        }
        for at, heading in enumerate(table.header)
    ]
    return {"id": file_id, "rows": len(table.rows), "columns": columns}


@bp.post("/imports/<uuid:file>/preview")
@guard(SUPERVISE)
@bp.arguments(HotlineImportInput)
@bp.response(200, HotlineImportPreviewOutput)
def import_preview(ctx: Ctx, data: dict[str, Any], file: UUID) -> dict[str, Any]:
    """What an import with these columns would do, row by row where it would not. Nothing is written."""
    found = importing.preview(ctx, importing.waiting(ctx, file), data)
    refused = [{"row": number, "reason": str(why)} for number, why in found.refused]
    return {"rows": found.rows, "calls": found.calls, "known": found.known, "refused": refused}


@bp.post("/imports/<uuid:file>/run")
@guard(SUPERVISE)
@bp.arguments(HotlineImportInput)
@bp.response(202, HotlineImportStartedOutput)
def import_run(ctx: Ctx, data: dict[str, Any], file: UUID) -> Any:
    """Start the import; watch the task. Its file, when it has one, holds the rows that were not taken, with reasons."""
    return importing.start(ctx, file, data)
