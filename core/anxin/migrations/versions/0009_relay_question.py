"""The relay asks for what is due by its index, however much waits for later.

clock_timestamp() moves while a statement runs, so no index can be asked for it, and every row that was put off
(reminders, periodic jobs) was read each second.

Revision ID: core_0009
Revises: core_0008
"""

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0009", "core_0008", None, None

TAKE = """
CREATE OR REPLACE FUNCTION guard.outbox_take(n integer, lease interval)
  RETURNS TABLE (tenant uuid, id uuid, job text)
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE core.outbox o SET sent_at = clock_timestamp(), attempts = o.attempts + 1
    FROM (SELECT x.tenant_id, x.id FROM core.outbox x
           WHERE x.done_at IS NULL AND x.failed_at IS NULL AND x.due_at <= statement_timestamp()
             AND (x.sent_at IS NULL OR x.sent_at < statement_timestamp() - lease)
           ORDER BY x.due_at LIMIT n FOR UPDATE SKIP LOCKED) d
   WHERE o.tenant_id = d.tenant_id AND o.id = d.id
  RETURNING o.tenant_id, o.id, o.job $$;
"""


def upgrade() -> None:
    ddl.as_guard(TAKE)


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
