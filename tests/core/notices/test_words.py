"""What is sent never names the service: every kind of every room and module, in both languages, by every channel."""

import dataclasses

from anxin.kernel.i18n import locale_scope
from anxin.kernel.ids import new_id
from anxin.notices import mailer
from anxin.notices.channels import Letter
from anxin.notices.texts import text_of

TELLING = {
    "zh_CN": (
        *("安心", "心理", "咨询", "辅导", "倾诉", "情绪", "危机", "热线", "来电", "测评", "量表", "问卷", "干预"),
        *("预约", "房间", "关爱", "志愿", "抑郁", "焦虑", "压力", "健康", "医", "病", "林晓峰", "DL10268"),
    ),
    "en": (
        *("anxin", "eap", "psych", "counsel", "crisis", "hotline", "call", "assess", "questionnaire", "mental"),
        *("health", "room", "volunteer", "depress", "anxi", "stress", "therap", "illness", "help", "lin xiaofeng"),
    ),
}  # fmt: skip


def kinds(runtime):
    found = runtime.registry.notices
    assert {code.partition(".")[0] for code in found} >= {*runtime.registry.plugins, "safety", "contracts"}
    return found


def test_no_kind_of_notice_tells_by_any_channel(runtime, scope, reachable, monkeypatch):
    plain = dataclasses.replace(
        runtime.settings, mail_from="notice@union.example", public_url="https://union.example"
    )
    monkeypatch.setattr(runtime, "settings", plain)
    told = []
    with scope(reachable.tenant) as ctx:
        for locale, words in TELLING.items():
            for code in kinds(runtime):
                with locale_scope(locale):
                    for channel, text in _sent(ctx, code).items():
                        said = text.lower().replace(ctx.tenant.slug, "")
                        told += [f"{code} by {channel}: {word}" for word in words if word in said]
    assert told == []


def _sent(ctx, code):
    """The whole of what leaves the house: headers and body of the mail, the line of a message."""
    text = text_of(ctx, code, {})
    letter = Letter(text, "/notices/1", "lin@example.org")
    mail = mailer.compose(ctx, new_id(), letter.address, letter.text, letter.path)
    headers = " ".join(f"{name}: {value}" for name, value in mail.items() if name != "Message-ID")
    return {"mail": f"{headers}\n{mail.get_content()}", "messenger and sms": letter.line(ctx)}


def test_the_two_languages_differ(runtime, scope, reachable):
    with scope(reachable.tenant) as ctx:
        for code in kinds(runtime):
            with locale_scope("en"):
                english = text_of(ctx, code, {})
            assert english.isascii(), code
            with locale_scope("zh_CN"):
                assert text_of(ctx, code, {}) != english, code
