"""People are found by sound and initials, family members point at their worker, and who was where when is kept.

Revision ID: core_0015
Revises: core_0014
"""

import sqlalchemy as sa
from alembic import op

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0015", "core_0014", None, None

SOUND = "replace(sort_key, ' ', '')"
INITIALS = r"regexp_replace(sort_key, '(\S)\S*\s*', '\1', 'g')"


def upgrade() -> None:
    op.execute(f'ALTER TABLE core.person ADD sound text COLLATE "C" GENERATED ALWAYS AS ({SOUND}) STORED')
    op.execute(
        f'ALTER TABLE core.person ADD initials text COLLATE "C" GENERATED ALWAYS AS ({INITIALS}) STORED'
    )
    op.add_column(
        "person",
        sa.Column("relative_of", sa.Uuid, nullable=True, comment="family: the worker they belong to"),
        schema="core",
    )
    told = "family: spouse, child, parent or other"
    op.add_column("person", sa.Column("relation", sa.Text, nullable=True, comment=told), schema="core")
    op.create_foreign_key(
        op.f("fk_person_tenant_id_relative_of_person"),
        "person",
        "person",
        ["tenant_id", "relative_of"],
        ["tenant_id", "id"],
        source_schema="core",
        referent_schema="core",
    )
    op.create_check_constraint(
        op.f("ck_person_relative"), "person", "relative_of IS NULL OR kind = 'family'", schema="core"
    )
    for name in ("sound", "initials"):
        op.create_index(f"ix_person_{name}", "person", ["tenant_id", name, "id"], schema="core")
    op.create_index("ix_person_relative", "person", ["tenant_id", "relative_of"], schema="core")
    op.create_table(
        "placement",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until >= since", name=op.f("ck_placement_order")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_placement_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_placement_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_placement_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_placement")),
        schema="core",
    )
    op.create_index("ix_placement_unit", "placement", ["tenant_id", "unit_id", "since"], schema="core")
    op.create_index("ix_placement_person", "placement", ["tenant_id", "person_id", "since"], schema="core")
    op.create_index(
        "uq_placement_now",
        "placement",
        ["tenant_id", "person_id"],
        unique=True,
        schema="core",
        postgresql_where=sa.text("until IS NULL"),
    )
    # before the wall goes up: people who are here already are where they are since they came
    op.execute(
        "INSERT INTO core.placement (tenant_id, id, person_id, unit_id, since) "
        "SELECT tenant_id, gen_random_uuid(), id, unit_id, made_at FROM core.person "
        "WHERE unit_id IS NOT NULL AND state = 'active'"
    )
    ddl.protect("core.placement")
    op.alter_column("unit_move", "what", schema="core", comment="moved, renamed, merged, closed, reopened")
    op.create_index("ix_unit_move_unit", "unit_move", ["tenant_id", "unit_id", "moved_at"], schema="core")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
