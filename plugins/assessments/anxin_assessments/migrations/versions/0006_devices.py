"""Shared devices and their slips; how a sheet was answered.

Revision ID: assessments_0006
Revises: assessments_0005
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "assessments_0006", "assessments_0005", None, None


def upgrade() -> None:
    op.add_column(
        "sheet",
        sa.Column(
            "way",
            sa.Text(),
            server_default="own",
            nullable=False,
            comment="on an own device, on one of others, under a helper's eyes, on paper",
        ),
        schema="assessments",
    )
    op.create_check_constraint(
        op.f("ck_sheet_way"), "sheet", "way IN ('own', 'device', 'supervised', 'paper')", schema="assessments"
    )
    _device()
    _seat()
    ddl.protect("assessments.device")
    ddl.protect("assessments.seat")


def _device() -> None:
    op.create_table(
        "device",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, comment="where it stands, for those who look after it"),
        sa.Column("supervised", sa.Boolean(), nullable=False, comment="a helper opens each sitting"),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "misses",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="codes in a row that did not fit",
        ),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("until > opened_at", name=op.f("ck_device_window")),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_device_tenant_id_tenant")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id"],
            name=op.f("fk_device_tenant_id_campaign_id_campaign"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_device")),
        sa.UniqueConstraint("tenant_id", "secret_hash", name=op.f("uq_device_tenant_id_secret_hash")),
        schema="assessments",
    )
    op.create_index(
        "ix_device_campaign", "device", ["tenant_id", "campaign_id", "opened_at"], schema="assessments"
    )


def _seat() -> None:
    op.create_table(
        "seat",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="printed on the slip, counted from 1"),
        sa.Column("code_index", sa.LargeBinary(), nullable=False, comment="keyed hash of the code"),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "sitting",
            sa.LargeBinary(),
            nullable=True,
            comment="mark of the sitting, to end it from elsewhere",
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="left, or ended by a helper, before it was done",
        ),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["assessments.device.tenant_id", "assessments.device.id"],
            name=op.f("fk_seat_tenant_id_device_id_device"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_seat_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_seat")),
        sa.UniqueConstraint(
            "tenant_id", "device_id", "code_index", name=op.f("uq_seat_tenant_id_device_id_code_index")
        ),
        sa.UniqueConstraint(
            "tenant_id", "device_id", "number", name=op.f("uq_seat_tenant_id_device_id_number")
        ),
        schema="assessments",
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
