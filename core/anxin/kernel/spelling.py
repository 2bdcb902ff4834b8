"""One spelling for what people type, so that a number can be found however it was written."""

import unicodedata
from collections.abc import Callable


def _bare(text: str) -> str:
    """Full-width forms folded (NFKC); spaces, all kinds of dashes and invisible characters dropped."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if unicodedata.category(c) not in ("Zs", "Pd", "Cf", "Cc"))


def _phone(text: str) -> str:
    """Chinese numbers as dialled at home (13800138000, 01065521234); others keep + and country code."""
    number = _bare(text).translate(str.maketrans("", "", "().·/"))
    for prefix in ("+86", "0086"):
        if number.startswith(prefix):
            return _at_home(number.removeprefix(prefix))
    if number.startswith("86") and len(number) == 13 and number[2] == "1":
        return number[2:]
    return f"+{number[2:]}" if number.startswith("00") else number


def _at_home(number: str) -> str:
    """A national number after +86: mobiles begin with 1, area codes are dialled with a 0 in front."""
    if not number:
        return ""
    is_mobile = len(number) == 11 and number.startswith("1")
    return number if is_mobile or number.startswith(("0", "400", "800")) else f"0{number}"


def _code(text: str) -> str:
    return _bare(text).upper()


def _email(text: str) -> str:
    return _bare(text).casefold()


def _text(text: str) -> str:
    """Names and other words: one space between words, letter case ignored."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


NORMALISERS: dict[str, Callable[[str], str]] = {
    "phone": _phone,
    "id_number": _code,
    "employee_no": _code,
    "email": _email,
    "text": _text,
}


def normalise(kind: str, text: str) -> str:
    """The one spelling of a text of this kind; ValueError for an unknown kind or an empty result."""
    if kind not in NORMALISERS:
        raise ValueError(f"unknown kind of text: {kind}; known are {', '.join(NORMALISERS)}")
    plain = NORMALISERS[kind](text)
    while (
        again := NORMALISERS[kind](plain)
    ) != plain:  # what was dropped or folded may bring new things together
        plain = again
    if not plain:
        raise ValueError(f"nothing to index in this {kind}")
    return plain
