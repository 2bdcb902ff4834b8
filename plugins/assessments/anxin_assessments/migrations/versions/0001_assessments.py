"""Campaigns, invitations, participation, sheets, outcomes, tallies.

Revision ID: assessments_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "assessments_0001", None, None, None


def upgrade() -> None:
    ddl.schema("assessments")
    op.create_table(
        "campaign",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("guidance", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "instruments",
            pg.ARRAY(sa.Text()),
            nullable=False,
            comment='instrument editions in their order: "phq9-1"',
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True, comment="the unit and all below it; null: everybody"),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "reminded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the silent were reminded, once",
        ),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_campaign_state")),
        sa.CheckConstraint("cardinality(instruments) > 0", name=op.f("ck_campaign_instruments")),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_campaign_window")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_campaign_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_campaign_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_campaign")),
        schema="assessments",
    )
    op.create_index(
        "ix_campaign_state",
        "campaign",
        ["tenant_id", "state", "opens_at"],
        unique=False,
        schema="assessments",
    )
    ddl.protect("assessments.campaign")

    op.create_table(
        "invitation",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id"],
            name=op.f("fk_invitation_tenant_id_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_invitation_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_invitation_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_invitation_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_invitation")),
        sa.UniqueConstraint(
            "tenant_id",
            "campaign_id",
            "person_id",
            name=op.f("uq_invitation_tenant_id_campaign_id_person_id"),
        ),
        schema="assessments",
    )
    op.create_index(
        "ix_invitation_person", "invitation", ["tenant_id", "person_id"], unique=False, schema="assessments"
    )
    ddl.protect("assessments.invitation")

    op.create_table(
        "part",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('done', 'declined')", name=op.f("ck_part_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id"],
            name=op.f("fk_part_tenant_id_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_part_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_part_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_part")),
        sa.UniqueConstraint(
            "tenant_id", "campaign_id", "person_id", name=op.f("uq_part_tenant_id_campaign_id_person_id")
        ),
        schema="assessments",
    )
    ddl.protect("assessments.part", clinical_subject="person_id")

    op.create_table(
        "sheet",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False, comment='instrument edition: "phq9-1"'),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column(
            "answers",
            sa.LargeBinary(),
            nullable=False,
            comment="one option value per item, null where unanswered",
        ),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'submitted') = (submitted_at IS NOT NULL)", name=op.f("ck_sheet_submitted")
        ),
        sa.CheckConstraint("state IN ('open', 'submitted')", name=op.f("ck_sheet_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id"],
            name=op.f("fk_sheet_tenant_id_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_sheet_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_sheet_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sheet")),
        schema="assessments",
    )
    op.create_index(
        "ix_sheet_person",
        "sheet",
        ["tenant_id", "person_id", "started_at"],
        unique=False,
        schema="assessments",
    )
    op.create_index(
        "uq_sheet_campaign",
        "sheet",
        ["tenant_id", "campaign_id", "person_id", "instrument"],
        unique=True,
        schema="assessments",
        postgresql_where=sa.text("campaign_id IS NOT NULL"),
    )
    op.create_index(
        "uq_sheet_open",
        "sheet",
        ["tenant_id", "person_id", "instrument", "campaign_id"],
        unique=True,
        schema="assessments",
        postgresql_where=sa.text("state = 'open'"),
        postgresql_nulls_not_distinct=True,
    )
    ddl.protect("assessments.sheet", clinical_subject="person_id")

    op.create_table(
        "outcome",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False, comment="the key it was scored by"),
        sa.Column(
            "scores", sa.LargeBinary(), nullable=False, comment="scales, bands, level, flags, risks, quality"
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_outcome_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sheet_id"],
            ["assessments.sheet.tenant_id", "assessments.sheet.id"],
            name=op.f("fk_outcome_tenant_id_sheet_id_sheet"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_outcome_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outcome")),
        sa.UniqueConstraint(
            "tenant_id", "sheet_id", "instrument", name=op.f("uq_outcome_tenant_id_sheet_id_instrument")
        ),
        schema="assessments",
    )
    op.create_index(
        "ix_outcome_person",
        "outcome",
        ["tenant_id", "person_id", "made_at"],
        unique=False,
        schema="assessments",
    )
    ddl.protect("assessments.outcome", clinical_subject="person_id")

    op.create_table(
        "tally",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False, comment="of the main scale, for means"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id"],
            name=op.f("fk_tally_tenant_id_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_tally_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_tally_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tally")),
        schema="assessments",
    )
    op.create_index(
        "ix_tally_campaign",
        "tally",
        ["tenant_id", "campaign_id", "instrument"],
        unique=False,
        schema="assessments",
    )
    ddl.protect("assessments.tally", rights=ddl.APPEND_ONLY, clinical_subject="")
