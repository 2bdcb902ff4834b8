"""An old call log brought in: the same steps on the page and over the API, the same rows refused, nothing twice."""

import csv
import io
from typing import Any

import pytest

from anxin_hotline.calls import Call
from anxin_hotline.services import importing

LOG = """心晴热线 2025 年来电登记
来电时间,来电号码,问题类型,情况说明,风险等级,接线员
2025-03-04 21:10,13900004444,工作压力,夜班连着上，心里烦,低,老周
2025-03-05 09:00,,家庭,孩子不肯上学,无,老周
2025-03-05,13900004444,工作压力,又打来一次,无,老周
去年冬天,,家庭,记不清时间,无,老周
2025-03-06 10:00,,家庭,,无,老周
2025-03-07 10:00,,家庭,想找人说说,红色,老周
2025-03-05 09:00,,家庭,孩子不肯上学,无,老周
"""


def sent(text: str = LOG, code: str = "gb18030") -> dict[str, Any]:
    return {
        "data": {"file": (io.BytesIO(text.encode(code)), "旧登记.csv")},
        "content_type": "multipart/form-data",
    }


@pytest.fixture
def desk(client_as: Any, supervisor: Any) -> Any:
    return client_as(supervisor)


def test_an_old_log_comes_in_over_the_api(desk: Any, run_jobs: Any, tenant: Any, scope: Any) -> None:
    api = f"{desk.base}/api/hotline/imports"
    brought = desk.post(api, **sent())
    assert brought.status_code == 201, brought.get_data(as_text=True)
    assert brought.json["rows"] == 7
    columns = {one["heading"]: one for one in brought.json["columns"]}
    assert {name: one["field"] for name, one in columns.items()} == {
        "来电时间": "at",
        "来电号码": "number",
        "问题类型": "topic",
        "情况说明": "note",
        "风险等级": "risk",
        "接线员": None,
    }
    assert columns["情况说明"]["samples"][0] == "夜班连着上，心里烦"
    one = f"{api}/{brought.json['id']}"
    assert desk.get(one).json == brought.json
    match = {column["field"]: column["at"] for column in brought.json["columns"] if column["field"]}

    missing = desk.post(f"{one}/preview", json={"at": match["at"]})
    assert missing.status_code == 422
    assert "note" in missing.json["errors"]
    beyond = desk.post(f"{one}/run", json={"at": match["at"], "note": 499})
    assert beyond.status_code == 422

    seen = desk.post(f"{one}/preview", json=match).json
    assert (seen["rows"], seen["calls"], seen["known"]) == (7, 3, 1)
    assert [each["row"] for each in seen["refused"]] == [5, 6, 7]
    with scope(tenant) as ctx:
        assert ctx.scalars(ctx.select(Call)).all() == [], "a preview writes nothing"

    started = desk.post(f"{one}/run", json=match)
    assert started.status_code == 202
    assert "hotline.import" in run_jobs(tenant)
    task = f"{desk.base}/api/tasks/{started.json['task_id']}"
    told = desk.get(task).json
    assert (told["state"], told["done"], told["total"]) == ("done", 7, 7)
    assert told["counts"] == {"rows": 7, "calls": 3, "known": 1, "refused": 3}
    back = list(csv.reader(io.StringIO(desk.get(f"{task}/file").get_data().decode("utf-8-sig"))))
    assert [row[3] for row in back] == ["情况说明", "记不清时间", "", "想找人说说"]
    assert all(row[-1] for row in back)
    with scope(tenant) as ctx:
        rows = {row.logged_at.isoformat(): row for row in ctx.scalars(ctx.select(Call))}
        assert {ctx.open(row, "note") for row in rows.values()} == {
            "夜班连着上，心里烦",
            "孩子不肯上学",
            "又打来一次",
        }
        assert len({row.caller_id for row in rows.values() if row.caller_id}) == 1, "one number, one caller"

    again = desk.post(api, **sent()).json["id"]
    assert desk.post(f"{api}/{again}/preview", json=match).json["calls"] == 0
    desk.post(f"{api}/{again}/run", json=match)
    run_jobs(tenant)
    with scope(tenant) as ctx:
        assert len(ctx.scalars(ctx.select(Call)).all()) == 3, "the same file again writes nothing"


def test_the_page_shows_what_would_come(desk: Any, scope: Any, tenant: Any, run_jobs: Any) -> None:
    brought = desk.post(f"{desk.base}/hotline/import", **sent())
    assert brought.status_code == 303
    page = brought.headers["Location"]
    match = {"at": 0, "number": 1, "topic": 2, "note": 3, "risk": 4, "channel": "", "next": ""}
    seen = desk.post(f"{page}/preview", data=match).get_data(as_text=True)
    assert "现在还没有写入任何内容" in seen
    assert "第 5 行" in seen
    with scope(tenant) as ctx:
        assert ctx.scalars(ctx.select(Call)).all() == []
    assert desk.post(f"{page}/preview", data=match | {"note": ""}).status_code == 422
    task = desk.post(page, data=match)
    assert "/tasks/" in task.headers["Location"]
    run_jobs(tenant)
    with scope(tenant) as ctx:
        assert len(ctx.scalars(ctx.select(Call)).all()) == 3


def test_only_a_supervisor_of_this_place_and_only_a_log(
    desk: Any, client_as: Any, person: Any, agency_person: Any, other_tenant: Any
) -> None:
    api = f"{desk.base}/api/hotline/imports"
    kept = desk.post(api, **sent()).json["id"]
    match = {"at": 0, "note": 3}
    for other in (client_as(person("employee")), client_as(person("admin"))):
        assert other.post(api, **sent()).status_code == 404, "clinical: not even there for the employer"
        assert other.get(f"{api}/{kept}").status_code == 404
        assert other.post(f"{api}/{kept}/run", json=match).status_code == 404
    there = client_as(agency_person("supervisor", tenant=other_tenant))
    foreign = f"{there.base}/api/hotline/imports/{kept}"
    answers = (
        there.get(foreign),
        there.post(f"{foreign}/preview", json=match),
        there.post(f"{foreign}/run", json=match),
    )
    assert [one.status_code for one in answers] == [404] * 3
    assert desk.post(api).status_code == 422
    assert desk.post(api, **sent("姓名,部门\n甲,乙\n", "utf-8")).status_code == 422, "no call log"
    picture = {
        "data": {"file": (io.BytesIO(b"\x89PNG\xff\xfe"), "a.csv")},
        "content_type": "multipart/form-data",
    }
    assert desk.post(api, **picture).status_code == 422
    assert desk.post(f"{api}/{kept}/run", json=match | {"operator": 5}).status_code == 422


def test_a_formula_comes_back_as_text(desk: Any) -> None:
    table = importing.read("来电时间,情况说明\n明天,=1+1\n".encode())
    assert b"'=1+1" in importing.refused_file(table, [(2, "no")], "why")
