"""Teams and squads, appointments, coverage."""

from datetime import timedelta
from typing import Any

import pytest

from anxin.plugin import Conflict, Invalid, new_id
from anxin_volunteers.models import Competence, Post, Qualification
from anxin_volunteers.services import coverage, posts, teams
from anxin_volunteers.services.teams import Candidate, pick

TEAM = {"title": "心晴小队", "kind": "team", "least": 2, "most": 2}


@pytest.fixture
def qualified(scope: Any, tenant: Any) -> Any:
    """qualified(*people, code="counsellor3", ends=None): they hold it, verified."""

    def make(*people: Any, code: str = "counsellor3", ends: Any = None) -> None:
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")
            kind = ctx.scalars(ctx.select(Competence).where(Competence.code == code)).first()
            kind = kind or ctx.add(Competence(code=code, title=code, proof=True))
            ctx.db.flush()
            for someone in people:
                ctx.add(
                    Qualification(
                        person_id=someone.id,
                        competence_id=kind.id,
                        issued_on=ctx.now.date() - timedelta(days=400),
                        expires_on=ends,
                        state="verified",
                    )
                )

    return make


def test_a_full_team_takes_nobody_and_nobody_twice(volunteer: Any, person: Any, as_person: Any) -> None:
    people = [volunteer() for _ in range(3)]
    with as_person(person("admin"), "tenant") as ctx:
        team = teams.create(ctx, TEAM)
        ctx.db.flush()
        teams.add(ctx, team.id, people[0].id, "leader")
        ctx.db.flush()
        with pytest.raises(Conflict) as twice:
            teams.add(ctx, team.id, people[0].id)
        assert twice.value.code == "volunteers.member"
        teams.add(ctx, team.id, people[1].id)
        ctx.db.flush()
        with pytest.raises(Conflict) as full:
            teams.add(ctx, team.id, people[2].id)
        assert full.value.code == "volunteers.team_full"


def test_only_approved_volunteers_join(person: Any, volunteer: Any, as_person: Any) -> None:
    stranger, waiting = person("employee"), volunteer(state="applied", signed=False)
    with as_person(person("admin"), "tenant") as ctx:
        team = teams.create(ctx, TEAM)
        ctx.db.flush()
        for someone in (stranger, waiting):
            with pytest.raises(Invalid):
                teams.add(ctx, team.id, someone.id)


def test_a_team_says_what_it_lacks(volunteer: Any, person: Any, as_person: Any, qualified: Any) -> None:
    someone = volunteer()
    qualified(someone)
    with as_person(person("admin"), "tenant") as ctx:
        rule = {**TEAM, "most": 5, "least": 3, "qualified_least": 2, "competences": ["counsellor3"]}
        team = teams.create(ctx, rule)
        ctx.db.flush()
        teams.add(ctx, team.id, someone.id)
        ctx.db.flush()
        (fit,) = teams.fits(ctx, [team])
    assert [str(problem) for problem in fit.problems] == ["还差 2 人", "还差 1 名有资质的人", "还没有队长"]


def test_an_ended_certificate_does_not_count(
    volunteer: Any, person: Any, as_person: Any, qualified: Any, scope: Any, tenant: Any
) -> None:
    someone = volunteer()
    with scope(tenant) as ctx:
        yesterday = ctx.now.date() - timedelta(days=1)
    qualified(someone, ends=yesterday)
    with as_person(person("admin"), "tenant") as ctx:
        team = teams.create(ctx, {**TEAM, "qualified_least": 1, "competences": ["counsellor3"]})
        ctx.db.flush()
        teams.add(ctx, team.id, someone.id)
        ctx.db.flush()
        assert teams.fits(ctx, [team])[0].qualified == 0


class TestPicking:
    """The rule by itself: quota first, then competence, then time; and never more of a branch than allowed."""

    def candidates(self, branches: int, each: int, able: set[int]) -> list[Candidate]:
        ids = [new_id() for _ in range(branches)]
        return [
            Candidate(new_id(), ids[branch], (branch * each + at) in able, branch * each + at)
            for branch in range(branches)
            for at in range(each)
        ]

    def test_every_branch_gets_its_quota_before_the_best_are_taken(self) -> None:
        people = self.candidates(4, 5, able={0, 1, 2, 3, 4})
        chosen = pick(people, size=6, per_branch=1, most_per_branch=3)
        count = dict.fromkeys({one.branch for one in people}, 0)
        for one, _why in chosen:
            count[one.branch] += 1
        assert sorted(count.values()) == [1, 1, 1, 3]
        assert [why for _one, why in chosen] == ["quota"] * 4 + ["qualified"] * 2

    def test_never_more_than_allowed_even_when_the_squad_stays_small(self) -> None:
        chosen = pick(self.candidates(3, 9, able=set()), size=20, per_branch=1, most_per_branch=2)
        assert len(chosen) == 6

    def test_the_qualified_of_a_branch_come_first(self) -> None:
        people = self.candidates(2, 4, able={3, 7})
        chosen = [one for one, _ in pick(people, size=2, per_branch=1, most_per_branch=1)]
        assert all(one.qualified for one in chosen)


def test_a_squad_needs_its_qualified_people(
    volunteer: Any, person: Any, as_person: Any, qualified: Any
) -> None:
    people = [volunteer() for _ in range(3)]
    rule = {
        "title": "街道小分队",
        "least": 3,
        "most": 5,
        "qualified_least": 1,
        "competences": ["counsellor3"],
        "people": [one.id for one in people],
    }
    qualified(volunteer())
    admin = person("admin")
    with as_person(admin, "tenant") as ctx, pytest.raises(Invalid) as refused:
        teams.create_squad(ctx, rule)
    assert "people" in refused.value.fields
    qualified(people[2])
    with as_person(admin, "tenant") as ctx:
        team = teams.create_squad(ctx, rule)
        ctx.db.flush()
        assert teams.fits(ctx, [team])[0].problems == []
    with as_person(admin, "tenant") as ctx, pytest.raises(Invalid):
        teams.create_squad(ctx, {**rule, "people": [people[2].id]})


class TestCoverage:
    def test_gaps_by_unit_and_by_post(self, units: Any, volunteer: Any, person: Any, as_person: Any) -> None:
        tree = units({"厂": {"一矿": ["一队", "二队"]}})
        one, two, lead = (volunteer() for _ in range(3))
        with as_person(person("admin"), "tenant") as ctx:
            posts.appoint(ctx, tree["一队"], one.id, "liaison")
            posts.appoint(ctx, tree["一矿"], lead.id, "lead")
            rows = {row.node.name: row for row in coverage.of_tenant(ctx).rows}
            assert {name: row.gaps for name, row in rows.items()} == {
                "厂": {"lead": 1},
                "一矿": {},
                "一队": {},
                "二队": {"liaison": 1},
            }
            posts.need(ctx, tree["一队"], "liaison", 2)
            posts.need(ctx, tree["厂"], "lead", 0)
            posts.appoint(ctx, tree["二队"], two.id, "liaison")
            rows = {row.node.name: row for row in coverage.of_tenant(ctx).rows}
            assert {name: row.gap for name, row in rows.items()} == {"厂": 0, "一矿": 0, "一队": 1, "二队": 0}

    def test_who_has_not_signed_does_not_cover(self, units: Any, person: Any, as_person: Any) -> None:
        tree = units({"厂": {"一矿": ["一队"]}})
        someone = person("employee")
        with as_person(person("admin"), "tenant") as ctx:
            posts.appoint(ctx, tree["一队"], someone.id, "liaison")
            row = next(r for r in coverage.of_tenant(ctx).rows if r.node.name == "一队")
        assert (row.gaps, row.unsigned) == ({"liaison": 1}, {"liaison": 1})

    def test_appointed_twice_is_refused_and_dismissal_frees_the_post(
        self, units: Any, volunteer: Any, person: Any, as_person: Any
    ) -> None:
        tree = units({"厂": {"一矿": ["一队"]}})
        someone = volunteer()
        with as_person(person("admin"), "tenant") as ctx:
            post = posts.appoint(ctx, tree["一队"], someone.id, "liaison")
            with pytest.raises(Conflict):
                posts.appoint(ctx, tree["一队"], someone.id, "liaison")
            posts.dismiss(ctx, post.id)
            ctx.db.flush()
            posts.appoint(ctx, tree["一队"], someone.id, "liaison")
            assert len(ctx.scalars(ctx.select(Post)).all()) == 2

    def test_the_map_says_it_in_words_and_shows_it(self, units: Any, person: Any, client_as: Any) -> None:
        units({"厂": {"一矿": ["一队", "二队"]}})
        admin = client_as(person("admin"))
        page = admin.get(f"{admin.base}/volunteers/coverage").get_data(as_text=True)
        assert "有 4 个单位还差人" in page
        assert page.count("<title>") >= 4
        assert "二队" in page
        rows = admin.get(f"{admin.base}/api/volunteers/coverage").json
        assert {row["name"]: row["gaps"] for row in rows}["二队"] == {"liaison": 1}
