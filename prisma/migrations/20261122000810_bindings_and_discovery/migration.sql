-- Who may name where a rotation logs in (docs/adr/0009), and what discovery found.

-- Owned by the Sovereign; the tenants that may use one read it through app.rotation_targets_here().
CREATE TABLE rotation_target (
  tenant_id text NOT NULL REFERENCES tenant,
  target_id uuid NOT NULL,
  name text NOT NULL CHECK (name ~ '^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$'),
  kind text NOT NULL CHECK (kind IN ('postgres', 'openbao', 'azure-key-vault', 'keycloak', 'kubernetes', 'file')),
  address jsonb NOT NULL CHECK (jsonb_typeof(address) = 'object' AND address ->> 'kind' = kind),
  -- Every organization, or those that are named; never nobody by mistake.
  for_every boolean NOT NULL,
  tenants text[] NOT NULL CHECK (cardinality(tenants) <= 1000),
  environments text[] NOT NULL CHECK (cardinality(environments) >= 1 AND environments <@ ARRAY['dev', 'test', 'staging', 'prod']),
  retired_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, target_id),
  UNIQUE (tenant_id, name),
  CHECK (for_every = (cardinality(tenants) = 0))
);
CALL app.protect('rotation_target', 'SELECT, INSERT, UPDATE', 'SELECT');

ALTER TABLE secret_binding
  -- What it rests on that its rotator may log in where it says: the installation itself, or a target.
  ADD COLUMN vouched_by text NOT NULL DEFAULT 'console' CHECK (vouched_by IN ('console', 'target')),
  ADD COLUMN retired_at timestamptz,
  ADD COLUMN retired_reason text CHECK (length(retired_reason) <= 1000);

-- Where else a secret is named: one row for each object that refers to it.
CREATE TABLE secret_sighting (
  tenant_id text NOT NULL,
  binding_id uuid NOT NULL,
  source text NOT NULL CHECK (source IN ('external-secret', 'openbao-static-role', 'azure-key-vault')),
  place text NOT NULL CHECK (length(place) BETWEEN 1 AND 600),
  detail text NOT NULL DEFAULT '' CHECK (length(detail) <= 600),
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  -- Since when a whole reading of its source doesn't have it any more.
  gone_at timestamptz,
  PRIMARY KEY (tenant_id, binding_id, source, place),
  FOREIGN KEY (tenant_id, binding_id) REFERENCES secret_binding (tenant_id, binding_id)
);
CREATE INDEX secret_sighting_by_source ON secret_sighting (tenant_id, source) WHERE gone_at IS NULL;
CALL app.protect('secret_sighting', 'SELECT', 'SELECT, INSERT, UPDATE');

-- Whose turn it is to look, and when next.
CREATE TABLE discovery_run (
  tenant_id text NOT NULL REFERENCES tenant,
  due_at timestamptz NOT NULL,
  lease_owner text,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  started_at timestamptz,
  finished_at timestamptz,
  -- The last time that the log was told, and runs since then that changed nothing.
  told_at timestamptz,
  runs_untold integer NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id)
);
CALL app.protect('discovery_run', 'SELECT', 'SELECT, INSERT, UPDATE');

-- What was looked at, when it was last read whole, and since when it can't be.
CREATE TABLE discovery_source (
  tenant_id text NOT NULL REFERENCES tenant,
  source text NOT NULL CHECK (source IN ('openbao-kv', 'openbao-static-role', 'external-secret', 'azure-key-vault')),
  place text NOT NULL CHECK (length(place) BETWEEN 1 AND 400),
  tried_at timestamptz NOT NULL,
  read_at timestamptz,
  failing_since timestamptz,
  failure_code text,
  failure_text text CHECK (length(failure_text) <= 1000),
  -- Secrets seen in it by the last whole reading.
  found integer NOT NULL DEFAULT 0,
  -- When what was read was written, where that is another time (a cluster's snapshot).
  taken_at timestamptz,
  digest text,
  PRIMARY KEY (tenant_id, source, place),
  CHECK ((failing_since IS NULL) = (failure_code IS NULL))
);
CALL app.protect('discovery_source', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE');

-- The targets of the Sovereign that the current tenant may use.
CREATE POLICY dispatch_rows ON rotation_target FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, target_id, name, kind, address, for_every, tenants, environments, retired_at) ON rotation_target TO console_dispatch;
CREATE FUNCTION app.rotation_targets_here() RETURNS TABLE (target_id uuid, name text, kind text, address jsonb, environments text[], is_shared boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.target_id, t.name, t.kind, t.address, t.environments, t.for_every OR cardinality(t.tenants) > 1
  FROM public.rotation_target t JOIN public.tenant owner ON owner.tenant_id = t.tenant_id AND owner.kind = 'sovereign'
  WHERE t.retired_at IS NULL AND (t.for_every OR (SELECT app.current_tenant()) = ANY (t.tenants))
  ORDER BY t.name
$$;

-- Tenants whose secrets are to be looked for again: keys only.
CREATE POLICY dispatch_rows ON discovery_run FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, due_at, lease_until) ON discovery_run TO console_dispatch;
CREATE FUNCTION app.due_discoveries(max_rows integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t LEFT JOIN public.discovery_run d ON d.tenant_id = t.tenant_id
  WHERE d.tenant_id IS NULL
     OR (d.due_at <= clock_timestamp() AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp()))
  ORDER BY d.due_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.rotation_targets_here() OWNER TO console_dispatch;
ALTER FUNCTION app.due_discoveries(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.rotation_targets_here(), app.due_discoveries(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.rotation_targets_here() TO console_tenant, console_worker;
GRANT EXECUTE ON FUNCTION app.due_discoveries(integer) TO console_worker;
