"""Rosters into a tenant: the second import writes nothing, leavers lose their sessions, secrets are
sealed."""

import dataclasses

import pytest
import sqlalchemy as sa

from anxin.identity import roster_import, sessions
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
    assert counts == {"new": 1, "changed": 0, "left": 0, "refused": 0, "unchanged": 0}
    found = known(ctx, "A1")
    assert (found.unit_id, found.birth_year, found.gender, found.kind) == (unit.id, 1988, "male", "employee")
    assert found.traits == {"job": "采油工", "form": "contract"}
    assert b"19900001234" not in found.contact
    assert ctx.open(found, "contact") == {"phone": "19900001234"}
    assert ctx.open(found, "confidential") == {"care": "困难职工"}
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
    assert again == {"new": 0, "changed": 0, "left": 0, "refused": 0, "unchanged": 50}
    assert not ctx.db.dirty


@pytest.mark.parametrize(
    "change",
    [
        {"name": "林晓锋"},
        {"phone": "19900009999"},
        {"care": "困难职工"},
        {"born": "1989"},
        {"job": "班长"},
        {"phone": None},
    ],
)
def test_each_kind_of_change_is_seen_and_written(ctx, unit, change) -> None:
    bring(ctx, row("A1"))
    assert bring(ctx, row("A1", **change))["changed"] == 1
    assert bring(ctx, row("A1", **change)) == {
        "new": 0,
        "changed": 0,
        "left": 0,
        "refused": 0,
        "unchanged": 1,
    }


@pytest.mark.parametrize("silent", ["phone", "email", "care", "born", "job", "unit", "form"])
def test_what_a_roster_does_not_speak_of_stays(ctx, unit, silent) -> None:
    told = {"email": "a@b.example", "care": "困难职工", "job": "采油工", "form": "contract"}
    bring(ctx, row("A1", **told))
    less = row("A1", **{**told, silent: () if silent == "unit" else None})
    before = ctx.open(known(ctx, "A1"), "contact"), ctx.open(known(ctx, "A1"), "confidential")
    assert bring(ctx, less, silent=silent)["unchanged"] == 1
    assert bring(ctx, dataclasses.replace(less, name="林晓锋"), silent=silent)["changed"] == 1
    found = known(ctx, "A1")
    assert (ctx.open(found, "contact"), ctx.open(found, "confidential")) == before
    assert (found.unit_id, found.birth_year, found.traits["job"]) == (unit.id, 1988, "采油工")


def test_leavers_are_marked_and_come_back(ctx, unit) -> None:
    bring(ctx, row("A1"), row("A2", status=False))
    assert bring(ctx, row("A1", status=False))["left"] == 1
    assert (known(ctx, "A1").state, known(ctx, "A1").left_at) == ("left", ctx.now)
    assert bring(ctx, row("A1"))["changed"] == 1
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
