"""API of the tasks room: the same services as its pages."""

from uuid import UUID

from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from anxin.files import file_answer
from anxin.kernel.blueprints import ApiBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import SIGNED_IN, guard
from anxin.tasks import services

bp = ApiBlueprint("tasks", __name__, core=True, description="One's own long work: imports, reports, exports")


class TaskOutput(Schema):
    id = fields.UUID()
    title = fields.String()
    state = fields.String(metadata={"description": "waiting, running, stuck (tried again), done or failed"})
    done = fields.Integer()
    total = fields.Integer()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    link = fields.String(allow_none=True)
    has_file = fields.Function(lambda task: task.file_id is not None, metadata={"type": "boolean"})
    made_at = fields.AwareDateTime()
    finished_at = fields.AwareDateTime(allow_none=True)


@bp.get("/")
@guard(SIGNED_IN)
@bp.response(200, TaskOutput(many=True))
def index(ctx: Ctx) -> list[services.Task]:
    """One's own tasks, newest first."""
    return services.mine(ctx)


@bp.get("/<uuid:task>")
@guard(SIGNED_IN)
@bp.response(200, TaskOutput)
def show(ctx: Ctx, task: UUID) -> services.Task:
    """One task and how far it is."""
    return services.show(ctx, task)


@bp.get("/<uuid:task>/file")
@guard(SIGNED_IN)
@bp.response(200, content_type="application/octet-stream")
def file(ctx: Ctx, task: UUID) -> ResponseReturnValue:
    """What the task has made; 404 while there is nothing."""
    return file_answer(*services.fetch(ctx, task))
