"""Whether somebody is still who they were is said by the way in itself, so that nothing has to wait for its answer.

`enter_session` gives a digest of all it tells. Whoever kept one brings it along, and the way in refuses when it would tell
anything else now: what was sent with it does not happen. It asks for the capability itself (as `enter` does, which stays
for everything else), and tells memberships and consents as text, which cost less than JSON.

The function without `known` stays for processes of the version before, which run until they are replaced.

Revision ID: core_0026
Revises: core_0025
"""

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0026", "core_0025", None, None

# `tenant` and `reach` are the capability's; the rest is NULL when it is no session of an active person. With `known` it
# tells nothing but the digest. A membership is 'unit|role', a consent 'version|purpose'.
ENTER = """
CREATE FUNCTION guard.enter_session(token text, today date, known bytea,
  OUT tenant uuid, OUT reach text, OUT session_id uuid, OUT narrowed text[],
  OUT person_id uuid, OUT name text, OUT unit_id uuid, OUT locale text,
  OUT contract_id uuid, OUT agency text, OUT agency_slug text, OUT services text[], OUT roles text[], OUT covered boolean,
  OUT memberships text[], OUT wrapped bytea, OUT agreed text[],
  OUT config_version integer, OUT closed boolean, OUT proved timestamptz, OUT digest bytea)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE hash bytea := sha256(convert_to(token, 'UTF8')); t timestamptz := clock_timestamp(); who uuid;
        last_seen timestamptz; idles interval; inner_pad bytea; outer_pad bytea; body text; told record;
BEGIN
  SELECT c.tenant_id, c.person_id, c.reach, c.seen_at, c.idle, key.ipad, key.opad
    INTO tenant, who, reach, last_seen, idles, inner_pad, outer_pad
    FROM guard.capability c, guard.key key
   WHERE c.token_hash = hash AND c.expires_at > t AND c.revoked_at IS NULL AND (c.idle IS NULL OR c.seen_at > t - c.idle)
     AND key.name = 'ctx';
  IF NOT FOUND THEN RAISE EXCEPTION 'bad capability' USING ERRCODE = '28000'; END IF;
  IF idles IS NOT NULL AND last_seen < t - least(interval '1 minute', idles / 4) THEN
    UPDATE guard.capability SET seen_at = t WHERE token_hash = hash;
  END IF;
  body := tenant || '|' || coalesce(who::text, '') || '|' || reach;
  PERFORM set_config('app.ctx', body || '|' || encode(sha256(outer_pad || sha256(inner_pad || convert_to(  -- as guard.sign
       body || '|' || pg_backend_pid() || '|' || extract(epoch FROM transaction_timestamp()), 'UTF8'))), 'hex'), true);
  SELECT s.id AS session_id, s.permissions, p.id AS person_id, p.name, p.unit_id, p.locale, p.contract_id,
         home.name AS agency, home.slug, k.services, k.roles,
         p.contract_id IS NULL OR (k.state = 'running' AND today BETWEEN k.starts_on AND k.ends_on) AS covered,
         ARRAY(SELECT coalesce(m.unit_id::text, '') || '|' || m.role FROM core.membership m
                WHERE m.tenant_id = s.tenant_id AND m.person_id = p.id AND (m.until IS NULL OR m.until > now())) AS held,
         (SELECT y.wrapped FROM core.subject_key y WHERE y.tenant_id = p.tenant_id AND y.id = p.id) AS wrapped,
         ARRAY(SELECT a.version || '|' || a.purpose FROM core.consent a
                WHERE a.tenant_id = p.tenant_id AND a.person_id = p.id AND a.agreed) AS agreed,
         here.config_version, here.closed_at IS NOT NULL AS closed,
         CASE WHEN s.kind = 'browser' THEN greatest(s.made_at, s.proved_at) END AS proved
    INTO told
    FROM core.sign_in s
    JOIN core.person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
    JOIN core.tenant here ON here.id = s.tenant_id
    LEFT JOIN core.tenant home ON home.id = p.home_tenant_id
    LEFT JOIN core.contract k ON k.tenant_id = p.tenant_id AND k.id = p.contract_id
   WHERE s.tenant_id = enter_session.tenant AND s.token_hash = hash AND p.state = 'active';
  digest := sha256(convert_to(tenant || reach || told::text, 'UTF8'));
  IF known IS NOT NULL THEN
    IF known IS DISTINCT FROM digest THEN RAISE EXCEPTION 'not as before' USING ERRCODE = '28000'; END IF;
    tenant := NULL; reach := NULL;
    RETURN;
  END IF;
  session_id := told.session_id; narrowed := told.permissions; person_id := told.person_id; name := told.name;
  unit_id := told.unit_id; locale := told.locale; contract_id := told.contract_id; agency := told.agency;
  agency_slug := told.slug; services := told.services; roles := told.roles; covered := told.covered;
  memberships := told.held; wrapped := told.wrapped; agreed := told.agreed; config_version := told.config_version;
  closed := told.closed; proved := told.proved;
END $$;
REVOKE ALL ON FUNCTION guard.enter_session(text, date, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.enter_session(text, date, bytea) TO anxin_app;
"""

# For a statement that others must not outlive: they were sent with it, and nobody is there to look at its rows first.
REFUSE = """
CREATE FUNCTION guard.refuse(code text, schema_name text, table_name text) RETURNS integer LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'refused: %.%', schema_name, table_name USING ERRCODE = code, SCHEMA = schema_name, TABLE = table_name;
END $$;
REVOKE ALL ON FUNCTION guard.refuse(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.refuse(text, text, text) TO anxin_app;
"""


def upgrade() -> None:
    ddl.as_guard(ENTER, REFUSE)


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
