"""API of the identity room: the same services as its pages."""

from anxin.kernel.blueprints import ApiBlueprint

bp = ApiBlueprint("identity", __name__, core=True)
