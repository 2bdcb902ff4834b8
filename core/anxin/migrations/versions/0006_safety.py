"""The duty rota, crisis records and the emergency look.

Revision ID: core_0006
Revises: core_0005
"""

import sqlalchemy as sa
from alembic import op

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0006", "core_0005", None, None


def upgrade() -> None:
    op.create_table(
        "crisis",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Text,
            nullable=False,
            comment="who noticed: assessments.phq9.9, hotline, safety.asked …",
        ),
        sa.Column("reason", sa.Text, nullable=False, comment="answer, score, asked, concern, imminent"),
        sa.Column("key", sa.Text, nullable=False, comment="raising the same thing again changes nothing"),
        sa.Column("purpose", sa.Text, nullable=True, comment="the consent that covers the call at level 2"),
        sa.Column(
            "uncovered",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="nobody was on duty when it was raised",
        ),
        sa.Column("state", sa.Text, server_default="open", nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledge_by", sa.DateTime(timezone=True), nullable=True, comment="level 3 only"),
        sa.Column("contact_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid, nullable=True),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contacted_by", sa.Uuid, nullable=True),
        sa.Column("lead_id", sa.Uuid, nullable=True, comment="who works on it now"),
        sa.Column("outcome", sa.Text, nullable=True),
        sa.Column(
            "closed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="first signature; at level 2 the closing",
        ),
        sa.Column("closed_by", sa.Uuid, nullable=True),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_by", sa.Uuid, nullable=True),
        sa.CheckConstraint(
            "state <> 'closed' OR (closed_by IS NOT NULL AND outcome IS NOT NULL "
            "AND (level < 3 OR second_by IS NOT NULL))",
            name=op.f("ck_crisis_closed"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'acknowledged', 'contacted', 'closed')", name=op.f("ck_crisis_state")
        ),
        sa.CheckConstraint("level IN (2, 3)", name=op.f("ck_crisis_level")),
        sa.CheckConstraint("second_by IS NULL OR second_by <> closed_by", name=op.f("ck_crisis_two_people")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "acknowledged_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_crisis_tenant_id_acknowledged_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "closed_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_crisis_tenant_id_closed_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contacted_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_crisis_tenant_id_contacted_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_crisis_tenant_id_lead_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_crisis_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "second_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_crisis_tenant_id_second_by_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_crisis_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_crisis")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_crisis_tenant_id_key")),
        schema="core",
    )
    op.create_index("ix_crisis_person", "crisis", ["tenant_id", "person_id"], unique=False, schema="core")
    op.create_index(
        "ix_crisis_state", "crisis", ["tenant_id", "state", "contact_by"], unique=False, schema="core"
    )
    ddl.protect("core.crisis", clinical_subject="person_id")
    op.create_table(
        "duty_shift",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("role", sa.Text, server_default="duty", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('duty', 'supervisor')", name=op.f("ck_duty_shift_role")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_duty_shift_times")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_duty_shift_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_duty_shift_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_duty_shift")),
        sa.UniqueConstraint(
            "tenant_id",
            "person_id",
            "role",
            "starts_at",
            name=op.f("uq_duty_shift_tenant_id_person_id_role_starts_at"),
        ),
        schema="core",
    )
    op.create_index("ix_duty_shift_ends", "duty_shift", ["tenant_id", "ends_at"], unique=False, schema="core")
    ddl.protect("core.duty_shift")
    op.create_table(
        "break_glass",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("crisis_id", sa.Uuid, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, server_default="asked", nullable=False),
        sa.Column("asked_by", sa.Uuid, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_by", sa.Uuid, nullable=True),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True, comment="when the person was told"),
        sa.CheckConstraint(
            "state <> 'granted' OR (second_by IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("ck_break_glass_granted"),
        ),
        sa.CheckConstraint("state IN ('asked', 'granted', 'refused')", name=op.f("ck_break_glass_state")),
        sa.CheckConstraint(
            "second_by IS NULL OR second_by <> asked_by", name=op.f("ck_break_glass_two_keys")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "asked_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_break_glass_tenant_id_asked_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "crisis_id"],
            ["core.crisis.tenant_id", "core.crisis.id"],
            name=op.f("fk_break_glass_tenant_id_crisis_id_crisis"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_break_glass_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "second_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_break_glass_tenant_id_second_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_break_glass_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_break_glass")),
        schema="core",
    )
    op.create_index(
        "ix_break_glass_asked", "break_glass", ["tenant_id", "asked_at"], unique=False, schema="core"
    )
    op.create_index(
        "ix_break_glass_person", "break_glass", ["tenant_id", "person_id"], unique=False, schema="core"
    )
    ddl.protect("core.break_glass", clinical_subject="person_id")
    op.create_table(
        "crisis_event",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("crisis_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=True, comment="the crisis's subject"),
        sa.Column(
            "kind",
            sa.Text,
            nullable=False,
            comment="raised, graver, alerted, uncovered, reminded, escalated, overdue, acknowledged, "
            "contacted, note, handed_over, signed, closed, reopened",
        ),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid, nullable=True, comment="who did it; null: the system"),
        sa.Column("helper_id", sa.Uuid, nullable=True, comment="whom it concerned: alerted, handed over to"),
        sa.Column("code", sa.Text, nullable=True, comment="an outcome or step, never words"),
        sa.Column(
            "note", sa.LargeBinary(), nullable=True, comment="a helper's words, sealed for the subject"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "actor_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_crisis_event_tenant_id_actor_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "crisis_id"],
            ["core.crisis.tenant_id", "core.crisis.id"],
            name=op.f("fk_crisis_event_tenant_id_crisis_id_crisis"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "helper_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_crisis_event_tenant_id_helper_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_crisis_event_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_crisis_event_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_crisis_event")),
        sa.UniqueConstraint(
            "tenant_id", "crisis_id", "key", name=op.f("uq_crisis_event_tenant_id_crisis_id_key")
        ),
        schema="core",
    )
    op.create_index(
        "ix_crisis_event_helper",
        "crisis_event",
        ["tenant_id", "helper_id", "crisis_id"],
        unique=False,
        schema="core",
    )
    ddl.protect("core.crisis_event", rights=ddl.APPEND_ONLY, clinical_subject="person_id")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
