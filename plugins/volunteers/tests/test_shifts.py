"""Shifts: sign-up, clashes across teams, waitlist, swaps, the roster and what an ended certificate does to it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from anxin.kernel import clock
from anxin.plugin import Conflict, Forbidden, Invalid, NotFound, new_id
from anxin_volunteers.models import Competence, DutyRole, Member, Qualification, Signup, Team
from anxin_volunteers.services import expiry, people, roster, shifts, swaps
from anxin_volunteers.services.calendar import escaped, folded
from anxin_volunteers.services.solver import Rules, Slot, near, solve


@pytest.fixture
def world(scope: Any, tenant: Any, person: Any, as_person: Any) -> Any:
    """world(places=1, days=3, requires=(), team=None): a shift with one need; returns (shift, need) ids."""
    admin = person("admin")

    def make(
        *, places: int = 1, days: int = 3, requires: tuple[str, ...] = (), team: Any = None, hour: int = 9
    ) -> Any:
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")
            for code in requires:
                if ctx.scalars(ctx.select(Competence).where(Competence.code == code)).first() is None:
                    ctx.add(Competence(code=code, title=code, proof=True))
            role = ctx.add(DutyRole(title=f"角色{new_id()}", requires=list(requires)))
            ctx.db.flush()
            role_id = role.id
        with as_person(admin, "tenant") as ctx:
            task = shifts.create_task(
                ctx,
                {"title": "送温暖", "about": "", "place": "一号井站", "details": "带手套", "team_id": team},
            )
            ctx.db.flush()
            (shift,) = shifts.create_shifts(
                ctx,
                task.id,
                on=ctx.now.astimezone(shifts.ZONE).date() + timedelta(days=days),
                begins=time(hour),
                ends=time(hour + 3),
                needs={role_id: places},
            )
            ctx.db.flush()
            need = shifts.turn(ctx, shift.id).places[0].need
            return shift.id, need.id

    make.admin = admin  # type: ignore[attr-defined]
    return make


@pytest.fixture
def certified(scope: Any, tenant: Any) -> Any:
    def make(someone: Any, code: str, *, days: int | None = None) -> None:
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")
            kind = ctx.scalars(ctx.select(Competence).where(Competence.code == code)).first()
            kind = kind or ctx.add(Competence(code=code, title=code, proof=True))
            ctx.db.flush()
            today = ctx.now.date()
            ctx.add(
                Qualification(
                    person_id=someone.id,
                    competence_id=kind.id,
                    issued_on=today - timedelta(days=300),
                    expires_on=None if days is None else today + timedelta(days=days),
                    state="verified",
                )
            )

    return make


class TestSigningUp:
    def test_details_only_for_those_assigned(self, world: Any, volunteer: Any, client_as: Any) -> None:
        _shift, need = world()
        me, other = client_as(volunteer()), client_as(volunteer())
        listed = me.get(f"{me.base}/volunteers/shifts").get_data(as_text=True)
        assert "送温暖" in listed
        assert "一号井站" not in listed
        assert me.post(f"{me.base}/volunteers/needs/{need}/sign-up").status_code == 303
        signup = me.get(f"{me.base}/api/volunteers/signups").json[0]["id"]
        page = me.get(f"{me.base}/volunteers/signups/{signup}").get_data(as_text=True)
        assert "一号井站" in page
        assert "带手套" in page
        assert "意外险" not in page
        desk = client_as(world.admin)
        desk.put(f"{desk.base}/api/tenancy/settings/volunteers", json={"insurance": "服务期间投保意外险"})
        assert "意外险" in me.get(f"{me.base}/volunteers/signups/{signup}").get_data(as_text=True)
        assert me.get(f"{me.base}/api/volunteers/insurance").json == {"note": "服务期间投保意外险"}
        assert other.get(f"{other.base}/volunteers/signups/{signup}").status_code == 404

    def test_a_full_shift_is_not_offered_but_has_a_waitlist(
        self, world: Any, volunteer: Any, as_person: Any, client_as: Any
    ) -> None:
        _shift, need = world()
        first, second = volunteer(), volunteer()
        with as_person(first) as ctx:
            assert shifts.sign_up(ctx, need).state == "assigned"
        with as_person(second) as ctx:
            assert all(not turn.free for turn in shifts.open_to_me(ctx))
            assert shifts.sign_up(ctx, need).state == "waiting"
            with pytest.raises(Conflict):
                shifts.sign_up(ctx, need)

    def test_a_clash_is_refused_across_teams(
        self, world: Any, volunteer: Any, as_person: Any, scope: Any, tenant: Any
    ) -> None:
        someone = volunteer()
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")
            team = ctx.add(Team(title="小队", least=1, most=5))
            ctx.db.flush()
            ctx.add(Member(team_id=team.id, person_id=someone.id))
            team_id = team.id
        _one, need = world()
        _two, other = world(team=team_id, hour=11)
        with as_person(someone) as ctx:
            shifts.sign_up(ctx, need)
        with as_person(someone) as ctx:
            assert all(turn.shift.id != _two for turn in shifts.open_to_me(ctx))
            with pytest.raises(Conflict) as refused:
                shifts.sign_up(ctx, other)
            assert refused.value.code == "volunteers.clash"
        with as_person(volunteer()) as ctx, pytest.raises(Forbidden):
            shifts.sign_up(ctx, other)

    def test_what_the_role_wants_on_that_day(
        self, world: Any, volunteer: Any, as_person: Any, certified: Any
    ) -> None:
        _shift, need = world(requires=("firstaid", "listening"), days=10)
        someone = volunteer()
        certified(someone, "firstaid")
        certified(someone, "listening", days=5)
        with as_person(someone) as ctx:
            assert shifts.open_to_me(ctx) == []
            with pytest.raises(Invalid):
                shifts.sign_up(ctx, need)
        certified(someone, "listening", days=20)
        with as_person(someone) as ctx:
            assert shifts.sign_up(ctx, need).state == "assigned"

    def test_approval_where_the_union_wants_it(
        self, world: Any, volunteer: Any, as_person: Any, monkeypatch: Any
    ) -> None:
        _shift, need = world()
        someone = volunteer()
        with as_person(someone) as ctx:
            strict = {**ctx.settings, "approve_signups": True}
            monkeypatch.setattr(type(ctx), "settings", property(lambda self: strict))
            row = shifts.sign_up(ctx, need)
            assert row.state == "offered"
        with as_person(world.admin, "tenant") as ctx:
            assert shifts.decide(ctx, row.id, "accept").state == "assigned"

    def test_a_shift_that_has_begun_takes_nobody(self, world: Any, volunteer: Any, as_person: Any) -> None:
        _shift, need = world()
        someone = volunteer()
        with clock.travel(datetime.now(UTC) + timedelta(days=30)), as_person(someone) as ctx:
            ctx.now = datetime.now(UTC) + timedelta(days=30)
            with pytest.raises(Conflict):
                shifts.sign_up(ctx, need)


class TestCancelling:
    def test_late_is_seen_and_the_next_in_line_is_asked(
        self, world: Any, volunteer: Any, as_person: Any, scope: Any, tenant: Any, client_as: Any
    ) -> None:
        shift, need = world(days=1, hour=1)
        people_ = [volunteer(name=name) for name in ("甲一", "乙二", "丙三")]
        for someone in people_:
            with as_person(someone) as ctx:
                shifts.sign_up(ctx, need)
        with as_person(people_[0]) as ctx:
            (mine,) = shifts.my_signups(ctx)
            assert shifts.cancel(ctx, mine.id).late
        with as_person(people_[1]) as ctx:
            (mine,) = shifts.my_signups(ctx)
            assert mine.state == "invited"
        admin = client_as(world.admin)
        page = admin.get(f"{admin.base}/volunteers/shifts/{shift}").get_data(as_text=True)
        assert "临时取消" in page
        later = mine.expires_at + timedelta(minutes=1)
        with clock.travel(later), scope(tenant) as ctx:
            shifts.let_invitations_end(ctx)
        with clock.travel(later), as_person(people_[1]) as ctx, pytest.raises(Conflict):
            shifts.accept_invitation(ctx, mine.id)

    def test_an_invitation_is_taken(self, world: Any, volunteer: Any, as_person: Any) -> None:
        _shift, need = world(days=9)
        first, second = volunteer(), volunteer()
        for someone in (first, second):
            with as_person(someone) as ctx:
                shifts.sign_up(ctx, need)
        with as_person(first) as ctx:
            row = shifts.cancel(ctx, shifts.my_signups(ctx)[0].id)
            assert not row.late
        with as_person(second) as ctx:
            (mine,) = shifts.my_signups(ctx)
            assert shifts.accept_invitation(ctx, mine.id).state == "assigned"

    def test_nobody_cancels_for_another(self, world: Any, volunteer: Any, as_person: Any) -> None:
        _shift, need = world()
        with as_person(volunteer()) as ctx:
            row = shifts.sign_up(ctx, need)
        with as_person(volunteer()) as ctx, pytest.raises(NotFound):
            shifts.cancel(ctx, row.id)


class TestSwapping:
    def test_the_place_passes_on_in_one_step(self, world: Any, volunteer: Any, as_person: Any) -> None:
        _shift, need = world()
        first, second = volunteer(), volunteer()
        with as_person(first) as ctx:
            row = shifts.sign_up(ctx, need)
        with as_person(first) as ctx:
            swap = swaps.ask(ctx, row.id, second.id)
        with as_person(second) as ctx:
            assert [one.id for one, _ in swaps.asked(ctx)] == [swap.id]
            swaps.answer(ctx, swap.id, yes=True)
        with as_person(second) as ctx:
            assert [one.state for one in shifts.my_signups(ctx)] == ["assigned"]
        with as_person(first) as ctx:
            assert shifts.my_signups(ctx) == []
        with as_person(second) as ctx, pytest.raises(Conflict):
            swaps.answer(ctx, swap.id, yes=True)

    def test_who_is_busy_cannot_take_over_and_nothing_is_lost(
        self, world: Any, volunteer: Any, as_person: Any
    ) -> None:
        _one, need = world()
        _two, other = world(hour=10)
        first, second = volunteer(), volunteer()
        with as_person(first) as ctx:
            row = shifts.sign_up(ctx, need)
        with as_person(second) as ctx:
            shifts.sign_up(ctx, other)
        with as_person(first) as ctx:
            swap = swaps.ask(ctx, row.id, second.id)
        with pytest.raises(Conflict), as_person(second) as ctx:
            swaps.answer(ctx, swap.id, yes=True)
        with as_person(first) as ctx:
            assert [one.state for one in shifts.my_signups(ctx)] == ["assigned"]


class TestRoster:
    def test_it_fills_what_it_can_and_says_why_not(
        self, world: Any, volunteer: Any, as_person: Any, certified: Any
    ) -> None:
        able = [volunteer() for _ in range(2)]
        for someone in able:
            certified(someone, "firstaid")
        world(places=3, requires=("firstaid",), days=9)
        world(places=1, requires=("diving",), days=9)
        with as_person(world.admin, "tenant") as ctx:
            day = ctx.now.astimezone(shifts.ZONE).date() + timedelta(days=9)
            found = roster.propose(ctx, day)
            assert {(wish.place.role.requires[0], len(wish.proposed), wish.why) for wish in found.wishes} == {
                ("firstaid", 2, "too_few"),
                ("diving", 0, "nobody_holds"),
            }
            assert roster.carry_out(ctx, found) == 2
        with as_person(able[0]) as ctx:
            assert [one.source for one in shifts.my_signups(ctx)] == ["proposal"]
        with as_person(world.admin, "tenant") as ctx:
            assert roster.propose(ctx, day).assigned == 0

    def test_an_ended_certificate_frees_next_months_shifts_and_they_are_filled_again(
        self,
        world: Any,
        volunteer: Any,
        as_person: Any,
        certified: Any,
        scope: Any,
        tenant: Any,
        run_jobs: Any,
    ) -> None:
        leaving, staying = volunteer(), volunteer()
        certified(leaving, "firstaid", days=40)
        shift, need = world(requires=("firstaid",), days=30)
        with as_person(leaving) as ctx:
            shifts.sign_up(ctx, need)
        certified(staying, "firstaid")
        with scope(tenant) as ctx:
            ctx.unaudited("the paper turns out to end earlier")
            row = ctx.scalars(ctx.select(Qualification).where(Qualification.person_id == leaving.id)).one()
            row.expires_on = ctx.now.date() + timedelta(days=10)
        with scope(tenant) as ctx:
            ctx.now += timedelta(days=12)
            ctx.plugin = "volunteers"
            expiry.expiry(ctx)
        run_jobs(tenant, "volunteers.fill_again")
        with scope(tenant) as ctx:
            rows = ctx.scalars(ctx.select(Signup).where(Signup.shift_id == shift)).all()
            assert {(one.person_id, one.state) for one in rows} == {
                (leaving.id, "lapsed"),
                (staying.id, "assigned"),
            }

    def test_members_of_the_team_only(
        self, world: Any, volunteer: Any, as_person: Any, scope: Any, tenant: Any
    ) -> None:
        inside, _outside = volunteer(), volunteer()
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")
            team = ctx.add(Team(title="小队", least=1, most=5))
            ctx.db.flush()
            ctx.add(Member(team_id=team.id, person_id=inside.id))
            team_id = team.id
        world(places=2, team=team_id, days=8)
        with as_person(world.admin, "tenant") as ctx:
            day = ctx.now.astimezone(shifts.ZONE).date() + timedelta(days=8)
            (wish,) = roster.propose(ctx, day).wishes
            assert wish.proposed == [inside.id]


class TestSolver:
    """The rules by themselves."""

    START = datetime(2026, 1, 5, 8, tzinfo=UTC)
    REST = timedelta(hours=8)

    def slot(self, hours: int, people_: list[Any], *, places: int = 1, usual: bool = True) -> Slot:
        at = self.START + timedelta(hours=hours)
        return Slot(
            new_id(), at, at + timedelta(hours=4), hours // 168, places, dict.fromkeys(people_, usual)
        )

    def check(self, slots: list[Slot], found: dict[Any, list[Any]], per_week: int) -> None:
        mine: dict[Any, list[Slot]] = {}
        for slot in slots:
            assert len(found[slot.id]) == len(set(found[slot.id])) <= slot.places
            for one in found[slot.id]:
                assert one in slot.able
                mine.setdefault(one, []).append(slot)
        for served in mine.values():
            assert all(not near(a, b, self.REST) for a in served for b in served if a is not b)
            assert all(sum(s.week == w for s in served) <= per_week for w in {s.week for s in served})

    def test_nobody_is_in_two_places_and_scarce_people_go_where_only_they_can(self) -> None:
        rare, common = new_id(), new_id()
        slots = [self.slot(0, [rare, common]), self.slot(1, [rare])]
        found = solve(slots, Rules(2, self.REST))
        assert found == {slots[0].id: [common], slots[1].id: [rare]}

    def test_caps_rest_and_weeks(self) -> None:
        people_ = [new_id() for _ in range(6)]
        slots = [self.slot(hours, people_, places=2) for hours in range(0, 400, 5)]
        self.check(slots, solve(slots, Rules(2, self.REST)), 2)

    def test_work_is_shared_and_usual_times_come_first(self) -> None:
        people_ = [new_id() for _ in range(4)]
        slots = [self.slot(24 * day, people_) for day in range(4)]
        found = solve(slots, Rules(4, self.REST))
        assert sorted(one for ids in found.values() for one in ids) == sorted(people_)
        likes, dislikes = new_id(), new_id()
        slot = Slot(
            new_id(), self.START, self.START + timedelta(hours=2), 0, 1, {dislikes: False, likes: True}
        )
        assert solve([slot], Rules(2, self.REST)) == {slot.id: [likes]}

    def test_what_is_taken_counts(self) -> None:
        one = new_id()
        slot = self.slot(0, [one])
        assert solve([slot], Rules(2, self.REST, {(one, 0): 2})) == {slot.id: []}
        assert solve([], Rules(2, self.REST)) == {}


def test_calendar_lines_are_folded_by_octets_and_escaped() -> None:
    assert escaped("a;b,c\nd") == "a\\;b\\,c\\nd"
    long = "SUMMARY:" + "志愿服务" * 20
    assert all(len(line.encode()) <= 75 for line in folded(long).split("\r\n"))
    assert folded(long).replace("\r\n ", "") == long


def test_the_calendar_names_nothing(world: Any, volunteer: Any, client_as: Any, as_person: Any) -> None:
    _shift, need = world()
    someone = volunteer()
    with as_person(someone) as ctx:
        shifts.sign_up(ctx, need)
        assert people.ready(people.own(ctx))
    client = client_as(someone)
    text = client.get(f"{client.base}/volunteers/shifts.ics").get_data(as_text=True)
    assert text.count("BEGIN:VEVENT") == 1
    assert "送温暖" not in text
