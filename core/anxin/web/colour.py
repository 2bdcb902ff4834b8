"""Colour arithmetic for themes: WCAG contrast, and OKLCH, where lightness can move while the hue stays."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

HEX = re.compile(r"#[0-9a-f]{6}")
_CHROMA_STEP = 0.004
_LIGHTNESS_STEP = 0.005


class Oklch(NamedTuple):
    lightness: float
    chroma: float
    hue: float


def parse(text: str) -> str:
    """`text` as "#rrggbb" in lower case; ValueError when it is no colour. Accepts "1F6F6B" and "#0af"."""
    digits = text.strip().lower().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    colour = f"#{digits}"
    if not HEX.fullmatch(colour):
        raise ValueError(f"not a colour: {text!r}")
    return colour


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _gamma(share: float) -> int:
    share = min(1.0, max(0.0, share))
    return round(255 * (12.92 * share if share <= 0.0031308 else 1.055 * share ** (1 / 2.4) - 0.055))


def _linear_rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (_linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    red, green, blue = _linear_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def to_oklch(colour: str) -> Oklch:
    """Björn Ottosson's OKLab in polar form."""
    red, green, blue = _linear_rgb(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _to_linear_rgb(colour: Oklch) -> tuple[float, float, float]:
    a = colour.chroma * math.cos(math.radians(colour.hue))
    b = colour.chroma * math.sin(math.radians(colour.hue))
    long = (colour.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (colour.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (colour.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """The nearest sRGB colour: chroma is lowered until it fits."""
    while chroma > 0 and any(
        not -0.0005 <= c <= 1.0005 for c in _to_linear_rgb(Oklch(lightness, chroma, hue))
    ):
        chroma -= _CHROMA_STEP
    return "#" + "".join(f"{_gamma(c):02x}" for c in _to_linear_rgb(Oklch(lightness, max(chroma, 0.0), hue)))


def fit(colour: str, grounds: Sequence[str], ratio: float, *, darker: bool) -> str:
    """Move lightness (the hue stays) until `colour` has `ratio` on every ground, else black or white."""
    lightness, chroma, hue = to_oklch(colour)
    while 0 < lightness < 1:
        moved = from_oklch(lightness, chroma, hue)
        if all(contrast(moved, ground) >= ratio for ground in grounds):
            return moved
        lightness += -_LIGHTNESS_STEP if darker else _LIGHTNESS_STEP
    return "#000000" if darker else "#ffffff"
