"""The look of every page: shells, macros, assets, themes, preferences, security headers, error pages.

    web.init_app(app, plugin_templates={"rooms": Path(".../anxin_rooms/templates")})

Make the app with `Flask("anxin", static_folder=None)`: this room serves /static itself.

Templates
    core rooms      core/anxin/<room>/templates/<room>/page.html      addressed as "<room>/page.html"
    plugins         anxin_<name>/templates/page.html                  addressed as "<name>/page.html"
    shells          "employee.html", "focus.html" (no tabs), "staff.html"; fill the blocks `title` and `main`
    macros          {% from "ui.html" import card, field %}, inside the block that uses them or at the top
    A view answers with `page("rooms/index.html", …)`: whole, or only title and main when htmx asks.

What the shells read from the template context (a context processor of the app supplies it; all may be absent)
    tenant       name, product_name, brand ("#rrggbb")
    help_line    number, label: the tenant's own line, shown beside 12356, which no tenant can remove
    own_links    what else an employee has here, listed on the page about oneself: as tabs
    tabs         bottom tabs of the employee shell: [{href, icon, title, current}]; without `current`
                 the address decides
    nav          side navigation of the staff shell: [{href, icon, title, current, group}]; on
                 phones the first four are tabs and the rest lies behind "More"
    actor        name, role_title; None for a visitor
    unread       how many notices wait; the bell is shown when `notices_url` is given
    notices_url  where the bell leads

Added here for all templates: asset(), icon(), svg, theme_url(), home_url(), here_url(), live_charts(), autosave(),
html_lang(), prefs, `_`, ngettext, and the date filters of anxin.kernel.i18n. Everything works under
/t/<slug>: addresses come from url_for.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from flask import Blueprint, Flask, Response, abort, request, url_for
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader
from markupsafe import Markup

from anxin.kernel import i18n
from anxin.web import assets, headers, prefs, svg, theme
from anxin.web.assets import AssetsMissing, asset, icon
from anxin.web.gallery import blueprint as gallery
from anxin.web.pages import page, render_error, shell_basics, shell_of

__all__ = ["AssetsMissing", "asset", "icon", "init_app", "page", "render_error", "shell_of"]

CORE = Path(__file__).parents[1]
CSP = "/csp"  # where browsers report what the content policy blocked
# Served to anybody: they hold nothing of a tenant. The contract test over routes reads this.
PUBLIC_ENDPOINTS = frozenset({"web.static", "web.theme_css", "web.csp", "web.save_prefs"})

blueprint = Blueprint("web", __name__)
blueprint.add_url_rule("/static/<path:filename>", "static", assets.serve)
blueprint.add_url_rule(CSP, "csp", headers.count_report, methods=["POST"])
blueprint.add_url_rule("/prefs", "save_prefs", prefs.save, methods=["POST"])


@blueprint.get("/theme.css")
def theme_css() -> Response:
    """The colours of one brand; the colour is in the address, so the answer may be kept for ever."""
    try:
        sheet = theme.css(request.args.get("b", theme.DEFAULT_BRAND))
    except ValueError:
        abort(404)
    response = Response(sheet, mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def theme_url(brand: str | None = None) -> str:
    """The address of a brand's stylesheet; the house colour when a tenant has none."""
    return url_for("web.theme_css", b=(brand or theme.DEFAULT_BRAND).lstrip("#"))


def live_charts() -> Markup:
    """The script that draws charts again in the browser; for staff dashboards only (182 KB)."""
    return Markup('<script type="module" src="{}"></script>').format(asset("charts.js"))


def autosave() -> Markup:
    """The script that keeps what is typed into a `data-autosave` form; for pages of staff that have one."""
    return Markup('<script type="module" src="{}"></script>').format(asset("autosave.js"))


def template_loader(plugin_templates: Mapping[str, Path]) -> BaseLoader:
    """Core's rooms by folder, plugins by prefix: no plugin can shadow a template of another."""
    rooms = sorted(folder for folder in CORE.glob("*/templates") if folder.is_dir())
    plugins = {name: FileSystemLoader(folder) for name, folder in plugin_templates.items()}
    return ChoiceLoader([FileSystemLoader(rooms), PrefixLoader(plugins)])


def init_app(
    app: Flask, plugin_templates: Mapping[str, Path] | None = None, *, with_gallery: bool | None = None
) -> None:
    """Wire the web room into an app. The gallery at /_ui appears in debug and tests unless said otherwise."""
    if app.has_static_folder:
        raise RuntimeError('make the app with Flask(..., static_folder=None): anxin.web serves "/static"')
    assets.manifest()  # fail at the start, with the command to run, not at the first page
    i18n.init_app(app)
    app.jinja_env.globals.update(
        asset=asset, icon=icon, theme_url=theme_url, home_url=prefs.home_url, here_url=prefs.here_url,
        live_charts=live_charts, autosave=autosave, html_lang=i18n.html_lang, svg=SimpleNamespace(**vars(svg)),
    )  # fmt: skip
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.loader = template_loader(plugin_templates or {})
    app.extensions["anxin.web.prefs"] = prefs.Prefs()
    app.context_processor(shell_basics)
    app.after_request(prefs.keep_language)
    app.register_blueprint(blueprint)
    app.wsgi_app = headers.Protected(app.wsgi_app, CSP)  # type: ignore[method-assign]
    if app.debug or app.testing if with_gallery is None else with_gallery:
        app.register_blueprint(gallery)
