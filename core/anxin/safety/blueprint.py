"""The blueprint of the safety room's pages; the *_pages modules hang their routes on it, pages.py gathers
them.
"""

from anxin.kernel.blueprints import PluginBlueprint

bp = PluginBlueprint("safety", __name__, core=True)
