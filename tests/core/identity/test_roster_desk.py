"""The desk: upload, match, look, run, and the refused rows back in the same shape; and groups nobody can list."""

import io

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from tests.core.identity.test_roster_parse import book

from anxin.identity import groups, roster, roster_desk, roster_files, sessions
from anxin.identity.models import Assignment, Person, RosterHeading
from anxin.identity.policy import GROUPS_TOLD
from anxin.kernel.errors import Conflict, ProgrammingError
from anxin.kernel.ids import new_id
from anxin.tenancy.models import Unit
from anxin.tenancy.units import step

HEAD = ["序号", "职工姓名", "职工编号", "单位", "手机", "身份证号", "微信号"]


def line(
    at: int, name: str, number: object, unit: str = "采油一队", phone: str = "", **other: object
) -> list[object]:
    return [at, name, number, unit, phone, other.get("identity", ""), f"wx{at}"]


@pytest.fixture
def unit(scope, tenant):
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        row = ctx.add(Unit(id=new_id(), code="A", name="采油一队", path=""))
        row.path = step(row.id)
    return row


@pytest.fixture
def desk(client_as, person, tenant, unit):
    """The union's admin at the desk."""
    return client_as(person("admin", tenant=tenant, name="周晓岚"))


def send(client, path: str, content: bytes, **form: str):
    return client.post(
        f"{client.base}{path}",
        data={"file": (io.BytesIO(content), "花名册.xlsx"), **form},
        content_type="multipart/form-data",
    )


def brought(client, content: bytes, **form: str) -> str:
    answer = send(client, "/admin/people/import", content, **form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location.removesuffix("/columns")


def people(ctx) -> dict[str, Person]:
    """Everybody whom an import can have brought, by number."""
    found = ctx.scalars(sa.select(Person).where(Person.tenant_id == ctx.tenant.id, Person.name != "周晓岚"))
    return {row.number: row for row in found}


def test_from_upload_to_the_refused_rows(desk, run_jobs, scope, tenant) -> None:
    content = book(
        [
            ["第三采油厂职工花名册"],
            HEAD,
            line(1, "林晓峰", "0010268", phone="19900000001"),
            line(2, "方圆圆", "0010269", unit="采油九队"),
            line(3, "单晓梅", "0010270", identity=110101199003071234),
            line(4, "林晓峰", "0010268"),
        ]
    )
    address = brought(desk, content)
    assert "职工编号" in desk.get(f"{address}/columns").get_data(as_text=True)
    looked = desk.get(address).get_data(as_text=True)
    assert "采油九队" in looked
    with scope(tenant) as ctx:
        assert people(ctx) == {}  # looking writes nothing
    started = desk.post(address, data={"leavers": "0"})
    assert started.status_code == 303
    run_jobs(tenant, "identity.roster_import")
    with scope(tenant) as ctx:
        assert set(people(ctx)) == {"0010268", "0010270"}
    refused = desk.get(f"{address}/refused").data
    back = roster.read(refused)
    assert back.correction
    assert [column.heading for column in back.columns][:3] == HEAD[:3]
    reasons = {row[2]: row[-1] for row in back.sheets["Sheet1"].lines[1:]}
    assert set(reasons) == {"0010269", "0010270", "0010268"}
    assert "采油九队" in reasons["0010269"]
    assert "文本" in reasons["0010270"]
    assert desk.get(f"{address}/columns").status_code == 409  # the workbook itself is gone


def test_the_refused_rows_can_be_corrected_and_brought_again_without_anybody_leaving(
    desk, run_jobs, scope, tenant
) -> None:
    first = brought(desk, book([HEAD, *(line(at, "甲乙丙丁戊己庚辛"[at], f"A{at}") for at in range(8))]))
    desk.post(first, data={"leavers": "0"})
    run_jobs(tenant, "identity.roster_import")
    again = brought(desk, book([[*HEAD, "错误原因"], [*line(1, "方圆圆", "B1"), "单位"]]), complete="1")
    assert "不会有人因此离开" in desk.get(again).get_data(as_text=True)
    desk.post(again, data={"leavers": "0"})
    run_jobs(tenant, "identity.roster_import")
    with scope(tenant) as ctx:
        assert {row.state for row in people(ctx).values()} == {"active"}
        assert len(people(ctx)) == 9


def test_an_import_that_would_remove_many_asks_again(desk, run_jobs, scope, tenant) -> None:
    names = "甲乙丙丁戊己庚辛壬癸"
    first = brought(desk, book([HEAD, *(line(at, names[at], f"A{at}") for at in range(10))]))
    desk.post(first, data={"leavers": "0"})
    run_jobs(tenant, "identity.roster_import")
    part = brought(desk, book([HEAD, line(1, "甲", "A0")]), complete="1")
    assert 'name="sure"' in desk.get(part).get_data(as_text=True)
    desk.post(part, data={"leavers": "10"})  # without the second yes
    run_jobs(tenant, "identity.roster_import")
    with scope(tenant) as ctx:
        assert {row.state for row in people(ctx).values()} == {"active"}
    desk.post(part, data={"leavers": "2", "sure": "1"})  # agreed to fewer than would leave now
    run_jobs(tenant, "identity.roster_import")
    with scope(tenant) as ctx:
        assert {row.state for row in people(ctx).values()} == {"active"}
    desk.post(part, data={"leavers": "10", "sure": "1"})
    run_jobs(tenant, "identity.roster_import")
    with scope(tenant) as ctx:
        assert [row.number for row in people(ctx).values() if row.state == "active"] == ["A0"]


def test_a_heading_nobody_knows_is_matched_once_and_remembered(desk, run_jobs, scope, tenant) -> None:
    content = book([["谁", "证号", "在哪"], ["林晓峰", "A1", "采油一队"]])
    address = brought(desk, content)
    refused = desk.post(
        f"{address}/columns", data={"heading": ["谁", "证号", "在哪"], "field": ["", "number", "unit"]}
    )
    assert refused.status_code == 422
    matched = desk.post(
        f"{address}/columns", data={"heading": ["谁", "证号", "在哪"], "field": ["name", "number", "unit"]}
    )
    assert matched.status_code == 303
    desk.post(address, data={"leavers": "0"})
    run_jobs(tenant, "identity.roster_import")
    with scope(tenant) as ctx:
        assert set(people(ctx)) == {"A1"}
        assert ctx.scalar(sa.select(sa.func.count()).where(RosterHeading.tenant_id == ctx.tenant.id)) == 3
        assert [column.field for column in roster.read(content, roster_desk.remembered(ctx)).columns] == [
            "name", "number", "unit"
        ]  # fmt: skip


def test_another_tenants_import_is_not_there(desk, client_as, person, other_tenant) -> None:
    address = brought(desk, book([HEAD, line(1, "林晓峰", "A1")]))
    stranger = client_as(person("admin", tenant=other_tenant))
    path = address[address.index("/admin/") :]
    for end in ("", "/columns", "/refused"):
        assert stranger.get(f"{stranger.base}{path}{end}").status_code == 404


def test_the_template_reads_without_a_mistake() -> None:
    found = roster.read(roster_files.template())
    assert found.errors == []
    assert [row.form for row in found.rows] == ["contract", "dispatch", "family"]
    assert not found.ignored_columns


def test_the_api_does_what_the_pages_do(desk, run_jobs, scope, tenant) -> None:
    def api(method: str, path: str, **body):
        return desk.open(f"{desk.base}/api/identity{path}", method=method, **body)

    content = book([HEAD, line(1, "林晓峰", "A1")])
    answer = api(
        "POST", "/rosters", data={"file": (io.BytesIO(content), "a.xlsx")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = answer.json["id"]
    assert api("GET", f"/rosters/{made}/preview").json["counts"]["new"] == 1
    assert api("POST", f"/rosters/{made}/run", json={"leavers": 0}).status_code == 202
    run_jobs(tenant, "identity.roster_import")
    assert api("GET", f"/rosters/{made}").json["state"] == "done"
    exported = api("POST", "/people/export", json={}).json["task_id"]
    run_jobs(tenant, "identity.people_export")
    file = desk.get(f"{desk.base}/api/tasks/{exported}/file")
    assert {"林晓峰", "周晓岚"} == {row.name for row in roster.read(file.data).rows}


def test_an_export_stays_within_the_scope_of_who_asked(
    scope, tenant, unit, client_as, person, run_jobs
) -> None:
    person("employee", tenant=tenant, name="外面的人", number="Z9")
    liaison = client_as(person("employee", "unit_officer", tenant=tenant, name="方圆圆"))
    answer = liaison.post(f"{liaison.base}/admin/people/export", data={})
    assert answer.status_code in (303, 403)
    if answer.status_code == 303:
        run_jobs(tenant, "identity.people_export")
        file = liaison.get(f"{answer.location}/file")
        assert "Z9" not in [row.number for row in roster.read(file.data).rows]


# --- groups -----------------------------------------------------------------------------------------


@pytest.fixture
def hardship(scope, tenant, person):
    """A group with one of two people in it."""
    inside, outside = (
        person("employee", tenant=tenant, name=name, number=number)
        for name, number in (("林晓峰", "A1"), ("方圆圆", "A2"))
    )
    with scope(tenant) as ctx:
        group = groups.define(ctx, "困难职工")
        ctx.db.flush()
        groups.put_in(ctx, group.id, [inside.id], whole=True)
    return group.id, inside, outside


def test_the_union_brings_a_list_and_cannot_see_it_again(
    desk, hardship, run_jobs, scope, tenant, runtime
) -> None:
    group, inside, outside = hardship
    content = book([["姓名", "工号"], ["林晓峰", "A1"], ["方圆圆", "A2"], ["方圆圆", "A1X"]])
    answer = send(desk, f"/admin/groups/{group}/list", content)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    run_jobs(tenant, "identity.group_list")
    told = desk.get(answer.location).get_data(as_text=True)
    assert "2" in told
    with scope(tenant) as ctx:
        assert set(groups.members(ctx, group)) == {inside.id, outside.id}
    for path in ("/admin/groups", f"/admin/groups/{group}", f"/admin/people/{inside.id}"):
        page = desk.get(f"{desk.base}{path}").get_data(as_text=True)
        assert ("林晓峰" in page) == path.endswith(str(inside.id))  # the name of the person whose card it is
    card = desk.get(f"{desk.base}/admin/people/{inside.id}").get_data(as_text=True)
    assert "困难职工" not in card.replace("困难帮扶", "")
    assert desk.get(f"{desk.base}/api/identity/people/{inside.id}/groups").status_code == 404


def test_the_answer_to_a_list_is_the_same_for_who_was_in_before(desk, hardship, run_jobs, tenant) -> None:
    group, _inside, _outside = hardship
    told = []
    for name, number in (("林晓峰", "A1"), ("方圆圆", "A2")):
        answer = send(desk, f"/admin/groups/{group}/list", book([["姓名", "工号"], [name, number]]))
        run_jobs(tenant, "identity.group_list")
        task = answer.location.rpartition("/")[2]
        told.append(desk.get(f"{desk.base}/api/tasks/{task}").json["counts"])
    assert told[0] == told[1]


def test_raw_sql_of_an_admin_reads_no_member(runtime, tenant, hardship, person) -> None:
    admin = person("admin", tenant=tenant)
    with Session(runtime.engine) as session:
        session.execute(sa.text("SELECT guard.enter(:t)"), {"t": admin.token})
        assert session.scalar(sa.text("SELECT count(*) FROM core.care_group_member")) == 0
        with pytest.raises(sa.exc.DBAPIError):
            session.execute(
                sa.text(
                    "INSERT INTO core.care_group_member (tenant_id, id, group_id, person_id, since) "
                    "VALUES (:t, gen_random_uuid(), :g, :p, now())"
                ),
                {"t": tenant.id, "g": hardship[0], "p": hardship[2].id},
            )


def test_the_person_sees_it_and_the_copy_and_erasure_know_it(client_as, hardship, scope, tenant) -> None:
    _group, inside, outside = hardship
    mine = client_as(inside)
    assert mine.get(f"{mine.base}/api/identity/groups/mine").json == {"names": ["困难职工"]}
    theirs = client_as(outside)
    assert theirs.get(f"{theirs.base}/api/identity/groups/mine").json == {"names": []}
    with scope(tenant) as ctx:
        assert [row["group"] for row in groups.own_copy(ctx, inside.id)] == ["困难职工"]
        assert groups.own_erase(ctx, inside.id) == 1
        ctx.unaudited("test")


def test_members_are_not_read_outside_a_job(hardship, runtime, tenant, person) -> None:
    ctx = sessions.open_ctx(runtime, tenant, person("admin", tenant=tenant).token)
    try:
        with pytest.raises(ProgrammingError):
            groups.members(ctx, hardship[0])
        assert not groups.entitled(ctx, hardship[1].id, ["困难职工"])
    finally:
        ctx.close()


def test_an_ended_group_entitles_nobody_and_takes_no_list(desk, hardship, scope, tenant) -> None:
    group, inside, _outside = hardship
    with scope(tenant) as ctx:
        groups.close(ctx, group)
        ctx.db.flush()
        assert not groups.entitled(ctx, inside.id, ["困难职工"])
        with pytest.raises(Conflict):
            groups.close(ctx, group)
    assert (
        send(desk, f"/admin/groups/{group}/list", book([["姓名", "工号"], ["林晓峰", "A1"]])).status_code
        == 409
    )


def test_a_list_without_numbers_is_refused_with_a_reason(desk, hardship) -> None:
    answer = send(
        desk, f"/admin/groups/{hardship[0]}/list", book([["姓名", "手机"], ["林晓峰", "19900000001"]])
    )
    assert answer.status_code == 422
    assert "工号" in answer.get_data(as_text=True)


def test_a_helper_sees_the_groups_of_their_own_people_who_agreed_and_of_nobody_else(
    agency_person, client_as, give_consent, hardship, person, other_tenant, scope, tenant
) -> None:
    _group, inside, outside = hardship
    helper = agency_person("helper")
    client = client_as(helper)

    def asked(someone):
        return client.get(f"{client.base}/api/identity/people/{someone.id}/groups")

    assert asked(inside).status_code == 404  # nobody has assigned them
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        for one in (inside, outside):
            ctx.add(Assignment(person_id=one.id, helper_id=helper.id, reason="test"))
    assert asked(inside).json == {"names": []}  # assigned, but not agreed
    give_consent(inside, GROUPS_TOLD)
    assert asked(inside).json == {"names": ["困难职工"]}
    give_consent(inside, GROUPS_TOLD, given="withdrawn")
    assert asked(inside).json == {"names": []}
    assert asked(person("employee", tenant=other_tenant)).status_code == 404
