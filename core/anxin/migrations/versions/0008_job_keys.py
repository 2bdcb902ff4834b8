"""A job's token is the application's own signature, so that a row of the outbox alone opens nothing.

Plain SQL in the application role may insert into the outbox. With a hash of its own choice in the row it could
have entered as a job, and jobs see care. The guard now checks the signature as well; its key is derived from
the master key and shared by `anxin db upgrade` (kernel/migrate.py). What a row says cannot be rewritten either.

Revision ID: core_0008
Revises: core_0007
"""

from alembic import op

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0008", "core_0007", None, None

ENTER_JOB = """
CREATE OR REPLACE FUNCTION guard.enter_job(tenant uuid, job_id uuid, token text) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF token IS DISTINCT FROM encode(guard.hmac('job', job_id::text), 'hex') THEN RETURN false; END IF;
  PERFORM 1 FROM core.outbox o WHERE o.tenant_id = tenant AND o.id = job_id AND o.done_at IS NULL
    AND o.failed_at IS NULL AND o.token_hash = sha256(convert_to(token, 'UTF8'));
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM guard.set_context(tenant, NULL, 'system');
  RETURN true;
END $$;
"""


def upgrade() -> None:
    ddl.as_guard(ENTER_JOB)
    op.execute("REVOKE UPDATE ON core.outbox FROM anxin_app")
    op.execute(
        "GRANT UPDATE (due_at, sent_at, done_at, failed_at, error, done_count, total_count) "
        "ON core.outbox TO anxin_app"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
