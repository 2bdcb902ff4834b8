"""Courses that grant a competence, proofs, meetings whose words stay inside, notices of teams, figures."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image
from python_calamine import CalamineWorkbook

from anxin.kernel import clock
from anxin.plugin import Conflict, NotFound
from anxin_volunteers.models import (
    Attendance,
    Competence,
    Concern,
    Lesson,
    Meeting,
    MeetingNote,
    Qualification,
    Slip,
)
from anxin_volunteers.services import bulletin, insight, meetings, rights, teams, training


def picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture
def kind(scope: Any, tenant: Any) -> Any:
    """A competence that wants a proof, and one that a course grants."""
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        first = ctx.add(Competence(code="firstaid", title="救护员证", months=24, proof=True))
        second = ctx.add(Competence(code="listening", title="倾听内训", months=12, proof=False))
        ctx.db.flush()
        return {"firstaid": first.id, "listening": second.id}


class TestProof:
    def test_a_certificate_is_handed_in_looked_at_and_recognised(
        self, volunteer: Any, person: Any, client_as: Any, kind: Any
    ) -> None:
        someone = volunteer()
        phone, desk = client_as(someone), client_as(person("admin"))
        form = {"competence_id": str(kind["firstaid"]), "issued_on": "2026-03-01", "number": "H2026"}
        without = phone.post(f"{phone.base}/volunteers/me/qualifications", data=form)
        assert without.status_code == 422
        assert "请附上证书照片" in without.get_data(as_text=True)
        made = phone.post(
            f"{phone.base}/volunteers/me/qualifications",
            data={**form, "file": (io.BytesIO(picture()), "证书.png")},
            content_type="multipart/form-data",
        )
        assert made.status_code == 303, made.get_data(as_text=True)
        (mine,) = phone.get(f"{phone.base}/api/volunteers/qualifications/mine").json
        proof = f"/volunteers/qualifications/{mine['id']}/proof"
        seen = desk.get(desk.base + proof)
        assert (seen.status_code, seen.mimetype) == (200, "image/png")
        other = client_as(volunteer())
        assert other.get(f"{other.base}/volunteers/me/qualifications/{mine['id']}/proof").status_code == 404
        assert phone.get(f"{phone.base}/volunteers/me/qualifications/{mine['id']}/proof").status_code == 200
        desk.post(f"{desk.base}/volunteers/qualifications/{mine['id']}", data={"what": "verify"})
        assert "有效" in phone.get(f"{phone.base}/volunteers/me").get_data(as_text=True)

    def test_a_program_that_calls_itself_a_picture_is_refused(
        self, volunteer: Any, client_as: Any, kind: Any
    ) -> None:
        phone = client_as(volunteer())
        answer = phone.post(
            f"{phone.base}/volunteers/me/qualifications",
            data={
                "competence_id": str(kind["firstaid"]),
                "issued_on": "2026-03-01",
                "file": (io.BytesIO(b"MZ\x90\x00" * 20), "证书.png"),
            },
            content_type="multipart/form-data",
        )
        assert answer.status_code == 422


@pytest.fixture
def course(person: Any, volunteer: Any, as_person: Any, kind: Any) -> Any:
    """(admin, trainer, learners, lessons): two lessons make the course whole; two seats each."""
    admin, trainer = person("admin"), volunteer(name="沈老师")
    learners = [volunteer(), volunteer()]
    with as_person(admin, "tenant") as ctx:
        made = training.create(
            ctx,
            {"title": "倾听员内训", "about": "", "lessons": 2, "competence_id": kind["listening"]},
        )
        ctx.db.flush()
        at = ctx.now + timedelta(days=2)
        lessons = training.add_lesson(
            ctx,
            made.id,
            on=at.date(),
            begins=at.time().replace(hour=1, minute=0),
            ends=at.time().replace(hour=3, minute=0),
            seats=2,
            weeks=2,
            trainer_id=trainer.id,
        )
        return admin, trainer, learners, [row.id for row in lessons]


class TestCourse:
    def test_enough_lessons_grant_the_competence_once(
        self, course: Any, client_as: Any, as_person: Any, scope: Any, tenant: Any
    ) -> None:
        _admin, trainer, learners, lessons = course
        phones = [client_as(one) for one in learners]
        for phone in phones:
            for lesson in lessons:
                assert phone.post(f"{phone.base}/volunteers/courses/{lesson}/seat").status_code == 303
        full = client_as(trainer)
        assert full.post(f"{full.base}/volunteers/courses/{lessons[0]}/seat").status_code == 409
        with clock.travel(timedelta(days=12)):
            led = client_as(trainer)
            page = led.get(f"{led.base}/volunteers/courses/{lessons[0]}/register").get_data(as_text=True)
            assert "保存签到" in page
            assert phones[0].get(f"{phones[0].base}/volunteers/courses").status_code in {200, 302, 303}
            for lesson in lessons:
                came = learners if lesson == lessons[0] else learners[:1]
                answer = led.post(
                    f"{led.base}/volunteers/courses/{lesson}/register",
                    data={"people": [one.id for one in came]},
                )
                assert answer.status_code == 303
            again = led.post(
                f"{led.base}/volunteers/courses/{lessons[1]}/register", data={"people": [learners[0].id]}
            )
            assert again.status_code == 303
            with scope(tenant) as ctx:
                ctx.unaudited("test")
                rows = ctx.scalars(ctx.select(Qualification)).all()
                assert [(row.person_id, row.source, row.state) for row in rows] == [
                    (learners[0].id, "course", "verified")
                ]

    def test_others_do_not_see_a_register(self, course: Any, client_as: Any) -> None:
        _admin, _trainer, learners, lessons = course
        phone = client_as(learners[0])
        assert phone.get(f"{phone.base}/volunteers/courses/{lessons[0]}/register").status_code == 404
        assert phone.get(f"{phone.base}/volunteers/training").status_code == 403

    def test_a_seat_is_given_back_and_the_lesson_cancelled(
        self, course: Any, as_person: Any, client_as: Any
    ) -> None:
        admin, _trainer, learners, lessons = course
        with as_person(learners[0], "own") as ctx:
            training.enrol(ctx, lessons[0])
            ctx.db.flush()
            training.give_back(ctx, lessons[0])
        desk = client_as(admin)
        assert desk.post(f"{desk.base}/volunteers/training/lessons/{lessons[0]}/cancel").status_code == 303
        with as_person(learners[0], "own") as ctx, pytest.raises(Conflict):
            training.enrol(ctx, lessons[0])
        with as_person(learners[0], "own") as ctx:
            assert {one.lesson.id for one in training.coming(ctx)} == {lessons[1]}


class TestMeeting:
    @pytest.fixture
    def debrief(self, person: Any, volunteer: Any, client_as: Any, scope: Any, tenant: Any) -> Any:
        """(admin, people, address): three asked to a debrief; two came."""
        admin, people = person("admin"), [volunteer() for _ in range(3)]
        desk = client_as(admin)
        with scope(tenant) as ctx:
            day = (ctx.now + timedelta(days=1)).date().isoformat()
        answer = desk.post(
            f"{desk.base}/api/volunteers/meetings",
            json={
                "kind": "debrief",
                "title": "一次难忘的陪伴",
                "on": day,
                "begins": "10:00",
                "ends": "11:00",
                "people": [str(one.id) for one in people],
            },
        )
        assert answer.status_code == 201, answer.json
        return admin, people, UUID(answer.json["id"])

    def test_words_stay_with_those_who_came(
        self, debrief: Any, volunteer: Any, client_as: Any, run_jobs: Any, scope: Any, tenant: Any
    ) -> None:
        admin, people, meeting = debrief
        with clock.travel(timedelta(days=3)):
            desk = client_as(admin)
            came = {"people": [str(one.id) for one in people[:2]]}
            assert (
                desk.put(f"{desk.base}/api/volunteers/meetings/{meeting}/came", json=came).status_code == 200
            )
            first, second, third = (client_as(one) for one in people)
            words = "那天晚上我也很怕，说出来轻松多了。"
            sent = first.post(f"{first.base}/volunteers/meetings/{meeting}/notes", data={"text": words})
            assert sent.status_code == 303
            assert run_jobs(people[0].tenant, "volunteers.share_note") == ["volunteers.share_note"]
            here = f"/volunteers/meetings/{meeting}"
            assert words in second.get(second.base + here).get_data(as_text=True)
            assert words not in third.get(third.base + here).get_data(as_text=True)
            refused = third.post(f"{third.base}{here}/notes", data={"text": "我没有去"})
            assert refused.status_code == 409
            assert words not in desk.get(f"{desk.base}/volunteers/training/meetings/{meeting}").get_data(
                as_text=True
            )
            outsider = client_as(volunteer())
            assert outsider.get(outsider.base + here).status_code == 404
        with scope(tenant) as ctx:
            ctx.unaudited("test")
            copies = ctx.scalars(ctx.select(MeetingNote)).all()
            assert {row.person_id for row in copies} == {one.id for one in people[:2]}

    def test_no_role_of_the_employer_reaches_a_note_in_the_database(
        self, debrief: Any, as_person: Any, run_jobs: Any
    ) -> None:
        admin, people, meeting = debrief
        with clock.travel(timedelta(days=3)):
            with as_person(admin, "tenant") as ctx:
                meetings.hold(ctx, meeting, [one.id for one in people[:2]])
            with as_person(people[0], "own") as ctx:
                meetings.note(ctx, meeting, "只在这里说")
            run_jobs(people[0].tenant, "volunteers.share_note")
            with as_person(admin, "tenant") as ctx:
                assert ctx.db.scalar(sa.select(sa.func.count()).select_from(MeetingNote)) == 0
            with as_person(people[1], "own") as ctx:
                assert ctx.db.scalar(sa.select(sa.func.count()).select_from(MeetingNote)) == 1

    def test_only_volunteers_are_asked_and_the_form_comes_back(self, person: Any, client_as: Any) -> None:
        stranger = person("employee", number="QH9")
        desk = client_as(person("admin"))
        answer = desk.post(
            f"{desk.base}/volunteers/training/meetings",
            data={
                "kind": "supervision",
                "title": "月度督导",
                "on": "2030-01-01",
                "begins": "09:00",
                "ends": "10:00",
                "numbers": "QH9",
            },
        )
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert "还不是正式志愿者" in page
        assert "月度督导" in page
        assert stranger.id


class TestBulletin:
    def test_the_leader_tells_and_members_read(
        self, volunteer: Any, person: Any, as_person: Any, client_as: Any
    ) -> None:
        leader, member, stranger = volunteer(), volunteer(), volunteer()
        with as_person(person("admin"), "tenant") as ctx:
            team = teams.create(ctx, {"title": "心晴小队", "kind": "team", "least": 2, "most": 5})
            ctx.db.flush()
            teams.add(ctx, team.id, leader.id, "leader")
            teams.add(ctx, team.id, member.id)
        address = f"/volunteers/my-teams/{team.id}"
        first, second, third = client_as(leader), client_as(member), client_as(stranger)
        assert (
            first.post(f"{first.base}{address}/notices", data={"text": "周五提前半小时集合"}).status_code
            == 303
        )
        assert "周五提前半小时集合" in second.get(second.base + address).get_data(as_text=True)
        assert second.post(f"{second.base}{address}/notices", data={"text": "我也说"}).status_code == 403
        assert third.get(third.base + address).status_code == 404
        with as_person(stranger, "own") as ctx, pytest.raises(NotFound):
            bulletin.own_team(ctx, team.id)


class TestInsight:
    def test_few_helped_people_are_hidden_and_more_come_in_steps(
        self, plant: Any, person: Any, as_person: Any, scope: Any, tenant: Any
    ) -> None:
        admin = person("admin")

        def concerns(count: int) -> None:
            people = [person("employee") for _ in range(count)]
            with scope(tenant) as ctx:
                ctx.unaudited("test")
                for someone in people:
                    slip = ctx.add(Slip(reporter_id=plant["liaison"].id, kind="concern", state="handled"))
                    ctx.db.flush()
                    row = Concern(
                        person_id=someone.id,
                        reporter_id=plant["liaison"].id,
                        slip_id=slip.id,
                        state="handled",
                        made_at=ctx.now - timedelta(hours=30),
                        arrived_at=ctx.now - timedelta(hours=28),
                        handled_at=ctx.now,
                        outcome="talked",
                    )
                    ctx.seal(row, "facts", {"signs": ["change"], "since": "days", "note": ""})
                    ctx.add(row)

        concerns(4)
        with as_person(admin, "tenant") as ctx:
            found = insight.of_year(ctx, (ctx.now - timedelta(hours=30)).year)
            assert not found.answers.concerns.shown
            assert not found.answers.to_agency.shown
        concerns(3)
        with as_person(admin, "tenant") as ctx:
            found = insight.of_year(ctx, (ctx.now - timedelta(hours=30)).year)
            assert found.answers.concerns.value == 5, "seven, in steps of five"
            assert found.answers.to_agency.value == 4
            assert found.answers.to_end.value == 72

    def test_the_page_the_api_and_the_workbook_say_the_same(
        self, volunteer: Any, person: Any, client_as: Any, kind: Any
    ) -> None:
        volunteer()
        desk = client_as(person("admin"))
        told = desk.get(f"{desk.base}/api/volunteers/insight").json
        assert told["people"] == 1
        assert told["concerns_at_least"] is None
        page = desk.get(f"{desk.base}/volunteers/insight").get_data(as_text=True)
        assert "在岗志愿者" in page
        assert "救护员证" in page
        book = desk.get(f"{desk.base}/volunteers/insight.xlsx").get_data()
        rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
        assert ["在岗志愿者", 1.0] in [row[:2] for row in rows]


def test_everything_learned_and_said_is_in_a_copy_and_goes(
    volunteer: Any, as_person: Any, person: Any, scope: Any, tenant: Any, kind: Any
) -> None:
    someone = volunteer()
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        found = training.create(ctx, {"title": "倾听", "about": "", "lessons": 1, "competence_id": None})
        ctx.db.flush()
        lesson = ctx.add(
            Lesson(course_id=found.id, starts_at=ctx.now, ends_at=ctx.now + timedelta(hours=1), seats=3)
        )
        meeting = ctx.add(
            Meeting(kind="debrief", title="复盘", starts_at=ctx.now, ends_at=ctx.now + timedelta(hours=1))
        )
        ctx.db.flush()
        ctx.add(Attendance(lesson_id=lesson.id, person_id=someone.id, state="came"))
        note = MeetingNote(
            meeting_id=meeting.id,
            note_id=meeting.id,
            person_id=someone.id,
            author_id=someone.id,
            made_at=ctx.now,
        )
        ctx.seal(note, "text", "我的话")
        ctx.add(note)
    with scope(tenant) as ctx:
        copy = rights.export(ctx, someone.id)
        assert copy["meeting_note"][0]["text"] == "我的话"
        assert copy["attendance"][0]["state"] == "came"
        rights.erase(ctx, someone.id)
        ctx.db.flush()
        assert "meeting_note" not in rights.export(ctx, someone.id)
