"""API of the consent room: the same services as its pages."""

from anxin.kernel.blueprints import ApiBlueprint

bp = ApiBlueprint("consent", __name__, core=True)
