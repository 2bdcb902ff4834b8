"""The wall and what the kernel keeps: directory of tenants, subject keys, outbox, idempotency.

Revision ID: core_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0001", None, None, None

# A capability row (a live session) or an open outbox row (a job) is the only way into a tenant. enter() turns it into
# a transaction-local context, signed with a key that only the database holds and bound to this backend and this
# transaction; every policy asks guard.tenant(). Forging, editing and replaying the setting all give no rows.
GUARD = """
CREATE TABLE guard.key (name text PRIMARY KEY, ipad bytea NOT NULL, opad bytea NOT NULL);

CREATE TABLE guard.capability (
  token_hash bytea PRIMARY KEY,
  tenant_id  uuid NOT NULL,
  person_id  uuid,
  reach      text NOT NULL CHECK (reach IN ('visitor', 'self', 'clinical', 'figures', 'system')),
  made_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  idle       interval,
  seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  revoked_at timestamptz
);
CREATE INDEX capability_person ON guard.capability (tenant_id, person_id);

CREATE FUNCTION guard.hmac(key_name text, message text) RETURNS bytea LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT sha256(opad || sha256(ipad || convert_to(message, 'UTF8'))) FROM guard.key WHERE name = key_name $$;

CREATE FUNCTION guard.sign(body text) RETURNS text LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT encode(guard.hmac('ctx', body || '|' || pg_backend_pid() || '|'
             || extract(epoch FROM transaction_timestamp())), 'hex') $$;

CREATE FUNCTION guard.set_context(tenant uuid, person uuid, reach text) RETURNS void LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE body text := tenant || '|' || coalesce(person::text, '') || '|' || reach;
BEGIN
  PERFORM set_config('app.ctx', body || '|' || guard.sign(body), true);
END $$;

CREATE FUNCTION guard.context() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE p text[] := string_to_array(current_setting('app.ctx', true), '|');
BEGIN
  IF array_length(p, 1) = 4 AND guard.sign(p[1] || '|' || p[2] || '|' || p[3]) = p[4] THEN RETURN p; END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION guard.tenant() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN RETURN (guard.context())[1]::uuid; END $$;

CREATE FUNCTION guard.person() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN RETURN nullif((guard.context())[2], '')::uuid; END $$;

CREATE FUNCTION guard.sees_clinical() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN RETURN coalesce((guard.context())[3] IN ('clinical', 'figures', 'system'), false); END $$;

-- a session: raises 28000 when the token is unknown, revoked, too old or idle for too long
CREATE FUNCTION guard.enter(token text, OUT tenant uuid, OUT person uuid, OUT reach text) LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE c guard.capability; t timestamptz := clock_timestamp();
BEGIN
  SELECT * INTO c FROM guard.capability WHERE token_hash = sha256(convert_to(token, 'UTF8'))
     AND expires_at > t AND revoked_at IS NULL AND (idle IS NULL OR seen_at > t - idle);
  IF NOT FOUND THEN RAISE EXCEPTION 'bad capability' USING ERRCODE = '28000'; END IF;
  IF c.idle IS NOT NULL AND c.seen_at < t - least(interval '1 minute', c.idle / 4) THEN
    UPDATE guard.capability SET seen_at = t WHERE token_hash = c.token_hash;
  END IF;
  PERFORM guard.set_context(c.tenant_id, c.person_id, c.reach);
  tenant := c.tenant_id; person := c.person_id; reach := c.reach;
END $$;

-- a job: an outbox row that is neither done nor failed is the capability
CREATE FUNCTION guard.enter_job(tenant uuid, job_id uuid, token text) RETURNS boolean LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM core.outbox o WHERE o.tenant_id = tenant AND o.id = job_id AND o.done_at IS NULL
    AND o.failed_at IS NULL AND o.token_hash = sha256(convert_to(token, 'UTF8'));
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM guard.set_context(tenant, NULL, 'system');
  RETURN true;
END $$;

CREATE FUNCTION guard.lock(key text) RETURNS void LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ BEGIN PERFORM pg_advisory_xact_lock(hashtextextended(guard.tenant()::text || '|' || key, 0)); END $$;

-- the auth role: only identity, the relay and the sealer use these
CREATE FUNCTION guard.mint(hash bytea, tenant uuid, person uuid, reach text, lifetime interval, idle interval)
  RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ INSERT INTO guard.capability (token_hash, tenant_id, person_id, reach, expires_at, idle)
      VALUES (hash, tenant, person, reach, clock_timestamp() + lifetime, idle) $$;

CREATE FUNCTION guard.revoke(hash bytea) RETURNS boolean LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE guard.capability SET revoked_at = clock_timestamp() WHERE token_hash = hash AND revoked_at IS NULL;
  RETURN FOUND;
END $$;

CREATE FUNCTION guard.revoke_person(tenant uuid, person uuid, keep bytea DEFAULT NULL) RETURNS integer
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
  UPDATE guard.capability SET revoked_at = clock_timestamp()
   WHERE tenant_id = tenant AND person_id = person AND revoked_at IS NULL AND token_hash IS DISTINCT FROM keep;
  GET DIAGNOSTICS n = ROW_COUNT; RETURN n;
END $$;

CREATE FUNCTION guard.sweep() RETURNS integer LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
  DELETE FROM guard.capability WHERE expires_at < clock_timestamp() - interval '1 day'
     OR revoked_at < clock_timestamp() - interval '1 day';
  GET DIAGNOSTICS n = ROW_COUNT; RETURN n;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA guard FROM PUBLIC;
GRANT USAGE ON SCHEMA guard TO anxin_app, anxin_auth, anxin_owner;
GRANT EXECUTE ON FUNCTION guard.context(), guard.tenant(), guard.person(), guard.sees_clinical(),
  guard.enter(text), guard.enter_job(uuid, uuid, text), guard.lock(text) TO anxin_app, anxin_owner;
GRANT EXECUTE ON FUNCTION guard.mint(bytea, uuid, uuid, text, interval, interval), guard.revoke(bytea),
  guard.revoke_person(uuid, uuid, bytea), guard.sweep() TO anxin_auth;
"""

# Founding a tenant is an operator's act: the application can only change its own row.
FOUND = """
CREATE FUNCTION guard.found(id uuid, slug text, kind text, name text, locale text) RETURNS void LANGUAGE sql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ INSERT INTO core.tenant (id, slug, kind, name, locale) VALUES (id, slug, kind, name, locale) $$;
REVOKE ALL ON FUNCTION guard.found(uuid, text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.found(uuid, text, text, text, text) TO anxin_auth;
"""

RELAY = """
-- the relay takes due rows (and rows whose sending got lost: sent long ago, never done)
CREATE FUNCTION guard.outbox_take(n integer, lease interval) RETURNS TABLE (tenant uuid, id uuid, job text)
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE core.outbox o SET sent_at = clock_timestamp(), attempts = o.attempts + 1
    FROM (SELECT x.tenant_id, x.id FROM core.outbox x
           WHERE x.done_at IS NULL AND x.failed_at IS NULL AND x.due_at <= clock_timestamp()
             AND (x.sent_at IS NULL OR x.sent_at < clock_timestamp() - lease)
           ORDER BY x.due_at LIMIT n FOR UPDATE SKIP LOCKED) d
   WHERE o.tenant_id = d.tenant_id AND o.id = d.id
  RETURNING o.tenant_id, o.id, o.job $$;

-- one system asks another tenant for work (scheduler; employer -> contracted agency); the same id again does nothing
CREATE FUNCTION guard.outbox_put(tenant uuid, job_id uuid, job text, payload jsonb, hash bytea, due timestamptz)
  RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO core.outbox (tenant_id, id, job, payload, token_hash, due_at)
  VALUES (tenant, job_id, job, payload, hash, due) ON CONFLICT DO NOTHING;
  IF FOUND THEN PERFORM pg_notify('outbox', ''); END IF;
  RETURN FOUND;
END $$;

CREATE FUNCTION guard.outbox_sweep(keep interval) RETURNS integer LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE n integer;
BEGIN
  DELETE FROM core.outbox WHERE done_at < clock_timestamp() - keep;
  GET DIAGNOSTICS n = ROW_COUNT; RETURN n;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA guard FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.outbox_take(integer, interval), guard.outbox_sweep(interval),
  guard.outbox_put(uuid, uuid, text, jsonb, bytea, timestamptz) TO anxin_auth;
"""

# HMAC pads made from 64 random bytes inside the database: nobody outside ever sees the key
NEW_KEY = """
DO $$
DECLARE k bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
                || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
        i bytea := k; o bytea := k;
BEGIN
  FOR n IN 0..63 LOOP
    i := set_byte(i, n, get_byte(k, n) # 54); o := set_byte(o, n, get_byte(k, n) # 92);
  END LOOP;
  INSERT INTO guard.key VALUES ('ctx', i, o);
END $$;
"""


def upgrade() -> None:
    op.execute("GRANT USAGE ON SCHEMA core TO anxin_app, anxin_auth, anxin_guard")
    ddl.as_guard(GUARD, NEW_KEY)
    op.create_table(
        "tenant",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("slug", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Uuid, sa.ForeignKey("core.tenant.id")),
        sa.Column("hosts", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("brand", pg.JSONB, nullable=False, server_default="{}"),
        sa.Column("locale", sa.Text, nullable=False, server_default="zh_CN"),
        sa.Column("config_version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind IN ('district_union', 'enterprise_union', 'agency')", name="kind"),
        sa.CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,30}$'", name="slug"),
        schema="core",
    )
    # the directory: read without entering (sign-in page, routing); written only inside the tenant, created by the owner
    op.execute("ALTER TABLE core.tenant ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE core.tenant FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY directory ON core.tenant FOR SELECT TO anxin_app, anxin_auth USING (true)")
    op.execute(
        "CREATE POLICY tenant ON core.tenant FOR UPDATE TO anxin_app USING (id = (SELECT guard.tenant())) "
        "WITH CHECK (id = (SELECT guard.tenant()))"
    )
    op.execute("CREATE POLICY founding ON core.tenant TO anxin_guard USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT ON core.tenant TO anxin_guard")
    ddl.as_guard(FOUND)
    op.execute("GRANT SELECT ON core.tenant TO anxin_app, anxin_auth")
    op.execute(
        "GRANT UPDATE (name, parent_id, hosts, brand, locale, config_version, closed_at) ON core.tenant TO anxin_app"
    )

    op.create_table(
        "subject_key",
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("core.tenant.id"), nullable=False),
        sa.Column(
            "id", sa.Uuid, nullable=False, comment="the subject: a person, or a tenant for its own secrets"
        ),
        sa.Column(
            "wrapped", sa.LargeBinary, comment="null once erased: what it sealed can never be opened again"
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(wrapped IS NULL) = (erased_at IS NOT NULL)", name="erased"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        schema="core",
    )
    ddl.protect("core.subject_key", rights="SELECT, INSERT, UPDATE")

    op.create_table(
        "outbox",
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("core.tenant.id"), nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column(
            "payload", pg.JSONB, nullable=False, server_default="{}", comment="ids and codes, never content"
        ),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("error", sa.Text, comment="class name of the last failure, never its text"),
        sa.Column("done_count", sa.Integer, nullable=False, server_default="0"),
        sa.Column("total_count", sa.Integer),
        sa.Column("person_id", sa.Uuid, comment="who asked for it, to find it again"),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        schema="core",
    )
    op.execute(
        "CREATE INDEX outbox_due ON core.outbox (tenant_id, due_at) WHERE done_at IS NULL AND failed_at IS NULL"
    )
    # the relay asks across tenants; this index serves it alone and holds only what is still to be done
    op.execute(
        "CREATE INDEX outbox_relay ON core.outbox (due_at) WHERE done_at IS NULL AND failed_at IS NULL"
    )
    op.execute("CREATE INDEX outbox_done ON core.outbox (done_at) WHERE done_at IS NOT NULL")
    ddl.protect("core.outbox", rights="SELECT, INSERT, UPDATE")
    ddl.let_guard("core.outbox", "SELECT, INSERT, UPDATE, DELETE")

    op.create_table(
        "idempotency",
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("core.tenant.id"), nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False, comment="SHA-256 of method, path and body"),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", pg.JSONB, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False, comment="sealed with the person's key"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "person_id", "key"),
        schema="core",
    )
    ddl.protect("core.idempotency")

    ddl.as_guard(RELAY)


def downgrade() -> None:
    raise NotImplementedError("the wall is not taken down; restore a backup instead")
