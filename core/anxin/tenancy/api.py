"""API of the tenancy room: the same services as its pages."""

from anxin.kernel.blueprints import ApiBlueprint

bp = ApiBlueprint("tenancy", __name__, core=True)
