"""The liaison network: slips, levels, concerns, people who like to be looked in on.

Revision ID: volunteers_0002
Revises: volunteers_0001
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "volunteers_0002", "volunteers_0001", None, None


def upgrade() -> None:
    op.create_table(
        "period",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False, comment="a code"),
        sa.Column("by_self", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_period_days")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_period_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_period_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_period")),
        schema="volunteers",
    )
    op.create_index("ix_period_ends", "period", ["tenant_id", "ends_on"], unique=False, schema="volunteers")
    op.create_index(
        "ix_period_person", "period", ["tenant_id", "person_id"], unique=False, schema="volunteers"
    )
    ddl.protect("volunteers.period", clinical_subject="person_id")
    op.create_table(
        "slip",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("reporter_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True, comment="until it is delivered, then empty"),
        sa.Column("state", sa.Text, server_default="sent", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('concern', 'visit', 'period')", name=op.f("ck_slip_kind")),
        sa.CheckConstraint("state IN ('sent', 'received', 'handled')", name=op.f("ck_slip_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reporter_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_slip_tenant_id_reporter_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_slip_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_slip")),
        schema="volunteers",
    )
    op.create_index(
        "ix_slip_reporter", "slip", ["tenant_id", "reporter_id", "sent_at"], unique=False, schema="volunteers"
    )
    ddl.protect("volunteers.slip", clinical_subject="reporter_id")
    op.create_table(
        "visit",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("reporter_id", sa.Uuid, nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=False, comment="{kind, help, note}"),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_visit_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reporter_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_visit_tenant_id_reporter_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_visit_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_visit")),
        schema="volunteers",
    )
    op.create_index(
        "ix_visit_person",
        "visit",
        ["tenant_id", "person_id", "visited_on"],
        unique=False,
        schema="volunteers",
    )
    ddl.protect("volunteers.visit", clinical_subject="person_id")
    op.create_table(
        "welcome",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("greet_on", sa.Date(), nullable=True, comment="a kind word is due from this day on"),
        sa.Column("greeted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_welcome_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_welcome_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_welcome")),
        sa.UniqueConstraint("tenant_id", "person_id", name=op.f("uq_welcome_tenant_id_person_id")),
        schema="volunteers",
    )
    ddl.protect("volunteers.welcome")
    op.create_table(
        "concern",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("reporter_id", sa.Uuid, nullable=False),
        sa.Column("slip_id", sa.Uuid, nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False, comment="{signs, since, note}"),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "knows",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="the person was told and said yes",
        ),
        sa.Column("unit_id", sa.Uuid, nullable=True, comment="of the reporter, where the levels begin"),
        sa.Column("state", sa.Text, server_default="passing", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.Uuid, nullable=True),
        sa.Column("outcome", sa.Text, nullable=True),
        sa.CheckConstraint("(state = 'handled') = (handled_at IS NOT NULL)", name=op.f("ck_concern_handled")),
        sa.CheckConstraint(
            "outcome IN ('talked', 'counselling', 'practical', 'emergency', 'declined', 'unfounded')",
            name=op.f("ck_concern_outcome"),
        ),
        sa.CheckConstraint("state IN ('passing', 'arrived', 'handled')", name=op.f("ck_concern_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "handled_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_concern_tenant_id_handled_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_concern_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reporter_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_concern_tenant_id_reporter_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "slip_id"],
            ["volunteers.slip.tenant_id", "volunteers.slip.id"],
            name=op.f("fk_concern_tenant_id_slip_id_slip"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_concern_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_concern_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_concern")),
        schema="volunteers",
    )
    op.create_index(
        "ix_concern_arrived", "concern", ["tenant_id", "arrived_at"], unique=False, schema="volunteers"
    )
    op.create_index(
        "ix_concern_person",
        "concern",
        ["tenant_id", "person_id", "made_at"],
        unique=False,
        schema="volunteers",
    )
    op.create_index("ix_concern_slip", "concern", ["tenant_id", "slip_id"], unique=False, schema="volunteers")
    ddl.protect("volunteers.concern", clinical_subject="person_id")
    op.create_table(
        "hand_on",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("slip_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False, comment="whose lead has it now"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text, nullable=False, comment="to talk about it without a name"),
        sa.Column("state", sa.Text, server_default="waiting", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed_by", sa.Uuid, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'passed', 'lapsed')", name=op.f("ck_hand_on_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "passed_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_hand_on_tenant_id_passed_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "slip_id"],
            ["volunteers.slip.tenant_id", "volunteers.slip.id"],
            name=op.f("fk_hand_on_tenant_id_slip_id_slip"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_hand_on_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_hand_on_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_hand_on")),
        sa.UniqueConstraint(
            "tenant_id", "slip_id", "position", name=op.f("uq_hand_on_tenant_id_slip_id_position")
        ),
        schema="volunteers",
    )
    op.create_index(
        "ix_hand_on_due", "hand_on", ["tenant_id", "state", "due_at"], unique=False, schema="volunteers"
    )
    op.create_index(
        "ix_hand_on_unit",
        "hand_on",
        ["tenant_id", "unit_id", "state", "due_at"],
        unique=False,
        schema="volunteers",
    )
    ddl.protect("volunteers.hand_on")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
