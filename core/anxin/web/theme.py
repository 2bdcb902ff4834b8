"""A tenant picks one colour; this derives every colour of its pages, light and dark, each pair at WCAG AA.

Lightness moves in OKLCH until a pair passes, the hue stays, and the administrator sees what was moved. A red
brand pushes "error" towards magenta, so that a button never reads as a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from anxin.kernel.i18n import lazy
from anxin.web.colour import contrast, fit, from_oklch, parse, to_oklch

DEFAULT_BRAND = "#1f6f6b"
PRESETS = (DEFAULT_BRAND, "#d7000f", "#f39800", "#0052d9", "#6a3d9a", "#ffd400")

AA_TEXT = 4.5
AA_CONTROL = 3.0
_AIM = 4.6  # a little more than AA, because hex colours are rounded
_STRONG = 7.0

Tokens = dict[str, str]

LIGHT: Tokens = {
    "paper": "#f7f5f0", "surface": "#ffffff", "sunk": "#f0ede5",
    "ink": "#1d2b2a", "ink-2": "#4a5a58", "ink-3": "#5f6d6a",
    "line": "#e4dfd4", "line-2": "#85897f", "focus": "#1d2b2a",
    "info": "#27608f", "info-soft": "#e8f0f7", "ok": "#2c6b41", "ok-soft": "#e6f2e9",
    "warn": "#82540a", "warn-soft": "#fbf0d9", "danger": "#a3382c", "danger-soft": "#fbeae6",
    "care": "#7a3b1e", "care-soft": "#fdf0e4", "care-line": "#e8b98f",
    "chart-1": "#1f7a74", "chart-2": "#c9772a", "chart-3": "#5b6fb5", "chart-4": "#9a5a86",
}  # fmt: skip
DARK: Tokens = {
    "paper": "#121817", "surface": "#1b2423", "sunk": "#161e1d",
    "ink": "#edf2f0", "ink-2": "#b6c3c0", "ink-3": "#93a29e",
    "line": "#2c3836", "line-2": "#71807c", "focus": "#edf2f0",
    "info": "#8fbfe6", "info-soft": "#1b2d3b", "ok": "#8fd0a3", "ok-soft": "#1b3022",
    "warn": "#e9bf6f", "warn-soft": "#352a14", "danger": "#f0a195", "danger-soft": "#3b211d",
    "care": "#f3c39c", "care-soft": "#33251a", "care-line": "#7a5638",
    "chart-1": "#5cc0b8", "chart-2": "#e8a862", "chart-3": "#9fb0ee", "chart-4": "#d79bc4",
}  # fmt: skip


class Pair(NamedTuple):
    """A foreground on a ground, as a page shows it, and the contrast it needs."""

    use: object  # a lazy string
    fore: str
    ground: str
    need: float = AA_TEXT


PAIRS = (
    *(Pair(lazy("Body text"), "ink", ground) for ground in ("paper", "surface", "sunk", "brand-soft")),
    *(Pair(lazy("Secondary text"), "ink-2", ground) for ground in ("paper", "surface", "sunk", "brand-soft")),
    *(Pair(lazy("Explanations"), "ink-3", ground) for ground in ("paper", "surface", "sunk")),
    Pair(lazy("Button label"), "on-brand", "brand"),
    Pair(lazy("Button label, pointed at"), "on-brand", "brand-hover"),
    *(Pair(lazy("Link text"), "brand-text", ground) for ground in ("paper", "surface", "sunk")),
    Pair(lazy("Chosen item"), "brand-text", "brand-soft"),
    *(Pair(lazy("Information notes"), "info", ground) for ground in ("info-soft", "surface", "paper")),
    *(Pair(lazy("Success notes"), "ok", ground) for ground in ("ok-soft", "surface", "paper")),
    *(Pair(lazy("Reminder notes"), "warn", ground) for ground in ("warn-soft", "surface", "paper")),
    *(Pair(lazy("Error notes"), "danger", ground) for ground in ("danger-soft", "surface", "paper")),
    *(Pair(lazy("Help bar"), "care", ground) for ground in ("care-soft", "surface", "paper")),
    *(Pair(lazy("Borders of controls"), "line-2", ground, AA_CONTROL) for ground in ("surface", "paper")),
    *(Pair(lazy("Focus ring"), "focus", ground, AA_CONTROL) for ground in ("paper", "surface", "brand-soft")),
    *(Pair(lazy("Charts"), f"chart-{n}", "surface", AA_CONTROL) for n in (1, 2, 3, 4)),
)


@dataclass(frozen=True)
class Theme:
    brand: str
    light: Tokens
    dark: Tokens
    clash: bool  # the brand is so red that errors were moved to magenta

    @property
    def moved(self) -> bool:
        """Whether buttons had to leave the picked colour so that their labels can be read."""
        return self.light["brand"] != self.brand


class Measured(NamedTuple):
    use: str
    pair: str
    need: float
    light: float
    dark: float

    @property
    def passes(self) -> bool:
        return min(self.light, self.dark) >= self.need


def _light(brand: str) -> Tokens:
    lightness, chroma, hue = to_oklch(brand)
    tokens = dict(LIGHT)
    tokens["brand-soft"] = from_oklch(0.955, min(chroma * 0.18, 0.03), hue)
    tokens["brand-line"] = from_oklch(0.85, min(chroma * 0.4, 0.06), hue)
    if contrast(brand, "#ffffff") >= AA_CONTROL:
        # white labels; the brand is darkened a little where they need it
        fill = fit(brand, ["#ffffff"], AA_TEXT, darker=True)
        tokens |= {"brand": fill, "on-brand": "#ffffff"}
        tokens["brand-hover"] = from_oklch(max(to_oklch(fill).lightness - 0.05, 0.05), chroma, hue)
    else:
        # a bright brand keeps its colour and carries dark labels
        tokens |= {
            "brand": brand,
            "on-brand": fit(from_oklch(0.25, min(chroma, 0.05), hue), [brand], _STRONG, darker=True),
        }
        tokens["brand-hover"] = from_oklch(min(lightness + 0.03, 0.97), chroma, hue)
    grounds = [tokens[ground] for ground in ("paper", "surface", "sunk", "brand-soft")]
    tokens["brand-text"] = fit(brand, grounds, _AIM, darker=True)
    return tokens


def _dark(brand: str) -> Tokens:
    _, chroma, hue = to_oklch(brand)
    tokens = dict(DARK)
    tokens["brand-soft"] = from_oklch(0.27, min(chroma * 0.35, 0.045), hue)
    tokens["brand-line"] = from_oklch(0.42, min(chroma * 0.5, 0.07), hue)
    fill = fit(
        from_oklch(0.76, min(chroma, 0.13), hue), [tokens["paper"], tokens["surface"]], _AIM, darker=False
    )
    tokens["brand"] = fill
    tokens["on-brand"] = fit(from_oklch(0.2, min(chroma, 0.04), hue), [fill], _STRONG, darker=True)
    tokens["brand-hover"] = from_oklch(min(to_oklch(fill).lightness + 0.05, 0.97), min(chroma, 0.12), hue)
    grounds = [tokens[ground] for ground in ("paper", "surface", "sunk", "brand-soft")]
    tokens["brand-text"] = fit(fill, grounds, _AIM, darker=False)
    return tokens


def _reads_as_error(brand: str) -> bool:
    _, chroma, hue = to_oklch(brand)
    distance = abs((hue - to_oklch(LIGHT["danger"]).hue + 180) % 360 - 180)
    return chroma > 0.06 and distance < 25


def _settle(tokens: Tokens, *, darker: bool) -> None:
    """Move the coloured texts until they pass on their own tints and on the page."""
    for name in ("info", "ok", "warn", "danger", "care"):
        grounds = [tokens["surface"], tokens["paper"], tokens[f"{name}-soft"]]
        tokens[name] = fit(tokens[name], grounds, _AIM, darker=darker)


@lru_cache(maxsize=256)
def derive(brand: str = DEFAULT_BRAND) -> Theme:
    """All tokens for one brand colour ("#rrggbb"); ValueError when it is no colour."""
    brand = parse(brand)
    light, dark, clash = _light(brand), _dark(brand), _reads_as_error(brand)
    if clash:
        light |= {"danger": from_oklch(0.42, 0.15, 345), "danger-soft": from_oklch(0.95, 0.03, 345)}
        dark |= {"danger": from_oklch(0.8, 0.15, 345), "danger-soft": from_oklch(0.29, 0.03, 345)}
    _settle(light, darker=True)
    _settle(dark, darker=False)
    return Theme(brand, light, dark, clash)


def report(brand: str = DEFAULT_BRAND) -> list[Measured]:
    """The contrast of every pair, light and dark, for the branding page and the tests."""
    theme = derive(brand)
    return [
        Measured(
            str(pair.use),
            f"{pair.fore} / {pair.ground}",
            pair.need,
            contrast(theme.light[pair.fore], theme.light[pair.ground]),
            contrast(theme.dark[pair.fore], theme.dark[pair.ground]),
        )
        for pair in PAIRS
    ]


def _declarations(tokens: Tokens, scheme: str) -> str:
    return f"color-scheme:{scheme};" + "".join(f"--{name}:{value};" for name, value in tokens.items())


@lru_cache(maxsize=256)
def css(brand: str = DEFAULT_BRAND) -> str:
    """The stylesheet /theme.css: light, dark by the device's wish, and either by the reader's choice."""
    theme = derive(brand)
    light, dark = _declarations(theme.light, "light"), _declarations(theme.dark, "dark")
    return (
        f":root{{{light}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f":root[data-theme=dark]{{{dark}}}"
    )
