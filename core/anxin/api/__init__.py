"""The API: one OpenAPI 3.1 document per tenant, listing only what that tenant runs.

Sign in with a personal access token (`Authorization: Bearer …`, made under "Me") or the session cookie. Errors are
application/problem+json (RFC 9457). Unsafe requests take an Idempotency-Key: the same key again gives the same answer
for 24 hours, the same key with another body is refused.
"""

from copy import deepcopy
from typing import Any

import flask_smorest
from flask import Flask, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from anxin import __version__
from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import PUBLIC, Guard, Permission, guard

bp = PluginBlueprint("api", __name__, core=True, url_prefix="/api")

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable; see the documentation"},
        "detail": {"type": "string", "description": "for people, in their language"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "purpose": {"type": "string", "description": "the consent that is missing"},
    },
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 128},
}
REFUSALS = {
    "400": "Not readable",
    "401": "No valid token or session",
    "403": "The role or the consent does not allow it",
    "404": "Absent, or not yours to see",
    "409": "Changed in the meantime",
    "422": "Input cannot be taken",
    "429": "Too many requests",
    "503": "A dependency is away",
}


class Api(flask_smorest.Api):
    """Errors are answered by anxin.errors, for pages and API alike; the document is served per tenant."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Ours stay the only ones."""

    def _register_doc_blueprint(self) -> None:
        """Ours is `openapi` below."""


def init_app(app: Flask) -> None:
    app.config.update(API_TITLE="Anxin", API_VERSION=__version__, OPENAPI_VERSION="3.1.0")
    app.extensions["anxin.api"] = Api(app)
    app.register_blueprint(bp)


@bp.get("/openapi.json")
@guard(PUBLIC)
def openapi(ctx: Ctx) -> ResponseReturnValue:
    """The tenant's API as OpenAPI 3.1."""
    return jsonify(document(ctx))


def document(ctx: Ctx) -> dict[str, Any]:
    """The whole document cut down to core and the tenant's modules, with what all operations share."""
    spec: dict[str, Any] = deepcopy(current_app.extensions["anxin.api"].spec.to_dict())
    spec["info"] |= {
        "title": f"{ctx.tenant.product_name} · Anxin",
        "description": (__doc__ or "").partition("\n\n")[2],
    }
    spec["servers"] = [{"url": request.script_root or "/"}]
    shown = {path: item for path, item in spec["paths"].items() if _is_on(ctx, path)}
    guards = _guards()
    for path, item in shown.items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                _complete(operation, method, guards.get((path, method)))
    spec["paths"] = shown
    operations = [one for item in shown.values() for one in item.values() if isinstance(one, dict)]
    tags = {tag for operation in operations for tag in operation.get("tags", ())}
    spec["tags"] = [tag for tag in spec.get("tags", ()) if tag["name"] in tags]
    components = spec.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    spec["security"] = [{"token": []}]
    return spec


def _is_on(ctx: Ctx, path: str) -> bool:
    name = path.removeprefix("/api/").partition("/")[0]
    return name not in ctx.runtime.registry.plugins or name in ctx.tenant.modules


def _guards() -> dict[tuple[str, str], Guard]:
    """(OpenAPI path, method) → what the route asks for."""
    found: dict[tuple[str, str], Guard] = {}
    for rule in current_app.url_map.iter_rules():
        asked = getattr(current_app.view_functions[rule.endpoint], "__guard__", None)
        if rule.rule.startswith("/api/") and asked is not None:
            for method in rule.methods or ():
                found[_plain(rule.rule), method.lower()] = asked
    return found


def _plain(rule: str) -> str:
    """ "/people/<uuid:person>" → "/people/{person}"."""
    out, rest = "", rule
    while "<" in rest:
        before, _, rest = rest.partition("<")
        name, _, rest = rest.partition(">")
        out += before + "{" + name.rpartition(":")[2] + "}"
    return out + rest


def _complete(operation: dict[str, Any], method: str, asked: Guard | None) -> None:
    responses = operation.setdefault("responses", {})
    for status, words in REFUSALS.items():
        responses[status] = {
            "description": words,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    if method in ("post", "put", "patch", "delete"):
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    if asked is not None and isinstance(asked.access, Permission):
        operation["x-permission"] = asked.access.name
    if asked is not None and asked.purpose:
        operation["x-purpose"] = asked.purpose
