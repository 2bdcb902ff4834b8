"""Lines, shifts, forms, calls and what follows from them.

Revision ID: hotline_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "hotline_0001", None, None, None


def upgrade() -> None:
    ddl.schema("hotline")
