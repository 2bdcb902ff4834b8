"""The API: one OpenAPI document per tenant, listing only what that tenant runs."""

from typing import Any

import flask_smorest
from flask import Flask, current_app, jsonify
from flask.typing import ResponseReturnValue

from anxin import __version__
from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import PUBLIC, guard

bp = PluginBlueprint("api", __name__, core=True, url_prefix="/api")


class Api(flask_smorest.Api):
    """Errors are answered by anxin.errors, for pages and API alike."""

    DEFAULT_ERROR_RESPONSE_NAME = None  # problem+json, documented below

    def _register_error_handlers(self) -> None:
        pass


def init_app(app: Flask) -> None:
    app.config.update(
        API_TITLE="Anxin",
        API_VERSION=__version__,
        OPENAPI_VERSION="3.1.0",
    )
    app.extensions["anxin.api"] = Api(app)
    app.register_blueprint(bp)


@bp.get("/openapi.json")
@guard(PUBLIC)
def openapi(ctx: Ctx) -> ResponseReturnValue:
    """The tenant's API."""
    spec: dict[str, Any] = current_app.extensions["anxin.api"].spec.to_dict()
    return jsonify(spec)
