"""Pages of the notices room: the inbox, opening a notice, how to be notified, and how sending goes."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid, NotFound
from anxin.kernel.guard import guard
from anxin.notices import choosing, overview, services
from anxin.notices.policy import READ, SENDING
from anxin.notices.schemas import AgainQuery, ChoiceForm, NextInput, QuietInput
from anxin.web.pages import page, shell_of

bp = PluginBlueprint("notices", __name__, core=True)


@bp.record_once
def count_for_the_bell(state: BlueprintSetupState) -> None:
    """The shells ask this for the number on the bell."""
    state.app.extensions["anxin.unread"] = services.unread


@bp.get("/")
@guard(READ)
def index(ctx: Ctx) -> ResponseReturnValue:
    """The actor's notices, newest first, and how they want to be told."""
    return _inbox(ctx)


@bp.get("/<uuid:notice>")
@guard(READ)
def open_notice(ctx: Ctx, notice: UUID) -> ResponseReturnValue:
    """Where the bell's line and the mail's link lead: on to what waits. A notice from an employer that the
    actor's agency serves shows one button, because going there is a sign-in.
    """
    line = services.open_notice(ctx, notice)
    if line.contract_id is not None:
        return page("notices/enter.html", shell=shell_of(ctx), line=line)
    return redirect(f"{request.script_root}{line.link}", code=303)


@bp.post("/<uuid:notice>/enter")
@guard(READ, input=NextInput)
def enter(ctx: Ctx, data: dict[str, Any], notice: UUID) -> ResponseReturnValue:
    """Marks the notice read and hands the form on (307 keeps it) to identity's “enter”, which checks the
    contract.
    """
    line = services.open_notice(ctx, notice)
    if line.contract_id is None or data["next"] != line.link:
        raise NotFound()
    return redirect(url_for("identity.enter_contract", contract=line.contract_id), code=307)


@bp.post("/read")
@guard(READ)
def read_all(ctx: Ctx) -> ResponseReturnValue:
    services.read_all(ctx)
    return redirect(url_for("notices.index"), code=303)


@bp.post("/choices")
@guard(READ, input=ChoiceForm)
def choose(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    choosing.choose_all(ctx, data)
    return redirect(url_for("notices.index"), code=303)


def _inbox(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    return page(
        "notices/index.html",
        shell=shell_of(ctx),
        lines=services.inbox(ctx),
        choices=choosing.choices(ctx),
        missing=choosing.MISSING,
        quiet=choosing.quiet(ctx),
        own=overview.own(ctx),
        channels=overview.CHANNELS,
        errors=error.fields if error else {},
    )


@bp.post("/quiet")
@guard(READ, input=QuietInput, invalid=_inbox)
def keep_quiet(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    choosing.keep_quiet(ctx, **data)
    return redirect(url_for("notices.index"), code=303)


@bp.post("/quiet/usual")
@guard(READ)
def quiet_as_usual(ctx: Ctx) -> ResponseReturnValue:
    choosing.quiet_as_usual(ctx)
    return redirect(url_for("notices.index"), code=303)


@bp.get("/sending")
@guard(SENDING, input=AgainQuery)
def sending(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    """Whether notices arrive, as counts that name nobody."""
    return page(
        "notices/sending.html",
        tallies=overview.tallies(ctx),
        channels=overview.CHANNELS,
        step=overview.STEP,
        asked=data["asked"],
    )


@bp.post("/sending/again")
@guard(SENDING)
def try_again(ctx: Ctx) -> ResponseReturnValue:
    overview.try_again(ctx)
    return redirect(url_for("notices.sending", asked=1), code=303)
