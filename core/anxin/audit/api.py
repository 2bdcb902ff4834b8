"""API of the audit room: the same services as its pages."""

from anxin.kernel.blueprints import ApiBlueprint

bp = ApiBlueprint("audit", __name__, core=True)
