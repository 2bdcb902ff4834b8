"""Own questionnaires: written, published in versions, answered one question a page, counted without names."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.plugin import Sheet, workbook
from anxin_assessments import hooks
from anxin_assessments.exchange import fhir, sheet
from anxin_assessments.policy import SURVEY
from anxin_assessments.questionnaire_models import Reply, ReplyTally

FORM: dict[str, Any] = {
    "title": "食堂满意度",
    "questions": [
        {"code": "s", "kind": "section", "text": "吃饭"},
        {
            "code": "q1",
            "kind": "single",
            "text": "常在食堂吃吗？",
            "required": True,
            "options": [{"code": "y", "text": "常吃"}, {"code": "n", "text": "很少"}],
        },
        {
            "code": "q2",
            "kind": "multiple",
            "text": "哪几餐？",
            "options": [{"code": "b", "text": "早餐"}, {"code": "l", "text": "午餐"}],
            "when": [{"question": "q1", "answer": "y"}],
        },
        {"code": "q3", "kind": "scale", "text": "打几分？", "low": 1, "high": 5, "required": True},
        {"code": "q4", "kind": "text", "text": "还想吃什么？"},
    ],
}
SOON = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()


@pytest.fixture
def admin(person: Any, client_as: Any) -> Any:
    return client_as(person("employee", "admin"))


@pytest.fixture
def published(admin: Any) -> str:
    made = admin.post(f"{admin.base}/api/assessments/questionnaires", json=FORM)
    assert made.status_code == 201, made.json
    at = f"{admin.base}/api/assessments/questionnaires/{made.json['id']}"
    assert admin.post(f"{at}/publish", json={"closes_on": SOON}).json["version"] == 1
    return made.json["id"]


@pytest.fixture
def worker(person: Any, give_consent: Any) -> Any:
    def make() -> Any:
        someone = person("employee")
        give_consent(someone, SURVEY)
        return someone

    return make


def test_the_builder_by_forms_alone(admin: Any) -> None:
    at = admin.post(f"{admin.base}/assessments/questionnaires", data={"title": "夜班需求"}).location
    first = {"kind": "single", "text": "上夜班吗？", "options": "上\n不上", "required": "1"}
    assert admin.post(f"{at}/questions", data=first).status_code == 303
    assert (
        admin.post(
            f"{at}/questions", data={"kind": "scale", "text": "累吗？", "low": "1", "high": "5"}
        ).status_code
        == 303
    )
    third = {"kind": "text", "text": "想要什么？", "when": "q1|o1"}
    assert admin.post(f"{at}/questions", data=third).status_code == 303
    page = admin.get(at).get_data(as_text=True)
    assert "“上夜班吗？”选了“上”才问" in page
    assert admin.post(f"{at}/questions/q2", data={"by": "-1"}).status_code == 303
    page = admin.get(at).get_data(as_text=True)
    assert page.index("累吗？") < page.index("上夜班吗？")
    changed = {"code": "q2", "kind": "scale", "text": "有多累？", "low": "0", "high": "10"}
    admin.post(f"{at}/questions", data=changed)
    preview = admin.get(f"{at}/preview/1").get_data(as_text=True)
    assert "有多累？" in preview
    assert "不会保存任何内容" in preview
    admin.post(f"{at}/questions/q3", data={"by": "0"})
    assert "想要什么？" not in admin.get(at).get_data(as_text=True)


def test_what_is_wrong_is_said_and_kept_in_the_form(admin: Any) -> None:
    at = admin.post(f"{admin.base}/assessments/questionnaires", data={"title": "夜班需求"}).location
    answer = admin.post(f"{at}/questions", data={"kind": "single", "text": "上夜班吗？", "options": "上"})
    assert answer.status_code == 422
    assert "上夜班吗？" in answer.get_data(as_text=True)
    empty = admin.post(f"{at}/publish", data={"closes_on": SOON})
    assert empty.status_code == 422


def test_one_question_a_page_with_conditions_back_and_check(
    published: str, worker: Any, client_as: Any, run_jobs: Any, scope: Any
) -> None:
    someone = worker()
    phone = client_as(someone)
    assert "食堂满意度" in phone.get(f"{phone.base}/assessments/").get_data(as_text=True)
    at = f"{phone.base}/assessments/surveys/{published}"
    assert phone.get(at).status_code == 200
    assert phone.get(f"{at}/first").location.endswith("/q1")
    assert phone.post(f"{at}/q1", data={"value": ""}).status_code == 422
    assert phone.post(f"{at}/q1", data={"value": "n"}).location.endswith("/q3")
    assert phone.post(f"{at}/q1", data={"value": "y"}).location.endswith("/q2")
    assert phone.post(f"{at}/q2", data={"value": ["b", "l"]}).location.endswith("/q3")
    assert phone.post(f"{at}/q3", data={"value": "9"}).status_code == 422
    assert phone.post(f"{at}/q3", data={"value": "4"}).location.endswith("/q4")
    assert phone.post(f"{at}/q4", data={"value": ""}).location.endswith("/check/all")
    check = phone.get(f"{at}/check/all").get_data(as_text=True)
    assert "早餐、午餐" in check
    assert "谢谢你" in phone.post(f"{at}/submit/all").get_data(as_text=True)
    assert phone.get(at).status_code == 409
    assert "食堂满意度" not in phone.get(f"{phone.base}/assessments/").get_data(as_text=True)
    assert run_jobs(someone.tenant, "assessments.count_reply") == ["assessments.count_reply"]
    with scope(someone.tenant) as ctx:
        ctx.unaudited("test")
        rows = ctx.execute(sa.select(ReplyTally.question, ReplyTally.answer)).all()
    assert sorted(tuple(row) for row in rows) == [("q1", "y"), ("q2", "b"), ("q2", "l"), ("q3", "4")]


def test_nothing_without_consent(published: str, person: Any, client_as: Any) -> None:
    phone = client_as(person("employee"))
    answer = phone.get(f"{phone.base}/assessments/surveys/{published}")
    assert answer.status_code == 303
    assert "consent" in answer.location


def test_figures_come_when_it_is_over_and_hide_small_groups(
    published: str, admin: Any, worker: Any, client_as: Any, run_jobs: Any, tenant: Any
) -> None:
    at = f"{admin.base}/api/assessments/questionnaires/{published}"
    for number in range(22):
        phone = client_as(worker())
        said = {"q1": "y" if number < 11 else "n", "q3": 5 if number < 21 else 1, "q4": f"面{number}"}
        answer = phone.post(f"{phone.base}/api/assessments/surveys/{published}/reply", json={"answers": said})
        assert answer.status_code == 204, answer.json
    run_jobs(tenant, "assessments.count_reply")
    running = admin.get(f"{at}/figures").json
    assert (running["replies"], running["questions"]) == ("20", [])
    assert admin.post(f"{at}/close").status_code == 200
    over = {one["question"]: one for one in admin.get(f"{at}/figures").json["questions"]}
    assert [one["share"] for one in over["q1"]["classes"]] == ["50%", "50%"]
    assert len(over["q3"]["classes"]) == 1, "one person apart from twenty-one is not shown"
    assert len(over["q4"]["texts"]) == 22


def test_a_new_version_keeps_what_was_answered(published: str, admin: Any, scope: Any, tenant: Any) -> None:
    at = f"{admin.base}/api/assessments/questionnaires/{published}"
    assert admin.put(at, json=FORM).status_code == 409
    admin.post(f"{at}/close")
    assert admin.post(f"{at}/revise").json["state"] == "draft"
    assert admin.put(at, json={**FORM, "title": "食堂满意度（新）"}).status_code == 200
    assert admin.post(f"{at}/publish", json={"closes_on": SOON}).json["version"] == 2


@pytest.mark.parametrize("kind", ["json", "xlsx"])
def test_out_and_in_again(kind: str, published: str, admin: Any, scope: Any, tenant: Any) -> None:
    data = admin.get(f"{admin.base}/assessments/questionnaires/{published}/export.{kind}").data
    upload = {"file": (io.BytesIO(data), f"form.{kind}")}
    back = admin.post(f"{admin.base}/api/assessments/questionnaires/import", data=upload)
    assert back.status_code == 201, back.json
    assert (back.json["asked"], back.json["notes"]) == (4, [])


def test_a_table_with_odd_rows_is_taken_as_far_as_it_goes(admin: Any) -> None:
    rows = [
        ["q1", "单选", "去过活动室吗？", "是", "去过 | 没去过", "", "", ""],
        ["", "手绘", "画一画", "", "", "", "", ""],
    ]
    rows += [["", "量尺", "打几分？", "", "", "", "", "q1=去过"]]
    book = workbook([Sheet("问卷", header=sheet.HEADER, rows=rows)])
    page = admin.post(
        f"{admin.base}/assessments/questionnaires/import", data={"file": (io.BytesIO(book), "活动室.xlsx")}
    ).get_data(as_text=True)
    assert "导入了 2 题" in page
    assert "不认识的题型" in page
    assert "“去过活动室吗？”选了“去过”才问" in page


def test_a_fhir_form_shows_its_formulas(admin: Any) -> None:
    item = {
        "linkId": "bmi",
        "type": "decimal",
        "text": "BMI",
        "extension": [
            {
                "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
                "valueExpression": {"language": "text/fhirpath", "expression": "%weight/%height"},
            }
        ],
    }
    asked = {"linkId": "1", "type": "string", "text": "体重"}
    raw = json.dumps({"resourceType": "Questionnaire", "item": [asked, item]}).encode()
    page = admin.post(
        f"{admin.base}/assessments/questionnaires/import", data={"file": (io.BytesIO(raw), "bmi.json")}
    ).get_data(as_text=True)
    assert "%weight/%height" in page
    assert "只显示，不运行" in page
    assert fhir.read(raw).expressions[0].place == "bmi"


def test_copy_and_erasure(published: str, worker: Any, client_as: Any, scope: Any) -> None:
    someone = worker()
    phone = client_as(someone)
    phone.post(
        f"{phone.base}/api/assessments/surveys/{published}/reply", json={"answers": {"q1": "n", "q3": 2}}
    )
    with scope(someone.tenant) as ctx:
        (mine,) = ctx.scalars(ctx.select(Reply).where(Reply.person_id == someone.id))
        copy = hooks.subject_export(ctx, someone.id)["questionnaires"]
        assert copy[0]["answers"] == {"q1": "n", "q3": 2}
        assert mine.state == "submitted"
        assert hooks.subject_erase(ctx, someone.id)["reply"] == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("form.json", b"{nonsense", "不是有效的 JSON"),
        ("form.json", b'{"a": 1}', "不是 FHIR 资源"),
        ("form.json", b'{"resourceType": "Patient"}', "没有问卷"),
        ("form.csv", "\n".join(["题"] * 2001).encode(), "超过 2000 行"),
        ("form.csv", "随便,写写\n一,二".encode(), "没有模板里的表头"),
    ],
)
def test_why_a_file_cannot_be_read_is_said_in_the_readers_language(
    client_as, person, name: str, data: bytes, said: str
) -> None:
    admin = client_as(person("admin"))
    upload = {"file": (io.BytesIO(data), name)}
    answer = admin.post(f"{admin.base}/assessments/questionnaires/import", data=upload)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("thresholds", "said"),
    [
        ({"phq9": {"total.2": 16}}, "total.2：最高 15"),
        ({"who5": {"percent.1": 40}}, "percent.1：最低 50"),
        ({"phq9": {"item9.2": -1}}, "item9.2：这不是"),
        ({"phq9": {"total.3": 1}}, "total.3：这份问卷没有"),
    ],
)
def test_why_a_threshold_is_refused_is_said_in_the_readers_language(
    client_as, person, thresholds: dict[str, dict[str, int]], said: str
) -> None:
    admin = client_as(person("admin"))
    answer = admin.put(f"{admin.base}/api/tenancy/settings/assessments", json={"thresholds": thresholds})
    assert answer.status_code == 422, answer.get_json()
    assert said in str(answer.get_json()["errors"])
    form = {"thresholds": json.dumps(thresholds), "least_group": "5", "least_class": "10", "resume_days": "7"}
    page = admin.post(f"{admin.base}/admin/settings/assessments", data=form)
    assert page.status_code == 422
    assert said in page.get_data(as_text=True)
