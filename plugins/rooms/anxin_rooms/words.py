"""Words for codes: room types, states, weekdays."""

from typing import Any

from anxin.plugin import lazy

TYPES: dict[str, Any] = {
    "counselling": lazy("Counselling room"),
    "assessment": lazy("Assessment room"),
    "music": lazy("Music relaxation room"),
    "sandtray": lazy("Sand-tray room"),
    "venting": lazy("Venting room"),
    "group": lazy("Group room"),
    "reading": lazy("Reading room"),
    "decompression": lazy("Decompression room"),
}
STATES: dict[str, tuple[Any, str | None]] = {
    "asked": (lazy("Waits for a yes"), "warn"),
    "booked": (lazy("Booked"), "ok"),
    "here": (lazy("Checked in"), "brand"),
    "done": (lazy("Over"), None),
    "no_show": (lazy("Nobody came"), "warn"),
    "cancelled": (lazy("Cancelled"), None),
    "refused": (lazy("Not possible"), None),
}
PARTS: dict[str, Any] = {
    "morning": lazy("Morning"),
    "afternoon": lazy("Afternoon"),
    "evening": lazy("Evening"),
}
WEEKDAYS: dict[int, Any] = {
    1: lazy("Monday"),
    2: lazy("Tuesday"),
    3: lazy("Wednesday"),
    4: lazy("Thursday"),
    5: lazy("Friday"),
    6: lazy("Saturday"),
    7: lazy("Sunday"),
}
EQUIPMENT: dict[str, tuple[Any, str | None]] = {
    "fine": (lazy("In order"), "ok"),
    "faulty": (lazy("Broken"), "warn"),
    "repair": (lazy("Being mended"), "warn"),
    "retired": (lazy("Given away"), None),
}
TICKETS: dict[str, tuple[Any, str | None]] = {
    "open": (lazy("To be mended"), "warn"),
    "doing": (lazy("Being mended"), "info"),
    "done": (lazy("Mended"), "ok"),
}
TAKEN = lazy("Taken")
