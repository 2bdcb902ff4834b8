"""What no input may hold, whatever its schema allows: characters PostgreSQL cannot keep, dates beyond reckoning."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import chain
from typing import Any

from flask import Request
from werkzeug.datastructures import MultiDict

from anxin.kernel.errors import Invalid, NotFound
from anxin.kernel.i18n import lazy

# NUL, and halves of a character that a careless client cut apart: no text column takes them
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
YEARS = range(1900, 2200)  # with days added and zones changed, a date further off would overflow

SIMPLE = (str, int, float, type(None))

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
    if isinstance(data, MultiDict):
        data = dict(data.lists())
    if not isinstance(data, Mapping) or _keepable(data):
        return
    raise Invalid(
        fields={
            name: [_CHARACTER] for name, value in data.items() if _keepable(name) and not _keepable(value)
        }
    )


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


def _keepable(value: Any) -> bool:
    match value:
        case str():
            return not UNKEEPABLE.search(value)
        case Mapping():
            return _keepable(list(chain.from_iterable(value.items())))
        case list() | tuple():  # all its texts at once: a form is a few dozen short ones
            if UNKEEPABLE.search("".join([each for each in value if isinstance(each, str)])):
                return False
            return all(_keepable(each) for each in value if not isinstance(each, SIMPLE))
        case _:
            return True
