"""The tenant's own questionnaires: what is asked, in versions; replies, sealed; and what is counted of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk
from anxin_assessments.models import SCHEMA


class Questionnaire(TenantModel):
    """A needs or satisfaction survey (自编问卷). `form` is the draft; what was published is a version."""

    __tablename__ = "questionnaire"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("state", "draft", "open", "closed"),
        sa.Index("ix_questionnaire_state", "tenant_id", "state", "made_at"),
    )

    title: Mapped[str]
    form: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="see exchange/form.py")
    state: Mapped[str] = mapped_column(server_default="draft")
    version: Mapped[int] = mapped_column(server_default="0", comment="of the newest published form")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class QuestionnaireVersion(TenantModel):
    """A form as it was published. Never changed, so that a reply keeps its questions."""

    __tablename__ = "questionnaire_version"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("questionnaire_id", "assessments.questionnaire"),
        sa.UniqueConstraint("tenant_id", "questionnaire_id", "number"),
    )

    questionnaire_id: Mapped[UUID]
    number: Mapped[int]
    form: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Reply(TenantModel):
    """One person's answers to one version, sealed; the union sees only what is counted of them."""

    __tablename__ = "reply"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "survey"
    __constraints__ = (
        one_of("state", "open", "submitted"),
        tenant_fk("version_id", "assessments.questionnaire_version"),
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "version_id", "person_id"),
        sa.Index("ix_reply_person", "tenant_id", "person_id"),
    )

    version_id: Mapped[UUID]
    person_id: Mapped[UUID]
    answers: Mapped[bytes] = sealed(comment="answers by question code")
    state: Mapped[str] = mapped_column(server_default="open")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class ReplyTally(TenantModel):
    """One answer without its person, for counting. Clinical without a subject, like a result's tally."""

    __tablename__ = "reply_tally"
    __schema__ = SCHEMA
    __clinical__ = True
    __data_class__ = "survey"
    __constraints__ = (
        tenant_fk("version_id", "assessments.questionnaire_version"),
        sa.Index("ix_reply_tally_version", "tenant_id", "version_id", "question"),
    )

    version_id: Mapped[UUID]
    question: Mapped[str]
    answer: Mapped[str] = mapped_column(comment="an option's code, a number, a day or what was written")


MODELS = [Questionnaire, QuestionnaireVersion, Reply, ReplyTally]
