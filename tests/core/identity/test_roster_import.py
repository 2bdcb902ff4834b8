"""Rosters into a tenant: the second import writes nothing, leavers lose their sessions, secrets are
sealed."""

import dataclasses

import pytest
import sqlalchemy as sa

from anxin.identity import groups, places, roster_import, sessions
from anxin.identity.models import Membership, Person
from anxin.identity.roster import Roster, RosterRow
from anxin.identity.roster_columns import Column
from anxin.kernel.errors import SignInRequired
from anxin.kernel.ids import new_id
from anxin.tenancy.models import Unit
from anxin.tenancy.units import step


@pytest.fixture
def unit(ctx):
    root = ctx.add(Unit(id=new_id(), code="A", name="采油一矿", path=""))
    root.path = step(root.id)
    team = ctx.add(Unit(id=new_id(), code="A1", name="采油一队", parent_id=root.id, path=""))
    team.path = root.path + step(team.id)
    ctx.db.flush()
    return team


NONE = dict.fromkeys(("new", "changed", "moved", "returning", "left", "refused", "unchanged"), 0)
SPOKEN = (
    "name",
    "number",
    "unit",
    "phone",
    "email",
    "sex",
    "born",
    "hired",
    "care",
    "job",
    "form",
    "employer",
    "worker",
    "relation",
)


def row(number: str | None, name: str = "林晓峰", **other) -> RosterRow:
    told = {"unit": ("采油一矿", "采油一队"), "phone": "19900001234", "sex": "male", "born": "1988-04-17"}
    return RosterRow("Sheet1", 2, name, number, **{**told, **other})


def bring(ctx, *rows: RosterRow, complete: bool = False, silent: str = "") -> dict[str, int]:
    roster = Roster(
        rows=list(rows),
        columns=[Column("Sheet1", at, word, word) for at, word in enumerate(SPOKEN) if word != silent],
    )
    return roster_import.apply(ctx, roster, roster_import.plan(ctx, roster, complete=complete))


def known(ctx, number: str) -> Person:
    return ctx.scalars(
        sa.select(Person).where(Person.tenant_id == ctx.tenant.id, Person.number == number)
    ).one()


def test_a_person_comes_in_with_the_lowest_role_and_sealed_contact(ctx, unit) -> None:
    counts = bring(ctx, row("A1", care="困难职工", job="采油工", form="contract"))
    assert counts == {**NONE, "new": 1}
    found = known(ctx, "A1")
    assert (found.unit_id, found.birth_year, found.gender, found.kind) == (unit.id, 1988, "male", "employee")
    assert found.traits == {"job": "采油工", "form": "contract", "birthday": "04-17"}
    assert b"19900001234" not in found.contact
    assert ctx.open(found, "contact") == {"phone": "19900001234"}
    assert groups.entitled(ctx, found.id, ["困难职工"])
    assert found.phone_index == ctx.blind("phone", "199 0000 1234")
    assert ctx.scalars(sa.select(Membership.role).where(Membership.person_id == found.id)).all() == [
        "employee"
    ]


def test_the_same_roster_again_changes_nothing(ctx, unit) -> None:
    people = [
        row(f"A{at}", phone=f"1990000{at:04d}", care="四特职工" if at % 7 == 0 else None) for at in range(50)
    ]
    assert bring(ctx, *people)["new"] == 50
    again = bring(ctx, *people)
    assert again == {**NONE, "unchanged": 50}
    assert not ctx.db.dirty


@pytest.mark.parametrize(
    "change",
    [
        {"name": "林晓锋"},
        {"phone": "19900009999"},
        {"born": "1989"},
        {"job": "班长"},
        {"phone": None},
    ],
)
def test_each_kind_of_change_is_seen_and_written(ctx, unit, change) -> None:
    bring(ctx, row("A1"))
    assert bring(ctx, row("A1", **change))["changed"] == 1
    assert bring(ctx, row("A1", **change)) == {**NONE, "unchanged": 1}


@pytest.mark.parametrize("silent", ["phone", "email", "care", "born", "job", "unit", "form"])
def test_what_a_roster_does_not_speak_of_stays(ctx, unit, silent) -> None:
    told = {"email": "a@b.example", "care": "困难职工", "job": "采油工", "form": "contract"}
    bring(ctx, row("A1", **told))
    less = row("A1", **{**told, silent: () if silent == "unit" else None})
    before = ctx.open(known(ctx, "A1"), "contact"), groups.own_copy(ctx, known(ctx, "A1").id)
    assert bring(ctx, less, silent=silent)["unchanged"] == 1
    assert bring(ctx, dataclasses.replace(less, name="林晓锋"), silent=silent)["changed"] == 1
    found = known(ctx, "A1")
    assert (ctx.open(found, "contact"), groups.own_copy(ctx, found.id)) == before
    assert (found.unit_id, found.birth_year, found.traits["job"]) == (unit.id, 1988, "采油工")


def test_leavers_are_marked_and_come_back(ctx, unit) -> None:
    bring(ctx, row("A1"), row("A2", status=False))
    assert bring(ctx, row("A1", status=False))["left"] == 1
    assert (known(ctx, "A1").state, known(ctx, "A1").left_at) == ("left", ctx.now)
    assert bring(ctx, row("A1"))["returning"] == 1
    assert (known(ctx, "A1").state, known(ctx, "A1").left_at) == ("active", None)


def test_only_a_complete_roster_makes_missing_people_leave(ctx, unit) -> None:
    bring(ctx, row("A1"), row("A2", name="方圆圆"))
    assert bring(ctx, row("A1"))["left"] == 0
    assert bring(ctx, row("A1"), complete=True)["left"] == 1
    assert known(ctx, "A2").state == "left"


def test_an_unknown_unit_or_a_missing_number_refuses_the_row_alone(ctx, unit) -> None:
    counts = bring(ctx, row("A1"), row("A2", unit=("采油九矿",)), row(None))
    assert (counts["new"], counts["refused"]) == (1, 2)


def test_a_leaver_is_signed_out_at_once(scope, tenant, person, runtime) -> None:
    someone = person(tenant=tenant, number="A9")
    sessions.open_ctx(runtime, tenant, someone.token).close()
    with scope(tenant) as ctx:
        assert bring(ctx, row("A9", status=False, unit=()))["left"] == 1
    with pytest.raises(SignInRequired):
        sessions.open_ctx(runtime, tenant, someone.token)


def test_a_move_is_counted_apart_and_kept_in_the_history(ctx, unit) -> None:
    bring(ctx, row("A1"))
    assert bring(ctx, row("A1", unit=("采油一矿",)))["moved"] == 1
    stays = places.stays(ctx, known(ctx, "A1").id)
    assert [stay.unit for stay in stays] == ["采油一矿", "采油一队"]


def test_a_number_that_lost_its_zeros_is_known_again_by_its_name_only(ctx, unit) -> None:
    bring(ctx, row("0010268"))
    assert bring(ctx, row("10268", typed=True)) == {**NONE, "unchanged": 1}
    assert bring(ctx, row("10268", typed=True, name="方圆圆"))["refused"] == 1
    assert bring(ctx, row("10268", name="方圆圆"))["new"] == 1  # typed as text it is a number of its own


def test_one_person_does_not_come_in_twice_under_two_numbers(ctx, unit) -> None:
    bring(ctx, row("A1"))
    assert bring(ctx, row("B7")) == {**NONE, "refused": 1}
    assert bring(ctx, row("B7", phone="19900007777"))["new"] == 1  # somebody else of the same name


def test_outsourced_staff_without_a_number_are_known_by_name_and_phone(ctx, unit) -> None:
    told = {"form": "dispatch", "employer": "恒业劳务", "phone": "19900008888"}
    assert bring(ctx, row(None, **told)) == {**NONE, "new": 1}
    assert bring(ctx, row(None, **told)) == {**NONE, "unchanged": 1}
    assert bring(ctx, row(None, **{**told, "phone": None}))["refused"] == 1
    assert bring(ctx, row("A8", **told))["changed"] == 1  # a number came along
    found = known(ctx, "A8")
    assert (found.kind, found.traits["employer"]) == ("outsourced", "恒业劳务")


def test_family_belongs_to_a_worker_of_this_roster_or_of_another_line(ctx, unit) -> None:
    child = row(None, "林小满", worker="A1", form="family", relation="child", unit=(), phone=None)
    counts = bring(ctx, child, row("A1"))
    assert counts == {**NONE, "new": 2}
    found = ctx.scalars(
        sa.select(Person).where(Person.tenant_id == ctx.tenant.id, Person.kind == "family")
    ).one()
    assert (found.relative_of, found.relation) == (known(ctx, "A1").id, "child")
    assert bring(ctx, child, row("A1")) == {**NONE, "unchanged": 2}
    assert bring(ctx, row(None, "王五", worker="A404", form="family"))["refused"] == 1
    bring(ctx, row("A1", status=False))
    assert ctx.get(Person, found.id).state == "left"


def test_what_a_person_is_due_is_no_count(ctx, unit) -> None:
    """Whoever uploads a list must not learn from the answer who was in a group before."""
    bring(ctx, row("A1", care="困难职工"), row("A2", "方圆圆", care=None))
    again = bring(ctx, row("A1", care="困难职工"), row("A2", "方圆圆", care="困难职工、四特"))
    assert again == {**NONE, "unchanged": 2}
    assert groups.entitled(ctx, known(ctx, "A2").id, ["四特"])
    bring(ctx, row("A2", "方圆圆", care="四特"))
    assert not groups.entitled(ctx, known(ctx, "A2").id, ["困难职工"])
    assert groups.entitled(ctx, known(ctx, "A1").id, ["困难职工"])
