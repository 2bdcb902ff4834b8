"""Opening hours as people write them: "9:00-12:00, 14:00-17:00"."""

import re
from collections.abc import Sequence

SPAN = re.compile(r"^(\d{1,2})(?::(\d\d))?-(\d{1,2})(?::(\d\d))?$")
SIGNS = str.maketrans(
    {"：": ":", "，": ",", "、": ",", "；": ",", ";": ",", "–": "-", "—": "-", "~": "-", "～": "-", "至": "-"}
)


def read_hours(text: str) -> list[tuple[int, int]]:
    """ "9:00-12:00, 14:00-17:00" → minutes of the day; ValueError for anything else. Chinese signs are fine."""
    plain = text.translate(SIGNS)
    spans = []
    for part in re.sub(r"\s", "", plain).split(","):
        if not part:
            continue
        if not (match := SPAN.match(part)):
            raise ValueError(part)
        opens, closes = (int(match[n]) * 60 + int(match[n + 1] or 0) for n in (1, 3))
        if not 0 <= opens < closes <= 1440:
            raise ValueError(part)
        spans.append((opens, closes))
    spans.sort()
    if any(spans[n][1] > spans[n + 1][0] for n in range(len(spans) - 1)):
        raise ValueError(text)
    return spans


def write_hours(spans: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{a // 60}:{a % 60:02}-{b // 60}:{b % 60:02}" for a, b in spans)
