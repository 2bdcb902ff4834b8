"""Codes of the contracts room as people read them."""

from typing import Any

from anxin.kernel.i18n import _, lazy

# what can be served and billed, with the unit it is counted in
KINDS: dict[str, Any] = {
    "session": lazy("Counselling session"),
    "call": lazy("Hotline call"),
    "interpretation": lazy("Talk about a self-test"),
    "visit": lazy("Visit on site"),
    "group": lazy("Group session"),
    "lecture": lazy("Lecture"),
    "report": lazy("Report"),
}
# the clocks a contract may set: kind of work that waits → (title, minutes in one unit of the form)
CLOCKS: dict[str, tuple[Any, int]] = {
    "crisis": (lazy("Crises and requests for help: contact within (minutes)"), 1),
    "request": (lazy("Other requests: answer within (hours)"), 60),
    "follow_up": (lazy("Follow-ups: call within (days)"), 24 * 60),
}
CLOCKS_SAID: dict[str, Any] = {
    "crisis": lambda number: _(
        "Crises and requests for help: contact within %(number)s minutes", number=number
    ),
    "request": lambda number: _("Other requests: answer within %(number)s hours", number=number),
    "follow_up": lambda number: _("Follow-ups: call within %(number)s days", number=number),
}
CLOCK_NAMES: dict[str, Any] = {
    "crisis": lazy("Request for help"),
    "request": lazy("Request"),
    "follow_up": lazy("Follow-up"),
    "task": lazy("Task"),
}
STATES: dict[str, tuple[Any, str]] = {
    "draft": (lazy("Contract draft"), "info"),
    "running": (lazy("In force"), "ok"),
    "ended": (lazy("Ended"), ""),
}
SIDES: dict[str, Any] = {
    "employer": lazy("Union"),
    "agency": lazy("Agency"),
    "system": lazy("Done by the system"),
}
REASONS: dict[str, Any] = {
    "agreed": lazy("Both agreed to end it early"),
    "expired": lazy("The agreed time is over"),
    "breach": lazy("A party did not keep it"),
    "other": lazy("Another reason"),
}
STEPS: dict[str, Any] = {
    "access": lazy("Access of the agency's people ended"),
    "shifts": lazy("Their turns on the duty rota removed"),
    "assignments": lazy("People they worked with released"),
    "handover": lazy("Hand open cases over to whoever takes the work on"),
    "return": lazy("Return papers and exported files to the union"),
    "delete": lazy("Delete all copies, backups included"),
    "receipt": lazy("Confirm that everything has come back and is deleted"),
}
