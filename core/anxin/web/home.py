"""The two front doors: the employee's home page and the workbench of everybody who works here."""

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from anxin.contracts import queue
from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import SignInRequired
from anxin.kernel.guard import PUBLIC, SIGNED_IN, guard
from anxin.notices import services as notices
from anxin.safety import cases as safety
from anxin.safety.permissions import HANDLE
from anxin.tasks import services as tasks
from anxin.web.pages import page

bp = PluginBlueprint("home", __name__, core=True, url_prefix="")


@bp.get("/")
@guard(PUBLIC)
def index(ctx: Ctx) -> ResponseReturnValue:
    """Employees: greeting, tiles, what is coming up. Visitors are asked to sign in."""
    if not ctx.actor.signed_in:
        raise SignInRequired()
    if (
        ctx.tenant.kind == "agency" or ctx.actor.contract_id is not None
    ):  # an agency's people come here to work
        return redirect(url_for("home.workbench"), code=303)
    cards, silent = collect(ctx, "home_cards")
    cards.sort(key=lambda card: card.order)
    return page(
        "home.html",
        given_name=given_name(ctx.actor.name),
        now=ctx.now,
        cards=[card for card in cards if card.when is None],
        coming=[card for card in cards if card.when is not None],
        silent=titles_of(ctx, silent),
        works_here=works_here(ctx),
    )


@bp.get("/work")
@guard(SIGNED_IN)
def workbench(ctx: Ctx) -> ResponseReturnValue:
    """Staff: figures of the enabled modules (through disclosure control), and what waits."""
    figures, silent = collect(ctx, "figures")
    panels, quiet = collect(ctx, "work_panels")
    silent += [name for name in quiet if name not in silent]
    figures.sort(key=lambda figure: figure.order)
    desks = queue.desks(ctx)
    return page(
        "workbench.html",
        now=ctx.now,
        figures=figures,
        panels=sorted(panels, key=lambda panel: panel.order),
        silent=titles_of(ctx, silent),
        waiting=[line for line in notices.inbox(ctx, limit=5) if line.unread],
        tasks=tasks.at_work(ctx),
        desks=desks,
        lines=queue.lines(ctx, desks),
        serves=ctx.tenant.kind == "agency",
        cases=len(safety.worklist(ctx)) if ctx.allowed(HANDLE) else None,
    )


def collect(ctx: Ctx, hook: str) -> tuple[list[Any], list[str]]:
    """What the enabled plugins contribute, and the names of those that failed."""
    found: list[Any] = []
    silent: list[str] = []
    for answer in ctx.runtime.registry.call(ctx, hook):
        if answer.failed:
            silent.append(answer.plugin)
        else:
            found += answer.value or []
    return found, silent


def given_name(name: str) -> str:
    """林晓峰 → 晓峰; compound surnames and two-character names keep what sounds natural."""
    compound = ("欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯")
    if not name or not "\u4e00" <= name[0] <= "\u9fff":
        return name.split(" ", maxsplit=1)[0]
    if name.startswith(compound):
        return name[2:] or name
    return name[1:] if len(name) > 2 else name


def works_here(ctx: Ctx) -> bool:
    """Does any role reach beyond one's own? (A volunteer from outside has a role of their own, and no workbench.)"""
    return any(grant.scope != "own" for grant in ctx.actor.grants.values())


def titles_of(ctx: Ctx, names: list[str]) -> list[object]:
    return [ctx.runtime.registry.plugins[name].title for name in names]
