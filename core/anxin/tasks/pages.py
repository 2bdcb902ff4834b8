"""Pages of the tasks room: what is under way, one task with its progress, its file."""

from uuid import UUID

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from anxin.files import file_answer
from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import SIGNED_IN, guard
from anxin.tasks import services
from anxin.web.pages import page, shell_of

bp = PluginBlueprint("tasks", __name__, core=True)


@bp.get("/")
@guard(SIGNED_IN)
def index(ctx: Ctx) -> ResponseReturnValue:
    """The actor's own tasks, newest first."""
    return page("tasks/index.html", shell=shell_of(ctx), tasks=services.mine(ctx))


@bp.get("/<uuid:task>")
@guard(SIGNED_IN)
def show(ctx: Ctx, task: UUID) -> ResponseReturnValue:
    """One task. It asks for itself again while it runs, and may be left."""
    found = services.show(ctx, task)
    back = url_for(found.back) if found.back in current_app.view_functions else None
    if request.headers.get("HX-Target", "").endswith("task-state"):
        return render_template("tasks/_state.html", task=found, back=back)
    return page("tasks/show.html", shell=shell_of(ctx), task=found, back=back)


@bp.get("/<uuid:task>/file")
@guard(SIGNED_IN)
def file(ctx: Ctx, task: UUID) -> ResponseReturnValue:
    """What the task has made."""
    return file_answer(*services.fetch(ctx, task))
