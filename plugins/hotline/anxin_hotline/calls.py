"""Tables about callers and calls, all behind the employer wall: only helpers under a contract and jobs read them.

A call is sealed under a key of its own, and so is what follows from it; a caller's contact data under the caller's.
Erasing one deletes its key. A caller is a person of this tenant only where that person said so (`person_id`).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk
from anxin_hotline.models import SCHEMA

OVER = sa.text("state IN ('logged', 'abandoned')")  # what lists and figures read


class Clinical(TenantModel):
    """What every table here shares."""

    __abstract__ = True
    __schema__ = SCHEMA
    __clinical__ = True
    __data_class__ = "hotline"


class Caller(Clinical):
    """Somebody who calls again: found by a keyed index of the number or by a call-back code, never by a name."""

    __tablename__ = "caller"
    __subject__ = "id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.Index("ix_caller_number", "tenant_id", "number_index"),
        sa.Index("ix_caller_person", "tenant_id", "person_id"),
        sa.UniqueConstraint("tenant_id", "code_index"),
    )

    number_index: Mapped[bytes | None]
    code_index: Mapped[bytes | None]
    contact: Mapped[bytes | None] = sealed(
        nullable=True, comment="{name, number, place, emergency}: what they agreed to leave"
    )
    code: Mapped[bytes | None] = sealed(nullable=True, comment="the call-back code, to say it again")
    person_id: Mapped[UUID | None] = mapped_column(comment="only by that person's own act and consent")
    merged_into: Mapped[UUID | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    last_call_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Flag(Clinical):
    """A mark on a caller that ends by itself: silent, repeat, abusive calls, or an agreement with them."""

    __tablename__ = "flag"
    __subject__ = "caller_id"
    __constraints__ = (
        one_of("kind", "silent", "abusive", "repeat", "agreement"),
        tenant_fk("caller_id", "hotline.caller", ondelete="CASCADE"),
        tenant_fk("set_by", "core.person"),
        sa.Index("ix_flag_caller", "tenant_id", "caller_id", "until"),
    )

    caller_id: Mapped[UUID]
    kind: Mapped[str]
    until: Mapped[datetime]
    set_by: Mapped[UUID | None]
    note: Mapped[bytes | None] = sealed(nullable=True)
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    ended_at: Mapped[datetime | None]


class Call(Clinical):
    """One call (来电) from the first ring to the saved log. `token` is the handle of its form: saving twice is once."""

    __tablename__ = "call"
    __subject__ = "id"
    __constraints__ = (
        one_of("state", "ringing", "live", "logged", "abandoned", "discarded", "moved"),
        one_of("nature", "talk", "silent", "abusive", "prank", "wrong"),
        one_of("known", "anonymous", "pseudonymous", "known"),
        sa.CheckConstraint("risk IS NULL OR risk BETWEEN 0 AND 3", name="risk"),
        sa.CheckConstraint(
            "state <> 'logged' OR (logged_at IS NOT NULL AND risk IS NOT NULL AND topic IS NOT NULL)",
            name="logged",
        ),
        tenant_fk("line_id", "hotline.line"),
        tenant_fk("operator_id", "core.person"),
        tenant_fk("caller_id", "hotline.caller"),
        tenant_fk("unit_id", "core.unit"),
        tenant_fk("crisis_id", "core.crisis"),
        sa.UniqueConstraint("tenant_id", "token"),
        sa.UniqueConstraint("tenant_id", "line_id", "pbx_call"),
        sa.Index("ix_call_started", "tenant_id", "started_at", "id", postgresql_where=OVER),
        sa.Index("ix_call_operator", "tenant_id", "operator_id", "started_at", "id", postgresql_where=OVER),
        sa.Index(
            "ix_call_live",
            "tenant_id",
            "operator_id",
            "started_at",
            postgresql_where=sa.text("state = 'live'"),
        ),
        sa.Index("ix_call_caller", "tenant_id", "caller_id", "started_at"),
        sa.Index(
            "ix_call_open",
            "tenant_id",
            "started_at",
            postgresql_where=sa.text("state IN ('ringing', 'live')"),
        ),
        sa.Index(
            "ix_call_crisis", "tenant_id", "crisis_id", postgresql_where=sa.text("crisis_id IS NOT NULL")
        ),
    )

    token: Mapped[str]
    line_id: Mapped[UUID | None]
    pbx_call: Mapped[str | None] = mapped_column(comment="the telephone system's id of the call")
    state: Mapped[str] = mapped_column(server_default="live")
    operator_id: Mapped[UUID | None]
    caller_id: Mapped[UUID | None]
    known: Mapped[str] = mapped_column(server_default="anonymous")
    nature: Mapped[str] = mapped_column(server_default="talk")
    channel: Mapped[str | None]
    topic: Mapped[str | None]
    risk: Mapped[int | None] = mapped_column(comment="the shared ladder, 0 to 3")
    next: Mapped[str | None]
    unit_id: Mapped[UUID | None] = mapped_column(comment="the unit it is about, when the caller says so")
    crisis_id: Mapped[UUID | None]
    form_version: Mapped[int] = mapped_column(server_default="0")
    number: Mapped[bytes | None] = sealed(
        nullable=True, comment="as the telephone system gave it: two keys open it"
    )
    draft: Mapped[bytes | None] = sealed(
        nullable=True, comment="{field: [value, n]} while it is being written"
    )
    draft_n: Mapped[int] = mapped_column(server_default="0", comment="counts the draft's changes")
    note: Mapped[bytes | None] = sealed(nullable=True)
    answers: Mapped[bytes | None] = sealed(
        nullable=True, comment="the risk questions and the form's own fields"
    )
    started_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    changed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    logged_at: Mapped[datetime | None]
    moved_under: Mapped[UUID | None] = mapped_column(
        comment="of a log that moved, under which contract: at the agency it has gone, at the employer it has come"
    )


class Presence(Clinical):
    """Who has a call open right now, so that two operators on one call see each other."""

    __tablename__ = "presence"
    __subject__ = "person_id"
    __of_helpers__ = True
    __data_class__ = "account"
    __constraints__ = (
        tenant_fk("call_id", "hotline.call", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "call_id", "person_id"),
    )

    call_id: Mapped[UUID]
    person_id: Mapped[UUID]
    seen_at: Mapped[datetime]


class Event(Clinical):
    """What was done about a call, append only: emergency services, family, attempts to call back, notes."""

    __tablename__ = "event"
    __subject__ = "call_id"
    __constraints__ = (
        tenant_fk("call_id", "hotline.call", ondelete="CASCADE"),
        tenant_fk("actor_id", "core.person"),
        sa.Index("ix_event_call", "tenant_id", "call_id", "at"),
    )

    call_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(
        comment="police, ambulance, fire, family, attempt, referral, note, crisis, joined, number"
    )
    code: Mapped[str | None] = mapped_column(comment="reached, no_answer …")
    actor_id: Mapped[UUID | None]
    at: Mapped[datetime]
    note: Mapped[bytes | None] = sealed(nullable=True)


class FollowUp(Clinical):
    """Somebody is to be called again by a moment."""

    __tablename__ = "follow_up"
    __subject__ = "call_id"
    __constraints__ = (
        one_of("kind", "call_back", "check_in", "after_crisis", "supervisor"),
        one_of("state", "open", "done", "cancelled"),
        tenant_fk("call_id", "hotline.call", ondelete="CASCADE"),
        tenant_fk("assigned_to", "core.person"),
        tenant_fk("closed_by", "core.person"),
        sa.Index("ix_follow_up_due", "tenant_id", "state", "due_at"),
        sa.Index("ix_follow_up_call", "tenant_id", "call_id"),
    )

    call_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(server_default="call_back")
    state: Mapped[str] = mapped_column(server_default="open")
    due_at: Mapped[datetime]
    assigned_to: Mapped[UUID | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    outcome: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]


class Referral(Clinical):
    """Handed on to another service, until it is known whether they arrived (闭环)."""

    __tablename__ = "referral"
    __subject__ = "call_id"
    __constraints__ = (
        one_of("state", "made", "accepted", "arrived", "declined", "lost"),
        tenant_fk("call_id", "hotline.call", ondelete="CASCADE"),
        tenant_fk("made_by", "core.person"),
        sa.Index("ix_referral_state", "tenant_id", "state", "chase_at"),
        sa.Index("ix_referral_call", "tenant_id", "call_id"),
        sa.Index("ix_referral_made", "tenant_id", "made_by", "state", "chase_at"),
    )

    call_id: Mapped[UUID]
    to: Mapped[str] = mapped_column(comment="a code of the form's list")
    state: Mapped[str] = mapped_column(server_default="made")
    chase_at: Mapped[datetime] = mapped_column(comment="ask by then whether they arrived")
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Handover(Clinical):
    """The sheet one shift leaves for the next (交接单), which the next has to acknowledge."""

    __tablename__ = "handover"
    __subject__ = "from_id"
    __of_helpers__ = True
    __constraints__ = (
        tenant_fk("line_id", "hotline.line"),
        tenant_fk("from_id", "core.person"),
        tenant_fk("acknowledged_by", "core.person"),
        sa.Index("ix_handover_made", "tenant_id", "made_at"),
        sa.Index(
            "ix_handover_waiting",
            "tenant_id",
            "line_id",
            postgresql_where=sa.text("acknowledged_at IS NULL"),
        ),
    )

    line_id: Mapped[UUID]
    from_id: Mapped[UUID]
    made_at: Mapped[datetime]
    note: Mapped[bytes] = sealed()
    counts: Mapped[dict[str, Any]] = mapped_column(pg.JSONB, server_default="{}")
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]


class Merge(Clinical):
    """Two callers were found to be one; what moved, so that it can be undone."""

    __tablename__ = "merge"
    __subject__ = "kept_id"
    __constraints__ = (
        tenant_fk("kept_id", "hotline.caller", ondelete="CASCADE"),
        tenant_fk("gone_id", "hotline.caller", ondelete="CASCADE"),
        tenant_fk("made_by", "core.person"),
        sa.Index("ix_merge_kept", "tenant_id", "kept_id"),
    )

    kept_id: Mapped[UUID]
    gone_id: Mapped[UUID]
    calls: Mapped[list[str]] = mapped_column(comment="ids of the calls that moved")
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class Review(Clinical):
    """A supervisor's look at one call (督导抽查): open for a while, with feedback to the operator."""

    __tablename__ = "review"
    __subject__ = "operator_id"
    __of_helpers__ = True
    __constraints__ = (
        one_of("state", "waiting", "open", "done", "lapsed"),
        one_of("reason", "sampled", "risk", "new", "asked"),
        tenant_fk("call_id", "hotline.call", ondelete="CASCADE"),
        tenant_fk("operator_id", "core.person"),
        tenant_fk("reviewer_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "call_id"),
        sa.Index("ix_review_state", "tenant_id", "state", "made_at"),
        sa.Index("ix_review_operator", "tenant_id", "operator_id", "made_at"),
    )

    call_id: Mapped[UUID]
    operator_id: Mapped[UUID]
    reviewer_id: Mapped[UUID | None]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    marks: Mapped[dict[str, Any]] = mapped_column(pg.JSONB, server_default="{}", comment="criterion → 1 to 5")
    feedback: Mapped[bytes | None] = sealed(nullable=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(comment="access ends; asking again opens it anew")
    done_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None] = mapped_column(comment="when the operator read the feedback")


CLINICAL = (Caller, Flag, Call, Presence, Event, FollowUp, Referral, Handover, Merge, Review)
