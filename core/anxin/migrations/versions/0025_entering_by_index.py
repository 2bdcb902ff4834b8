"""The way in asks by index, whatever the tables were like when its plan was made.

A plan made while a table was small scans it, and is kept for long after it has grown; and as `convert_to` is not immutable,
such a scan hashes the token anew for every row.

Revision ID: core_0025
Revises: core_0024
"""

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0025", "core_0024", None, None


def upgrade() -> None:
    ddl.as_guard(
        *(
            f"ALTER FUNCTION {function} SET enable_seqscan = off"
            for function in ("guard.enter(text)", "guard.enter_session(text, date)")
        )
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
