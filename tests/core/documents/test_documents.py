"""Workbooks and PDFs carry exactly what they were given."""

import io
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from anxin.documents import Document, Sheet, qr_svg, workbook


def read(content: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(content))


def test_text_stays_text_and_numbers_stay_numbers() -> None:
    rows = [("=1+1", "00712", "370502199001011234", 3, 2.5, None), ("@cmd", "http://a.test", "-1", 0, 1, "x")]
    sheet = read(workbook([Sheet("名单", tuple("abcdef"), rows)])).get_sheet_by_index(0).to_python()
    assert sheet[1] == ["=1+1", "00712", "370502199001011234", 3.0, 2.5, ""]
    assert sheet[2][:3] == ["@cmd", "http://a.test", "-1"]


def test_times_are_shown_on_the_house_clock() -> None:
    late = datetime(2026, 10, 1, 17, 30, tzinfo=UTC)
    sheet = read(workbook([Sheet("t", ("a", "b"), [(late, date(2026, 10, 1))])])).get_sheet_by_index(0)
    shown = sheet.to_python()[1]
    assert [str(cell) for cell in shown] == ["2026-10-02 01:30:00", "2026-10-01"]


def test_any_title_makes_a_sheet() -> None:
    titles = ["[区]总工会/名单: 一*二?", "一" * 40, "一" * 40, "", "Sheet", "sheet", "a\x00b"]
    names = read(workbook([Sheet(title, ("a",), []) for title in titles])).sheet_names
    assert len(names) == len({name.casefold() for name in names}) == len(titles)


def test_signs_no_workbook_can_hold_are_left_out() -> None:
    assert read(workbook([Sheet("x", ("a",), [("一\x0b二",)])])).get_sheet_by_index(0).to_python()[1] == [
        "一二"
    ]


def document(text: str = "正文") -> Document:
    made = Document("结算单", subtitle="2026 年 10 月", footer="编号 1")
    made.heading("一")
    made.paragraph(text)
    made.facts([("甲方", "东岭")])
    made.table(("项目", "数量"), [(f"第 {number} 项", number) for number in range(60)], right=(1,))
    made.bars([("一队", 3.0, "3"), ("二队", None, "少于 5 人")])
    made.qr("https://example.test/1", caption="核验")
    made.space()
    made.page_break()
    return made


def pages(pdf: bytes) -> list[str]:
    """Text of each page, without the blanks a setter may add between signs."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_a_document_is_a_pdf_with_its_own_font() -> None:
    pdf = document().render()
    shown = pages(pdf)
    assert len(shown) == 2
    assert "第0项" in shown[0]
    assert "第59项" in shown[1]
    assert all("项目数量" in page for page in shown), "the header is repeated"
    fonts = [
        font.get_object()["/BaseFont"]
        for font in PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"].values()
    ]
    assert fonts
    assert all("NotoSansSC" in name for name in fonts)
    assert pdf == document().render(), "the same document gives the same bytes"


@pytest.mark.parametrize("text", ["#panic(1)", "*a*_b_$x$<l>@ref\\", '"])#read("/etc/passwd")', "[", "= x"])
def test_text_is_never_markup(text: str) -> None:
    assert "".join(text.split()) in pages(document(text).render())[0]


def test_an_uneven_table_is_refused() -> None:
    with pytest.raises(ValueError, match="header"):
        Document("x").table(("a", "b"), [("1",)])


def test_a_qr_code_names_itself_and_escapes() -> None:
    assert "<title>扫&lt;码</title>" in qr_svg("https://example.test", label="扫<码")


def test_a_certificate_is_one_page() -> None:
    made = Document("荣誉证书", subtitle="编号 1", footer="工会", landscape=True, frame=True)
    made.paragraph("林晓峰 同志")
    assert len(pages(made.render())) == 1
