"""API of the safety room: the same services as its pages."""

from anxin.kernel.blueprints import ApiBlueprint

bp = ApiBlueprint("safety", __name__, core=True)
