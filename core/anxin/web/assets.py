"""The built assets: logical names to hashed files, icons of the sprite, and the route that serves them."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path

from flask import Response, request, send_from_directory, url_for
from markupsafe import Markup

STATIC = Path(__file__).parent / "static"
DIST = STATIC / "dist"

_FOREVER = "public, max-age=31536000, immutable"


class AssetsMissing(RuntimeError):
    """The css, js and icons have not been built."""

    def __init__(self) -> None:
        super().__init__(
            "the web assets are not built: run `make install` (or `python hatch_build.py` in a checkout)"
        )


def _read(name: str) -> str:
    try:
        return (DIST / name).read_text(encoding="utf-8")
    except FileNotFoundError as absent:
        raise AssetsMissing from absent


@cache
def manifest() -> dict[str, str]:
    """Logical name → hashed file name, as build.mjs wrote it."""
    return json.loads(_read("manifest.json"))


@cache
def icons() -> frozenset[str]:
    """The names that `icon` knows; add to assets/icons.mjs."""
    return frozenset(json.loads(_read("icons.json")))


def asset(name: str) -> str:
    """The address of an asset: asset("app.css")."""
    return _address(request.script_root, name)


@lru_cache(maxsize=4096)
def _address(_script_root: str, name: str) -> str:
    """A page asks for its assets forty times; the answer changes only with the tenant's prefix."""
    return url_for("web.static", filename=f"dist/{manifest()[name]}")


def icon(name: str, extra: str = "") -> Markup:
    """An icon of the sprite, hidden from screen readers: words beside it (or aria-label) say what it
    means."""
    if name not in icons():
        raise LookupError(f"no icon {name!r} in the sprite; add it to core/anxin/web/assets/icons.mjs")
    return _drawn(name, f"icon {extra}".rstrip(), asset("icons.svg"))


@lru_cache(maxsize=4096)
def _drawn(name: str, css: str, sprite: str) -> Markup:
    return Markup('<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>').format(
        css, sprite, name
    )


def serve(filename: str) -> Response:
    """GET /static/…: hashed files may be kept for ever, and travel compressed when a packed copy exists."""
    packed = f"{filename}.gz"
    if "gzip" in request.accept_encodings and (STATIC / packed).is_file():
        response = send_from_directory(STATIC, packed)
        response.headers["Content-Encoding"] = "gzip"
        response.mimetype = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}[
            Path(filename).suffix
        ]
    else:
        response = send_from_directory(STATIC, filename)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = (
        _FOREVER if Path(filename).name in set(manifest().values()) else "no-cache"
    )
    return response
