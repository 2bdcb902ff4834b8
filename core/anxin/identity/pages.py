"""Pages of the identity room."""

from anxin.kernel.blueprints import PluginBlueprint

bp = PluginBlueprint("identity", __name__, core=True)
