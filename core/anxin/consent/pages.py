"""Pages of the consent room."""

from anxin.kernel.blueprints import PluginBlueprint

bp = PluginBlueprint("consent", __name__, core=True)
