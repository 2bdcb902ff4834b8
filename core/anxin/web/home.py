"""The two front doors: the employee's home page and the workbench of everybody who works here."""

from flask.typing import ResponseReturnValue

from anxin.extension.hookspecs import Card, Figure
from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import SignInRequired
from anxin.kernel.guard import PUBLIC, SIGNED_IN, guard
from anxin.web.pages import page

bp = PluginBlueprint("home", __name__, core=True, url_prefix="")


@bp.get("/")
@guard(PUBLIC)
def index(ctx: Ctx) -> ResponseReturnValue:
    """Employees: greeting, tiles, what is coming up. Visitors are asked to sign in."""
    if not ctx.actor.signed_in:
        raise SignInRequired()
    cards: list[Card] = []
    silent: list[str] = []
    for answer in ctx.runtime.registry.call(ctx, "home_cards"):
        if answer.failed:
            silent.append(answer.plugin)
        else:
            cards += answer.value or []
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
    figures: list[Figure] = []
    silent: list[str] = []
    for answer in ctx.runtime.registry.call(ctx, "figures"):
        if answer.failed:
            silent.append(answer.plugin)
        else:
            figures += answer.value or []
    figures.sort(key=lambda figure: figure.order)
    return page("workbench.html", figures=figures, silent=titles_of(ctx, silent))


def given_name(name: str) -> str:
    """林晓峰 → 晓峰; compound surnames and two-character names keep what sounds natural."""
    compound = ("欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯")
    if not name or not "\u4e00" <= name[0] <= "\u9fff":
        return name.split(" ", maxsplit=1)[0]
    if name.startswith(compound):
        return name[2:] or name
    return name[1:] if len(name) > 2 else name


def works_here(ctx: Ctx) -> bool:
    return any(role != "employee" for role in ctx.actor.roles)


def titles_of(ctx: Ctx, names: list[str]) -> list[object]:
    return [ctx.runtime.registry.plugins[name].title for name in names]
