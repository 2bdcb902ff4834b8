"""Claims: what can be taken once at a time, for all modules.

Revision ID: core_0017
Revises: core_0016
"""

import sqlalchemy as sa
from alembic import op

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0017", "core_0016", None, None


def upgrade() -> None:
    op.create_table(
        "claim",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment='declared by a manifest: "rooms.room", or "core.person"',
        ),
        sa.Column("resource_id", sa.Uuid(), nullable=False, comment="of any table, so without a foreign key"),
        sa.Column("holder_id", sa.Uuid(), nullable=False, comment="the booking of whichever module took it"),
        sa.Column("owner", sa.Text(), nullable=False, comment="the module that took it"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_claim_span")),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_claim_whole")),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_claim_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_claim")),
        schema="core",
    )
    # the operator class for equality comes with btree_gist, which kernel/migrate.py makes as the administrator
    op.execute(
        "ALTER TABLE core.claim ADD CONSTRAINT claim_once EXCLUDE USING gist "
        "(tenant_id WITH =, resource_id WITH =, tstzrange(from_at, until_at) WITH &&)"
    )
    op.create_index("ix_claim_time", "claim", ["tenant_id", "from_at"], schema="core")
    op.create_index("ix_claim_resource", "claim", ["tenant_id", "resource_id", "from_at"], schema="core")
    op.create_index("ix_claim_holder", "claim", ["tenant_id", "holder_id"], schema="core")
    ddl.protect("core.claim")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
