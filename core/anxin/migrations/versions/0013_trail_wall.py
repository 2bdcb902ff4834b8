"""The employer wall also stands before the audit trail and the outbox: their subject ids beside names of acts and jobs
say who takes part in what.

Revision ID: core_0013
Revises: core_0012
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "core_0013", "core_0012", None, None

# Writing stays open to every session; only reading is narrowed.
WALLS = """
CREATE POLICY employer_wall ON core.audit_entry AS RESTRICTIVE FOR SELECT TO anxin_app
  USING (NOT confidential OR (SELECT guard.sees_clinical()) OR subject_id = (SELECT guard.person()));
CREATE POLICY employer_wall ON core.outbox AS RESTRICTIVE FOR SELECT TO anxin_app
  USING ((SELECT guard.sees_clinical()));
"""


def upgrade() -> None:
    # entries from before say nothing about it: hidden, to be safe
    op.add_column(
        "audit_entry",
        sa.Column(
            "confidential",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="says that its subject takes part in something: behind the employer wall",
        ),
        schema="core",
    )
    op.execute(WALLS)


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
