"""marshmallow's own messages in the house's words and the reader's language: they reach people beside a field, and were
written for developers. A message of ours, and one that a library adds some day, goes through as it is.
"""

import re
from collections.abc import Callable
from typing import Any

from anxin.kernel.i18n import lazy

EXACT: dict[str, Any] = {
    "Missing data for required field.": lazy("Fill this in."),
    "Field may not be null.": lazy("Fill this in."),
    "Unknown field.": lazy("There is no such field here."),
    "Not a valid string.": lazy("Write text here."),
    "Not a valid utf-8 string.": lazy("Write text here."),
    "Not a valid integer.": lazy("Write a whole number."),
    "Not a valid number.": lazy("Write a number."),
    "Number too large.": lazy("This number is too large."),
    "Special numeric values (nan or infinity) are not permitted.": lazy("Write a number."),
    "Not a valid boolean.": lazy("Say yes or no."),
    "Not a valid date.": lazy("Write a day like 2026-11-22."),
    "Not a valid time.": lazy("Write a time like 22:00."),
    "Not a valid datetime.": lazy("Write day and time like 2026-11-22 14:00."),
    "Not a valid aware datetime.": lazy("Write day and time like 2026-11-22 14:00."),
    "Not a valid naive datetime.": lazy("Write day and time like 2026-11-22 14:00."),
    "Not a valid period of time.": lazy("Write how long it takes."),
    "Not a valid UUID.": lazy("This is not a valid choice."),
    "Not a valid URL.": lazy("Write an address that begins with https://."),
    "Not a valid email address.": lazy("This is not a mail address."),
    "Not a valid list.": lazy("A list is expected here."),
    "Not a valid tuple.": lazy("A list is expected here."),
    "Not a valid mapping type.": lazy("Names with values are expected here."),
    "Invalid input type.": lazy("Names with values are expected here."),
    "Invalid type.": lazy("This is not a valid choice."),
    "Invalid value.": lazy("This is not a valid choice."),
    "Invalid input.": lazy("This is not a valid choice."),
    "String does not match expected pattern.": lazy("This is not written as it should be."),
}

_NUMBER = r"(-?[\d.]+)"
SHAPES: list[tuple[re.Pattern[str], Callable[..., Any]]] = [
    (
        re.compile(rf"Shorter than minimum length {_NUMBER}\."),
        lambda least: (
            lazy("Fill this in.") if least == "1" else lazy("At least %(least)s, please.", least=least)
        ),
    ),
    (
        re.compile(rf"Longer than maximum length {_NUMBER}\."),
        lambda most: lazy("This is too long: at most %(most)s.", most=most),
    ),
    (
        re.compile(rf"Length must be between {_NUMBER} and {_NUMBER}\."),
        lambda least, most: lazy("Between %(least)s and %(most)s long, please.", least=least, most=most),
    ),
    (
        re.compile(rf"Length must be {_NUMBER}\."),
        lambda exact: lazy("Exactly %(exact)s long, please.", exact=exact),
    ),
    (
        re.compile(rf"Must be greater than or equal to {_NUMBER} and less than or equal to {_NUMBER}\."),
        lambda least, most: lazy("A number from %(least)s to %(most)s, please.", least=least, most=most),
    ),
    (
        re.compile(rf"Must be greater than or equal to {_NUMBER}\."),
        lambda least: lazy("%(least)s or more, please.", least=least),
    ),
    (
        re.compile(rf"Must be less than or equal to {_NUMBER}\."),
        lambda most: lazy("%(most)s or less, please.", most=most),
    ),
    (
        re.compile(rf"Must be greater than {_NUMBER}(?: and less than.*)?\."),
        lambda least: lazy("More than %(least)s, please.", least=least),
    ),
    (
        re.compile(rf"Must be less than {_NUMBER}\."),
        lambda most: lazy("Less than %(most)s, please.", most=most),
    ),
    (
        re.compile(r"Must be one of: (.*)\.", re.DOTALL),
        lambda choices: lazy("Choose one of: %(choices)s.", choices=choices),
    ),
    (
        re.compile(r"One or more of the choices you made was not in: (.*)\.", re.DOTALL),
        lambda choices: lazy("Choose from: %(choices)s.", choices=choices),
    ),
]


def plain(message: Any) -> Any:
    """The house's words for a message of marshmallow's; any other message as it came."""
    if not isinstance(message, str):
        return message
    if message in EXACT:
        return EXACT[message]
    for shape, say in SHAPES:
        if match := shape.fullmatch(message):
            return say(*match.groups())
    return message
