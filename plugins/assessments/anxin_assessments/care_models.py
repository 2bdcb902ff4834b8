"""Tables of the agency's work with results: what a counsellor writes to a person."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from anxin.plugin import TenantModel, sealed, tenant_fk
from anxin_assessments.models import SCHEMA


class Interpretation(TenantModel):
    """A counsellor's words on a result, and what the two of them plan; sealed, sent to the person."""

    __tablename__ = "interpretation"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "assessment"
    __constraints__ = (
        tenant_fk("outcome_id", "assessments.outcome", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("made_by", "core.person"),
        sa.UniqueConstraint("tenant_id", "outcome_id"),
        sa.Index("ix_interpretation_person", "tenant_id", "person_id", "sent_at"),
    )

    outcome_id: Mapped[UUID]
    person_id: Mapped[UUID]
    made_by: Mapped[UUID]
    text: Mapped[bytes] = sealed(comment="what the counsellor writes to the person")
    plan: Mapped[bytes | None] = sealed(nullable=True, comment="next steps: a personal plan")
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


MODELS = [Interpretation]
