"""Stored files, and long work that can be left and found again.

Revision ID: core_0012
Revises: core_0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0012", "core_0011", None, None

# A file about somebody is theirs and their helpers'; a file about nobody is the tenant's own paper.
FILE_WALL = """
CREATE POLICY employer_wall ON core.file AS RESTRICTIVE TO anxin_app
  USING (subject_id IS NULL OR (SELECT guard.sees_clinical()) OR subject_id = (SELECT guard.person()))
  WITH CHECK (subject_id IS NULL OR (SELECT guard.sees_clinical()) OR subject_id = (SELECT guard.person()))
"""

# What became of a job whose id one knows: the outbox itself stays closed to sessions.
JOB_STATE = """
CREATE FUNCTION guard.job_state(job_id uuid, OUT attempts integer, OUT error text, OUT failed boolean, OUT done boolean)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN
  SELECT o.attempts, o.error, o.failed_at IS NOT NULL, o.done_at IS NOT NULL INTO attempts, error, failed, done
    FROM core.outbox o WHERE o.tenant_id = guard.tenant() AND o.id = job_id;
END $$;
REVOKE ALL ON FUNCTION guard.job_state(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.job_state(uuid) TO anxin_app;
"""


def upgrade() -> None:
    _files()
    _tasks()
    ddl.as_guard(JOB_STATE)


def _files() -> None:
    op.create_table(
        "file",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False, comment="what it is for: room or plugin, a dot, a word"),
        sa.Column("subject_id", sa.Uuid, nullable=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes of the content"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=True, comment="deleted by the night after"
        ),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_file_size")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "subject_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_file_tenant_id_subject_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_file_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_file")),
        schema="core",
    )
    for name, column in (("ix_file_subject", "subject_id"), ("ix_file_expires", "expires_at")):
        op.create_index(
            name,
            "file",
            ["tenant_id", column],
            schema="core",
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.execute(
        "ALTER TABLE core.file ALTER COLUMN content SET STORAGE EXTERNAL"
    )  # sealed bytes do not compress
    ddl.protect("core.file")
    op.execute(FILE_WALL)


def _tasks() -> None:
    op.create_table(
        "task",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("owner_id", sa.Uuid, nullable=False, comment="who asked for it, and alone sees it"),
        sa.Column("job_id", sa.Uuid, nullable=False, comment="its row in the outbox"),
        sa.Column("title", sa.Text, nullable=False, comment="msgid"),
        sa.Column("back", sa.Text, nullable=True, comment="endpoint of the page it was asked on"),
        sa.Column("done_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "counts",
            pg.JSONB(astext_type=sa.Text),
            server_default="{}",
            nullable=False,
            comment="what came out, by msgid",
        ),
        sa.Column("link", sa.Text, nullable=True, comment="path of the page with the result"),
        sa.Column("file_id", sa.Uuid, nullable=True),
        sa.Column("file_kind", sa.Text, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_task_tenant_id_owner_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_task_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_task")),
        schema="core",
    )
    op.create_index("ix_task_owner", "task", ["tenant_id", "owner_id", "made_at"], schema="core")
    ddl.protect("core.task", clinical_subject="owner_id")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
