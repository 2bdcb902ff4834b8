"""QR codes as inline SVG: crisp on paper and on a phone, no request to anybody."""

import io

import segno
from markupsafe import Markup


def qr_svg(text: str, *, label: str = "") -> Markup:
    """The code of an address as an <svg> that takes the width of its box; always dark on white, so that it scans in
    dark mode too. `label` is what a screen reader says.
    """
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        target,
        kind="svg",
        border=2,
        omitsize=True,
        xmldecl=False,
        svgclass="qr",
        lineclass=None,
        dark="#000",
        light="#fff",
        title=label or None,
    )
    return Markup(target.getvalue().decode())  # noqa: S704  (segno's own SVG; the title is escaped by it)


def qr_rows(text: str) -> list[str]:
    """The same code as rows of "0" and "1" with its quiet zone, for the PDF template."""
    return [
        "".join(str(int(bit)) for bit in row)
        for row in segno.make(text, error="m", micro=False).matrix_iter(border=2)
    ]
