"""The union's pages about people and roles."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from anxin.identity import people, places
from anxin.identity import people_list as listing
from anxin.identity.models import Person
from anxin.identity.pages import bp
from anxin.identity.policy import PEOPLE_MANAGE, PEOPLE_READ, ROLES_MANAGE
from anxin.identity.schemas import PersonInput, PersonSearch, RoleInput, filter_of
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import guard
from anxin.kernel.schemas import Nothing
from anxin.tenancy import services as tenancy
from anxin.tenancy.units import options
from anxin.web.pages import page


@bp.get("/admin/people")
@guard(PEOPLE_READ, input=PersonSearch)
def people_list(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    chosen = {name: data[name] for name in ("search", "unit", "kind", "state")}
    return page(
        "identity/people.html",
        found=listing.listed(ctx, filter_of(data), after=data["after"]),
        chosen=chosen,
        options=options(tenancy.tree(ctx)),
        kinds=listing.KINDS,
        states=listing.STATES,
        may_change=ctx.allowed(PEOPLE_MANAGE),
    )


def _form(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    return page(
        "identity/person_new.html",
        options=options(tenancy.tree(ctx)),
        kinds=_own_kinds(),
        relations=people.RELATIONS,
        errors=error.fields if error else {},
        values=request.form,
    )


def _own_kinds() -> list[tuple[str, Any]]:
    return [(kind, listing.KINDS[kind]) for kind in people.OWN_KINDS]


@bp.get("/admin/people/new")
@guard(PEOPLE_MANAGE)
def person_new(ctx: Ctx) -> ResponseReturnValue:
    return _form(ctx)


@bp.post("/admin/people/new")
@guard(PEOPLE_MANAGE, input=PersonInput, invalid=_form)
def person_add(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    person = people.add(ctx, data)
    return redirect(url_for("identity.person", person=person.id), code=303)


def _person(
    ctx: Ctx, person: UUID, error: Invalid | None = None, link: str | None = None
) -> ResponseReturnValue:
    row: Person = people.get(ctx, person)
    may_change = ctx.allowed(PEOPLE_MANAGE) and row.kind != "agency_staff"
    worker = people.linked_worker(ctx, row)
    return page(
        "identity/person.html",
        person=row,
        contact=people.contact_of(ctx, row) if may_change else {},
        stays=places.stays(ctx, person),
        unit_name=next((stay.unit for stay in places.stays(ctx, person) if stay.until is None), None),
        family=people.relatives(ctx, person),
        worker=worker,
        memberships=people.memberships(ctx, person),
        role_options=[
            (role.name, role.title)
            for role in people.roles(ctx)
            if not role.helper or row.kind == "agency_staff"
        ],
        titles=ctx.tenant.role_titles,
        options=options(tenancy.tree(ctx)),
        kinds=_own_kinds(),
        kind_titles=listing.KINDS,
        relations=people.RELATIONS,
        may_change=may_change,
        may_give=ctx.allowed(ROLES_MANAGE),
        has_account=listing.has_account(ctx, person),
        link=link,
        values=request.form if error else {},
        errors=error.fields if error else {},
    )


def _person_again(ctx: Ctx, error: Invalid, person: UUID) -> ResponseReturnValue:
    return _person(ctx, person, error)


@bp.get("/admin/people/<uuid:person>")
@guard(PEOPLE_READ)
def person(ctx: Ctx, person: UUID) -> ResponseReturnValue:
    return _person(ctx, person)


@bp.post("/admin/people/<uuid:person>")
@guard(PEOPLE_MANAGE, input=PersonInput, invalid=_person_again)
def person_change(ctx: Ctx, data: dict[str, Any], person: UUID) -> ResponseReturnValue:
    people.change(ctx, person, data)
    return redirect(url_for("identity.person", person=person), code=303)


@bp.post("/admin/people/<uuid:person>/leave")
@guard(PEOPLE_MANAGE, input=Nothing)
def person_leave(ctx: Ctx, data: dict[str, Any], person: UUID) -> ResponseReturnValue:
    people.leave(ctx, person)
    return redirect(url_for("identity.people_list"), code=303)


@bp.post("/admin/people/<uuid:person>/return")
@guard(PEOPLE_MANAGE, input=Nothing)
def person_return(ctx: Ctx, data: dict[str, Any], person: UUID) -> ResponseReturnValue:
    people.come_back(ctx, person)
    return redirect(url_for("identity.person", person=person), code=303)


@bp.post("/admin/people/<uuid:person>/link")
@guard(PEOPLE_MANAGE, input=Nothing, fresh=True)
def person_link(ctx: Ctx, data: dict[str, Any], person: UUID) -> ResponseReturnValue:
    """A single-use activation link, shown once, to hand over or send."""
    token = people.first_link(ctx, person)
    return _person(ctx, person, link=url_for("identity.link", token=token, _external=True))


@bp.post("/admin/people/<uuid:person>/sessions/end")
@guard(PEOPLE_MANAGE, input=Nothing)
def person_sign_out(ctx: Ctx, data: dict[str, Any], person: UUID) -> ResponseReturnValue:
    people.end_sessions(ctx, person)
    return redirect(url_for("identity.person", person=person), code=303)


@bp.post("/admin/people/<uuid:person>/second-step/reset")
@guard(ROLES_MANAGE, input=Nothing, fresh=True)
def person_reset_factors(ctx: Ctx, data: dict[str, Any], person: UUID) -> ResponseReturnValue:
    people.reset_factors(ctx, person)
    return redirect(url_for("identity.person", person=person), code=303)


@bp.post("/admin/people/<uuid:person>/roles")
@guard(ROLES_MANAGE, input=RoleInput, invalid=_person_again, fresh=True)
def role_give(ctx: Ctx, data: dict[str, Any], person: UUID) -> ResponseReturnValue:
    people.give_role(ctx, person, data["role"], data["unit"])
    return redirect(url_for("identity.person", person=person), code=303)


@bp.post("/admin/people/<uuid:person>/roles/<uuid:membership>/take")
@guard(ROLES_MANAGE, input=Nothing)
def role_take(ctx: Ctx, data: dict[str, Any], person: UUID, membership: UUID) -> ResponseReturnValue:
    people.take_role(ctx, person, membership)
    return redirect(url_for("identity.person", person=person), code=303)


@bp.get("/admin/roles")
@guard(ROLES_MANAGE)
def roles(ctx: Ctx) -> ResponseReturnValue:
    """What each role may do, in words."""
    return page("identity/roles.html", roles=people.roles(ctx), permissions=ctx.runtime.registry.permissions)
