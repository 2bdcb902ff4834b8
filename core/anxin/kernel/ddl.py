"""The isolation wall as migrations write it: one call protects a table. Never change what a call emits; add another.

Source of the design and its measurements: reference of ours, described in docs of the core's README ("The wall").
"""

from alembic import op

APP, AUTH, GUARD, OWNER = "anxin_app", "anxin_auth", "anxin_guard", "anxin_owner"

READ_WRITE = "SELECT, INSERT, UPDATE, DELETE"
APPEND_ONLY = "SELECT, INSERT"


def schema(name: str) -> None:
    """Let the application role use a plugin's schema (the runner has made it before the first migration)."""
    op.execute(f"GRANT USAGE ON SCHEMA {name} TO {APP}, {GUARD}")


def protect(table: str, *, rights: str = READ_WRITE, clinical_subject: str | None = None) -> None:
    """Put a tenant's table behind the wall.

    `table` is qualified ("rooms.booking"). `clinical_subject` names the column with the person the row is about: then
    a second, restrictive policy lets only that person, clinical reach under a contract, figures and jobs see the row,
    so that no role of an employer can read it, whatever the code asks. Pass "" for clinical rows without a person.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant ON {table} TO {APP} USING (tenant_id = (SELECT guard.tenant())) "
        f"WITH CHECK (tenant_id = (SELECT guard.tenant()))"
    )
    if clinical_subject is not None:
        own = f" OR {clinical_subject} = (SELECT guard.person())" if clinical_subject else ""
        op.execute(
            f"CREATE POLICY employer_wall ON {table} AS RESTRICTIVE TO {APP} "
            f"USING ((SELECT guard.sees_clinical()){own}) WITH CHECK ((SELECT guard.sees_clinical()){own})"
        )
    op.execute(f"GRANT {rights} ON {table} TO {APP}")


def let_guard(table: str, rights: str) -> None:
    """Let the guard's functions (relay, sealer) work on a table across tenants; nobody can log in as the guard."""
    op.execute(f"CREATE POLICY guard ON {table} TO {GUARD} USING (true) WITH CHECK (true)")
    op.execute(f"GRANT {rights} ON {table} TO {GUARD}")


def as_guard(*statements: str) -> None:
    """Run these as the guard: its functions belong to it, and nobody can log in as it."""
    op.execute(f"SET LOCAL ROLE {GUARD}")
    for statement in statements:
        op.execute(statement)
    op.execute(f"SET LOCAL ROLE {OWNER}")


def no_statistics(table: str, *columns: str) -> None:
    """Keep samples of sensitive plaintext out of pg_stats; call before the first ANALYZE."""
    for column in columns:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
