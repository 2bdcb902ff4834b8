"""What a file still tells of who made it: author fields of a PDF, names inside its metadata. Pure functions.

The drawn text of a page cannot be searched here (fonts number their glyphs as they like): a person looks at it besides.
"""

import re
import zlib
from collections.abc import Iterable, Iterator

INFLATED = 20_000_000  # bytes unpacked of one file at the most
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
FIELDS = (
    re.compile(
        rb"/(Author|Company|LastModifiedBy|Manager)\s*\(((?:[^()\\]|\\.)*[^()\s\\](?:[^()\\]|\\.)*)\)"
    ),
    re.compile(rb"/(Author|Company|LastModifiedBy|Manager)\s*<\s*([0-9A-Fa-f\s]{6,})>"),
    re.compile(rb"<(dc:creator|xmp:CreatorTool|pdf:Author)[^>]*>(?:\s*<[^>]+>)*\s*([^<\s][^<]*)<"),
)
SOFTWARE = frozenset({b"xmp:CreatorTool"})  # names a program, not a person


def traces(data: bytes, names: Iterable[str]) -> list[str]:
    """What was found: names of fields that are filled, and which of `names` stand in it, each once."""
    known = [name for name in dict.fromkeys(names) if len(name) > 1]
    found: dict[str, None] = {}
    for part in _parts(data):
        for pattern in FIELDS:
            for field, _value in pattern.findall(part):
                if field not in SOFTWARE:
                    found[field.decode()] = None
        for name in known:
            if any(form in part for form in (name.encode(), name.encode("utf-16-be"), _hex(name))):
                found[name] = None
    return list(found)


def _hex(name: str) -> bytes:
    """A name as a PDF writes it between < and >."""
    return name.encode("utf-16-be").hex().upper().encode()


def _parts(data: bytes) -> Iterator[bytes]:
    """The file itself, then its packed streams."""
    yield data
    left = INFLATED
    for packed in STREAM.findall(data):
        try:
            part = zlib.decompressobj().decompress(packed, left)
        except zlib.error:
            continue  # packed another way, or not at all: it was looked at as it stands
        left -= len(part)
        yield part
        if left <= 0:
            return
