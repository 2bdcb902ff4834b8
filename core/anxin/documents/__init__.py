"""Documents people keep: PDFs to print or sign, workbooks for Excel, QR codes. No tenant, no database.

Whoever makes one has decided before what may stand in it: figures for an employer come out of kernel.disclosure.
"""

from anxin.documents.pdf import Document
from anxin.documents.qr import qr_svg
from anxin.documents.workbook import Sheet, workbook

__all__ = ["Document", "Sheet", "qr_svg", "workbook"]
