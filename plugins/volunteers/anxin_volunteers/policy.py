"""The plugin's words: who may do what, and what people are asked to agree to. Its audit entries: entries.py."""

from anxin.plugin import NoticeKind, Permission, Purpose, lazy

JOIN = Permission(
    "volunteers.join",
    lazy("Volunteer, and see one's own service"),
    scope="own",
    suggested_roles=("employee", "volunteer"),
)
REPORT = Permission(
    "volunteers.concern.report",
    lazy("Hand on a concern about a colleague, when appointed as a liaison officer"),
    scope="own",
    suggested_roles=("employee", "liaison"),
)
MANAGE = Permission(
    "volunteers.manage",
    lazy("Run the volunteers: recruit, teams, shifts, hours, recognition"),
    scope="tenant",
    suggested_roles=("union_admin", "volunteer_lead"),
)
FIGURES = Permission(
    "volunteers.figures.read",
    lazy("See coverage and figures of the volunteers, never anybody who was helped"),
    scope="tenant",
    suggested_roles=("union_admin", "officer", "volunteer_lead"),
)
CARE = Permission(
    "volunteers.concern.read",
    lazy("Read what liaison officers handed on about people you work with"),
    scope="assigned",
    clinical=True,
    suggested_roles=("duty", "counsellor", "supervisor"),
)

SERVE = Purpose(
    name="volunteers.serve",
    title=lazy("Volunteering"),
    version=1,
    data_classes=("participation",),
    text=lazy(
        "What happens: we keep that you volunteer, your teams, qualifications, shifts and hours, so that "
        "service can be planned and thanked for.\n"
        "Who sees it: you, and the people of the union who run the volunteers. Teammates see your name in "
        "a shift you share.\n"
        "How long: three years after you leave.\n"
        "You may leave at any time under “Volunteering”, and withdraw under “Me”; then nothing new is "
        "planned with you."
    ),
)
CARED = Purpose(
    name="volunteers.care",
    title=lazy("Being looked in on by a liaison officer"),
    version=1,
    sensitive=True,
    data_classes=("care", "safety"),
    recipient=lazy("The liaison officer of your unit, and the counsellors of the contracted agency"),
    text=lazy(
        "What happens: the liaison officer of your unit may look in on you, you or they may note a time "
        "in which a kind word helps (a new post, a loss in the family), and counsellors may read what was "
        "handed on and noted to help you.\n"
        "Who sees it: the liaison officer sees your name and that a greeting is due, not why. The reasons "
        "and notes are read by the counsellors who work with you, never by your employer or your union.\n"
        "How long: two years, then it is deleted.\n"
        "You may say no, and withdraw at any time under “Me”: then nobody is sent to you and nobody can "
        "open the notes. In danger to life the counsellor on duty is called in any case."
    ),
)

# core's own purpose: in danger to life the counsellor on duty reads what raised the alarm (PIPL 13(4))
IN_DANGER = "safety.crisis"

PERMISSIONS = [JOIN, REPORT, MANAGE, FIGURES, CARE]
PURPOSES = [SERVE, CARED]

WAITS = NoticeKind(
    "volunteers.waits", lazy("There is something for you to decide. Please sign in to see it.")
)
NEWS = NoticeKind("volunteers.news", lazy("There is news for you. Please sign in to see it."))
SHIFT = NoticeKind("volunteers.shift", lazy("Something you signed up for is coming or has changed."))
EXPIRES = NoticeKind("volunteers.expires", lazy("Something you handed in expires soon. Please sign in."))
GREETING = NoticeKind("volunteers.greeting", lazy("A kind word is due. Please sign in to see for whom."))
CLOCK = NoticeKind("volunteers.clock", lazy("A sheet waits for you to hand it on. Please sign in."))
ASKED = NoticeKind("volunteers.asked", lazy("Somebody would like to know how you are. Sign in to see."))
OUTSIDE = NoticeKind(
    "volunteers.outside", lazy("There is an answer to what you sent us. Open the link to see it.")
)
CONFIRM = NoticeKind(
    "volunteers.confirm", lazy("Somebody named you as the way to reach them. Open the link if that was you.")
)
NOTICES = [WAITS, NEWS, SHIFT, EXPIRES, GREETING, CLOCK, ASKED, OUTSIDE, CONFIRM]

# what somebody agrees to who applies without an account; a change of the text raises the version
OUTSIDE_VERSION = 1
OUTSIDE_TEXT = lazy(
    "What happens: we keep your name, how you can be reached and your answers, to decide whether you can "
    "volunteer here and to tell you so.\n"
    "Who sees it: the people of the union who run the volunteers; each look is written down.\n"
    "How long: if you are not taken on, 90 days, otherwise it becomes your own record; what nobody has decided "
    "after a year is deleted.\n"
    "Your link shows how it stands. With it you can take the application back; then all of it is deleted at "
    "once. Before your first task you sign the confidentiality agreement below."
)

# public forms: so often from one address (an office may share one)
DOORS = {
    "volunteers.outside_apply": "20 per minute",
    "volunteers.outside_state": "60 per minute",
    "volunteers.outside_withdraw": "20 per minute",
    "volunteers.outside_confirm_form": "60 per minute",
    "volunteers.outside_confirm": "20 per minute",
    "volunteers-api.outside_apply": "20 per minute",
    "volunteers-api.outside_state": "60 per minute",
    "volunteers-api.outside_withdraw": "20 per minute",
    "volunteers-api.outside_confirm": "20 per minute",
}

PLEDGE_VERSION = 1
PLEDGE = lazy(
    "I keep to myself what people confide in me and what I see while serving. I do not write it down "
    "outside this platform, take pictures or pass it on, neither to leaders nor to colleagues nor at home.\n"
    "I serve only when I am asked to, within what I have learned. I do not judge what somebody has; I hand "
    "on what I saw and heard to those who are trained for it.\n"
    "When somebody's life may be in danger I call for help at once; then silence does not bind me.\n"
    "These promises hold on after I leave."
)
