"""People by hand: found by sound, moved with a history, gone and back, and no link into an account that is in use."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.identity import org, people, people_list, places
from anxin.identity.models import Login, Membership, Person, Placement
from anxin.identity.names import sort_key
from anxin.identity.people_list import Filter
from anxin.kernel.errors import Conflict, Invalid
from anxin.tenancy import services as tenancy
from anxin.tenancy.units import tree_at


@pytest.mark.parametrize(
    ("name", "sounds"),
    [
        ("单晓峰", "shan xiao feng"),
        ("仇建国", "qiu jian guo"),
        ("区志强", "ou zhi qiang"),
        ("解晓东", "xie xiao dong"),
        ("查良镛", "zha liang yong"),
        ("曾子墨", "zeng zi mo"),
        ("盖文军", "ge wen jun"),
        ("朴春花", "piao chun hua"),
        ("翟天临", "zhai tian lin"),
        ("缪红", "miao hong"),
        ("都建军", "du jian jun"),
        ("尉迟恭", "yu chi gong"),
        ("单于明", "chan yu ming"),
        ("万俟晨", "mo qi chen"),
        ("欧阳丽", "ou yang li"),
        ("乐嘉", "yue jia"),
        ("李长江", "li chang jiang"),
        ("张重阳", "zhang chong yang"),
    ],
)
def test_surnames_sound_as_their_owners_say(name, sounds) -> None:
    assert sort_key(name) == sounds


def added(ctx, name: str, number: str | None = None, **other) -> Person:
    return people.add(ctx, {"name": name, "number": number, **other})


def names(ctx, search: str = "", **other) -> list[str]:
    return [row.name for row in people_list.listed(ctx, Filter(search, **other)).rows]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("shan", ["单晓峰", "单小红"]),
        ("shanxiaoh", ["单小红"]),
        ("shan xiao f", ["单晓峰"]),
        ("sxf", ["单晓峰"]),
        ("s", ["单晓峰", "单小红"]),
        ("单", ["单晓峰", "单小红"]),
        ("单晓", ["单晓峰"]),
        ("山", []),
        ("js", ["John Smith"]),
        ("a7", ["曾毅"]),
        ("19900001234", ["曾毅"]),
        ("dan", []),
        ("%", []),
    ],
)
def test_a_person_is_found_by_sound_initials_name_number_and_phone(ctx, search, found) -> None:
    added(ctx, "单晓峰")
    added(ctx, "单小红")
    added(ctx, "曾毅", "A7", phone="19900001234")
    added(ctx, "John Smith")
    got = names(ctx, search)
    assert sorted(got) == sorted(found)


def test_pages_of_the_list_cover_everybody_once_in_the_order_of_sound(ctx) -> None:
    for at in range(45):
        added(ctx, "王仇单区"[at % 4] + f"峰{chr(0x4E00 + at)}")
    seen, after = [], None
    while True:
        part = people_list.listed(ctx, Filter(), after=after)
        seen += part.rows
        after = part.after
        if after is None:
            break
    assert len(seen) == len({row.id for row in seen}) == 45
    assert [row.name[0] for row in seen] == sorted("王仇单区" * 11 + "王", key=sort_key)


def test_a_page_that_nobody_offered_is_refused(ctx) -> None:
    with pytest.raises(Invalid):
        people_list.listed(ctx, Filter(), after="wang|no id")


@pytest.fixture
def units(ctx):
    top = tenancy.add_unit(ctx, "采油一矿", None)
    return top, tenancy.add_unit(ctx, "采油一队", top.id), tenancy.add_unit(ctx, "采油二队", top.id)


def test_a_move_keeps_who_was_where_when(ctx, units) -> None:
    _top, first, second = units
    one = added(ctx, "林晓峰", "A1", unit_id=first.id, moved_on=(ctx.now - timedelta(days=90)).date())
    moved = (ctx.now - timedelta(days=10)).date()
    people.change(ctx, one.id, {"name": "林晓峰", "number": "A1", "unit_id": second.id, "moved_on": moved})
    stays = places.stays(ctx, one.id)
    assert [stay.unit for stay in stays] == ["采油二队", "采油一队"]
    assert stays[0].since == stays[1].until
    both = [first.id, second.id]
    assert places.counted_at(ctx, both, ctx.now - timedelta(days=30)) == {first.id: 1}
    assert places.counted_at(ctx, both, ctx.now) == {second.id: 1}


def test_a_move_cannot_begin_in_the_future(ctx, units) -> None:
    with pytest.raises(Invalid) as refused:
        added(ctx, "林晓峰", "A1", unit_id=units[1].id, moved_on=(ctx.now + timedelta(days=2)).date())
    assert "moved_on" in refused.value.fields


def test_leaving_ends_the_stay_and_the_familys_and_coming_back_begins_a_new_one(ctx, units) -> None:
    one = added(ctx, "林晓峰", "A1", unit_id=units[1].id)
    child = added(ctx, "林小满", kind="family", worker="a1", relation="child")
    people.leave(ctx, one.id)
    ctx.db.flush()
    ctx.db.expire_all()
    assert (ctx.get(Person, one.id).state, ctx.get(Person, child.id).state) == ("left", "left")
    assert places.counted_at(ctx, [units[1].id], ctx.now) == {}
    assert names(ctx, "lin") == []
    assert names(ctx, "lin", state="left") == ["林晓峰", "林小满"]
    people.come_back(ctx, one.id)
    assert len(places.stays(ctx, one.id)) == 2
    with pytest.raises(Conflict):
        people.come_back(ctx, one.id)


def test_family_belongs_to_a_worker_who_is_here(ctx) -> None:
    with pytest.raises(Invalid):
        added(ctx, "林小满", kind="family")
    with pytest.raises(Invalid):
        added(ctx, "林小满", kind="family", worker="nobody")


def test_contact_is_changed_and_taken_away(ctx) -> None:
    one = added(ctx, "曾毅", "A7", phone="19900001234", email="a@dongling.example")
    people.change(ctx, one.id, {"name": "曾毅", "number": "A7", "phone": ""})
    assert people.contact_of(ctx, one) == {"email": "a@dongling.example"}
    assert one.phone_index is None
    people.change(ctx, one.id, {"name": "曾毅", "number": "A7", "email": ""})
    assert one.contact is None


def test_no_link_leads_into_an_account_that_is_in_use(ctx) -> None:
    one = added(ctx, "曾毅", "A7")
    assert people.first_link(ctx, one.id)
    ctx.add(Login(person_id=one.id, name="a7", password="x"))
    ctx.db.flush()
    with pytest.raises(Conflict) as refused:
        people.first_link(ctx, one.id)
    assert refused.value.code == "has_account"


def test_a_merge_takes_people_roles_and_units_along_and_the_past_keeps_its_shape(ctx, units) -> None:
    top, first, second = units
    below = tenancy.add_unit(ctx, "一班", first.id)
    one = added(ctx, "林晓峰", "A1", unit_id=first.id)
    ctx.add(Membership(person_id=one.id, role="liaison", unit_id=first.id))
    ctx.db.flush()
    before = ctx.now
    ctx.now += timedelta(minutes=5)
    org.merge(ctx, first.id, second.id)
    ctx.db.flush()
    ctx.db.expire_all()
    assert ctx.get(Person, one.id).unit_id == second.id
    assert tenancy.unit(ctx, below.id).path.startswith(second.path)
    assert tenancy.unit(ctx, first.id).closed_at == ctx.now
    assert ctx.scalars(sa.select(Membership.unit_id).where(Membership.role == "liaison")).all() == [second.id]
    assert [stay.unit for stay in places.stays(ctx, one.id)] == ["采油二队", "采油一队"]
    assert [change.what for change in tenancy.history(ctx, first.id)] == ["merged"]
    then, today = tree_at(ctx, before), tree_at(ctx, ctx.now)
    assert then[below.id].parent_id == first.id
    assert today[below.id].parent_id == second.id
    with pytest.raises(Invalid):
        org.merge(ctx, top.id, second.id)


def test_a_unit_with_people_is_not_closed_by_mistake(ctx, units) -> None:
    one = added(ctx, "林晓峰", "A1", unit_id=units[1].id)
    with pytest.raises(Conflict):
        org.close(ctx, units[1].id)
    people.leave(ctx, one.id)
    org.close(ctx, units[1].id)
    tenancy.reopen_unit(ctx, units[1].id)
    assert tenancy.unit(ctx, units[1].id).closed_at is None


def test_the_nightly_look_finds_who_came_by_another_road(ctx, units) -> None:
    one = ctx.add(Person(name="林晓峰", sort_key="lin xiao feng", unit_id=units[1].id))
    places.settle_all(ctx)
    assert ctx.scalars(sa.select(Placement.unit_id).where(Placement.person_id == one.id)).all() == [
        units[1].id
    ]


def test_the_pages_do_what_the_services_do(client_as, person, scope, tenant) -> None:
    admin = client_as(person("admin"))
    answer = admin.post(
        f"{admin.base}/admin/people/new",
        data={
            "name": "单晓峰",
            "number": "X1",
            "phone": "19900001111",
            "kind": "outsourced",
            "employer": "恒业劳务",
        },
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    card = admin.get(answer.location)
    assert "恒业劳务" in card.get_data(as_text=True)
    listed = admin.get(f"{admin.base}/admin/people?search=sxf&kind=outsourced").get_data(as_text=True)
    assert "单晓峰" in listed
    assert admin.post(f"{answer.location}/leave").status_code == 303
    assert "单晓峰" not in admin.get(f"{admin.base}/admin/people?search=sxf").get_data(as_text=True)
    assert admin.post(f"{answer.location}/return").status_code == 303
    assert "单晓峰" in admin.get(f"{admin.base}/admin/people?search=sxf").get_data(as_text=True)
