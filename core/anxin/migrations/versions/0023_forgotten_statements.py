"""A pooled connection keeps the statements its link prepared (they hold no values) and forgets everybody else's.

Revision ID: core_0023
Revises: core_0022
"""

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0023", "core_0022", None, None

FORGET = """
CREATE FUNCTION guard.forget_statements() RETURNS void LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE own text;
BEGIN
  FOR own IN SELECT name FROM pg_prepared_statements WHERE name !~ '^anxin_[0-9]+$' LOOP
    EXECUTE format('DEALLOCATE %I', own);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION guard.forget_statements() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.forget_statements() TO anxin_app, anxin_auth;
"""


def upgrade() -> None:
    ddl.as_guard(FORGET)


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
