"""A job whose token no longer verifies (the master key was changed under it) is failed, not sent again for ever.

Revision ID: core_0021
Revises: core_0020
"""

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0021", "core_0020", None, None

REFUSE = """
CREATE FUNCTION guard.outbox_refuse(tenant uuid, job_id uuid, hash bytea) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE core.outbox o SET failed_at = clock_timestamp(), error = 'TokenRefused'
   WHERE o.tenant_id = tenant AND o.id = job_id AND o.done_at IS NULL AND o.failed_at IS NULL
     AND o.token_hash <> hash;
  RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION guard.outbox_refuse(uuid, uuid, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.outbox_refuse(uuid, uuid, bytea) TO anxin_auth;
"""


def upgrade() -> None:
    ddl.as_guard(REFUSE)


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
