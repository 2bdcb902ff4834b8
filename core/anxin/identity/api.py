"""API of the identity room: the same services as its pages."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from anxin.identity import factors, me, people, people_list, places
from anxin.identity.policy import PEOPLE_MANAGE, PEOPLE_READ, ROLES_MANAGE
from anxin.identity.schemas import (
    PersonInput,
    PersonOut,
    PersonSearch,
    RoleInput,
    SessionOut,
    StayOut,
    TokenInput,
    TokenOut,
    filter_of,
)
from anxin.kernel.blueprints import ApiBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import SIGNED_IN, guard

bp = ApiBlueprint("identity", __name__, core=True, description="People, roles, own sessions and tokens")


class MeOut(Schema):
    id = fields.UUID(attribute="person_id")
    name = fields.String()
    roles = fields.List(fields.String())
    agency = fields.String(allow_none=True)


class PeopleOut(Schema):
    rows = fields.List(fields.Nested(PersonOut))
    after = fields.String(allow_none=True)
    total = fields.Integer()


class OnePersonOut(Schema):
    id = fields.UUID()
    name = fields.String()
    number = fields.String(allow_none=True)
    kind = fields.String()
    state = fields.String()
    unit_id = fields.UUID(allow_none=True)
    hired_on = fields.Date(allow_none=True)
    left_at = fields.AwareDateTime(allow_none=True)
    relative_of = fields.UUID(allow_none=True)
    relation = fields.String(allow_none=True)


class LinkOut(Schema):
    token = fields.String()


class FactorsOut(Schema):
    app = fields.Boolean()
    passkeys = fields.Integer()
    codes = fields.Integer()


@bp.get("/me")
@guard(SIGNED_IN)
@bp.response(200, MeOut)
def myself(ctx: Ctx) -> Any:
    """Who the token or session belongs to."""
    return ctx.actor


@bp.get("/sessions")
@guard(SIGNED_IN)
@bp.response(200, SessionOut(many=True))
def my_sessions(ctx: Ctx) -> Any:
    """The own live sessions and tokens."""
    return [*me.sign_ins(ctx, "browser"), *me.sign_ins(ctx, "token")]


@bp.delete("/sessions/<uuid:session>")
@guard(SIGNED_IN)
@bp.response(204)
def end_session(ctx: Ctx, session: UUID) -> Any:
    """End one of the own sessions or tokens."""
    me.end(ctx, session)


@bp.post("/tokens")
@guard(SIGNED_IN, fresh=True)
@bp.arguments(TokenInput)
@bp.response(201, TokenOut)
def make_token(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Make a personal access token; it is shown once."""
    return {"token": me.make_token(ctx, data["name"], data["days"])}


@bp.get("/people")
@guard(PEOPLE_READ)
@bp.arguments(PersonSearch, location="query")
@bp.response(200, PeopleOut)
def list_people(ctx: Ctx, data: dict[str, Any]) -> Any:
    """People within the caller's scope, by pinyin; `after` pages on."""
    return people_list.listed(ctx, filter_of(data), after=data["after"])


@bp.post("/people")
@guard(PEOPLE_MANAGE)
@bp.arguments(PersonInput)
@bp.response(201, OnePersonOut)
def add_person(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Add a person with the role "employee"."""
    return people.add(ctx, data)


@bp.get("/people/<uuid:person>")
@guard(PEOPLE_READ)
@bp.response(200, OnePersonOut)
def get_person(ctx: Ctx, person: UUID) -> Any:
    """One person."""
    return people.get(ctx, person)


@bp.put("/people/<uuid:person>")
@guard(PEOPLE_MANAGE)
@bp.arguments(PersonInput)
@bp.response(200, OnePersonOut)
def change_person(ctx: Ctx, data: dict[str, Any], person: UUID) -> Any:
    """Correct a person's record, or move them to another unit since a day."""
    return people.change(ctx, person, data)


@bp.post("/people/<uuid:person>/leave")
@guard(PEOPLE_MANAGE)
@bp.response(204)
def person_leaves(ctx: Ctx, person: UUID) -> Any:
    """Record that a person left; their sessions end at once."""
    people.leave(ctx, person)


@bp.post("/people/<uuid:person>/return")
@guard(PEOPLE_MANAGE)
@bp.response(204)
def person_returns(ctx: Ctx, person: UUID) -> Any:
    """Record that a person who had left is here again."""
    people.come_back(ctx, person)


@bp.get("/people/<uuid:person>/units")
@guard(PEOPLE_READ)
@bp.response(200, StayOut(many=True))
def person_units(ctx: Ctx, person: UUID) -> Any:
    """Where a person has been, newest first."""
    return places.stays(ctx, people.get(ctx, person).id)


@bp.post("/people/<uuid:person>/link")
@guard(PEOPLE_MANAGE)
@bp.response(201, LinkOut)
def person_first_link(ctx: Ctx, person: UUID) -> Any:
    """A single-use token for /welcome/<token>, for somebody who cannot sign in yet; shown once."""
    return {"token": people.first_link(ctx, person)}


@bp.post("/people/<uuid:person>/roles")
@guard(ROLES_MANAGE, fresh=True)
@bp.arguments(RoleInput)
@bp.response(204)
def give_role(ctx: Ctx, data: dict[str, Any], person: UUID) -> Any:
    """Give a role, for the whole tenant or one unit."""
    people.give_role(ctx, person, data["role"], data["unit"])


@bp.delete("/people/<uuid:person>/roles/<uuid:membership>")
@guard(ROLES_MANAGE)
@bp.response(204)
def take_role(ctx: Ctx, person: UUID, membership: UUID) -> Any:
    """Take a role back."""
    people.take_role(ctx, person, membership)


@bp.delete("/people/<uuid:person>/sessions")
@guard(PEOPLE_MANAGE)
@bp.response(204)
def end_sessions_of(ctx: Ctx, person: UUID) -> Any:
    """End all sessions and tokens of a person, at once."""
    people.end_sessions(ctx, person)


@bp.delete("/people/<uuid:person>/second-step")
@guard(ROLES_MANAGE, fresh=True)
@bp.response(204)
def reset_second_step(ctx: Ctx, person: UUID) -> Any:
    """Forget a person's second step; they set up a new one at the next sign-in."""
    people.reset_factors(ctx, person)


@bp.get("/me/second-step")
@guard(SIGNED_IN)
@bp.response(200, FactorsOut)
def my_second_step(ctx: Ctx) -> Any:
    """Which second factors the caller has. They are set up in a browser, where the phone and the device are."""
    return factors.of(ctx, me.mine(ctx))
