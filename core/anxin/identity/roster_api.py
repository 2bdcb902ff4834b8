"""API of the import and of the groups: the same services as their pages. A workbook is sent as a form's field "file"."""

from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from anxin.files import file_answer
from anxin.identity import group_lists, groups, people_export, roster_desk
from anxin.identity.api import bp
from anxin.identity.policy import GROUPS_MANAGE, GROUPS_READ, GROUPS_TOLD, PEOPLE_MANAGE, PEOPLE_READ
from anxin.identity.roster_pages import WORKBOOK
from anxin.identity.schemas import GroupInput, MatchInput, PersonFilter, RunInput, filter_of
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import SIGNED_IN, guard


class ImportOut(Schema):
    id = fields.UUID()
    state = fields.String()
    complete = fields.Boolean()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    task_id = fields.UUID(allow_none=True)
    made_at = fields.AwareDateTime()
    done_at = fields.AwareDateTime(allow_none=True)


class ColumnOut(Schema):
    heading = fields.String(attribute="title")
    samples = fields.List(fields.String())
    field = fields.String(allow_none=True)


class ProblemOut(Schema):
    sheet = fields.String()
    row = fields.Integer()
    column = fields.String()
    reason = fields.Function(lambda error: str(error.reason), metadata={"type": "string"})
    fatal = fields.Boolean()


class PreviewOut(Schema):
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    problems = fields.List(fields.Nested(ProblemOut))
    problem_rows = fields.Integer()
    asks = fields.Boolean()


class StartedOut(Schema):
    task_id = fields.UUID(attribute="id")


class NamesOut(Schema):
    names = fields.List(fields.String())


class GroupOut(Schema):
    id = fields.UUID()
    name = fields.String()
    about = fields.String()
    listed_at = fields.AwareDateTime(allow_none=True)
    listed_rows = fields.Integer(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)


@bp.get("/rosters")
@guard(PEOPLE_MANAGE)
@bp.response(200, ImportOut(many=True))
def list_rosters(ctx: Ctx) -> Any:
    """The last imports."""
    return roster_desk.recent(ctx)


@bp.post("/rosters")
@guard(PEOPLE_MANAGE)
@bp.response(201, ImportOut)
def bring_roster(ctx: Ctx) -> Any:
    """Upload a workbook (multipart field "file"). Nothing is written to the roster."""
    return roster_desk.bring(ctx, WORKBOOK.take(request))


@bp.get("/rosters/<uuid:roster>/columns")
@guard(PEOPLE_MANAGE)
@bp.response(200, ColumnOut(many=True))
def roster_columns(ctx: Ctx, roster: UUID) -> Any:
    """The headings, what stands below them and what they are read as."""
    return roster_desk.columns(ctx, roster_desk.get(ctx, roster))


@bp.put("/rosters/<uuid:roster>/columns")
@guard(PEOPLE_MANAGE)
@bp.arguments(MatchInput)
@bp.response(204)
def match_roster(ctx: Ctx, data: dict[str, Any], roster: UUID) -> Any:
    """Say what the headings mean ({heading: field}); remembered for the next time."""
    roster_desk.match(ctx, roster, data["columns"], complete=data["complete"])


@bp.get("/rosters/<uuid:roster>/preview")
@guard(PEOPLE_MANAGE)
@bp.response(200, PreviewOut)
def preview_roster(ctx: Ctx, roster: UUID) -> Any:
    """What an import would do. Nothing is written."""
    return roster_desk.preview(ctx, roster_desk.get(ctx, roster))


@bp.post("/rosters/<uuid:roster>/run")
@guard(PEOPLE_MANAGE)
@bp.arguments(RunInput)
@bp.response(202, StartedOut)
def run_roster(ctx: Ctx, data: dict[str, Any], roster: UUID) -> Any:
    """Start the import; watch the task."""
    return roster_desk.run(ctx, roster, leavers=data["leavers"], sure=data["sure"])


@bp.get("/rosters/<uuid:roster>")
@guard(PEOPLE_MANAGE)
@bp.response(200, ImportOut)
def show_roster(ctx: Ctx, roster: UUID) -> Any:
    """One import: its state and counts."""
    return roster_desk.get(ctx, roster)


@bp.get("/rosters/<uuid:roster>/refused")
@guard(PEOPLE_MANAGE)
@bp.response(200, content_type="application/octet-stream")
def refused_rows(ctx: Ctx, roster: UUID) -> ResponseReturnValue:
    """The rows that were refused, with the reasons, as a workbook."""
    return file_answer(*roster_desk.failures(ctx, roster))


@bp.post("/people/export")
@guard(PEOPLE_READ)
@bp.arguments(PersonFilter)
@bp.response(202, StartedOut)
def export_people(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Start writing the list of people as a workbook; watch the task."""
    ctx.unaudited("the job writes the entry with the number of people")
    return people_export.ask(ctx, filter_of(data))


@bp.get("/groups")
@guard(GROUPS_MANAGE)
@bp.response(200, GroupOut(many=True))
def list_groups(ctx: Ctx) -> Any:
    """The groups for special help. Who is in them is not for the union to see."""
    return groups.all_of(ctx)


@bp.post("/groups")
@guard(GROUPS_MANAGE)
@bp.arguments(GroupInput)
@bp.response(201, GroupOut)
def define_group(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Name a group."""
    return groups.define(ctx, data["name"], data["about"])


@bp.post("/groups/<uuid:group>/list")
@guard(GROUPS_MANAGE)
@bp.response(202, StartedOut)
def bring_list(ctx: Ctx, group: UUID) -> Any:
    """Bring a list into a group (multipart field "file"; "whole=1": who is not on it goes out)."""
    groups.get(ctx, group)
    return group_lists.bring(ctx, group, WORKBOOK.take(request), whole=request.form.get("whole") == "1")[1]


@bp.post("/groups/<uuid:group>/close")
@guard(GROUPS_MANAGE)
@bp.response(204)
def close_group(ctx: Ctx, group: UUID) -> Any:
    """End a group."""
    groups.close(ctx, group)


@bp.get("/groups/mine")
@guard(SIGNED_IN)
@bp.response(200, NamesOut)
def my_groups(ctx: Ctx) -> Any:
    """The groups one is in oneself."""
    return {"names": groups.mine(ctx)}


@bp.get("/people/<uuid:person>/groups")
@guard(GROUPS_READ, purpose=GROUPS_TOLD)
@bp.response(200, NamesOut)
def groups_of_person(ctx: Ctx, person: UUID) -> Any:
    """For a helper: the groups of a person they work with, who agreed to it."""
    return {"names": groups.of_person(ctx, person)}
