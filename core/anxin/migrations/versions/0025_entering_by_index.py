"""The way in asks for a token's hash, made once, and by index.

`convert_to` is not immutable, so the hash was made anew for every row that a scan of a small table looked at; and a plan
that was made while a table was small is kept for long after it has grown.

Revision ID: core_0025
Revises: core_0024
"""

from alembic import op

revision, down_revision, branch_labels, depends_on = "core_0025", "core_0024", None, None

ENTER = """
CREATE OR REPLACE FUNCTION guard.enter(token text, OUT tenant uuid, OUT person uuid, OUT reach text)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE c guard.capability; t timestamptz := clock_timestamp(); asked bytea := sha256(convert_to(token, 'UTF8'));
BEGIN
  SELECT * INTO c FROM guard.capability WHERE token_hash = asked
     AND expires_at > t AND revoked_at IS NULL AND (idle IS NULL OR seen_at > t - idle);
  IF NOT FOUND THEN RAISE EXCEPTION 'bad capability' USING ERRCODE = '28000'; END IF;
  IF c.idle IS NOT NULL AND c.seen_at < t - least(interval '1 minute', c.idle / 4) THEN
    UPDATE guard.capability SET seen_at = t WHERE token_hash = asked;
  END IF;
  PERFORM guard.set_context(c.tenant_id, c.person_id, c.reach);
  tenant := c.tenant_id; person := c.person_id; reach := c.reach;
END $$;
"""

# As in core_0024, which says what it gives.
SESSION = """
CREATE OR REPLACE FUNCTION guard.enter_session(token text, today date,
  OUT tenant uuid, OUT reach text, OUT session_id uuid, OUT narrowed text[],
  OUT person_id uuid, OUT name text, OUT unit_id uuid, OUT locale text,
  OUT contract_id uuid, OUT agency text, OUT agency_slug text, OUT services text[], OUT roles text[], OUT covered boolean,
  OUT memberships jsonb, OUT wrapped bytea, OUT agreed jsonb,
  OUT config_version integer, OUT closed boolean, OUT proved timestamptz)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE e record; asked bytea := sha256(convert_to(token, 'UTF8'));
BEGIN
  e := guard.enter(token);
  tenant := e.tenant; reach := e.reach;
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
   WHERE s.tenant_id = enter_session.tenant AND s.token_hash = asked AND p.state = 'active';
END $$;
"""


def upgrade() -> None:
    op.execute("SET LOCAL ROLE anxin_guard")
    op.execute(ENTER)
    op.execute(SESSION)
    op.execute("SET LOCAL ROLE anxin_owner")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
