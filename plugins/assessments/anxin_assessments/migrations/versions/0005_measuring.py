"""Modes, scopes and rounds of campaigns; anonymous sheets; roll-ups and frozen figures; interpretations.

Revision ID: assessments_0005
Revises: assessments_0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "assessments_0005", "assessments_0004", None, None


def upgrade() -> None:
    _campaigns()
    _tables()
    _walls()


def _campaigns() -> None:
    op.add_column(
        "campaign", sa.Column("mode", sa.Text(), server_default="named", nullable=False), schema="assessments"
    )
    op.add_column(
        "campaign",
        sa.Column(
            "scope",
            pg.JSONB(),
            server_default="{}",
            nullable=False,
            comment="hired_from, hired_until, years_from, years_until, born_months",
        ),
        schema="assessments",
    )
    op.add_column(
        "campaign",
        sa.Column(
            "rolling",
            sa.Text(),
            nullable=True,
            comment="invite each day who is newly hired, or has a birthday",
        ),
        schema="assessments",
    )
    op.add_column(
        "campaign",
        sa.Column(
            "targets",
            pg.JSONB(),
            server_default="{}",
            nullable=False,
            comment="planned shares in percent: took_part, with_plan",
        ),
        schema="assessments",
    )
    op.add_column(
        "campaign",
        sa.Column(
            "before_id", sa.Uuid(), nullable=True, comment="the round before, for comparison before and after"
        ),
        schema="assessments",
    )
    op.add_column(
        "campaign", sa.Column("round", sa.Integer(), server_default="1", nullable=False), schema="assessments"
    )
    op.add_column(
        "campaign", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True), schema="assessments"
    )
    op.add_column(
        "campaign",
        sa.Column(
            "frozen_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when its figures were counted for ever",
        ),
        schema="assessments",
    )
    op.alter_column(
        "campaign",
        "reminded_at",
        existing_type=pg.TIMESTAMP(timezone=True),
        comment="when the silent were last reminded",
        existing_comment="when the silent were reminded, once",
        existing_nullable=True,
        schema="assessments",
    )
    op.create_unique_constraint(
        op.f("uq_campaign_tenant_id_id_mode"), "campaign", ["tenant_id", "id", "mode"], schema="assessments"
    )
    op.create_check_constraint(
        op.f("ck_campaign_mode"),
        "campaign",
        "mode IN ('named', 'confidential', 'anonymous')",
        schema="assessments",
    )
    op.create_check_constraint(
        op.f("ck_campaign_rolling"), "campaign", "rolling IN ('hired', 'birthday')", schema="assessments"
    )
    op.create_check_constraint(op.f("ck_campaign_round"), "campaign", "round >= 1", schema="assessments")
    op.create_foreign_key(
        op.f("fk_campaign_tenant_id_before_id_campaign"),
        "campaign",
        "campaign",
        ["tenant_id", "before_id"],
        ["tenant_id", "id"],
        source_schema="assessments",
        referent_schema="assessments",
    )
    op.add_column(
        "tally",
        sa.Column("scale", sa.Text(), server_default="", nullable=False, comment="empty: the main scale"),
        schema="assessments",
    )
    op.add_column(
        "tally",
        sa.Column("level", sa.Integer(), nullable=True, comment="0 to 3, beside the main scale"),
        schema="assessments",
    )
    op.alter_column(
        "tally",
        "band",
        existing_type=sa.TEXT(),
        comment="of the main scale",
        existing_nullable=False,
        schema="assessments",
    )
    op.alter_column(
        "tally",
        "score",
        existing_type=sa.INTEGER(),
        type_=sa.Numeric(),
        comment="for means",
        existing_comment="of the main scale, for means",
        existing_nullable=False,
        schema="assessments",
    )
    op.add_column(
        "sheet",
        sa.Column(
            "campaign_mode",
            sa.Text(),
            server_default="named",
            nullable=False,
            comment="as the campaign's, so that no sheet of an anonymous one has a person",
        ),
        schema="assessments",
    )
    op.create_check_constraint(
        op.f("ck_sheet_not_anonymous"),
        "sheet",
        "campaign_mode IN ('named', 'confidential')",
        schema="assessments",
    )
    op.create_foreign_key(
        op.f("fk_sheet_tenant_id_campaign_id_campaign_mode_campaign"),
        "sheet",
        "campaign",
        ["tenant_id", "campaign_id", "campaign_mode"],
        ["tenant_id", "id", "mode"],
        source_schema="assessments",
        referent_schema="assessments",
    )
    op.drop_constraint(op.f("ck_part_state"), "part", schema="assessments")
    op.create_check_constraint(
        op.f("ck_part_state"), "part", "state IN ('done', 'declined', 'ticket')", schema="assessments"
    )


def _tables() -> None:  # one statement a table; read from top to bottom
    op.create_table(
        "anonymous_sheet",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), server_default="anonymous", nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=False, comment="sealed under the tenant's key"),
        sa.CheckConstraint("mode IN ('anonymous')", name=op.f("ck_anonymous_sheet_mode")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id", "mode"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id", "assessments.campaign.mode"],
            name=op.f("fk_anonymous_sheet_tenant_id_campaign_id_mode_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_anonymous_sheet_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_anonymous_sheet_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_anonymous_sheet")),
        schema="assessments",
    )
    op.create_index(
        "ix_anonymous_sheet_campaign",
        "anonymous_sheet",
        ["tenant_id", "campaign_id", "instrument"],
        unique=False,
        schema="assessments",
    )
    op.create_table(
        "change",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False, comment="the later round"),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("before", sa.Numeric(), nullable=False),
        sa.Column("after", sa.Numeric(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True, comment="null: the key knows no reliable change"),
        sa.CheckConstraint(
            "state IN ('recovered', 'improved', 'unchanged', 'worse')", name=op.f("ck_change_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id"],
            name=op.f("fk_change_tenant_id_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_change_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_change")),
        schema="assessments",
    )
    op.create_index(
        "ix_change_campaign",
        "change",
        ["tenant_id", "campaign_id", "instrument"],
        unique=False,
        schema="assessments",
    )
    op.create_table(
        "frozen",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), server_default="", nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="its line in the table"),
        sa.Column("figures", pg.JSONB(), nullable=False),
        sa.CheckConstraint("kind IN ('wave', 'change', 'target')", name=op.f("ck_frozen_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id"],
            name=op.f("fk_frozen_tenant_id_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_frozen_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_frozen")),
        sa.UniqueConstraint(
            "tenant_id",
            "campaign_id",
            "kind",
            "instrument",
            "place",
            name=op.f("uq_frozen_tenant_id_campaign_id_kind_instrument_place"),
        ),
        schema="assessments",
    )
    op.create_table(
        "rollup",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("scale", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("score", sa.Numeric(), nullable=False, comment="sum"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id"],
            name=op.f("fk_rollup_tenant_id_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_rollup_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_rollup_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rollup")),
        sa.UniqueConstraint(
            "tenant_id",
            "campaign_id",
            "instrument",
            "scale",
            "unit_id",
            "band",
            "level",
            name="uq_rollup_group",
            postgresql_nulls_not_distinct=True,
        ),
        schema="assessments",
    )
    op.create_table(
        "slip",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), server_default="anonymous", nullable=False),
        sa.Column(
            "ticket", sa.LargeBinary(), nullable=False, comment="keyed hash of the code: once per ticket"
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True, comment="a unit large enough, as the ticket says"),
        sa.Column("answers", sa.LargeBinary(), nullable=True, comment="sealed; null once they were moved"),
        sa.Column("finished", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("mode IN ('anonymous')", name=op.f("ck_slip_mode")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id", "mode"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id", "assessments.campaign.mode"],
            name=op.f("fk_slip_tenant_id_campaign_id_mode_campaign"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_slip_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_slip")),
        sa.UniqueConstraint(
            "tenant_id", "campaign_id", "ticket", name=op.f("uq_slip_tenant_id_campaign_id_ticket")
        ),
        schema="assessments",
    )
    op.create_table(
        "interpretation",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("outcome_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column(
            "text", sa.LargeBinary(), nullable=False, comment="what the counsellor writes to the person"
        ),
        sa.Column("plan", sa.LargeBinary(), nullable=True, comment="next steps: a personal plan"),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "made_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_interpretation_tenant_id_made_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "outcome_id"],
            ["assessments.outcome.tenant_id", "assessments.outcome.id"],
            name=op.f("fk_interpretation_tenant_id_outcome_id_outcome"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_interpretation_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_interpretation_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_interpretation")),
        sa.UniqueConstraint("tenant_id", "outcome_id", name=op.f("uq_interpretation_tenant_id_outcome_id")),
        schema="assessments",
    )
    op.create_index(
        "ix_interpretation_person",
        "interpretation",
        ["tenant_id", "person_id", "sent_at"],
        unique=False,
        schema="assessments",
    )


def _walls() -> None:
    op.execute(f"GRANT DELETE ON assessments.tally TO {ddl.APP}")  # folded into sums, then gone
    for table in ("anonymous_sheet", "change", "rollup"):
        ddl.protect(f"assessments.{table}", clinical_subject="")
    for table in ("interpretation",):
        ddl.protect(f"assessments.{table}", clinical_subject="person_id")
    for table in ("frozen", "slip"):
        ddl.protect(f"assessments.{table}")
