"""Files people bring and files the house makes for them: checked on the way in, sealed at rest, sent safely.

Whoever offers a file decides who may have it, and writes the look down; this room keeps and hands out.
"""

from anxin.files.answers import file_answer
from anxin.files.services import File, drop_file, keep_file, read_file
from anxin.files.uploads import CSV, JPEG, JSON, PDF, PNG, WEBP, XLSX, TakenUpload, Upload

__all__ = [
    "CSV",
    "JPEG",
    "JSON",
    "PDF",
    "PNG",
    "WEBP",
    "XLSX",
    "File",
    "TakenUpload",
    "Upload",
    "drop_file",
    "file_answer",
    "keep_file",
    "read_file",
]
