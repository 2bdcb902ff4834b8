"""API of the consent room: the same services as its pages."""

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from anxin.consent import rights, services
from anxin.kernel.blueprints import ApiBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import SIGNED_IN, guard

bp = ApiBlueprint("consent", __name__, core=True, description="Consents and rights over the own data")


class AnswerIn(Schema):
    class Meta:
        unknown = RAISE

    answer = fields.String(required=True, validate=validate.OneOf(["agreed", "refused", "withdrawn"]))


class StandingOut(Schema):
    purpose = fields.String(attribute="purpose.name")
    title = fields.String(attribute="purpose.title")
    text = fields.String(attribute="purpose.text")
    version = fields.Integer(attribute="purpose.version")
    agreed = fields.Boolean()
    outdated = fields.Boolean()


class RequestOut(Schema):
    id = fields.UUID()
    kind = fields.String()
    state = fields.String()
    made_at = fields.AwareDateTime()
    failed = fields.List(fields.String())


@bp.get("/purposes")
@guard(SIGNED_IN)
@bp.response(200, StandingOut(many=True))
def purposes(ctx: Ctx) -> Any:
    """What the signed-in person is asked, and their answers."""
    return services.standing(ctx)


@bp.put("/purposes/<purpose>")
@guard(SIGNED_IN)
@bp.arguments(AnswerIn)
@bp.response(204)
def decide(ctx: Ctx, data: dict[str, Any], purpose: str) -> Any:
    """Agree, decline or withdraw; it counts from the next request on."""
    services.answer(ctx, services.purpose(ctx, purpose), data["answer"], method="api")


@bp.get("/data")
@guard(SIGNED_IN)
@bp.response(200)
def copy(ctx: Ctx) -> Any:
    """A copy of everything kept about the signed-in person."""
    return rights.copy(ctx)


@bp.post("/erasure")
@guard(SIGNED_IN)
@bp.response(202, RequestOut)
def erase(ctx: Ctx) -> Any:
    """Ask for erasure of the own data."""
    return rights.ask_erasure(ctx)
