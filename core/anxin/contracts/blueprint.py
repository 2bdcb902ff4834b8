"""The blueprint of the contracts room's pages; the *_pages modules hang their routes on it, pages.py gathers them."""

from anxin.kernel.blueprints import PluginBlueprint

bp = PluginBlueprint("contracts", __name__, core=True, url_prefix="")
