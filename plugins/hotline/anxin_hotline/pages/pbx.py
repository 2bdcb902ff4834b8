"""The telephone system's two addresses: it tells what happens, and asks where a call is to go."""

from uuid import UUID

from flask import jsonify, request
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from anxin.plugin import PUBLIC, Ctx, Forbidden, Invalid, guard, lazy
from anxin_hotline.pages.blueprint import bp
from anxin_hotline.schemas import PbxInput
from anxin_hotline.services import lines, pbx

HEADER = "Anxin-Signature"
MOST = 16_384


@bp.post("/pbx/<uuid:line>")
@guard(PUBLIC)
def pbx_event(ctx: Ctx, line: UUID) -> Response:
    """One event. 202 when it is new, 200 when it was told before."""
    found = pbx.line_of(ctx, line)
    if (request.content_length or 0) > MOST:
        raise Forbidden(lazy("This message is too long."), code="too_long")
    body = request.get_data(cache=True)
    pbx.insist_signed(ctx, found, request.headers.get(HEADER, ""), body)
    try:
        told = PbxInput().load(request.get_json(force=True, silent=True) or {})
    except ValidationError as wrong:
        raise Invalid(
            fields={name: list(texts) for name, texts in wrong.normalized_messages().items()}
        ) from wrong
    new = pbx.take(ctx, found, told)  # type: ignore[arg-type]  (one object)
    answer = jsonify(taken=new)
    answer.status_code = 202 if new else 200
    return answer


@bp.get("/pbx/<uuid:line>/route")
@guard(PUBLIC)
def pbx_route(ctx: Ctx, line: UUID) -> Response:
    """Operators, or the fallback and its number: asked for each call, signed like an event (over an empty body)."""
    found = pbx.line_of(ctx, line)
    pbx.insist_signed(ctx, found, request.headers.get(HEADER, ""), b"")
    way = lines.route(ctx, found)
    return jsonify(to=way.to, reason=way.reason, number=way.number, name=way.name)
