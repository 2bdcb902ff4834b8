"""Answering one SCIM request. Refusals are the protocol's own errors; what a refused request wrote is gone."""

import json
from functools import cache

from flask import Request
from scim2_models import InvalidValueException, SCIMException
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.service import ScimService
from werkzeug.wrappers import Response

from anxin.identity.scim import shapes
from anxin.identity.scim.storage import TenantStorage
from anxin.kernel import limits
from anxin.kernel.actor import system
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import AnxinError


@cache
def service() -> ScimService:
    return ScimService(shapes.provider())


def answer(ctx: Ctx, request: Request, path: str, base_url: str) -> Response:
    """The answer to a directory that has shown its token."""
    ctx.actor = system("scim")
    asked = ScimRequest(
        method=request.method,
        base_url=base_url,
        path=f"/{path}",
        query=request.args.to_dict(),
        headers=list(request.headers.items()),
        body=request.get_data(),
    )
    handler = ScimHandler(service(), TenantStorage(ctx))
    try:
        _check_characters(asked.body)
        made = handler.handle(asked)
    except SCIMException as refused:
        ctx.restart()
        made = service().error_response(refused)
    except AnxinError as refused:  # a rule of the house, in the protocol's words
        ctx.restart()
        made = service().error_response(InvalidValueException(detail=str(refused.message)))
    ctx.unaudited("nothing was changed")
    body = json.dumps(made.body, default=str) if made.body is not None else ""
    return Response(body, status=int(made.status), headers=made.headers)


def _check_characters(body: bytes) -> None:
    """What no column can keep, whatever the schema allows."""
    try:
        limits.check_text(json.loads(body or b"{}"))
    except ValueError:
        return  # not JSON: the protocol's own reader says so


def unauthorised() -> Response:
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "401",
        "detail": "Unknown token",
    }
    made = Response(json.dumps(body), status=401, content_type="application/scim+json")
    made.headers["WWW-Authenticate"] = 'Bearer realm="SCIM"'
    return made
