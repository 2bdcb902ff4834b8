"""Pages of the tenancy room."""

from anxin.kernel.blueprints import PluginBlueprint

bp = PluginBlueprint("tenancy", __name__, core=True)
