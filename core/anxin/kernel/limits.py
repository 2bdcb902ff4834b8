"""What no input may hold, whatever its schema allows: characters PostgreSQL cannot keep, dates beyond reckoning."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask import Request
from werkzeug.datastructures import MultiDict

from anxin.kernel.errors import Invalid, NotFound
from anxin.kernel.i18n import lazy

# NUL, and halves of a character that a careless client cut apart: no text column takes them
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
YEARS = range(1900, 2200)  # with days added and zones changed, a date further off would overflow

_CHARACTER = lazy("There is a character in it that cannot be kept.")
_FAR = lazy("This date is too far away.")


def check_address(request: Request) -> None:
    """NotFound for an address, Invalid for a query, that holds what cannot be kept."""
    if UNKEEPABLE.search(request.path):
        raise NotFound()
    if b"%00" in request.query_string:
        raise Invalid(_CHARACTER)


def check_text(data: Any) -> None:
    """Before a schema reads it: Invalid, naming the field."""
    pairs = (
        data.items(multi=True)
        if isinstance(data, MultiDict)
        else data.items()
        if isinstance(data, Mapping)
        else ()
    )
    fields = {name: [_CHARACTER] for name, value in pairs if any(map(UNKEEPABLE.search, _texts(value)))}
    if fields or any(UNKEEPABLE.search(str(name)) for name, _ in pairs):
        raise Invalid(fields=fields)


def check_dates(data: Any) -> None:
    """After a schema has read it: Invalid, naming the field."""
    if isinstance(data, Mapping):
        fields = {
            name: [_FAR]
            for name, value in data.items()
            if isinstance(value, date) and value.year not in YEARS  # a datetime is a date, too
        }
        if fields:
            raise Invalid(fields=fields)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for name, inner in value.items():
                yield str(name)
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)
