"""The audit trail and its seals.

Revision ID: core_0004
Revises: core_0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0004", "core_0003", None, None


# The sealer works across tenants through these: it takes unsealed entries in order, and puts back dense numbers, leaf
# hashes and a signed checkpoint. Two sealers of one tenant wait for each other.
SEALER = """
CREATE FUNCTION guard.unsealed(n integer) RETURNS TABLE (tenant uuid) LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT t.id FROM core.tenant t
       WHERE EXISTS (SELECT 1 FROM core.audit_entry e WHERE e.tenant_id = t.id AND e.seq IS NULL) LIMIT n $$;

CREATE FUNCTION guard.seal_take(tenant uuid, n integer) RETURNS SETOF core.audit_entry LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('seal|' || tenant, 0));
  RETURN QUERY SELECT * FROM core.audit_entry e WHERE e.tenant_id = tenant AND e.seq IS NULL ORDER BY e.id LIMIT n;
END $$;

CREATE FUNCTION guard.seal_head(tenant uuid) RETURNS SETOF core.audit_checkpoint LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM core.audit_checkpoint c WHERE c.tenant_id = tenant ORDER BY c.size DESC LIMIT 1 $$;

CREATE FUNCTION guard.seal_put(tenant uuid, ids uuid[], first bigint, leaves bytea[], head_id uuid, head_root bytea,
                               head_frontier bytea, head_note text) RETURNS void LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE core.audit_entry e SET seq = first + x.n - 1, leaf = x.leaf
    FROM unnest(ids, leaves) WITH ORDINALITY AS x (id, leaf, n)
   WHERE e.tenant_id = tenant AND e.id = x.id AND e.seq IS NULL;
  INSERT INTO core.audit_checkpoint (tenant_id, id, size, root, frontier, note)
  VALUES (tenant, head_id, first + array_length(ids, 1), head_root, head_frontier, head_note);
END $$;

REVOKE ALL ON FUNCTION guard.unsealed(integer), guard.seal_take(uuid, integer), guard.seal_head(uuid),
  guard.seal_put(uuid, uuid[], bigint, bytea[], uuid, bytea, bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.unsealed(integer), guard.seal_take(uuid, integer), guard.seal_head(uuid),
  guard.seal_put(uuid, uuid[], bigint, bytea[], uuid, bytea, bytea, text) TO anxin_auth;
"""


def upgrade() -> None:
    op.create_table(
        "audit_checkpoint",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column(
            "frontier",
            sa.LargeBinary(),
            nullable=False,
            comment="what is needed to go on appending (merkle.Frontier.dump)",
        ),
        sa.Column("note", sa.Text, nullable=False, comment="the signed checkpoint as text"),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_audit_checkpoint_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_audit_checkpoint")),
        sa.UniqueConstraint("tenant_id", "size", name=op.f("uq_audit_checkpoint_tenant_id_size")),
        schema="core",
    )
    ddl.protect("core.audit_checkpoint")
    op.create_table(
        "audit_entry",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column(
            "looks", sa.Boolean(), nullable=False, comment="a read, shown under “who looked at my data”"
        ),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Uuid, nullable=True),
        sa.Column("role", sa.Text, nullable=True, comment="roles held, or the system's task"),
        sa.Column("agency", sa.Text, nullable=True),
        sa.Column("contract_id", sa.Uuid, nullable=True),
        sa.Column("purpose", sa.Text, nullable=True),
        sa.Column("subject_id", sa.Uuid, nullable=True),
        sa.Column("detail", pg.JSONB(astext_type=sa.Text), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("leaf", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "actor_kind IN ('visitor', 'person', 'system')", name=op.f("ck_audit_entry_actor_kind")
        ),
        sa.CheckConstraint("(seq IS NULL) = (leaf IS NULL)", name=op.f("ck_audit_entry_sealed")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_audit_entry_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("tenant_id", "seq", name=op.f("uq_audit_entry_tenant_id_seq")),
        schema="core",
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["tenant_id", "at"], unique=False, schema="core")
    op.create_index(
        "ix_audit_entry_subject",
        "audit_entry",
        ["tenant_id", "subject_id", "at"],
        unique=False,
        schema="core",
        postgresql_where=sa.text("subject_id IS NOT NULL"),
    )
    op.create_index(
        "ix_audit_entry_unsealed",
        "audit_entry",
        ["tenant_id", "id"],
        unique=False,
        schema="core",
        postgresql_where=sa.text("seq IS NULL"),
    )
    ddl.protect("core.audit_entry")
    op.execute("REVOKE ALL ON core.audit_entry, core.audit_checkpoint FROM anxin_app")
    op.execute("GRANT SELECT, INSERT ON core.audit_entry TO anxin_app")
    op.execute("GRANT SELECT ON core.audit_checkpoint TO anxin_app")
    ddl.let_guard("core.audit_entry", "SELECT, UPDATE (seq, leaf)")
    ddl.let_guard("core.audit_checkpoint", "SELECT, INSERT")
    ddl.as_guard(SEALER)


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
