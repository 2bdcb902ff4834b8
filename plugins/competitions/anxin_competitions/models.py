"""Tables in schema "competitions". Taking part is public among colleagues: names stand on start lists and lists of results.

What is not public is sealed: reasons of refusals, objections, comments of judges.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk

SCHEMA = "competitions"
PRESETS = ("sports", "works", "quiz", "selection")
STATES = ("draft", "open", "running", "checking", "publicity", "final")
COSTS = ("prize", "clothing", "place", "people", "other")
SIZES = ("XS", "S", "M", "L", "XL", "2XL", "3XL", "4XL")
QUESTIONS = ("one", "many", "judge")
ENTRY_STATES = ("submitted", "accepted", "refused", "withdrawn")


class Competition(TenantModel):
    """One competition from its announcement to its awards."""

    __tablename__ = "competition"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("preset", *PRESETS),
        one_of("state", *STATES),
        sa.CheckConstraint("enter_until >= enter_from", name="entering"),
        sa.CheckConstraint("publicity_days BETWEEN 1 AND 60", name="publicity_days"),
        sa.Index("ix_competition_state", "tenant_id", "state", "enter_from"),
    )

    title: Mapped[str]
    preset: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="draft")
    text: Mapped[str] = mapped_column(server_default="", comment="the rules as people read them (竞赛规程)")
    enter_from: Mapped[date]
    enter_until: Mapped[date]
    held_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(server_default="")
    rules: Mapped[dict[str, Any]] = mapped_column(comment="RuleSet: teams, points, judging")
    publicity_days: Mapped[int] = mapped_column(server_default="5", comment="working days")
    published_on: Mapped[date | None]
    publicity_until: Mapped[date | None]
    press: Mapped[str] = mapped_column(server_default="", comment="what is told of it (新闻稿)")
    press_at: Mapped[datetime | None] = mapped_column(comment="since when colleagues read it")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Category(TenantModel):
    """An event, a class or a title within a competition (项目、组别、奖项), ranked on its own."""

    __tablename__ = "category"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("competition_id", "competitions.competition", ondelete="CASCADE"),
        one_of("measure", "time", "distance", "count", "points", "place"),
        sa.CheckConstraint("unit_quota >= 0 AND lanes BETWEEN 1 AND 100", name="bounds"),
        sa.UniqueConstraint("tenant_id", "competition_id", "title"),
        sa.Index("ix_category_competition", "tenant_id", "competition_id", "position"),
    )

    competition_id: Mapped[UUID]
    title: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="0")
    measure: Mapped[str]
    relay: Mapped[bool] = mapped_column(server_default=sa.false(), comment="team event: points count double")
    unit_quota: Mapped[int] = mapped_column(
        server_default="0", comment="entries a unit may send; 0: no bound"
    )
    lanes: Mapped[int] = mapped_column(server_default="8", comment="how many start together")
    team: Mapped[dict[str, Any] | None] = mapped_column(
        pg.JSONB(none_as_null=True), comment="where its teams differ from the competition's rules"
    )
    record: Mapped[int | None] = mapped_column(
        comment="mark of the standing record, in the measure's whole units"
    )
    starts_at: Mapped[datetime | None]
    minutes: Mapped[int] = mapped_column(
        server_default="15", comment="how long a heat takes with all around it"
    )


class Entry(TenantModel):
    """One entry in one category (报名): a person, a team or a work, for a unit."""

    __tablename__ = "entry"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __unit__ = "unit_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("competition_id", "competitions.competition", ondelete="CASCADE"),
        tenant_fk("category_id", "competitions.category", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("unit_id", "core.unit"),
        tenant_fk("decided_by", "core.person"),
        one_of("state", *ENTRY_STATES),
        sa.UniqueConstraint("tenant_id", "category_id", "number"),
        sa.Index("ix_entry_category", "tenant_id", "category_id", "state"),
        sa.Index("ix_entry_person", "tenant_id", "person_id"),
        sa.Index("ix_entry_unit", "tenant_id", "competition_id", "unit_id"),
        sa.Index(
            "uq_entry_once",
            "tenant_id",
            "category_id",
            "person_id",
            unique=True,
            postgresql_where=sa.text("state IN ('submitted', 'accepted')"),
        ),
    )

    competition_id: Mapped[UUID]
    category_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(comment="who entered, or leads the team")
    unit_id: Mapped[UUID] = mapped_column(comment="for whom they start; frozen when they entered")
    number: Mapped[int] = mapped_column(
        comment="start number or entry number; the only name blind judges see"
    )
    title: Mapped[str] = mapped_column(server_default="", comment="title of a work, name of a team")
    summary: Mapped[str] = mapped_column(
        server_default="", comment="what a work or a candidacy is about, without names"
    )
    file_id: Mapped[UUID | None] = mapped_column(comment="the work")
    redacted_id: Mapped[UUID | None] = mapped_column(comment="the copy without names that judges see")
    state: Mapped[str] = mapped_column(server_default="submitted")
    sealed_reason: Mapped[bytes | None] = sealed(nullable=True)
    entered_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(comment="who reviewed it; somebody else hears an appeal")


class Member(TenantModel):
    """Somebody in a team."""

    __tablename__ = "member"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("entry_id", "competitions.entry", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "entry_id", "person_id"),
        sa.Index("ix_member_person", "tenant_id", "person_id"),
    )

    entry_id: Mapped[UUID]
    person_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(server_default="0")


class Heat(TenantModel):
    """A heat (组次) of a category and who starts in which lane."""

    __tablename__ = "heat"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("category_id", "competitions.category", ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "category_id", "number"),
    )

    category_id: Mapped[UUID]
    number: Mapped[int]
    starts_at: Mapped[datetime | None]
    lanes: Mapped[list[Any]] = mapped_column(pg.JSONB, comment="ids of entries, by lane")


class Result(TenantModel):
    """The mark of an entry as written down at the finish, and who checked it."""

    __tablename__ = "result"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("entry_id", "competitions.entry", ondelete="CASCADE"),
        tenant_fk("written_by", "core.person"),
        tenant_fk("checked_by", "core.person"),
        one_of("outcome", "ok", "dns", "dnf", "dsq"),
        sa.CheckConstraint("(mark IS NULL) = (outcome <> 'ok')", name="mark"),
        sa.CheckConstraint("checked_by IS NULL OR checked_by <> written_by", name="second_person"),
        sa.UniqueConstraint("tenant_id", "entry_id"),
    )

    entry_id: Mapped[UUID]
    mark: Mapped[int | None] = mapped_column(sa.BigInteger, comment="whole units of the measure")
    outcome: Mapped[str] = mapped_column(server_default="ok")
    written_by: Mapped[UUID]
    written_at: Mapped[datetime]
    checked_by: Mapped[UUID | None]
    checked_at: Mapped[datetime | None]


class Judge(TenantModel):
    """A judge of a competition, and units they have something to do with (回避)."""

    __tablename__ = "judge"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("competition_id", "competitions.competition", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "competition_id", "person_id"),
        sa.Index("ix_judge_person", "tenant_id", "person_id"),
    )

    competition_id: Mapped[UUID]
    person_id: Mapped[UUID]


class Assignment(TenantModel):
    """An entry to be judged by a judge. A recused one is invisible to that judge everywhere."""

    __tablename__ = "assignment"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("judge_id", "competitions.judge", ondelete="CASCADE"),
        tenant_fk("entry_id", "competitions.entry", ondelete="CASCADE"),
        one_of("state", "open", "done", "recused"),
        sa.CheckConstraint("(state = 'done') = (score IS NOT NULL)", name="done"),
        sa.UniqueConstraint("tenant_id", "judge_id", "entry_id"),
        sa.Index("ix_assignment_entry", "tenant_id", "entry_id"),
    )

    judge_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(comment="the judge, whose words are sealed here")
    state: Mapped[str] = mapped_column(server_default="open")
    given: Mapped[dict[str, Any] | None] = mapped_column(comment="points by line of the rubric")
    score: Mapped[int | None] = mapped_column(comment="thousandths of 100 points")
    sealed_comment: Mapped[bytes | None] = sealed(nullable=True)
    done_at: Mapped[datetime | None]


class Ranking(TenantModel):
    """A frozen ranking: the bytes as published, their hash, who froze and who confirmed them. Never changed; a
    correction is the next version with its reason.
    """

    __tablename__ = "ranking"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("competition_id", "competitions.competition", ondelete="CASCADE"),
        tenant_fk("made_by", "core.person"),
        tenant_fk("checked_by", "core.person"),
        sa.CheckConstraint("checked_by IS NULL OR checked_by <> made_by", name="second_person"),
        sa.UniqueConstraint("tenant_id", "competition_id", "version"),
    )

    competition_id: Mapped[UUID]
    version: Mapped[int]
    body: Mapped[bytes] = mapped_column(comment="canonical JSON of marks, rules, places, points and totals")
    digest: Mapped[str] = mapped_column(comment="SHA-256 of body")
    reason: Mapped[str] = mapped_column(
        server_default="", comment="why a later version corrects the one before"
    )
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    checked_by: Mapped[UUID | None] = mapped_column(
        comment="the second person; without them it is a proposal"
    )
    checked_at: Mapped[datetime | None]


class Objection(TenantModel):
    """An objection in the days of publicity (公示异议), and what became of it."""

    __tablename__ = "objection"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("competition_id", "competitions.competition", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        one_of("state", "open", "upheld", "dismissed"),
        sa.Index("ix_objection_competition", "tenant_id", "competition_id", "state"),
        sa.Index("ix_objection_person", "tenant_id", "person_id"),
    )

    competition_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(server_default="open")
    sealed_text: Mapped[bytes] = sealed()
    sealed_answer: Mapped[bytes | None] = sealed(nullable=True)
    made_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Award(TenantModel):
    """What an entry or a unit was awarded, with the certificate's number and the code its verifier asks for."""

    __tablename__ = "award"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __unit__ = "unit_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("competition_id", "competitions.competition", ondelete="CASCADE"),
        tenant_fk("entry_id", "competitions.entry", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("unit_id", "core.unit"),
        sa.CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name="to_whom"),
        sa.CheckConstraint("cost_fen >= 0", name="cost"),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.UniqueConstraint("tenant_id", "code"),
        sa.Index("ix_award_competition", "tenant_id", "competition_id"),
        sa.Index("ix_award_person", "tenant_id", "person_id"),
    )

    competition_id: Mapped[UUID]
    entry_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    unit_id: Mapped[UUID | None]
    title: Mapped[str] = mapped_column(comment="一等奖、第一名、优秀组织奖 …")
    prize: Mapped[str] = mapped_column(server_default="")
    cost_fen: Mapped[int] = mapped_column(server_default="0")
    number: Mapped[str] = mapped_column(comment="on the certificate")
    code: Mapped[str] = mapped_column(comment="unguessable; in the certificate's QR code")
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Question(TenantModel):
    """A question of a quiz's bank (题库)."""

    __tablename__ = "question"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("competition_id", "competitions.competition", ondelete="CASCADE"),
        one_of("kind", *QUESTIONS),
        sa.CheckConstraint("points BETWEEN 1 AND 100", name="points"),
        sa.UniqueConstraint("tenant_id", "competition_id", "number"),
    )

    competition_id: Mapped[UUID]
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(comment="one right option, several, or a statement to judge")
    text: Mapped[str]
    options: Mapped[list[Any]] = mapped_column(pg.JSONB)
    right: Mapped[list[int]] = mapped_column(pg.JSONB, comment="which of `options`, from 0")
    points: Mapped[int] = mapped_column(server_default="1")
    topic: Mapped[str] = mapped_column(server_default="")


class Paper(TenantModel):
    """One person's only attempt: which questions in which order, what was answered, and when it ends.

    Questions are copied into it, so that a bank corrected later changes no paper that was drawn.
    """

    __tablename__ = "paper"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("entry_id", "competitions.entry", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        sa.CheckConstraint("(finished_at IS NULL) = (score IS NULL)", name="finished"),
        sa.UniqueConstraint("tenant_id", "entry_id", "person_id"),
        sa.Index("ix_paper_person", "tenant_id", "person_id"),
    )

    entry_id: Mapped[UUID]
    person_id: Mapped[UUID]
    seed: Mapped[int] = mapped_column(sa.BigInteger, comment="the lot it was drawn by")
    drawn: Mapped[list[Any]] = mapped_column(
        pg.JSONB, comment="[{kind, text, options, right, points}], options in the order shown"
    )
    answers: Mapped[dict[str, Any]] = mapped_column(
        pg.JSONB, server_default="{}", comment="number of the question, from 1 → options chosen"
    )
    started_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(comment="when time is up; a short grace is for the network")
    finished_at: Mapped[datetime | None]
    score: Mapped[int | None] = mapped_column(comment="thousandths of 100 points")
    took: Mapped[int | None] = mapped_column(comment="milliseconds from the first question to the end")


class Appeal(TenantModel):
    """Somebody objects to the refusal of their entry (资格复议); a second person hears it, once."""

    __tablename__ = "appeal"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("entry_id", "competitions.entry", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("answered_by", "core.person"),
        one_of("state", "open", "upheld", "dismissed"),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered"),
        sa.UniqueConstraint("tenant_id", "entry_id"),
        sa.Index("ix_appeal_person", "tenant_id", "person_id"),
    )

    entry_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(server_default="open")
    sealed_text: Mapped[bytes] = sealed()
    sealed_answer: Mapped[bytes | None] = sealed(nullable=True)
    made_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]


class Cost(TenantModel):
    """A line of the budget: what it may cost and what it did (预算与决算)."""

    __tablename__ = "cost"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("competition_id", "competitions.competition", ondelete="CASCADE"),
        one_of("kind", *COSTS),
        sa.CheckConstraint("planned_fen >= 0 AND actual_fen >= 0", name="amounts"),
        sa.Index("ix_cost_competition", "tenant_id", "competition_id"),
    )

    competition_id: Mapped[UUID]
    kind: Mapped[str]
    title: Mapped[str]
    planned_fen: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")
    actual_fen: Mapped[int] = mapped_column(sa.BigInteger, server_default="0")


class Kit(TenantModel):
    """The size somebody wears, told by themself, for the organisers to count (服装尺码)."""

    __tablename__ = "kit"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("competition_id", "competitions.competition", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        one_of("size", *SIZES),
        sa.UniqueConstraint("tenant_id", "competition_id", "person_id"),
        sa.Index("ix_kit_person", "tenant_id", "person_id"),
    )

    competition_id: Mapped[UUID]
    person_id: Mapped[UUID]
    size: Mapped[str]


class Photo(TenantModel):
    """A picture of the competition; colleagues see it once everybody it shows has said yes."""

    __tablename__ = "photo"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("competition_id", "competitions.competition", ondelete="CASCADE"),
        sa.Index("ix_photo_competition", "tenant_id", "competition_id", "made_at"),
    )

    competition_id: Mapped[UUID]
    file_id: Mapped[UUID]
    caption: Mapped[str] = mapped_column(server_default="")
    nobody: Mapped[bool] = mapped_column(server_default=sa.false(), comment="it shows nobody one could know")
    made_at: Mapped[datetime]


class Shown(TenantModel):
    """Somebody a picture shows, and what they said to it. They may change their mind at any time."""

    __tablename__ = "shown"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("photo_id", "competitions.photo", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        one_of("answer", "asked", "yes", "no"),
        sa.UniqueConstraint("tenant_id", "photo_id", "person_id"),
        sa.Index("ix_shown_person", "tenant_id", "person_id"),
    )

    photo_id: Mapped[UUID]
    person_id: Mapped[UUID]
    answer: Mapped[str] = mapped_column(server_default="asked")
    answered_at: Mapped[datetime | None]


MODELS = [
    Competition, Category, Entry, Member, Heat, Result, Judge, Assignment, Ranking, Objection, Award, Question, Paper,
    Appeal, Cost, Kit, Photo, Shown,
]  # fmt: skip
