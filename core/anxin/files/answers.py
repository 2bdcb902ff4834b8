"""How a file leaves the house: never guessed at, never run, never kept by a cache between us and the reader."""

from urllib.parse import quote

from flask import Response

from anxin.files.services import File

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
SHOWABLE = frozenset({"image/jpeg", "image/png", "image/webp"})


def file_answer(file: File, data: bytes, *, inline: bool = False) -> Response:
    """The file as a download; `inline` shows a picture in the page (nothing else is ever shown in place)."""
    place = "inline" if inline and file.media_type in SHOWABLE else "attachment"
    answer = Response(data, mimetype=file.media_type)
    answer.headers["Content-Disposition"] = f"{place}; filename*=UTF-8''{quote(file.name, safe='')}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer
