"""The two blueprints all addresses of this plugin hang on: one for pages, one for the API."""

from typing import Any

from flask import redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import ApiBlueprint, PluginBlueprint

bp = PluginBlueprint("rooms", __name__)
api_bp = ApiBlueprint("rooms", __name__, description="Rooms: what is free, bookings, the keeper's day")


def to(endpoint: str, **values: Any) -> AnyResponse:
    """After a form: the page that shows what it did."""
    return redirect(url_for(f"rooms.{endpoint}", **values), code=303)
