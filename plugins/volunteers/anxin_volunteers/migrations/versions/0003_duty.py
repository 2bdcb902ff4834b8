"""Tasks, shifts, needs, signups, times, swaps.

Revision ID: volunteers_0003
Revises: volunteers_0002
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "volunteers_0003", "volunteers_0002", None, None


def upgrade() -> None:
    op.create_table(
        "availability",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "slot IN ('0-morning', '0-afternoon', '0-evening', '1-morning', '1-afternoon', "
            "'1-evening', '2-morning', '2-afternoon', '2-evening', '3-morning', '3-afternoon', "
            "'3-evening', '4-morning', '4-afternoon', '4-evening', '5-morning', '5-afternoon', "
            "'5-evening', '6-morning', '6-afternoon', '6-evening')",
            name=op.f("ck_availability_slot"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_availability_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_availability_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_availability")),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "slot", name=op.f("uq_availability_tenant_id_person_id_slot")
        ),
        schema="volunteers",
    )
    ddl.protect("volunteers.availability")
    op.create_table(
        "task",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("about", sa.Text, server_default="", nullable=False),
        sa.Column("place", sa.Text, server_default="", nullable=False),
        sa.Column("details", sa.Text, server_default="", nullable=False),
        sa.Column(
            "team_id", sa.Uuid, nullable=True, comment="only for its members; null: for every volunteer"
        ),
        sa.Column("unit_id", sa.Uuid, nullable=True, comment="where it is"),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "team_id"],
            ["volunteers.team.tenant_id", "volunteers.team.id"],
            name=op.f("fk_task_tenant_id_team_id_team"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_task_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_task_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_task")),
        schema="volunteers",
    )
    op.create_index("ix_task_made", "task", ["tenant_id", "made_at"], unique=False, schema="volunteers")
    ddl.protect("volunteers.task")
    op.create_table(
        "shift",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("task_id", sa.Uuid, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, server_default="open", nullable=False),
        sa.Column(
            "settled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="hours of those who came are confirmed",
        ),
        sa.CheckConstraint("state IN ('open', 'cancelled')", name=op.f("ck_shift_state")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_shift_window")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "task_id"],
            ["volunteers.task.tenant_id", "volunteers.task.id"],
            name=op.f("fk_shift_tenant_id_task_id_task"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_shift_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_shift")),
        schema="volunteers",
    )
    op.create_index("ix_shift_starts", "shift", ["tenant_id", "starts_at"], unique=False, schema="volunteers")
    op.create_index(
        "ix_shift_task", "shift", ["tenant_id", "task_id", "starts_at"], unique=False, schema="volunteers"
    )
    ddl.protect("volunteers.shift")
    op.create_table(
        "need",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("shift_id", sa.Uuid, nullable=False),
        sa.Column("role_id", sa.Uuid, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count BETWEEN 1 AND 500", name=op.f("ck_need_count")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "role_id"],
            ["volunteers.duty_role.tenant_id", "volunteers.duty_role.id"],
            name=op.f("fk_need_tenant_id_role_id_duty_role"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "shift_id"],
            ["volunteers.shift.tenant_id", "volunteers.shift.id"],
            name=op.f("fk_need_tenant_id_shift_id_shift"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_need_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_need")),
        sa.UniqueConstraint(
            "tenant_id", "shift_id", "role_id", name=op.f("uq_need_tenant_id_shift_id_role_id")
        ),
        schema="volunteers",
    )
    ddl.protect("volunteers.need")
    op.create_table(
        "signup",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("shift_id", sa.Uuid, nullable=False),
        sa.Column("need_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("source", sa.Text, server_default="self", nullable=False),
        sa.Column(
            "starts_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the shift's, for the search for clashes",
        ),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "late",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="cancelled shortly before",
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="an invitation from the waitlist holds so long",
        ),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=True, comment="checked in"),
        sa.Column("went_at", sa.DateTime(timezone=True), nullable=True, comment="checked out"),
        sa.CheckConstraint("(state = 'invited') = (expires_at IS NOT NULL)", name=op.f("ck_signup_invited")),
        sa.CheckConstraint("source IN ('self', 'lead', 'proposal', 'swap')", name=op.f("ck_signup_source")),
        sa.CheckConstraint(
            "state IN ('offered', 'assigned', 'waiting', 'invited', 'cancelled', 'refused', 'lapsed', 'swapped')",
            name=op.f("ck_signup_state"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "need_id"],
            ["volunteers.need.tenant_id", "volunteers.need.id"],
            name=op.f("fk_signup_tenant_id_need_id_need"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_signup_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "shift_id"],
            ["volunteers.shift.tenant_id", "volunteers.shift.id"],
            name=op.f("fk_signup_tenant_id_shift_id_shift"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_signup_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_signup")),
        schema="volunteers",
    )
    op.create_index(
        "ix_signup_invited", "signup", ["tenant_id", "state", "expires_at"], unique=False, schema="volunteers"
    )
    op.create_index(
        "ix_signup_person",
        "signup",
        ["tenant_id", "person_id", "starts_at"],
        unique=False,
        schema="volunteers",
    )
    op.create_index(
        "ix_signup_shift", "signup", ["tenant_id", "shift_id", "state"], unique=False, schema="volunteers"
    )
    op.create_index(
        "ix_signup_starts", "signup", ["tenant_id", "starts_at"], unique=False, schema="volunteers"
    )
    op.create_index(
        "uq_signup_live",
        "signup",
        ["tenant_id", "shift_id", "person_id"],
        unique=True,
        schema="volunteers",
        postgresql_where=sa.text("state IN ('offered', 'assigned', 'waiting', 'invited')"),
    )
    ddl.protect("volunteers.signup")
    op.create_table(
        "swap",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("signup_id", sa.Uuid, nullable=False),
        sa.Column("from_id", sa.Uuid, nullable=False),
        sa.Column("to_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, server_default="asked", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'taken', 'declined', 'withdrawn')", name=op.f("ck_swap_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "from_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_swap_tenant_id_from_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "signup_id"],
            ["volunteers.signup.tenant_id", "volunteers.signup.id"],
            name=op.f("fk_swap_tenant_id_signup_id_signup"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "to_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_swap_tenant_id_to_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_swap_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_swap")),
        schema="volunteers",
    )
    op.create_index("ix_swap_from", "swap", ["tenant_id", "from_id"], unique=False, schema="volunteers")
    op.create_index("ix_swap_to", "swap", ["tenant_id", "to_id", "state"], unique=False, schema="volunteers")
    op.create_index(
        "uq_swap_asked",
        "swap",
        ["tenant_id", "signup_id"],
        unique=True,
        schema="volunteers",
        postgresql_where=sa.text("state = 'asked'"),
    )
    ddl.protect("volunteers.swap")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
