"""The ways in that need a second device, as a person goes them: six digits from an app, and a phone that signs a desktop
in. The codes are read off the screen as a camera reads them.
"""

import io
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect
from tests.journeys.people import DESKTOP, PHONE, Person, Stage, with_passphrase

from anxin.identity import totp

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECURITY = "/t/dongling/me/security"


def test_six_digits_of_an_app_and_a_phone_that_signs_a_desktop_in(stage: Stage) -> None:
    phone = stage.enter(PHONE)
    with_passphrase(stage, phone, "dongling", "zhengqinghe")
    secret = sets_an_app_up(phone)
    signs_in_with_its_digits(stage, phone, secret)
    desktop = stage.enter(DESKTOP)
    comes_in_by_the_phone(phone, desktop)
    is_put_out_from_the_phone(phone, desktop)
    phone.open(SECURITY)
    phone.button("移除验证器")
    expect(phone.page.locator("[aria-labelledby=app]")).to_contain_text("未设置")
    assert stage.complaints == []


def sets_an_app_up(phone: Person) -> str:
    """Answers the app's secret."""
    phone.open(SECURITY)
    phone.page.locator("[aria-labelledby=app]").get_by_role("button", name="设置").click()
    expect(phone.page.locator("h1")).to_have_text("设置登录第二步")
    nothing_sticks_out(phone)
    held = parse_qs(urlsplit(scanned(phone)).query)
    secret = held["secret"][0]
    phone.page.locator("main summary", has_text="扫不了码").click()
    phone.sees(totp.readable(secret))
    phone.page.locator("input[name=code]").fill(totp.code_at(secret, totp.step_at(time.time())))
    phone.button("检查并保存")
    expect(phone.page.locator("h1")).to_have_text("你的备用码")
    nothing_sticks_out(phone)
    phone.link("我保存好了")
    expect(phone.page.locator("[aria-labelledby=app]")).to_contain_text("已设置")
    return secret


def signs_in_with_its_digits(stage: Stage, phone: Person, secret: str) -> None:
    """The passphrase alone opens nothing any more."""
    phone.open("/t/dongling/me")
    phone.button("退出登录")
    with_passphrase(stage, phone, "dongling", "zhengqinghe", lands="**/sign-in/second")
    assert phone.status("/t/dongling/me/sessions") == 303
    nothing_sticks_out(phone)
    step = totp.step_at(time.time()) + 1  # digits work once: the app shows the next ones within half a minute
    phone.page.locator("input[name=code]").first.fill(totp.code_at(secret, step))
    phone.button("登录")
    phone.page.wait_for_url(f"{phone.address}/t/dongling/")
    expect(phone.page.locator("h1")).to_contain_text("清和")


def comes_in_by_the_phone(phone: Person, desktop: Person) -> None:
    desktop.open("/t/dongling/sign-in")
    desktop.page.locator("main summary", has_text="其他方式").click()
    desktop.button("用已登录的手机扫码")
    number = desktop.page.locator(".phone-number").inner_text()
    phone.page.goto(scanned(desktop))
    expect(phone.page.locator("h1")).to_have_text("要在电脑上登录吗？")
    nothing_sticks_out(phone)
    phone.button(number)
    expect(phone.page.locator("h1")).to_have_text("电脑已登录")
    desktop.page.wait_for_url(f"{desktop.address}/t/dongling/")  # by itself
    expect(desktop.page.locator("h1")).to_contain_text("清和")


def is_put_out_from_the_phone(phone: Person, desktop: Person) -> None:
    phone.open("/t/dongling/me/sessions")
    phone.button("结束其他所有登录")
    assert desktop.status("/t/dongling/me/sessions") == 303
    assert phone.status("/t/dongling/me/sessions") == 200


def scanned(person: Person) -> str:
    """What the code on the screen says to a camera."""
    picture = person.page.locator("main .qr").first.screenshot()
    with Image.open(io.BytesIO(picture)) as image:
        (found,) = zxingcpp.read_barcodes(image.convert("L"))
    return found.text


def nothing_sticks_out(person: Person) -> None:
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert person.page.evaluate(wider) == 0, f"{person.path} scrolls sideways"
