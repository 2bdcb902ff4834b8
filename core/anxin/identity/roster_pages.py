"""Pages of the import: upload, match the columns, look at what would happen, run, fetch what was refused."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from anxin.files import XLSX, Upload, file_answer
from anxin.files.services import File
from anxin.identity import group_lists, groups, people_export, roster_desk, roster_files
from anxin.identity.pages import bp
from anxin.identity.policy import GROUPS_MANAGE, PEOPLE_MANAGE, PEOPLE_READ
from anxin.identity.schemas import (
    GroupInput,
    ListInput,
    MatchForm,
    PersonFilter,
    RunInput,
    UploadInput,
    filter_of,
)
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import guard
from anxin.kernel.schemas import Nothing
from anxin.web.pages import page

WORKBOOK = Upload(media_types=(XLSX,), max_bytes=20_000_000)


def _rosters(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    return page(
        "identity/rosters.html",
        imports=roster_desk.recent(ctx),
        titles=roster_desk.COUNTS,
        errors=error.fields if error else {},
    )


@bp.get("/admin/people/import")
@guard(PEOPLE_MANAGE)
def rosters(ctx: Ctx) -> ResponseReturnValue:
    return _rosters(ctx)


@bp.get("/admin/people/import/template")
@guard(PEOPLE_READ)
def roster_template(ctx: Ctx) -> ResponseReturnValue:
    content = roster_files.template()
    file = File(ctx.tenant.id, "名册模板.xlsx", "template", XLSX, len(content), ctx.now, None, None)
    return file_answer(file, content)


@bp.post("/admin/people/import")
@guard(PEOPLE_MANAGE, input=UploadInput, invalid=_rosters)
def roster_bring(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    row = roster_desk.bring(ctx, WORKBOOK.take(request), complete=data["complete"])
    return redirect(url_for("identity.roster_match", roster=row.id), code=303)


def _match(ctx: Ctx, roster: UUID, error: Invalid | None = None) -> ResponseReturnValue:
    row = roster_desk.get(ctx, roster)
    return page(
        "identity/roster_match.html",
        row=row,
        columns=roster_desk.columns(ctx, row),
        fields=roster_desk.fields(),
        errors=error.fields if error else {},
    )


def _match_again(ctx: Ctx, error: Invalid, roster: UUID) -> ResponseReturnValue:
    return _match(ctx, roster, error)


@bp.get("/admin/people/import/<uuid:roster>/columns")
@guard(PEOPLE_MANAGE)
def roster_match(ctx: Ctx, roster: UUID) -> ResponseReturnValue:
    return _match(ctx, roster)


@bp.post("/admin/people/import/<uuid:roster>/columns")
@guard(PEOPLE_MANAGE, input=MatchForm, invalid=_match_again)
def roster_matched(ctx: Ctx, data: dict[str, Any], roster: UUID) -> ResponseReturnValue:
    said = {heading: field or None for heading, field in zip(data["heading"], data["field"], strict=False)}
    roster_desk.match(ctx, roster, said, complete=data["complete"])
    return redirect(url_for("identity.roster", roster=roster), code=303)


def _roster(ctx: Ctx, roster: UUID, error: Invalid | None = None) -> ResponseReturnValue:
    row = roster_desk.get(ctx, roster)
    waits = row.state in ("draft", "asks")
    return page(
        "identity/roster.html",
        row=row,
        preview=roster_desk.preview(ctx, row) if waits and error is None else None,
        titles=roster_desk.COUNTS,
        errors=error.fields if error else {},
    )


def _roster_again(ctx: Ctx, error: Invalid, roster: UUID) -> ResponseReturnValue:
    return _roster(ctx, roster, error)


@bp.get("/admin/people/import/<uuid:roster>")
@guard(PEOPLE_MANAGE)
def roster(ctx: Ctx, roster: UUID) -> ResponseReturnValue:
    """What would happen; afterwards what has happened."""
    return _roster(ctx, roster)


@bp.post("/admin/people/import/<uuid:roster>")
@guard(PEOPLE_MANAGE, input=RunInput, invalid=_roster_again)
def roster_run(ctx: Ctx, data: dict[str, Any], roster: UUID) -> ResponseReturnValue:
    task = roster_desk.run(ctx, roster, leavers=data["leavers"], sure=data["sure"])
    return redirect(url_for("tasks.show", task=task.id), code=303)


@bp.get("/admin/people/import/<uuid:roster>/refused")
@guard(PEOPLE_MANAGE)
def roster_refused(ctx: Ctx, roster: UUID) -> ResponseReturnValue:
    return file_answer(*roster_desk.failures(ctx, roster))


@bp.post("/admin/people/export")
@guard(PEOPLE_READ, input=PersonFilter)
def people_exported(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    task = people_export.ask(ctx, filter_of(data))
    ctx.unaudited("the job writes the entry with the number of people")
    return redirect(url_for("tasks.show", task=task.id), code=303)


# ---- groups for special help --------------------------------------------------------------------------------------


def _groups(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    return page(
        "identity/care_groups.html",
        groups=groups.all_of(ctx),
        errors=error.fields if error else {},
        values=request.form if error else {},
    )


@bp.get("/admin/groups")
@guard(GROUPS_MANAGE)
def care_groups(ctx: Ctx) -> ResponseReturnValue:
    return _groups(ctx)


@bp.post("/admin/groups")
@guard(GROUPS_MANAGE, input=GroupInput, invalid=_groups)
def care_group_define(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    row = groups.define(ctx, data["name"], data["about"])
    return redirect(url_for("identity.care_group", group=row.id), code=303)


def _group(ctx: Ctx, group: UUID, error: Invalid | None = None) -> ResponseReturnValue:
    return page(
        "identity/care_group.html", group=groups.get(ctx, group), errors=error.fields if error else {}
    )


def _group_again(ctx: Ctx, error: Invalid, group: UUID) -> ResponseReturnValue:
    return _group(ctx, group, error)


@bp.get("/admin/groups/<uuid:group>")
@guard(GROUPS_MANAGE)
def care_group(ctx: Ctx, group: UUID) -> ResponseReturnValue:
    return _group(ctx, group)


@bp.post("/admin/groups/<uuid:group>/list")
@guard(GROUPS_MANAGE, input=ListInput, invalid=_group_again)
def care_group_list(ctx: Ctx, data: dict[str, Any], group: UUID) -> ResponseReturnValue:
    groups.get(ctx, group)
    _row, task = group_lists.bring(ctx, group, WORKBOOK.take(request), whole=data["whole"])
    return redirect(url_for("tasks.show", task=task.id), code=303)


@bp.post("/admin/groups/<uuid:group>/close")
@guard(GROUPS_MANAGE, input=Nothing)
def care_group_close(ctx: Ctx, data: dict[str, Any], group: UUID) -> ResponseReturnValue:
    groups.close(ctx, group)
    return redirect(url_for("identity.care_groups"), code=303)
