"""What volunteers have learned: competences, who holds which until when, and roles that want a combination."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk

SCHEMA = "volunteers"
NOW = sa.func.now()


class Competence(TenantModel):
    """Something one can be qualified in (国家三级以上心理咨询师, 急救证, 内训课): its own code, and how long it holds."""

    __tablename__ = "competence"
    __schema__ = SCHEMA
    __constraints__ = (
        sa.UniqueConstraint("tenant_id", "code"),
        sa.CheckConstraint("months > 0", name="months"),
    )

    code: Mapped[str]
    title: Mapped[str]
    months: Mapped[int | None] = mapped_column(comment="how long it holds; null: for good")
    proof: Mapped[bool] = mapped_column(server_default=sa.true(), comment="a certificate is to be shown")
    closed_at: Mapped[datetime | None]


class Qualification(TenantModel):
    """Somebody holds a competence: claimed with a proof, verified by the union, ending some day."""

    __tablename__ = "qualification"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", "claimed", "verified", "refused", "revoked"),
        one_of("source", "proof", "course"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("competence_id", "volunteers.competence"),
        tenant_fk("decided_by", "core.person"),
        sa.Index("ix_qualification_person", "tenant_id", "person_id", "competence_id"),
        sa.Index("ix_qualification_state", "tenant_id", "state", "expires_on"),
    )

    person_id: Mapped[UUID]
    competence_id: Mapped[UUID]
    detail: Mapped[bytes | None] = sealed(nullable=True, comment="{number, issuer} of the certificate")
    file_id: Mapped[UUID | None] = mapped_column(
        comment="the proof as handed in: the union looks at it, so it is the tenant's paper; gone after a year"
    )
    source: Mapped[str] = mapped_column(server_default="proof")
    issued_on: Mapped[date]
    expires_on: Mapped[date | None] = mapped_column(comment="last day it holds; null: for good")
    state: Mapped[str] = mapped_column(server_default="claimed")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    reminded_at: Mapped[datetime | None]
    lapsed_at: Mapped[datetime | None] = mapped_column(comment="when its end was carried out")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)


class DutyRole(TenantModel):
    """What somebody does in a shift (带队、陪伴、引导), and the competences it wants, all of them."""

    __tablename__ = "duty_role"
    __schema__ = SCHEMA
    __constraints__ = (sa.UniqueConstraint("tenant_id", "title"),)

    title: Mapped[str]
    requires: Mapped[list[str]] = mapped_column(server_default="{}", comment="codes of competences")
    closed_at: Mapped[datetime | None]
