"""Appeals, budget, sizes, pictures and what is told.

Revision ID: competitions_0003
Revises: competitions_0002
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "competitions_0003", "competitions_0002", None, None


def upgrade() -> None:
    op.create_table(
        "cost",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("competition_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("planned_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("actual_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "kind IN ('prize', 'clothing', 'place', 'people', 'other')", name=op.f("ck_cost_kind")
        ),
        sa.CheckConstraint("planned_fen >= 0 AND actual_fen >= 0", name=op.f("ck_cost_amounts")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competition_id"],
            ["competitions.competition.tenant_id", "competitions.competition.id"],
            name=op.f("fk_cost_tenant_id_competition_id_competition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_cost_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_cost")),
        schema="competitions",
    )
    op.create_index(
        "ix_cost_competition", "cost", ["tenant_id", "competition_id"], unique=False, schema="competitions"
    )
    ddl.protect("competitions.cost")
    op.create_table(
        "photo",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("competition_id", sa.Uuid, nullable=False),
        sa.Column("file_id", sa.Uuid, nullable=False),
        sa.Column("caption", sa.Text, server_default="", nullable=False),
        sa.Column(
            "nobody",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="it shows nobody one could know",
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competition_id"],
            ["competitions.competition.tenant_id", "competitions.competition.id"],
            name=op.f("fk_photo_tenant_id_competition_id_competition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_photo_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_photo")),
        schema="competitions",
    )
    op.create_index(
        "ix_photo_competition",
        "photo",
        ["tenant_id", "competition_id", "made_at"],
        unique=False,
        schema="competitions",
    )
    ddl.protect("competitions.photo")
    op.create_table(
        "kit",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("competition_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("size", sa.Text, nullable=False),
        sa.CheckConstraint(
            "size IN ('XS', 'S', 'M', 'L', 'XL', '2XL', '3XL', '4XL')", name=op.f("ck_kit_size")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competition_id"],
            ["competitions.competition.tenant_id", "competitions.competition.id"],
            name=op.f("fk_kit_tenant_id_competition_id_competition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_kit_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_kit_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_kit")),
        sa.UniqueConstraint(
            "tenant_id", "competition_id", "person_id", name=op.f("uq_kit_tenant_id_competition_id_person_id")
        ),
        schema="competitions",
    )
    op.create_index("ix_kit_person", "kit", ["tenant_id", "person_id"], unique=False, schema="competitions")
    ddl.protect("competitions.kit")
    op.create_table(
        "shown",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("photo_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("answer", sa.Text, server_default="asked", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer IN ('asked', 'yes', 'no')", name=op.f("ck_shown_answer")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_shown_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "photo_id"],
            ["competitions.photo.tenant_id", "competitions.photo.id"],
            name=op.f("fk_shown_tenant_id_photo_id_photo"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_shown_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_shown")),
        sa.UniqueConstraint(
            "tenant_id", "photo_id", "person_id", name=op.f("uq_shown_tenant_id_photo_id_person_id")
        ),
        schema="competitions",
    )
    op.create_index(
        "ix_shown_person", "shown", ["tenant_id", "person_id"], unique=False, schema="competitions"
    )
    ddl.protect("competitions.shown")
    op.create_table(
        "appeal",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, server_default="open", nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid, nullable=True),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("ck_appeal_answered")),
        sa.CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name=op.f("ck_appeal_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "answered_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_appeal_tenant_id_answered_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["competitions.entry.tenant_id", "competitions.entry.id"],
            name=op.f("fk_appeal_tenant_id_entry_id_entry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_appeal_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_appeal_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("tenant_id", "entry_id", name=op.f("uq_appeal_tenant_id_entry_id")),
        schema="competitions",
    )
    op.create_index(
        "ix_appeal_person", "appeal", ["tenant_id", "person_id"], unique=False, schema="competitions"
    )
    ddl.protect("competitions.appeal")
    op.add_column(
        "entry",
        sa.Column(
            "decided_by", sa.Uuid, nullable=True, comment="who reviewed it; somebody else hears an appeal"
        ),
        schema="competitions",
    )
    op.create_foreign_key(
        op.f("fk_entry_tenant_id_decided_by_person"),
        "entry",
        "person",
        ["tenant_id", "decided_by"],
        ["tenant_id", "id"],
        source_schema="competitions",
        referent_schema="core",
    )
    op.add_column(
        "competition",
        sa.Column("press", sa.Text, server_default="", nullable=False, comment="what is told of it (新闻稿)"),
        schema="competitions",
    )
    op.add_column(
        "competition",
        sa.Column(
            "press_at", sa.DateTime(timezone=True), nullable=True, comment="since when colleagues read it"
        ),
        schema="competitions",
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
