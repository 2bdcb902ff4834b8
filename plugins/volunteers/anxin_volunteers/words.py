"""Codes of the plugin as people read them, and which step leads where."""

from typing import Any

from anxin.plugin import lazy

Text = Any

STATES: dict[str, Text] = {
    "applied": lazy("Has applied"),
    "trial": lazy("On probation"),
    "active": lazy("Active"),
    "paused": lazy("Pausing"),
    "declined": lazy("Not taken on"),
    "left": lazy("Has left"),
}
OUTSIDE_STATES: dict[str, Text] = {
    "applied": STATES["applied"],
    "approved": lazy("Was taken on"),
    "declined": STATES["declined"],
}
SERVING = ("trial", "active")
TONES = {"applied": "warn", "trial": "info", "active": "ok"}
# what may be decided in which state, and what it becomes
DECISIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "approve": (("applied", "declined"), "trial"),
    "decline": (("applied",), "declined"),
    "confirm": (("trial",), "active"),
    "pause": (SERVING, "paused"),
    "resume": (("paused",), "active"),
    "dismiss": ((*SERVING, "paused"), "left"),
}
DECISION_WORDS: dict[str, Text] = {
    "approve": lazy("Approve"),
    "decline": lazy("Do not take on"),
    "confirm": lazy("End the probation"),
    "pause": lazy("Pause"),
    "resume": lazy("Resume"),
    "dismiss": lazy("End the service"),
}
POSTS: dict[str, Text] = {
    "liaison": lazy("Liaison officer"),
    "lead": lazy("Lead of liaisons"),
    "guide": lazy("Guide"),
}
CALL_STATES: dict[str, Text] = {
    "draft": lazy("Draft"),
    "open": lazy("Recruiting"),
    "closed": lazy("Closed"),
}
TEAM_KINDS: dict[str, Text] = {"team": lazy("Team"), "squad": lazy("Squad")}
PARTS: dict[str, Text] = {"leader": lazy("Team leader"), "member": lazy("Team member")}
WHY: dict[str, Text] = {
    "quota": lazy("One from each branch"),
    "qualified": lazy("Qualified"),
    "experience": lazy("Serves longest"),
}
HELD: dict[str, Text] = {
    "claimed": lazy("To be checked"),
    "verified": lazy("Valid"),
    "refused": lazy("Not recognised"),
    "revoked": lazy("Revoked"),
}

# ---- the liaison network ---------------------------------------------------------------------------------

# what one can see or hear; nothing that would name an illness
SIGNS: dict[str, Text] = {
    "sleepless": lazy("Says that sleep does not come, or looks worn out day after day"),
    "absent": lazy("Comes late, leaves early or stays away more than before"),
    "mistakes": lazy("Makes slips at work that never happened before"),
    "withdrawn": lazy("Keeps apart, has stopped eating or talking with the others"),
    "tearful": lazy("Was seen crying, or choked up while speaking"),
    "temper": lazy("Loses the temper over small things, quarrels"),
    "drinking": lazy("Drinks clearly more than before"),
    "loss": lazy("Has lost somebody, or somebody at home is gravely ill"),
    "change": lazy("A big change at work or at home: post, money, marriage"),
    "giving_away": lazy("Gives away things that matter, puts affairs in order"),
    "hopeless": lazy("Said that it would be better not to be there, or that everything is pointless"),
    "harm": lazy("Has hurt themself, or has prepared something to do it"),
}
DANGER = frozenset({"giving_away", "hopeless", "harm"})
SINCE: dict[str, Text] = {
    "days": lazy("For some days"),
    "weeks": lazy("For some weeks"),
    "months": lazy("For months"),
}
# words that judge instead of telling what was seen
VERDICTS = (
    "抑郁症",
    "焦虑症",
    "躁郁",
    "双相",
    "精神病",
    "神经病",
    "精神分裂",
    "人格障碍",
    "强迫症",
    "自闭",
    "心理变态",
    "有病",
    "疯",
    "depressive disorder",
    "bipolar",
    "schizophren",
    "psychotic",
    "insane",
)
SLIP_STATES: dict[str, Text] = {
    "sent": lazy("On its way"),
    "received": lazy("Received"),
    "handled": lazy("Handled"),
}
SLIP_KINDS: dict[str, Text] = {
    "concern": lazy("Concern handed on"),
    "visit": lazy("Visit noted"),
    "period": lazy("Time of care noted"),
}
OUTCOMES: dict[str, Text] = {
    "talked": lazy("Talked with the person, nothing more needed"),
    "counselling": lazy("Counselling has begun or is arranged"),
    "practical": lazy("Practical help is arranged"),
    "emergency": lazy("Emergency services or family have taken over"),
    "declined": lazy("The person does not want it, and was told where to turn"),
    "unfounded": lazy("There was no need"),
}
REASONS: dict[str, Text] = {
    "post": lazy("A new post or a change of shift"),
    "family": lazy("Something has happened in the family"),
    "illness": lazy("Illness, an accident, an operation"),
    "exam": lazy("An exam year at home, or a house to find"),
    "retirement": lazy("Retirement is near"),
    "other": lazy("Another reason"),
}
VISITS: dict[str, Text] = {
    "home": lazy("At home or in the dormitory"),
    "work": lazy("At work"),
    "phone": lazy("By telephone or message"),
    "hospital": lazy("In hospital"),
}
HELP: dict[str, Text] = {
    "listened": lazy("Listened"),
    "practical": lazy("Lent a hand with something"),
    "gift": lazy("Brought something from the union"),
    "informed": lazy("Told them about the counsellors and 12356"),
}

# ---- shifts ----------------------------------------------------------------------------------------------

PARTS_OF_DAY: dict[str, Text] = {
    "morning": lazy("morning"),
    "afternoon": lazy("afternoon"),
    "evening": lazy("evening"),
}
WEEKDAYS: tuple[Text, ...] = (
    lazy("Mon"),
    lazy("Tue"),
    lazy("Wed"),
    lazy("Thu"),
    lazy("Fri"),
    lazy("Sat"),
    lazy("Sun"),
)
SIGNUPS: dict[str, Text] = {
    "offered": lazy("Waits for the union's yes"),
    "assigned": lazy("Fixed"),
    "waiting": lazy("On the waitlist"),
    "invited": lazy("A place became free"),
    "cancelled": lazy("Cancelled"),
    "refused": lazy("Taken out"),
    "lapsed": lazy("Lapsed"),
    "swapped": lazy("Handed to a colleague"),
}
SIGNUP_TONES = {"assigned": "ok", "offered": "warn", "invited": "warn", "waiting": "info"}
UNMET: dict[str, Text] = {
    "full": lazy("Full already"),
    "met": lazy("Filled by the proposal"),
    "nobody_holds": lazy("Nobody holds what the role wants on that day"),
    "all_busy": lazy("Everybody who could serves elsewhere around that time"),
    "caps": lazy("Those who could have their weekly limit, or serve in another shift of this proposal"),
    "too_few": lazy("Fewer people are able and free than places"),
}

# ---- hours and thanks ------------------------------------------------------------------------------------

SOURCES: dict[str, Text] = {"checkin": lazy("From a check-in"), "self": lazy("Told by oneself")}
HOUR_STATES: dict[str, Text] = {
    "claimed": lazy("To be confirmed"),
    "confirmed": lazy("Confirmed"),
    "refused": lazy("Not confirmed"),
}
CORRECTIONS: dict[str, Text] = {
    "typo": lazy("mistyped"),
    "longer": lazy("it took longer"),
    "shorter": lazy("it was shorter"),
    "duplicate": lazy("counted twice"),
}
LISTS: dict[str, Text] = {
    "draft": lazy("Draft"),
    "public": lazy("Public"),
    "granted": lazy("Granted"),
}

# ---- learning and meeting ---------------------------------------------------------------------------------

MEETINGS: dict[str, Text] = {
    "supervision": lazy("Supervision"),
    "debrief": lazy("Debrief after a hard case"),
    "team": lazy("Team meeting"),
}
HELD_STATES: dict[str, Text] = {
    "planned": lazy("Planned"),
    "held": lazy("Has taken place"),
    "cancelled": lazy("Cancelled"),
}
CAME: dict[str, Text] = {
    "enrolled": lazy("Seat taken"),
    "asked": lazy("Asked to come"),
    "came": lazy("Came"),
    "missed": lazy("Did not come"),
}
CAME_TONES = {"came": "ok", "enrolled": "info", "asked": "info"}
