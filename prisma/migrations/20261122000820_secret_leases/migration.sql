-- The ledger of leases: OpenBao keeps no list of them that everybody may read, and forgets those that
-- ended. What was asked for is written down before it is asked for, so that nothing issued is lost.

CREATE TABLE secret_lease (
  tenant_id text NOT NULL,
  lease_id uuid NOT NULL,
  binding_id uuid NOT NULL,
  -- The rotation that asked for it; NULL: a person or a service did.
  rotation_id uuid,
  workload text NOT NULL CHECK (length(workload) BETWEEN 1 AND 120),
  mount text NOT NULL CHECK (length(mount) BETWEEN 1 AND 400),
  role text NOT NULL CHECK (length(role) BETWEEN 1 AND 128),
  state text NOT NULL CHECK (state IN ('issuing', 'issued', 'active', 'renewing', 'revoking',
    'revoked', 'expired', 'lost', 'failed', 'indeterminate')),
  -- What OpenBao calls it. Not a value, but who may revoke leases could end it by this name: it
  -- stands in no event, log or answer.
  lease_ref text CHECK (length(lease_ref) BETWEEN 1 AND 500),
  -- The login's name at the target.
  username text CHECK (length(username) BETWEEN 1 AND 63),
  -- The version of the binding's path that holds it, once it was delivered.
  kv_version integer CHECK (kv_version >= 1),
  ttl_seconds integer CHECK (ttl_seconds >= 0),
  requested_at timestamptz NOT NULL,
  -- Since when a login may have been made for it; NULL: surely none.
  attempted_at timestamptz,
  issued_at timestamptz,
  renewed_at timestamptz,
  expires_at timestamptz,
  seen_at timestamptz,
  ended_at timestamptz,
  -- How its end was shown.
  proof text CHECK (length(proof) <= 300),
  fence bigint NOT NULL DEFAULT 0,
  held_by text,
  held_until timestamptz,
  due_at timestamptz NOT NULL,
  attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  error_code text CHECK (length(error_code) <= 60),
  error_text text CHECK (length(error_text) <= 500),
  cause_event_id uuid NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, lease_id),
  FOREIGN KEY (tenant_id, binding_id) REFERENCES secret_binding (tenant_id, binding_id),
  FOREIGN KEY (tenant_id, rotation_id) REFERENCES rotation (tenant_id, rotation_id),
  CHECK ((ended_at IS NOT NULL) = (state IN ('revoked', 'expired', 'lost', 'failed'))),
  CHECK (lease_ref IS NOT NULL OR state IN ('issuing', 'failed', 'indeterminate', 'expired'))
);
CREATE UNIQUE INDEX secret_lease_ref ON secret_lease (tenant_id, lease_ref) WHERE lease_ref IS NOT NULL;
CREATE INDEX secret_lease_of_workload ON secret_lease (tenant_id, workload, lease_id DESC);
CREATE INDEX secret_lease_of_binding ON secret_lease (tenant_id, binding_id, lease_id DESC);
CREATE INDEX secret_lease_due ON secret_lease (tenant_id, due_at) WHERE ended_at IS NULL;
CALL app.protect('secret_lease', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

CREATE POLICY dispatch_rows ON secret_lease FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, lease_id, rotation_id, state, due_at, held_until, ended_at) ON secret_lease TO console_dispatch;

-- Leases to tend: what a rotation under way asked for is its own until it is over or delivered.
CREATE FUNCTION app.due_leases(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT l.tenant_id, l.lease_id FROM public.secret_lease l
  WHERE l.ended_at IS NULL AND l.due_at <= clock_timestamp()
    AND (l.held_until IS NULL OR l.held_until < clock_timestamp())
    AND (l.rotation_id IS NULL OR l.state IN ('active', 'renewing', 'revoking') OR NOT EXISTS (
      SELECT 1 FROM public.rotation r
      WHERE r.tenant_id = l.tenant_id AND r.rotation_id = l.rotation_id AND r.finished_at IS NULL))
  ORDER BY l.due_at LIMIT max_rows
$$;

-- How many tenants bind a role of the database engine. A lease of a shared role that one ledger does
-- not know may be another's.
CREATE FUNCTION app.tenants_of_database_role(mount text, role text) RETURNS TABLE (tenants integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT count(DISTINCT b.tenant_id)::integer FROM public.secret_binding b
  WHERE b.rotator ->> 'kind' = 'openbao-dynamic' AND b.rotator ->> 'mount' = $1 AND b.rotator ->> 'role' = $2
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_leases(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.tenants_of_database_role(text, text) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_leases(integer), app.tenants_of_database_role(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_leases(integer), app.tenants_of_database_role(text, text) TO console_worker;
