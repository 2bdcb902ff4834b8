"""What people bring: size, kind and unpacked size are checked from the content before anything reads it, and pictures
are drawn anew, so that neither a place nor a camera nor a hidden program comes along with them.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Request

from anxin.files import workbooks
from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import _

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JPEG, PNG, WEBP, PDF, CSV, JSON = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "application/pdf",
    "text/csv",
    "application/json",
)
PICTURES = {"JPEG": JPEG, "PNG": PNG, "WEBP": WEBP}
ENDINGS = {JPEG: ".jpg", PNG: ".png", WEBP: ".webp", PDF: ".pdf", XLSX: ".xlsx", CSV: ".csv", JSON: ".json"}
PIXELS = 40_000_000  # a large phone's photo; more is refused before it is unpacked
SIDE = 2_400  # pixels of the longer side that is kept


@dataclass(frozen=True)
class TakenUpload:
    """A file that passed: its name with the ending of what it is, and its (for pictures: new) content."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Upload:
    """What a form's file field may hold."""

    field: str = "file"
    media_types: Sequence[str] = (JPEG, PNG, WEBP, PDF)
    max_bytes: int = 10 * 1024 * 1024

    def take(self, request: Request) -> TakenUpload:
        """The field's file, or Invalid with the reason beside the field."""
        sent = request.files.get(self.field)
        if sent is None or not sent.filename:
            raise self._refused(_("Choose a file first."))
        content = sent.stream.read(self.max_bytes + 1)
        return self.check(sent.filename, content)

    def check(self, name: str, content: bytes) -> TakenUpload:
        """The same for content that came another way (an API's body)."""
        if len(content) > self.max_bytes:
            raise self._refused(_("The file is larger than %(mb)s MB.", mb=max(1, self.max_bytes >> 20)))
        if not content:
            raise self._refused(_("The file is empty."))
        found = sniff(content)
        if found is None or found not in self.media_types:
            raise self._refused(
                _("This kind of file cannot be taken. Possible: %(kinds)s.", kinds=self._kinds())
            )
        if found in PICTURES.values():
            content = self._redrawn(content)
        if found == XLSX:
            self._workbook(content)
        stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or "file"
        return TakenUpload(f"{stem[:120]}{ENDINGS[found]}", found, content)

    def _redrawn(self, content: bytes) -> bytes:
        from PIL import (  # few workers ever see a picture; 6 MB of library
            Image,
            ImageOps,
            UnidentifiedImageError,
        )

        try:
            with Image.open(io.BytesIO(content), formats=list(PICTURES)) as picture:
                if picture.width * picture.height > PIXELS:
                    raise self._refused(_("The picture is too large. Make it smaller and try again."))
                kind = picture.format or "PNG"
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail((SIDE, SIDE))
                target = io.BytesIO()
                shown = upright.convert("RGB") if kind == "JPEG" else upright
                shown.save(target, kind, quality=85, exif=b"", icc_profile=None)
        except (
            UnidentifiedImageError,
            Image.DecompressionBombError,
            OSError,
            SyntaxError,
            ValueError,
        ) as error:
            raise self._refused(_("The picture cannot be read. Try another one.")) from error
        return target.getvalue()

    def _workbook(self, content: bytes) -> None:
        try:
            workbooks.check(content)
        except Invalid as error:
            raise self._refused(error.message) from error

    def _kinds(self) -> str:
        return ", ".join(ENDINGS[kind].lstrip(".").upper() for kind in self.media_types)

    def _refused(self, reason: object) -> Invalid:
        return Invalid(reason, fields={self.field: [reason]})


def sniff(content: bytes) -> str | None:
    """What the content is, by its own first bytes; None for what we do not know. The sender's word counts nothing."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return XLSX
    text = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\x00" in text or not text:
        return None
    return JSON if text[:1] in (b"{", b"[") else CSV
