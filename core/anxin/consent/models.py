"""What people agreed to, refused and withdrew: the present state for enforcement, the history for proof."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.kernel.db import TenantModel, one_of, tenant_fk


class Consent(TenantModel):
    """A person's present answer to one purpose; the data layer joins it, so a withdrawal acts on the next request."""

    __tablename__ = "consent"
    __subject__ = "person_id"
    __clinical__ = True  # that somebody agreed to a self-assessment says that they took part
    __data_class__ = "consent"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "person_id", "purpose"),
    )

    person_id: Mapped[UUID]
    purpose: Mapped[str]
    version: Mapped[int]
    agreed: Mapped[bool]
    decided_at: Mapped[datetime]


class Decision(TenantModel):
    """One answer, kept for ever as proof: which text (its hash), which language, when, agreed or not. Append only."""

    __tablename__ = "consent_decision"
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "consent"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        one_of("answer", "agreed", "refused", "withdrawn"),
        sa.Index("ix_consent_decision_person", "tenant_id", "person_id", "decided_at"),
    )

    person_id: Mapped[UUID]
    purpose: Mapped[str]
    version: Mapped[int]
    answer: Mapped[str]
    text_hash: Mapped[bytes] = mapped_column(comment="SHA-256 of the text as it was shown")
    locale: Mapped[str]
    decided_at: Mapped[datetime]
    method: Mapped[str] = mapped_column(comment="page, api, paper")


class DataRequest(TenantModel):
    """A person's request about their data: a copy, or erasure. Stays open, naming who failed, until all have answered."""

    __tablename__ = "data_request"
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "consent"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        one_of("kind", "export", "erase"),
        one_of("state", "open", "done"),
        sa.Index("ix_data_request_person", "tenant_id", "person_id", "made_at"),
    )

    person_id: Mapped[UUID]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="open")
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    failed: Mapped[list[str]] = mapped_column(
        server_default="{}", comment="rooms and plugins that could not answer yet"
    )
    rows: Mapped[int] = mapped_column(server_default="0")
