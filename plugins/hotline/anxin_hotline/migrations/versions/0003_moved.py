"""A call of an agency's own line moves to the employer it is found to belong to.

Revision ID: hotline_0003
Revises: hotline_0002
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "hotline_0003", "hotline_0002", None, None
STATES = ("ringing", "live", "logged", "abandoned", "discarded", "moved")


def upgrade() -> None:
    op.add_column(
        "call",
        sa.Column(
            "moved_under",
            sa.Uuid(),
            nullable=True,
            comment="of a log that moved, under which contract: at the agency it has gone, at the employer it has come",
        ),
        schema="hotline",
    )
    op.drop_constraint(op.f("ck_call_state"), "call", schema="hotline", type_="check")
    among = ", ".join(f"'{state}'" for state in STATES)
    op.create_check_constraint(op.f("ck_call_state"), "call", f"state IN ({among})", schema="hotline")
