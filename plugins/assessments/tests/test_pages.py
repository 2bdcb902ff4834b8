"""The pages over HTTP: taking, help before the next step, results, and the walls between people."""

import re
from datetime import timedelta
from typing import Any

import pytest

from anxin.kernel import clock


@pytest.fixture
def worker(person: Any, agree: Any) -> Any:
    someone = person("employee")
    agree(someone)
    return someone


class Browser:
    """Follows redirects inside the tenant and counts what a thumb would tap."""

    def __init__(self, client: Any) -> None:
        self.client, self.base, self.taps = client, client.base, 0

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.client.get(path if path.startswith(self.base) else self.base + path, **kwargs)

    def tap(self, path: str, **form: Any) -> Any:
        """Post a form and follow where it leads."""
        self.taps += 1
        answer = self.client.post(path if path.startswith(self.base) else self.base + path, data=form)
        while answer.status_code == 303:
            self.at = answer.headers["Location"]
            answer = self.client.get(self.at)
        return answer


@pytest.fixture
def browser(client_as: Any) -> Any:
    return lambda someone: Browser(client_as(someone))


def take(browser: Browser, name: str, values: list[int]) -> Any:
    page = browser.tap(f"/assessments/take/{name}")
    for value in values:
        assert page.status_code == 200
        page = browser.tap(browser.at, value=value)
    return page


def test_phq9_takes_eleven_taps_without_script(worker: Any, browser: Any) -> None:
    phone = browser(worker)
    assert phone.get("/assessments/take/phq9").status_code == 200
    page = take(phone, "phq9", [1, 1, 1, 1, 1, 0, 0, 0, 0])
    assert phone.at.endswith("/check")
    page = phone.tap(phone.at.replace("/check", "/submit"))
    assert phone.taps == 11
    text = page.get_data(as_text=True)
    assert "最近有一点辛苦" in text
    assert "不代表你这个人" in text
    assert "不是诊断" in text
    assert text.index("最近有一点辛苦") < text.index('<svg class="gauge"')


class TestHelpCard:
    def test_stands_before_anything_else_after_a_risk_answer(self, worker: Any, browser: Any) -> None:
        phone = browser(worker)
        page = take(phone, "phq9", [0, 0, 0, 0, 0, 0, 0, 0, 2]).get_data(as_text=True)
        assert "谢谢你愿意说出来" in page
        assert 'href="tel:12356"' in page
        assert page.index("谢谢你愿意说出来") < page.index("看一眼，再提交</h2>")
        assert "120" in page

    def test_stands_before_the_next_question_too(self, worker: Any, browser: Any) -> None:
        phone = browser(worker)
        phone.tap("/assessments/take/phq9")
        page = phone.tap(re.sub(r"/1$", "/9", phone.at), value=1).get_data(as_text=True)
        assert "谢谢你愿意说出来" in page
        assert "接着答题" in page
        assert "/sheets/" in re.search(r'href="([^"]+)"[^>]*>接着答题', page)[1]

    def test_comes_first_on_the_result(self, worker: Any, browser: Any) -> None:
        phone = browser(worker)
        take(phone, "phq9", [0, 0, 0, 0, 0, 0, 0, 0, 1])
        page = phone.tap(phone.at.replace("/check", "/submit")).get_data(as_text=True)
        assert page.index("谢谢你愿意说出来") < page.index("最近状态平稳")

    def test_a_call_can_be_asked_for(self, worker: Any, browser: Any) -> None:
        phone = browser(worker)
        take(phone, "phq9", [0, 0, 0, 0, 0, 0, 0, 0, 1])
        page = phone.tap(phone.at.replace("/check", "/contact"))
        assert page.status_code == 200
        assert "值班咨询师已经知道了" in page.get_data(as_text=True)

    def test_is_absent_without_one(self, worker: Any, browser: Any) -> None:
        page = take(browser(worker), "phq9", [3, 3, 3, 3, 3, 3, 3, 3, 0]).get_data(as_text=True)
        assert "谢谢你愿意说出来" not in page


def test_gaps_come_back_with_links(worker: Any, browser: Any) -> None:
    phone = browser(worker)
    phone.tap("/assessments/take/who5")
    check = re.sub(r"/1$", "/submit", phone.at)
    page = phone.tap(check)
    assert page.status_code == 422
    text = page.get_data(as_text=True)
    assert 'href="#f-item-1"' in text
    assert 'id="f-item-1"' in text


def test_an_answer_can_be_changed_from_the_check_page(worker: Any, browser: Any) -> None:
    phone = browser(worker)
    take(phone, "k6", [0, 0, 0, 0, 0, 4])
    sheet = phone.at.removesuffix("/check")
    assert phone.get(f"{sheet}/6?back=1").status_code == 200
    page = phone.tap(f"{sheet}/6", value=1, back="1")
    assert phone.at.endswith("/check")
    assert "偶尔" in page.get_data(as_text=True)


def test_consent_comes_first(person: Any, client_as: Any) -> None:
    client = client_as(person("employee"))
    answer = client.get(f"{client.base}/assessments/take/phq9")
    assert answer.status_code == 303
    assert "/consent/ask/assessments.self" in answer.headers["Location"]


def test_a_switched_off_module_is_not_there(new_tenant: Any, person: Any, client_as: Any) -> None:
    bare = new_tenant(modules=[])
    client = client_as(person("employee", tenant=bare))
    assert client.get(f"{client.base}/assessments/").status_code == 404


class TestWalls:
    def addresses(self, worker: Any, browser: Any) -> list[str]:
        phone = browser(worker)
        take(phone, "phq9", [0] * 9)
        sheet = phone.at.removesuffix("/check")
        phone.tap(f"{sheet}/submit")
        return [f"{sheet}/1", f"{sheet}/check", phone.at]

    def test_another_persons_addresses_do_not_exist(
        self, worker: Any, person: Any, agree: Any, browser: Any
    ) -> None:
        other = person("employee")
        agree(other)
        for address in self.addresses(worker, browser):
            assert browser(other).get(address).status_code == 404

    def test_a_union_admin_finds_no_person_level_address(
        self, worker: Any, person: Any, agree: Any, browser: Any
    ) -> None:
        admin = person("admin")
        agree(admin)
        desk = browser(admin)
        for address in [
            *self.addresses(worker, browser),
            f"/assessments/people/{worker.id}",
            f"/api/assessments/people/{worker.id}/results",
        ]:
            assert desk.get(address).status_code == 404

    def test_another_tenant_finds_nothing(
        self, worker: Any, other_tenant: Any, person: Any, agree: Any, browser: Any
    ) -> None:
        stranger = person("employee", "admin", tenant=other_tenant)
        agree(stranger)
        away = browser(stranger)
        for address in self.addresses(worker, browser):
            assert away.get(address.replace(f"/t/{worker.tenant.slug}", "")).status_code == 404

    def test_a_visitor_is_asked_to_sign_in(self, tenant: Any, client_as: Any) -> None:
        client = client_as(None, tenant)
        for path in ("/assessments/", "/assessments/mine", "/assessments/campaigns"):
            assert client.get(client.base + path).status_code == 303


class TestCounsellor:
    def test_sees_answers_and_trend_and_is_refused_after_withdrawal(
        self, worker: Any, agency_person: Any, assign: Any, agree: Any, browser: Any
    ) -> None:
        agree(worker, share=True)
        for values in ([2] * 9, [1] * 9):
            phone = browser(worker)
            take(phone, "phq9", values)
            phone.tap(phone.at.replace("/check", "/submit"))
        helper = agency_person()
        assign(helper, worker)
        desk = browser(helper)
        page = desk.get(f"/assessments/people/{worker.id}")
        text = page.get_data(as_text=True)
        assert page.status_code == 200
        assert "做事时提不起劲或没有兴趣" in text
        assert 'class="spark"' in text
        agree(worker, share=True, agreed=False)
        assert desk.get(f"/assessments/people/{worker.id}").status_code == 403


class TestCampaignPages:
    def form(self, **changes: Any) -> dict[str, Any]:
        today = clock.now().date()
        return {
            "title": "秋季状态自评",
            "instruments": ["who5", "k6"],
            "unit_id": "",
            "opens_on": str(today),
            "closes_on": str(today + timedelta(days=7)),
            "guidance": "慢慢做，不着急。",
        } | changes

    def test_planned_published_closed(self, person: Any, worker: Any, browser: Any) -> None:
        desk = browser(person("admin"))
        assert desk.get("/assessments/campaigns/new").status_code == 200
        page = desk.tap("/assessments/campaigns", **self.form())
        assert "草稿" in page.get_data(as_text=True)
        campaign = desk.at
        assert "进行中" in desk.tap(f"{campaign}/publish").get_data(as_text=True)
        home = browser(worker).get("/assessments/").get_data(as_text=True)
        assert "慢慢做，不着急。" in home
        assert "已结束" in desk.tap(f"{campaign}/close").get_data(as_text=True)
        assert "慢慢做" not in browser(worker).get("/assessments/").get_data(as_text=True)

    def test_mistakes_come_back_with_what_was_typed(self, person: Any, browser: Any) -> None:
        desk = browser(person("admin"))
        page = desk.tap("/assessments/campaigns", **self.form(instruments=[], closes_on="2020-01-01"))
        assert page.status_code == 422
        assert "秋季状态自评" in page.get_data(as_text=True)

    def test_without_a_rota_the_page_says_what_to_do(self, person: Any, browser: Any) -> None:
        desk = browser(person("admin"))
        desk.tap("/assessments/campaigns", **self.form(instruments=["phq9"]))
        page = desk.tap(f"{desk.at}/publish")
        assert page.status_code == 422
        assert "值班表" in page.get_data(as_text=True)

    def test_employees_do_not_run_campaigns(self, worker: Any, browser: Any) -> None:
        assert browser(worker).get("/assessments/campaigns").status_code == 403
        assert browser(worker).tap("/assessments/campaigns", **self.form()).status_code == 403


def test_the_admin_sees_how_sure_the_wording_is(person: Any, browser: Any) -> None:
    desk = browser(person("admin"))
    shelf = desk.get("/assessments/instruments").get_data(as_text=True)
    assert "等你们导入有授权的文字" in shelf
    assert "没有计分键" in shelf
    phq9 = desk.get("/assessments/instruments/phq9").get_data(as_text=True)
    assert "尚未与官方文本核对" in phq9
    assert "phqscreeners.com" in phq9
    assert "使用前先看条件" in desk.get("/assessments/instruments/who5").get_data(as_text=True)
    scl90 = desk.get("/assessments/instruments/scl90_cn").get_data(as_text=True)
    assert "1986 年的常模已经过时" in scl90


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_speaks_both_languages(worker: Any, browser: Any, lang: str) -> None:
    phone = browser(worker)
    text = phone.get(f"/assessments/take/gad7?lang={lang}").get_data(as_text=True)
    assert ("I understand, start" in text) is (lang == "en")
    assert ("我了解了，开始" in text) is (lang == "zh")


def test_a_part_of_a_page_for_script(worker: Any, browser: Any) -> None:
    phone = browser(worker)
    phone.tap("/assessments/take/gad7")
    part = phone.get(phone.at, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert part.headers["HX-Push-Url"] == phone.at
    assert "<html" not in part.get_data(as_text=True)
    assert len(part.data) < 3000
