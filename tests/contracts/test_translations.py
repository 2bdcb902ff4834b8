"""Every string a user sees is there in both languages, said once and said well."""

from babel.messages.catalog import Message

from anxin.kernel.i18n import extract


def test_no_string_lacks_its_chinese() -> None:
    assert extract.missing() == [], "write the Chinese in that room's messages.po (make messages lists it)"


def test_no_translation_is_broken() -> None:
    assert extract.problems() == []


def test_the_rules_bite() -> None:
    broken = {
        "placeholders differ": Message("Saved at %(time)s", "已保存"),
        "says 您": Message("Please sign in", "请您登录"),
        "says 病人": Message("Person", "病人"),
    }
    for reason, message in broken.items():
        assert any(reason in fault for fault in extract._faults(message)), reason
    assert list(extract._faults(Message("Saved at %(time)s", "%(time)s 已保存"))) == []
