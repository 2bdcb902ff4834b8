"""Who may do what in the safety room, and why it may look: the words other modules of the room guard
themselves with.
"""

from anxin.extension.manifest import Purpose
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy

HANDLE = Permission(
    "safety.crisis.handle",
    lazy("Answer requests for help and crises"),
    scope="tenant",
    clinical=True,
    at_agency=True,
    suggested_roles=("duty", "counsellor", "supervisor"),
)
SECOND_KEY = Permission(
    "safety.glass.second",
    lazy("Turn the second key in an emergency"),
    scope="tenant",
    clinical=True,
    at_agency=True,
    suggested_roles=("supervisor",),
)
MANAGE_DUTY = Permission(
    "safety.duty.manage",
    lazy("Keep the duty rota"),
    scope="tenant",
    suggested_roles=("supervisor", "agency_manager", "union_admin"),
)
READ_FIGURES = Permission(
    "safety.figures.read",
    lazy("See how many requests for help there were, never whose"),
    scope="tenant",
    suggested_roles=("union_admin", "agency_manager"),
)

CRISIS = Purpose(
    name="safety.crisis",
    title=lazy("Help in a crisis"),
    version=1,
    basis="vital_interest",
    sensitive=True,
    data_classes=("safety", "contact"),
    recipient=lazy("The counsellor on duty and the supervisor of the contracted agency"),
    text=lazy(
        "What happens: when you ask for a call, or an answer says that you may be in danger, the counsellor "
        "on duty is told at once that you need a call. In a crisis they see your name, unit and phone; "
        "your answers and results stay closed unless you agreed to share them.\n"
        "Who sees it: the counsellor on duty and the supervisor, never your employer or your union.\n"
        "How long: five years after it is closed, locked away. "
        "This protects life and health (Personal Information Protection Law, article 13(4)), so it is not "
        "asked for; every look is written down and you can see it under “Who looked at my information”."
    ),
)
