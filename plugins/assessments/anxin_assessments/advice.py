"""What a result means and does not mean, and what one could do next, by warning level. Words only.

Advice comes in the order in which it costs least to take: something for oneself, people nearby, a counsellor.
"""

from typing import Any, NamedTuple

from anxin.plugin import lazy

Text = Any


class Step(NamedTuple):
    icon: str
    title: Text
    text: Text


_REST = Step("leaf", lazy("For yourself"), lazy("Sleep, daylight, something you like: small and every day."))
_BREATHE = Step(
    "wind", lazy("For yourself"), lazy("Breathe out slowly for two minutes; walk a little after work.")
)
_PEOPLE = Step("users", lazy("With others"), lazy("Tell somebody at home or in the team how it has been."))
_GROUP = Step(
    "users", lazy("With others"), lazy("A group session: others know this too, and it helps to hear it.")
)
_TALK = Step(
    "message-circle-heart",
    lazy("With a counsellor"),
    lazy("One talk is often enough to see a next step. It is free, and your employer does not know."),
)
_FAMILY = Step(
    "house", lazy("With your family"), lazy("If it weighs on home too, a counsellor can see you together.")
)
_DOCTOR = Step(
    "hand-heart",
    lazy("With a doctor"),
    lazy("If sleep, work or meals have suffered for two weeks or more, let a doctor look at it as well."),
)

STEPS: tuple[tuple[Step, ...], ...] = (
    (_REST, _PEOPLE),
    (_BREATHE, _GROUP, _TALK),
    (_TALK, _FAMILY, _DOCTOR),
    (_TALK, _DOCTOR),
)
MEANS: tuple[Text, ...] = (
    lazy("It says how the last while felt to you, compared with the scale's own steps."),
    lazy("It can move within days; one hard week shows."),
)
MEANS_NOT: tuple[Text, ...] = (
    lazy("It is no diagnosis and no verdict on how you work."),
    lazy("It does not know what happened, or what you have managed already."),
)
# who is told, and by when: the house's ladder, for the counsellors' page
LADDER: tuple[tuple[Text, Text, Text], ...] = (
    (lazy("Below all cut-offs"), lazy("Nobody"), lazy("Offered to look again after six months")),
    (
        lazy("A little above a cut-off"),
        lazy("Nobody by name"),
        lazy("Self-help and a way to a counsellor; offered to look again after three months"),
    ),
    (
        lazy("A high score, or an answer that asks for a closer look"),
        lazy("Counsellor and supervisor"),
        lazy("Contact within 24 hours after an answer, 72 hours after a score; one signature closes it"),
    ),
    (
        lazy("An answer that speaks of danger"),
        lazy("Counsellor and supervisor on duty"),
        lazy("Taken on within 15 minutes, called within 60; two different people close it"),
    ),
)
