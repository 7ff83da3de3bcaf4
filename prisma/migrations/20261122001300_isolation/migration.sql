-- Isolation: what is declared, what the last look showed, and what crosses a tenant's border (ADR 27).

-- RuntimeTenantBinding: every version; the newest is in force.
CREATE TABLE runtime_tenant_binding (
  tenant_id text NOT NULL REFERENCES tenant,
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  version integer NOT NULL CHECK (version >= 1),
  declaration jsonb NOT NULL CHECK (jsonb_typeof(declaration) = 'object' AND octet_length(declaration::text) <= 65536),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  saved_by_name text NOT NULL CHECK (length(saved_by_name) <= 400),
  event_id uuid NOT NULL,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, environment, version)
);
CALL app.protect('runtime_tenant_binding', 'SELECT, INSERT', 'SELECT, INSERT');

-- The tenant's turn to be looked at, and what the last look was made from.
CREATE TABLE isolation_look (
  tenant_id text NOT NULL REFERENCES tenant,
  due_at timestamptz NOT NULL,
  lease_owner text,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  started_at timestamptz,
  finished_at timestamptz,
  -- SHA-256 of everything that the tenant's cells were made from.
  inputs_digest bytea CHECK (octet_length(inputs_digest) = 32),
  -- Each source with its digest, when it was written and since when it is away.
  sources jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(sources) = 'array'),
  PRIMARY KEY (tenant_id)
);
CALL app.protect('isolation_look', 'SELECT', 'SELECT, INSERT, UPDATE');

CREATE TABLE isolation_cell (
  tenant_id text NOT NULL REFERENCES tenant,
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  layer text NOT NULL CHECK (layer IN ('compute', 'network', 'data', 'secrets', 'quota')),
  model text CHECK (model IN ('silo', 'pool', 'shared')),
  state text NOT NULL CHECK (state IN ('verified', 'violated', 'unknown')),
  since timestamptz NOT NULL,
  observed_at timestamptz NOT NULL,
  -- Own and platform names only; a neighbour is an HMAC (docs/adr/0027).
  facts jsonb NOT NULL CHECK (jsonb_typeof(facts) = 'array'),
  facts_digest bytea NOT NULL CHECK (octet_length(facts_digest) = 32),
  PRIMARY KEY (tenant_id, environment, layer)
);
CALL app.protect('isolation_cell', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE');

-- Each change of a state, with the facts of then.
CREATE TABLE isolation_change (
  tenant_id text NOT NULL REFERENCES tenant,
  change_id uuid NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  layer text NOT NULL CHECK (layer IN ('compute', 'network', 'data', 'secrets', 'quota')),
  state_before text CHECK (state_before IN ('verified', 'violated', 'unknown')),
  state text NOT NULL CHECK (state IN ('verified', 'violated', 'unknown')),
  facts jsonb NOT NULL CHECK (jsonb_typeof(facts) = 'array'),
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, change_id)
);
CREATE INDEX isolation_change_of_cell ON isolation_change (tenant_id, environment, layer, change_id DESC);
CALL app.protect('isolation_change', 'SELECT', 'SELECT, INSERT');

-- A connection across the tenant's border, on this side of it. Both sides have the same edge_id.
CREATE TABLE isolation_edge (
  tenant_id text NOT NULL REFERENCES tenant,
  edge_id bytea NOT NULL CHECK (octet_length(edge_id) = 16),
  direction text NOT NULL CHECK (direction IN ('in', 'out')),
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  cluster text NOT NULL CHECK (length(cluster) <= 200),
  workload text NOT NULL CHECK (length(workload) <= 600),
  ports text NOT NULL CHECK (length(ports) <= 4000),
  -- What lets it through on this side: `not-isolated`, or policies by name.
  allowed_by jsonb NOT NULL CHECK (jsonb_typeof(allowed_by) = 'object'),
  -- HMAC of the neighbour's name; NULL for a namespace that nobody owns, which `other` names.
  peer bytea CHECK (octet_length(peer) = 16),
  other text CHECK (length(other) <= 600),
  first_seen_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, edge_id, direction),
  CHECK ((peer IS NULL) <> (other IS NULL))
);
CREATE INDEX isolation_edge_of_environment ON isolation_edge (tenant_id, environment);
CALL app.protect('isolation_edge', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE');

-- Tenants whose isolation is to be looked at again: keys only.
CREATE POLICY dispatch_rows ON isolation_look FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, due_at, lease_until) ON isolation_look TO console_dispatch;
CREATE FUNCTION app.due_isolation_looks(max_rows integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t LEFT JOIN public.isolation_look d ON d.tenant_id = t.tenant_id
  WHERE t.kind <> 'sovereign' AND (d.tenant_id IS NULL
     OR (d.due_at <= clock_timestamp() AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp())))
  ORDER BY d.due_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;

-- The console's own database, as its catalog tells: what the Data layer is judged by.
CREATE FUNCTION app.row_security_facts() RETURNS TABLE (table_name text, is_forced boolean, policies integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT c.relname::text, c.relrowsecurity AND c.relforcerowsecurity,
    (SELECT count(*)::int FROM pg_policy p WHERE p.polrelid = c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
    AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
  ORDER BY c.relname
$$;
CREATE FUNCTION app.unbound_logins() RETURNS TABLE (login text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT r.rolname::text FROM pg_roles r
  WHERE r.rolname IN ('console_tenant', 'console_worker', 'console_overview', 'console_search')
    AND (r.rolbypassrls OR r.rolsuper
      OR EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relowner = r.oid))
  ORDER BY r.rolname
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_isolation_looks(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.row_security_facts() OWNER TO console_dispatch;
ALTER FUNCTION app.unbound_logins() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_isolation_looks(integer), app.row_security_facts(), app.unbound_logins() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_isolation_looks(integer), app.row_security_facts(), app.unbound_logins() TO console_worker;
