"""Who may do what with contracts and their figures. Staff of an agency, working in an employer's tenant, may do none of
it there: each party acts from its own tenant (see parties.py).
"""

from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy

BOTH = ("union_admin", "agency_manager")

READ = Permission(
    "contracts.read", lazy("Read service contracts, what was served and the statements"), suggested_roles=BOTH
)
MANAGE = Permission(
    "contracts.manage",
    lazy("Draft, change and end service contracts, and name their staff"),
    suggested_roles=BOTH,
)
SIGN = Permission("contracts.sign", lazy("Sign service contracts"), suggested_roles=BOTH)
PUBLISH = Permission(
    "contracts.rollups.publish",
    lazy("Publish monthly figures to the union above"),
    suggested_roles=("union_admin",),
)
READ_ROLLUPS = Permission(
    "contracts.rollups.read",
    lazy("Read the figures the unions below have published"),
    suggested_roles=("officer", "union_admin"),
)
