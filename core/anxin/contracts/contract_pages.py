"""Contracts as both parties see them: list, one contract, drafting, signing, its staff, its end."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from anxin.contracts import closing, content, services, staff, statements, words
from anxin.contracts.blueprint import bp
from anxin.contracts.permissions import MANAGE, READ, SIGN
from anxin.contracts.schemas import (
    ContentForm,
    DraftForm,
    EndInput,
    SignForm,
    StaffInput,
    StepInput,
    content_of,
)
from anxin.kernel.actor import TenantInfo
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import guard
from anxin.web.pages import page


@bp.get("/service-contracts")
@guard(READ)
def index(ctx: Ctx) -> ResponseReturnValue:
    return page(
        "contracts/index.html",
        contracts=services.listed(ctx),
        states=words.STATES,
        today=ctx.today,
        may_draft=ctx.allowed(MANAGE),
        side=services.side_of(ctx),
    )


# ---- one contract -----------------------------------------------------------------------------------------


def _show(ctx: Ctx, contract: UUID, error: Invalid | None = None) -> ResponseReturnValue:
    found = services.shown(ctx, contract)
    row = found.contract
    with staff.looking(ctx, row) as there:
        people, titles = staff.named(there, row.id), content.helper_roles(there)
    return page(
        "contracts/contract.html",
        found=found,
        contract=row,
        facts_now=_facts(ctx, found.content, titles),
        changes=_changes(ctx, found, titles),
        people=people,
        titles=titles,
        colleagues=staff.colleagues(ctx) if found.side == "agency" and row.state != "ended" else [],
        role_options=[(name, titles.get(name, name)) for name in row.roles],
        statements=statements.issued(ctx, row)[:6],
        yuan=statements.yuan,
        states=words.STATES,
        sides=words.SIDES,
        steps=words.STEPS,
        today=ctx.today,
        may_manage=ctx.allowed(MANAGE),
        may_sign=ctx.allowed(SIGN),
        errors=error.fields if error else {},
        failed=error.message if error and not error.fields else None,
    )


def _show_again(ctx: Ctx, error: Invalid, contract: UUID) -> ResponseReturnValue:
    return _show(ctx, contract, error)


def _facts(ctx: Ctx, told: content.Content, titles: dict[str, str]) -> dict[str, tuple[Any, Any]]:
    """A wording in words: key → (what it is about, what it says); templates join lists."""
    plugins = ctx.runtime.registry.plugins
    prices = {kind: fen for kind, fen in told["prices"].items() if kind in words.KINDS}
    return {
        "services": (
            "services",
            [str(plugins[name].title) if name in plugins else name for name in told["services"]],
        ),
        "roles": ("roles", [titles.get(name, name) for name in told["roles"]]),
        "dates": ("dates", (date.fromisoformat(told["starts_on"]), date.fromisoformat(told["ends_on"]))),
        "cap": ("cap", told["sessions_per_person"]),
        "prices": (
            "prices",
            [(str(words.KINDS[kind]), statements.yuan(fen)) for kind, fen in prices.items()],
        ),
        "clocks": (
            "clocks",
            [
                words.CLOCKS_SAID[kind](told["clocks"][kind] // words.CLOCKS[kind][1])
                for kind in words.CLOCKS
                if kind in told["clocks"]
            ],
        ),
    }


def _changes(ctx: Ctx, found: services.Shown, titles: dict[str, str]) -> dict[str, tuple[Any, Any]]:
    """What the open proposal says; of an amendment only what differs from what holds."""
    if found.proposed is None:
        return {}
    proposed = _facts(ctx, content.proposed(found.contract, found.proposed.content), titles)
    if found.contract.state == "draft":
        return proposed
    agreed = _facts(ctx, found.content, titles)
    return {key: value for key, value in proposed.items() if value != agreed[key]}


@bp.get("/service-contracts/<uuid:contract>")
@guard(READ)
def contract(ctx: Ctx, contract: UUID) -> ResponseReturnValue:
    return _show(ctx, contract)


# ---- wording ----------------------------------------------------------------------------------------------


def _form(ctx: Ctx, values: dict[str, Any], error: Invalid | None, **about: Any) -> ResponseReturnValue:
    return page(
        "contracts/form.html",
        values=values,
        errors=_field_errors(error),
        kinds=words.KINDS,
        clocks=words.CLOCKS,
        modules=[(name, plugin.title) for name, plugin in ctx.runtime.registry.plugins.items()],
        **about,
    )


def _field_errors(error: Invalid | None) -> dict[str, Any]:
    """The form has a field for each price and each clock; an error about all of them stands at the first."""
    found = dict(error.fields) if error else {}
    for whole, first in (("prices", "price_session"), ("clocks", "clock_crisis")):
        if whole in found:
            found[first] = found.pop(whole)
    if error and not found:
        found["services"] = [error.message]
    return found


def _typed() -> dict[str, Any]:
    return {**request.form, **{name: request.form.getlist(name) for name in ("services", "roles")}}


def _values(told: content.Content) -> dict[str, Any]:
    """A wording as the form shows it."""
    return {
        **{name: told[name] for name in ("services", "roles", "starts_on", "ends_on", "sessions_per_person")},
        **{f"price_{kind}": statements.yuan(fen) for kind, fen in told["prices"].items()},
        **{f"clock_{kind}": minutes // words.CLOCKS[kind][1] for kind, minutes in told["clocks"].items()},
    }


def _new(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    side = services.side_of(ctx)
    partners = _options(services.partners(ctx)) if side == "employer" else []
    roles = content.helper_roles(ctx) if side == "employer" else _usual_roles(ctx)
    return _form(ctx, _typed(), error, contract=None, side=side, partners=partners, roles=roles)


def _options(partners: list[TenantInfo]) -> list[tuple[str, str]]:
    return [(one.slug, one.name) for one in partners]


def _usual_roles(ctx: Ctx) -> dict[str, str]:
    """An agency does not know a union's roles before they have a contract: its own helpers' names are offered."""
    return {
        name: title for name, title in ctx.tenant.role_titles.items() if name not in ("employee", "auditor")
    }


@bp.get("/service-contracts/new")
@guard(MANAGE)
def new(ctx: Ctx) -> ResponseReturnValue:
    return _new(ctx)


@bp.post("/service-contracts/new")
@guard(MANAGE, input=DraftForm, invalid=_new)
def draft(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    made = services.draft(ctx, data["other"], data["number"], content_of(data))
    return redirect(url_for("contracts.contract", contract=made), code=303)


def _edit(ctx: Ctx, contract: UUID, error: Invalid | None = None) -> ResponseReturnValue:
    found = services.shown(ctx, contract)
    told = content.proposed(found.contract, found.proposed.content if found.proposed else {})
    with staff.looking(ctx, found.contract) as there:
        roles = content.helper_roles(there)
    values = _typed() if error else _values(told)
    return _form(ctx, values, error, contract=found.contract, side=found.side, partners=[], roles=roles)


def _edit_again(ctx: Ctx, error: Invalid, contract: UUID) -> ResponseReturnValue:
    return _edit(ctx, contract, error)


@bp.get("/service-contracts/<uuid:contract>/wording")
@guard(MANAGE)
def wording(ctx: Ctx, contract: UUID) -> ResponseReturnValue:
    """The open proposal, or an amendment of what is in force."""
    return _edit(ctx, contract)


@bp.post("/service-contracts/<uuid:contract>/wording")
@guard(MANAGE, input=ContentForm, invalid=_edit_again)
def propose(ctx: Ctx, data: dict[str, Any], contract: UUID) -> ResponseReturnValue:
    services.propose(ctx, contract, content_of(data))
    return redirect(url_for("contracts.contract", contract=contract), code=303)


@bp.post("/service-contracts/<uuid:contract>/sign")
@guard(SIGN, input=SignForm, invalid=_show_again)
def sign(ctx: Ctx, data: dict[str, Any], contract: UUID) -> ResponseReturnValue:
    services.sign(ctx, contract, data["digest"])
    return redirect(url_for("contracts.contract", contract=contract), code=303)


@bp.post("/service-contracts/<uuid:contract>/withdraw")
@guard(MANAGE)
def withdraw(ctx: Ctx, contract: UUID) -> ResponseReturnValue:
    services.withdraw(ctx, contract)
    return redirect(url_for("contracts.contract", contract=contract), code=303)


# ---- staff ------------------------------------------------------------------------------------------------


@bp.post("/service-contracts/<uuid:contract>/staff")
@guard(MANAGE, input=StaffInput, invalid=_show_again)
def name_person(ctx: Ctx, data: dict[str, Any], contract: UUID) -> ResponseReturnValue:
    staff.name_person(ctx, contract, data["person"], data["roles"])
    return redirect(url_for("contracts.contract", contract=contract), code=303)


@bp.post("/service-contracts/<uuid:contract>/staff/<uuid:person>/remove")
@guard(MANAGE)
def remove_person(ctx: Ctx, contract: UUID, person: UUID) -> ResponseReturnValue:
    staff.remove(ctx, contract, person)
    return redirect(url_for("contracts.contract", contract=contract), code=303)


# ---- the end ----------------------------------------------------------------------------------------------


def _ending(ctx: Ctx, contract: UUID, error: Invalid | None = None) -> ResponseReturnValue:
    found = services.shown(ctx, contract)
    return page(
        "contracts/end.html",
        contract=found.contract,
        other=found.other,
        reasons=[(code, text) for code, text in words.REASONS.items() if code != "expired"],
        errors=error.fields if error else {},
    )


def _ending_again(ctx: Ctx, error: Invalid, contract: UUID) -> ResponseReturnValue:
    return _ending(ctx, contract, error)


@bp.get("/service-contracts/<uuid:contract>/end")
@guard(MANAGE)
def ask_end(ctx: Ctx, contract: UUID) -> ResponseReturnValue:
    """What ending means; a dialog for htmx, a page without script."""
    return _ending(ctx, contract)


@bp.post("/service-contracts/<uuid:contract>/end")
@guard(MANAGE, input=EndInput, invalid=_ending_again)
def end(ctx: Ctx, data: dict[str, Any], contract: UUID) -> ResponseReturnValue:
    services.end(ctx, contract, data["reason"])
    return redirect(url_for("contracts.contract", contract=contract), code=303)


@bp.post("/service-contracts/<uuid:contract>/steps")
@guard(MANAGE, input=StepInput)
def confirm_step(ctx: Ctx, data: dict[str, Any], contract: UUID) -> ResponseReturnValue:
    closing.confirm(ctx, contract, data["step"])
    return redirect(url_for("contracts.contract", contract=contract), code=303)
