-- Clusters that ask which images may run, how they prove who they are, and whose their namespaces are
-- (ADR 0026). Owned by the Sovereign, like rotation targets; organizations read what is theirs by function.

CREATE TABLE admission_cluster (
  tenant_id text NOT NULL REFERENCES tenant,
  cluster text NOT NULL CHECK (cluster ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 300),
  -- Every organization, or those that are named: whose namespaces it may hold.
  for_every boolean NOT NULL,
  tenants text[] NOT NULL CHECK (cardinality(tenants) <= 1000),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  retired_at timestamptz,
  PRIMARY KEY (tenant_id, cluster),
  CHECK (for_every = (cardinality(tenants) = 0))
);
CALL app.protect('admission_cluster', 'SELECT, INSERT, UPDATE', 'SELECT');

-- By its SHA-256: the token itself never reaches the console before a cluster presents it.
CREATE TABLE admission_credential (
  tenant_id text NOT NULL,
  cluster text NOT NULL,
  token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
  added_by_name text NOT NULL CHECK (length(added_by_name) <= 200),
  event_id uuid NOT NULL,
  added_at timestamptz NOT NULL,
  -- Set when another took its place, or when it was taken back.
  ends_at timestamptz,
  PRIMARY KEY (tenant_id, cluster, token_hash),
  FOREIGN KEY (tenant_id, cluster) REFERENCES admission_cluster (tenant_id, cluster),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('admission_credential', 'SELECT, INSERT, UPDATE', 'SELECT');

CREATE TABLE admission_namespace (
  tenant_id text NOT NULL,
  cluster text NOT NULL,
  namespace text NOT NULL CHECK (namespace ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  rule text NOT NULL CHECK (rule IN ('owned', 'exempt')),
  owner text CHECK (owner ~ '^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$'),
  environment text CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  -- NULL: any service of the environment.
  service text CHECK (service ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
  saved_by_name text NOT NULL CHECK (length(saved_by_name) <= 200),
  event_id uuid NOT NULL,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, cluster, namespace),
  FOREIGN KEY (tenant_id, cluster) REFERENCES admission_cluster (tenant_id, cluster),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK ((rule = 'owned') = (owner IS NOT NULL)),
  CHECK ((rule = 'owned') = (environment IS NOT NULL)),
  CHECK (rule = 'owned' OR service IS NULL)
);
CALL app.protect('admission_namespace', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT');

------------------------------------------------------------------------------------------------
-- Before any tenant is known: who asks, and whose the namespace is
------------------------------------------------------------------------------------------------

CREATE POLICY dispatch_rows ON admission_cluster FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, cluster, for_every, tenants, retired_at) ON admission_cluster TO console_dispatch;
CREATE POLICY dispatch_rows ON admission_credential FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, cluster, token_hash, added_at, ends_at) ON admission_credential TO console_dispatch;
CREATE POLICY dispatch_rows ON admission_namespace FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, cluster, namespace, rule, owner, environment, service, reason, saved_at) ON admission_namespace TO console_dispatch;

-- No row: no such credential. A row without a rule: the cluster is known, the namespace is not.
-- A namespace whose owner the cluster no longer serves, or that is gone, is nobody's.
CREATE FUNCTION app.admission_place(asked_cluster text, hash bytea, asked_namespace text)
RETURNS TABLE (sovereign text, rule text, owner text, environment text, service text, reason text, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT c.tenant_id, n.rule, n.owner, n.environment, n.service, n.reason, k.ends_at
  FROM public.admission_credential k
  JOIN public.admission_cluster c ON c.tenant_id = k.tenant_id AND c.cluster = k.cluster
  JOIN public.tenant s ON s.tenant_id = c.tenant_id AND s.kind = 'sovereign'
  LEFT JOIN public.admission_namespace n ON n.tenant_id = c.tenant_id AND n.cluster = c.cluster
    AND n.namespace = asked_namespace
    AND (n.rule = 'exempt' OR ((c.for_every OR n.owner = ANY (c.tenants))
      AND EXISTS (SELECT FROM public.tenant t WHERE t.tenant_id = n.owner)))
  WHERE k.cluster = asked_cluster AND k.token_hash = hash AND c.retired_at IS NULL
    AND (k.ends_at IS NULL OR k.ends_at > clock_timestamp())
  LIMIT 1
$$;

-- What an organization may see of it: its own namespaces.
CREATE FUNCTION app.admission_namespaces_here()
RETURNS TABLE (cluster text, namespace text, environment text, service text, saved_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT n.cluster, n.namespace, n.environment, n.service, n.saved_at
  FROM public.admission_namespace n
  JOIN public.admission_cluster c ON c.tenant_id = n.tenant_id AND c.cluster = n.cluster AND c.retired_at IS NULL
  JOIN public.tenant s ON s.tenant_id = c.tenant_id AND s.kind = 'sovereign'
  WHERE n.owner = (SELECT app.current_tenant()) AND (c.for_every OR n.owner = ANY (c.tenants))
  ORDER BY n.cluster, n.namespace
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.admission_place(text, bytea, text) OWNER TO console_dispatch;
ALTER FUNCTION app.admission_namespaces_here() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.admission_place(text, bytea, text), app.admission_namespaces_here() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.admission_place(text, bytea, text) TO console_identity;
GRANT EXECUTE ON FUNCTION app.admission_namespaces_here() TO console_tenant;
