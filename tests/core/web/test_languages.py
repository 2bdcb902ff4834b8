"""anxin.kernel.i18n: which language is spoken, where catalogues come from, and what the checker finds."""

import datetime as dt
import os
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from anxin.kernel import clock, i18n
from anxin.kernel.i18n import _, catalogues, extract, lazy, locale_scope, ngettext
from anxin.kernel.i18n.catalogues import Room, compiled

SUNDAY = dt.datetime(2026, 11, 22, 6, 2, tzinfo=dt.UTC)


def room(tmp_path: Path, source: str, po: str = "") -> Room:
    made = Room("sample", tmp_path)
    (tmp_path / "pages.py").write_text(source, encoding="utf-8")
    if po:
        made.catalogue("zh_CN").parent.mkdir(parents=True)
        made.catalogue("zh_CN").write_text(
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + po, encoding="utf-8"
        )
    return made


def only(monkeypatch: pytest.MonkeyPatch, *rooms: Room) -> None:
    monkeypatch.setattr(extract, "rooms", lambda: rooms)


def test_chinese_is_spoken_where_nothing_is_said() -> None:
    assert _("Cancel") == "取消"
    assert _("What nobody translated") == "What nobody translated"


def test_a_scope_speaks_without_app_or_request() -> None:
    held = lazy("Cancel")
    with locale_scope("en"):
        assert (str(held), _("Cancel"), i18n.html_lang()) == ("Cancel", "Cancel", "en")
        with locale_scope("zh-CN"):
            assert str(held) == "取消"
    assert str(held) == "取消"
    with pytest.raises(ValueError, match="unsupported locale 'fr'"), locale_scope("fr"):
        pass


def test_counts_and_placeholders() -> None:
    assert ngettext("%(num)d thing to fix", "%(num)d things to fix", 4) == "还差 4 项"
    with locale_scope("en"):
        assert ngettext("%(num)d thing to fix", "%(num)d things to fix", 1) == "1 thing to fix"


def test_the_order_of_wishes(app: Flask) -> None:
    with app.test_request_context("/"):
        assert i18n.current_locale() == "zh_CN"
        i18n.prefer(tenant="en")
        assert i18n.current_locale() == "en"
        i18n.prefer(person="zh-CN", tenant="en")
        assert i18n.current_locale() == "zh_CN"
    with app.test_request_context("/", headers={"Cookie": "lang=en"}):
        i18n.prefer(person="zh-CN")
        assert i18n.current_locale() == "en"
        with locale_scope("zh_CN"):  # a mail written inside a request speaks its receiver's language
            assert i18n.current_locale() == "zh_CN"
            assert render_template_string("{{ _('Cancel') }}") == "取消"
    with app.test_request_context("/?lang=en", headers={"Cookie": "lang=zh"}):
        assert i18n.current_locale() == "en"


def test_placeholders_in_templates_are_escaped(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        html = render_template_string("{{ _('question %(number)s', number=n) }}", n="<b>1</b>")
    assert html == "question &lt;b&gt;1&lt;/b&gt;"


def test_dates_as_people_write_them() -> None:
    with clock.travel(SUNDAY):
        assert i18n.long_day(SUNDAY) == "11月22日 星期日"
        assert i18n.short_day(SUNDAY) == "周日 11月22日"
        assert i18n.moment(SUNDAY) == "11月22日 14:02"
        assert i18n.day(dt.date(2025, 1, 2)) == "2025年1月2日"
        with locale_scope("en"):
            assert i18n.long_day(SUNDAY) == "Sunday 22 November"
            assert i18n.day(dt.date(2025, 1, 2)) == "2 Jan 2025"
    # 17:00 UTC is already the next day here
    assert i18n.local(dt.datetime(2026, 11, 22, 17, 0, tzinfo=dt.UTC)).day == 23
    with pytest.raises(ValueError, match="naive"):
        i18n.local(SUNDAY.replace(tzinfo=None))


def test_moments_follow_the_tenant_clock(app: Flask) -> None:
    assert i18n.clock_time(SUNDAY) == "14:02"
    with locale_scope("zh_CN", zone="Asia/Urumqi"), locale_scope("en"):
        assert i18n.clock_time(SUNDAY) == "12:02"
    with app.test_request_context("/"):
        i18n.prefer(zone="Asia/Urumqi")
        assert i18n.clock_time(SUNDAY) == "12:02"


def test_numbers() -> None:
    assert (i18n.number(12600), i18n.percent(0.118), i18n.percent(0.118, 1)) == ("12,600", "12%", "11.8%")


def test_a_stale_catalogue_is_compiled_again(tmp_path: Path) -> None:
    made = room(tmp_path, "", 'msgid "Save"\nmsgstr "保存"\n')
    po = made.catalogue("zh_CN")
    assert "保存".encode() in compiled(po)
    po.write_text(po.read_text(encoding="utf-8").replace("保存", "存好"), encoding="utf-8")
    os.utime(po.with_suffix(".mo"), (0, 0))
    assert "存好".encode() in compiled(po)
    assert "存好".encode() in po.with_suffix(".mo").read_bytes()


def test_missing_lists_what_lacks_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = room(
        tmp_path,
        '_("Save")\nlazy("Send")\nngettext("%(num)d day", "%(num)d days", n)\n',
        'msgid "Save"\nmsgstr "保存"\n',
    )
    (tmp_path / "page.html").write_text("{{ _('Read %(title)s', title=t) }}", encoding="utf-8")
    only(monkeypatch, made)
    assert {msgid for _room, msgid in extract.missing()} == {"Send", "%(num)d day", "Read %(title)s"}


def test_a_template_that_does_not_parse_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, room(tmp_path, ""))
    (tmp_path / "page.html").write_text("{% if %}", encoding="utf-8")
    with pytest.raises(Exception, match="Expected an expression"):
        extract.missing()


def test_update_keeps_translations_and_drops_what_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = room(
        tmp_path, '_("Save")\n_("New")\n', 'msgid "Save"\nmsgstr "保存"\n\nmsgid "Old"\nmsgstr "旧"\n'
    )
    assert extract.update(made) == 1
    text = made.catalogue("zh_CN").read_text(encoding="utf-8")
    assert "保存" in text
    assert 'msgid "New"\nmsgstr ""' in text
    assert "Old" not in text
    before = made.catalogue("zh_CN").read_bytes()
    assert extract.update(made) == 1
    assert made.catalogue("zh_CN").read_bytes() == before


def test_problems_names_broken_translations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"Hello %(name)s": "你好 %(nmae)s", "Patient": "病人", "Save": "保存"}
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    po = "".join(f'msgid "{en}"\nmsgstr "{zh}"\n\n' for en, zh in wrong.items())
    one = room(tmp_path / "one", "", po)
    two = Room("two", tmp_path / "two")
    two.catalogue("zh_CN").parent.mkdir(parents=True)
    two.catalogue("zh_CN").write_text('msgid "Save"\nmsgstr "省钱"\n', encoding="utf-8")
    only(monkeypatch, one, two)
    assert [(p.room, p.msgid) for p in extract.problems()] == [
        ("sample", "Hello %(name)s"),
        ("sample", "Patient"),
        ("two", "Save"),
    ]


def test_the_rooms_of_core_and_plugins_are_found() -> None:
    names = [r.name for r in catalogues.rooms()]
    assert names[0] == "anxin"
    assert {"kernel", "web"} <= set(names)
    sources = {p.name for r in catalogues.rooms() if r.name == "web" for p in r.sources()}
    assert {"ui.html", "pages.py"} <= sources


def test_the_web_room_is_complete() -> None:
    assert [msgid for name, msgid in extract.missing() if name == "web"] == []
    assert [p for p in extract.problems() if p.room == "web"] == []
