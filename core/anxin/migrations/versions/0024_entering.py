"""Entering with a session is one call, the wall asks for less, and what a link prepared has a secret name.

A session's way in read who somebody is through nine policies that each proved the context anew; the guard, which has just
proved it, reads those rows itself. And `context` is proved in one function instead of three that call each other; what
reads it is an expression in the query itself.

Revision ID: core_0024
Revises: core_0023
"""

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0024", "core_0023", None, None

# What the guard may read to say who somebody is, column by column.
READS = {
    "core.sign_in": "tenant_id, id, token_hash, person_id, permissions, kind, made_at, proved_at",
    "core.person": "tenant_id, id, name, kind, unit_id, locale, contract_id, home_tenant_id, state",
    "core.membership": "tenant_id, person_id, role, unit_id, until",
    "core.contract": "tenant_id, id, state, starts_on, ends_on, services, roles",
    "core.consent": "tenant_id, person_id, purpose, version, agreed",
    "core.subject_key": "tenant_id, id, wrapped",
}

CONTEXT = """
CREATE OR REPLACE FUNCTION guard.context() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE p text[] := string_to_array(current_setting('app.ctx', true), '|'); inner_pad bytea; outer_pad bytea;
BEGIN
  SELECT ipad, opad INTO inner_pad, outer_pad FROM guard.key WHERE name = 'ctx';
  IF array_length(p, 1) = 4 AND p[4] = encode(sha256(outer_pad || sha256(inner_pad || convert_to(  -- as guard.sign does
       p[1] || '|' || p[2] || '|' || p[3] || '|' || pg_backend_pid() || '|' || extract(epoch FROM transaction_timestamp()),
       'UTF8'))), 'hex') THEN
    RETURN p;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION guard.tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL RESTRICTED
  RETURN (guard.context())[1]::uuid;

CREATE OR REPLACE FUNCTION guard.person() RETURNS uuid LANGUAGE sql STABLE PARALLEL RESTRICTED
  RETURN nullif((guard.context())[2], '')::uuid;

CREATE OR REPLACE FUNCTION guard.sees_clinical() RETURNS boolean LANGUAGE sql STABLE PARALLEL RESTRICTED
  RETURN coalesce((guard.context())[3] IN ('clinical', 'figures', 'system'), false);
"""

# `tenant` and `reach` are the capability's; the rest is NULL when it is no session of an active person.
ENTER = """
CREATE FUNCTION guard.enter_session(token text, today date,
  OUT tenant uuid, OUT reach text, OUT session_id uuid, OUT narrowed text[],
  OUT person_id uuid, OUT name text, OUT unit_id uuid, OUT locale text,
  OUT contract_id uuid, OUT agency text, OUT agency_slug text, OUT services text[], OUT roles text[], OUT covered boolean,
  OUT memberships jsonb, OUT wrapped bytea, OUT agreed jsonb,
  OUT config_version integer, OUT closed boolean, OUT proved timestamptz)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT e.tenant, e.reach INTO tenant, reach FROM guard.enter(token) e;
  SELECT s.id, s.permissions, p.id, p.name, p.unit_id, p.locale, p.contract_id, home.name, home.slug, c.services, c.roles,
         p.contract_id IS NULL OR (c.state = 'running' AND today BETWEEN c.starts_on AND c.ends_on),
         coalesce((SELECT jsonb_agg(jsonb_build_array(m.role, m.unit_id)) FROM core.membership m
                    WHERE m.tenant_id = s.tenant_id AND m.person_id = p.id AND (m.until IS NULL OR m.until > now())), '[]'),
         (SELECT k.wrapped FROM core.subject_key k WHERE k.tenant_id = p.tenant_id AND k.id = p.id),
         coalesce((SELECT jsonb_object_agg(a.purpose, a.version) FROM core.consent a
                    WHERE a.tenant_id = p.tenant_id AND a.person_id = p.id AND a.agreed), '{}'),
         here.config_version, here.closed_at IS NOT NULL,
         CASE WHEN s.kind = 'browser' THEN greatest(s.made_at, s.proved_at) END
    INTO session_id, narrowed, person_id, name, unit_id, locale, contract_id, agency, agency_slug, services, roles, covered,
         memberships, wrapped, agreed, config_version, closed, proved
    FROM core.sign_in s
    JOIN core.person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
    JOIN core.tenant here ON here.id = s.tenant_id
    LEFT JOIN core.tenant home ON home.id = p.home_tenant_id
    LEFT JOIN core.contract c ON c.tenant_id = p.tenant_id AND c.id = p.contract_id
   WHERE s.tenant_id = enter_session.tenant AND s.token_hash = sha256(convert_to(token, 'UTF8')) AND p.state = 'active';
END $$;
REVOKE ALL ON FUNCTION guard.enter_session(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.enter_session(text, date) TO anxin_app;
"""

# A link prepares its statements under a name nobody else can know; all other names are forgotten. The function without an
# argument stays for processes of the version before, which run until they are replaced.
FORGET = """
CREATE FUNCTION guard.forget_statements(kept text) RETURNS void LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE other text;
BEGIN
  FOR other IN SELECT name FROM pg_prepared_statement() WHERE kept = '' OR NOT starts_with(name, kept) LOOP
    EXECUTE format('DEALLOCATE %I', other);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION guard.forget_statements(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.forget_statements(text) TO anxin_app, anxin_auth;
"""


def upgrade() -> None:
    for table, columns in READS.items():
        ddl.let_guard(table, f"SELECT ({columns})")
    ddl.as_guard(CONTEXT, ENTER, FORGET)


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
