"""Pages of the audit room."""

from anxin.kernel.blueprints import PluginBlueprint

bp = PluginBlueprint("audit", __name__, core=True)
