"""Pages of the safety room."""

from anxin.kernel.blueprints import PluginBlueprint

bp = PluginBlueprint("safety", __name__, core=True)
