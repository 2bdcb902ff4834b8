"""PDFs: a document is a list of blocks, set by typst from one template. Text is data, never markup, so what people
wrote cannot break or change a page. Fonts are embedded; nothing is fetched.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from anxin.documents.qr import qr_rows

FONTS = (
    Path(__file__).parents[1] / "web" / "static" / "dist" / "fonts"
)  # Noto Sans SC, put there by the assets' build
PATIENCE = 300  # seconds for one document


class FontsMissing(RuntimeError):
    """The web assets, which carry the font, have not been built."""

    def __init__(self) -> None:
        super().__init__("the font for PDFs is not built: run `make install` (or `python hatch_build.py`)")


class PressFailed(RuntimeError):
    """The typesetter ended with an error: its last line."""


class Document:
    """One PDF in the making.

    >>> doc = Document("月度服务结算单", subtitle="2026 年 10 月")
    >>> doc.table(("项目", "数量"), [("咨询", "12")])
    >>> pdf = doc.render()

    `landscape` with `frame` is a certificate: one centred page with a border. `accent` is the tenant's colour (#rrggbb).
    """

    def __init__(
        self,
        title: str,
        *,
        subtitle: str = "",
        footer: str = "",
        landscape: bool = False,
        frame: bool = False,
        accent: str = "#0f766e",
        language: str = "zh",
    ) -> None:
        self._head = {
            "title": title,
            "subtitle": subtitle,
            "footer": footer,
            "landscape": landscape,
            "frame": frame,
            "accent": accent,
            "lang": language[:2],
        }
        self._blocks: list[dict[str, Any]] = []

    def heading(self, text: str) -> None:
        self._blocks.append({"kind": "heading", "text": text})

    def paragraph(self, text: str, *, strong: bool = False) -> None:
        """A paragraph; a line break in the text is one on paper."""
        self._blocks.append({"kind": "paragraph", "lines": text.splitlines(), "strong": strong})

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Label and value, one pair a line."""
        self._blocks.append({"kind": "facts", "pairs": [[label, str(value)] for label, value in pairs]})

    def table(
        self,
        header: Sequence[str],
        rows: Iterable[Sequence[Any]],
        widths: Sequence[float] | None = None,
        right: Iterable[int] = (),
    ) -> None:
        """A table whose header is repeated on each page. `widths` are shares of the line, `right` the columns of
        numbers (from 0). None is an empty cell.
        """
        filled = [["" if cell is None else str(cell) for cell in row] for row in rows]
        if any(len(row) != len(header) for row in filled):
            raise ValueError("a row of the table has more or fewer cells than its header")
        self._blocks.append(
            {
                "kind": "table",
                "header": list(header),
                "rows": filled,
                "widths": [float(width) for width in widths or [1.0] * len(header)],
                "right": list(right),
            }
        )

    def bars(self, bars: Iterable[tuple[str, float | None, str]], *, most: float | None = None) -> None:
        """Horizontal bars: label, value, and the words beside it. None has words and no bar (a hidden figure);
        `most` is the value of a full bar, by default the greatest.
        """
        filled = [(label, value, words) for label, value, words in bars]
        top = most or max((value for _, value, _ in filled if value), default=0) or 1
        self._blocks.append(
            {
                "kind": "bars",
                "bars": [
                    [label, None if value is None else min(max(value / top, 0.0), 1.0), words]
                    for label, value, words in filled
                ],
            }
        )

    def qr(self, text: str, *, caption: str = "", size_mm: float = 30) -> None:
        self._blocks.append({"kind": "qr", "rows": qr_rows(text), "caption": caption, "size": size_mm})

    def space(self, mm: float = 6) -> None:
        self._blocks.append({"kind": "space", "mm": mm})

    def page_break(self) -> None:
        self._blocks.append({"kind": "break"})

    def render(self) -> bytes:
        """The PDF, set by a process of its own. Call it in a job when it is long: a hundred pages take a second."""
        if not FONTS.is_dir():
            raise FontsMissing
        data = json.dumps({**self._head, "blocks": self._blocks}, ensure_ascii=False)
        done = subprocess.run(
            [sys.executable, "-m", "anxin.documents.press", str(FONTS)],
            input=data.encode(),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            raise PressFailed(done.stderr.decode(errors="replace").strip().rpartition("\n")[2])
        return done.stdout
