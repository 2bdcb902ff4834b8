"""The one blueprint that all page modules register on."""

from typing import Any

from flask import redirect, url_for
from werkzeug.wrappers import Response

from anxin.plugin import PluginBlueprint

bp = PluginBlueprint("hotline", "anxin_hotline")  # the package: migrations and templates are found beside it


def to(endpoint: str, **values: Any) -> Response:
    return redirect(url_for(f"hotline.{endpoint}", **values), code=303)
