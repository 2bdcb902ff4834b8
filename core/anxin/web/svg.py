"""Charts drawn on the server: they print, need no script, and take their colours from the theme's classes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import segno
from markupsafe import Markup, escape

Number = int | float


def _drawing(svg: str) -> Markup:
    """Marks our own drawing as HTML; every text in it went through `escape`, all else are numbers."""
    return Markup(svg)  # noqa: S704


class Series(NamedTuple):
    """One line of a chart; None is a hidden or absent value and draws nothing."""

    name: str
    values: Sequence[Number | None]


# --- gauge: a neutral arc in one hue, bands of a scale, and where the score lies ---

_CX, _CY, _RADIUS, _THICK, _GAP = 160, 150, 118, 26, 0.006


def _on_arc(share: float, radius: float) -> str:
    angle = math.pi * (1 - share)
    return f"{_CX + radius * math.cos(angle):.1f} {_CY - radius * math.sin(angle):.1f}"


def _band(start: float, end: float, css: str) -> str:
    inner = _RADIUS - _THICK
    return (
        f'<path class="{css}" d="M{_on_arc(start, _RADIUS)}A{_RADIUS} {_RADIUS} 0 0 1 {_on_arc(end, _RADIUS)}'
        f'L{_on_arc(end, inner)}A{inner} {inner} 0 0 0 {_on_arc(start, inner)}Z"/>'
    )


def gauge(
    value: Number, maximum: Number, cuts: Sequence[Number] = (), minimum: Number = 0, label: str = ""
) -> Markup:
    """`cuts` are the highest values of all bands but the last (PHQ-9: 4, 9, 14, 19). No red, no verdict."""
    span = (maximum - minimum) or 1
    edges = [0.0, *((cut + 0.5 - minimum) / span for cut in cuts), 1.0]
    at = min(1.0, max(0.0, (value - minimum) / span))
    bands = "".join(
        _band(a + _GAP, b - _GAP, "b1" if a <= at < b or b == at == 1 else "b0")
        for a, b in itertools.pairwise(edges)
    )
    pin_x, pin_y = _on_arc(at, _RADIUS - _THICK / 2).split()
    read_out = escape(label or f"{value:g} / {maximum:g}")
    return _drawing(
        f'<svg class="gauge" viewBox="0 0 320 176" role="img" aria-label="{read_out}">{bands}'
        f'<circle class="pin" cx="{pin_x}" cy="{pin_y}" r="9"/>'
        f'<text class="big" x="160" y="140" text-anchor="middle">{value:g}</text>'
        f'<text x="160" y="166" text-anchor="middle">{minimum:g} – {maximum:g}</text></svg>'
    )


# --- sparkline: the trend beside a key figure ---


def spark(values: Sequence[Number]) -> Markup:
    """A trend without axes; the figure beside it says the number, so it is hidden from screen readers."""
    if len(values) < 2:
        return Markup("")
    width, height, low, high = 120, 34, min(values), max(values)
    span = (high - low) or 1
    points = " ".join(
        f"{i * width / (len(values) - 1):.1f},{height - 4 - (v - low) / span * (height - 8):.1f}"
        for i, v in enumerate(values)
    )
    return _drawing(
        f'<svg class="spark" viewBox="0 0 {width} {height}" preserveAspectRatio="none" aria-hidden="true">'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2.5" '
        'vector-effect="non-scaling-stroke"/></svg>'
    )


# --- bars: grouped columns over an axis with round steps ---

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 720, 280, 46, 30, 20


def round_steps(highest: Number, wanted: int = 4) -> list[Number]:
    """Axis values 0, step, … covering `highest`; the step is 1, 2 or 5 times a power of ten."""
    if highest <= 0:
        return [0, 1]
    rough = highest / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= rough)
    count = math.ceil(highest / step)
    return [int(step * i) if step >= 1 else round(step * i, 6) for i in range(count + 1)]


def _axis(steps: Sequence[Number]) -> str:
    def line(step: Number) -> str:
        y = _HEIGHT - _BOTTOM - step * (_HEIGHT - _BOTTOM - _TOP) / steps[-1]
        return (
            f'<line class="stroke-l" x1="{_LEFT - 6}" x2="{_WIDTH}" y1="{y:.0f}" y2="{y:.0f}"/>'
            f'<text x="{_LEFT - 12}" y="{y + 4:.0f}" text-anchor="end">{step}</text>'
        )

    return "".join(map(line, steps))


def lines(pairs: Iterable[tuple[str, Sequence[Number | None]]]) -> list[Series]:
    """(name, values) pairs, as templates write them."""
    return [Series(name, values) for name, values in pairs]


def chart_data(labels: Sequence[str], series: Sequence[Series]) -> dict[str, Any]:
    """What charts.js draws: the first line as bars, the others as lines over them."""
    kinds = ("bar", *("line" for _ in series[1:]))
    drawn = [
        {"name": s.name, "type": kind, "data": list(s.values)} for s, kind in zip(series, kinds, strict=False)
    ]
    return {"x": list(labels), "series": drawn}


def bars(labels: Sequence[str], series: Sequence[Series], title: str) -> Markup:
    """Grouped bars. `title` is read out; the data table beside the chart carries the values."""
    known = [v for s in series for v in s.values if v is not None]
    steps = round_steps(max(known, default=0))
    slot = (_WIDTH - _LEFT) / max(len(labels), 1)
    thick = min(26.0, slot * 0.8 / max(len(series), 1))
    drawn, floor = [_axis(steps)], _HEIGHT - _BOTTOM
    for place, label in enumerate(labels):
        middle = _LEFT + (place + 0.5) * slot
        start = middle - thick * len(series) / 2
        for nth, line in enumerate(series):
            value = line.values[place]
            if value is None:
                continue
            tall = value * (floor - _TOP) / steps[-1]
            drawn.append(
                f'<rect class="fill-{nth % 4 + 1}" x="{start + nth * thick:.1f}" y="{floor - tall:.1f}" '
                f'width="{thick - 2:.1f}" height="{tall:.1f}" rx="{min(4.0, tall / 2):.1f}"/>'
            )
        drawn.append(f'<text x="{middle:.0f}" y="{_HEIGHT - 10}" text-anchor="middle">{escape(label)}</text>')
    opening = f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
    return _drawing(opening + "".join(drawn) + "</svg>")


def qr(text: str) -> Markup:
    """A QR code as inline SVG, dark on white in every theme so that scanners read it."""
    drawn = segno.make(text, error="m").svg_inline(
        scale=8, border=0, dark="#14211f", omitsize=True, svgclass=None, lineclass=None
    )
    return _drawing(drawn)
