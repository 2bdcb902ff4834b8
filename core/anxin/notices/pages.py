"""Pages of the notices room."""

from anxin.kernel.blueprints import PluginBlueprint

bp = PluginBlueprint("notices", __name__, core=True)
