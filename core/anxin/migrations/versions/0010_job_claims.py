"""A job is claimed by a lock of its own, not by its outbox row, so that its progress can be written while it runs.

Revision ID: core_0010
Revises: core_0009
"""

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0010", "core_0009", None, None

# Until the transaction ends; false when another worker has the job at this moment.
CLAIM = """
CREATE FUNCTION guard.claim_job(job_id uuid) RETURNS boolean LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN
  RETURN pg_try_advisory_xact_lock(hashtextextended('job|' || guard.tenant()::text || '|' || job_id, 0));
END $$;
REVOKE ALL ON FUNCTION guard.claim_job(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.claim_job(uuid) TO anxin_app;
"""


def upgrade() -> None:
    ddl.as_guard(CLAIM)


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
