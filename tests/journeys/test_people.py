"""Who may come in, as they do it: a key on the own device instead of a passphrase, and a roster from the union's own
Excel, from the upload to the rows that come back.
"""

from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook
from tests.journeys.people import DESKTOP, PHONE, Person, Stage, with_passphrase

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DEVICE = {  # a phone with a fingerprint reader, and a finger on it
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
TITLE = "东岭油田第三采油厂职工花名册（截至本月底）"
HEADINGS = ("序号", "职工姓名", "职工工号", "所在单位", "岗位", "手机号码", "政治面貌")
NEW, LOST, NAMELESS = 400, 3, 2  # people who fit; whose unit nobody knows; without a name


def test_a_passkey_is_all_it_takes(stage: Stage) -> None:
    auditor = stage.enter(PHONE)
    auditor.address = auditor.address.replace("127.0.0.1", "localhost")  # a key belongs to a name
    device = auditor.context.new_cdp_session(auditor.page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    with_passphrase(stage, auditor, "dongling", "zhengqinghe")
    auditor.open("/t/dongling/me/security")
    auditor.button("在这台设备上添加")
    expect(auditor.page.locator("[aria-labelledby=pk] li")).to_have_count(1)
    auditor.open("/t/dongling/me")
    auditor.button("退出登录")

    auditor.open("/t/dongling/sign-in")
    auditor.page.locator("main summary", has_text="其他方式").click()
    auditor.button("通行密钥")
    auditor.page.wait_for_url(f"{auditor.address}/t/dongling/")
    expect(auditor.page.locator("h1")).to_contain_text("清和")

    auditor.open("/t/dongling/me/security")
    auditor.button("移除")
    expect(auditor.page.locator("[aria-labelledby=pk] li")).to_have_count(0)
    assert stage.complaints == []


def test_a_roster_comes_from_the_unions_own_excel(stage: Stage, tmp_path: Path) -> None:
    admin = stage.enter(DESKTOP)
    with_passphrase(stage, admin, "dongling", "zhouxiaolan")
    admin.open("/t/dongling/admin/people/import")
    admin.page.locator("input[type=file]").set_input_files(roster(tmp_path / "花名册.xlsx"))
    admin.button("上传并查看")
    matches(admin)
    admin.button("看看会有什么变化")
    counts = numbers(admin)
    assert counts["新增"] == str(NEW)
    assert counts["未导入"] == str(LOST + NAMELESS)
    admin.sees("找不到“没有的大队”这个单位。")
    admin.button("开始导入")
    result = admin.page.get_by_role("link", name="查看结果")
    expect(result).to_be_visible(timeout=90_000)  # the page looks again by itself
    result.click()
    expect(admin.page.locator("h1")).to_have_text("名册已导入")
    assert numbers(admin)["新增"] == str(NEW)
    with admin.page.expect_download() as fetched:
        admin.link("下载未导入的行")
    book = tmp_path / "back.xlsx"
    fetched.value.save_as(book)
    rows = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + LOST + NAMELESS
    assert all(str(row[-1]) for row in rows), "each with its reason"
    found_by_sound(admin)
    assert stage.complaints == []


def roster(path: Path) -> Path:
    """A title over all columns, headings of their own, one column nobody needs, and mistakes."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("花名册")
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, TITLE)
        sheet.write_row(1, 0, HEADINGS)
        for at in range(NEW + LOST + NAMELESS):
            unit = "没有的大队" if NEW <= at < NEW + LOST else "采油一矿"
            name = "" if at >= NEW + LOST else f"单晓{'春夏秋冬'[at % 4]}{'一二三四五六七八九'[at % 9]}"
            cells = (at + 1, name, f"00{70_000 + at}", unit, "采油工", f"199{at:08d}", "群众")
            sheet.write_row(2 + at, 0, cells)
    return path


def matches(admin: Person) -> None:
    """The guesses are right, and the column that means nothing here is left alone."""
    chosen = {
        row.locator("th").inner_text(): row.locator("select").input_value()
        for row in admin.page.locator("main tbody tr").all()
    }
    assert chosen["职工姓名"] == "name"
    assert chosen["职工工号"] == "number"
    assert chosen["所在单位"] == "unit"
    assert chosen["政治面貌"] == ""


def numbers(admin: Person) -> dict[str, str]:
    """Label → figure of the row of figures."""
    shown = admin.page.locator("main .stats").first
    lines = [line for line in shown.inner_text().splitlines() if line.strip()]
    return dict(zip(lines[::2], lines[1::2], strict=True))


def found_by_sound(admin: Person) -> None:
    """单 as a surname is Shàn: sx finds nobody of them, shanx does."""
    admin.open("/t/dongling/admin/people?search=shanxiaochun")
    admin.sees("单晓春")
