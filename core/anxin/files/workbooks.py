"""Is this upload a workbook that is safe to parse? Asked before any parser sees it.

A workbook is a zip: small outside, any size inside. Three tricks are refused here, each cheaply: a zip bomb
(also one whose headers lie about its size), parts packed in ways Excel never uses, and a sheet with a cell at
the far corner (XFD1048576), for which a reader would reserve room for seventeen thousand million cells.
"""

import io
import re
import struct
import zipfile
import zlib

from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import lazy

LARGEST = 20_000_000
UNPACKED = 160_000_000
RATIO, RATIO_FROM = 120, 10_000_000
PARTS = 2_000
ROWS, COLUMNS = 200_000, 300
LOCAL_HEADER = 30
# Any r="…" that places a row or a cell, whatever the order of the attributes.
PLACE = re.compile(rb"""\sr=["']([A-Z]{0,7})([0-9]{1,10})["']""")


def check(content: bytes) -> None:
    """Raises `Invalid` with a reason a person can act on; returns when the workbook may be parsed."""
    if len(content) > LARGEST:
        raise Invalid(lazy("The file is larger than 20 MB. Split it and import the parts one after another."))
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Invalid(
            lazy("This is an old .xls file, or one with a password. Save it as .xlsx without a password.")
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise Invalid(
            lazy("This is not an .xlsx file. Open it in Excel or WPS and save it as .xlsx.")
        ) from error
    _kind(parts)
    _sizes(parts, len(content))
    for part in parts:
        inside = _unpacked(content, part)
        if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
            _extent(inside)


def _kind(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise Invalid(lazy("This is not an .xlsx file. Open it in Excel or WPS and save it as .xlsx."))
    if "xl/vbaProject.bin" in names:
        raise Invalid(lazy("This workbook carries macros. Save it as .xlsx without macros."))
    if len(names) > PARTS or len(set(names)) != len(names):
        raise Invalid(lazy("This workbook is built in an unusual way. Copy the sheet into a new workbook."))


def _sizes(parts: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    if unpacked > UNPACKED or (unpacked > RATIO_FROM and unpacked > packed * RATIO):
        raise Invalid(lazy("This file unpacks to far more than a roster needs, so it was not opened."))
    strange = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    if any(part.compress_type not in strange or part.flag_bits & 0x1 for part in parts):
        raise Invalid(lazy("This workbook is built in an unusual way. Copy the sheet into a new workbook."))


def _unpacked(content: bytes, part: zipfile.ZipInfo) -> bytes:
    """The part's bytes, read by hand: never more than its header says, and a header that lies is a
    refusal."""
    head = content[part.header_offset : part.header_offset + LOCAL_HEADER]
    if len(head) < LOCAL_HEADER or head[:4] != b"PK\x03\x04":
        raise Invalid(lazy("This file is damaged. Save it again and upload the new file."))
    name, extra = struct.unpack("<HH", head[26:30])
    start = part.header_offset + LOCAL_HEADER + name + extra
    packed = content[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        inside = packed
    else:
        try:
            inside = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, part.file_size + 1)
        except zlib.error as error:
            raise Invalid(lazy("This file is damaged. Save it again and upload the new file.")) from error
    if len(inside) != part.file_size:
        raise Invalid(lazy("This file unpacks to far more than a roster needs, so it was not opened."))
    return inside


def _extent(sheet: bytes) -> None:
    """Refuses a sheet that reaches further than a roster does, before a reader reserves room for it."""
    rows, columns = set[bytes](), set[bytes]()
    for column, row in PLACE.findall(sheet):
        rows.add(row)
        columns.add(column)
    if max(map(int, rows), default=0) > ROWS or max(map(_number, columns), default=0) > COLUMNS:
        raise Invalid(
            lazy(
                "A sheet reaches beyond %(rows)d rows or %(columns)d columns. "
                "Delete the empty rows and columns.",
                rows=ROWS,
                columns=COLUMNS,
            )
        )


def _number(column: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    count = 0
    for letter in column:
        count = count * 26 + letter - 64
    return count
