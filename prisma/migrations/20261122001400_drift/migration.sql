-- Drift: what differs from what is declared, what became of it, and what is being ignored (ADR 30).

-- The tenant's turn to be looked at; the Sovereign has one too, for what belongs to nobody else.
CREATE TABLE drift_look (
  tenant_id text NOT NULL REFERENCES tenant,
  due_at timestamptz NOT NULL,
  lease_owner text,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  started_at timestamptz,
  finished_at timestamptz,
  -- Each source with its digest, revision and since when it is away.
  sources jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(sources) = 'array'),
  PRIMARY KEY (tenant_id)
);
CALL app.protect('drift_look', 'SELECT', 'SELECT, INSERT, UPDATE');

-- What the tenant's findings of one cluster were made from. They are seen as of these times, so that
-- an unchanged world writes one row and not one for each finding.
CREATE TABLE drift_cluster (
  tenant_id text NOT NULL REFERENCES tenant,
  cluster text NOT NULL CHECK (length(cluster) BETWEEN 1 AND 200),
  -- SHA-256 of everything that they were made from.
  inputs_digest bytea NOT NULL CHECK (octet_length(inputs_digest) = 32),
  -- When the cluster could be read, and when also everything that is asked of it could.
  live_seen_at timestamptz,
  compared_at timestamptz,
  -- Since when not.
  live_away_since timestamptz,
  compare_away_since timestamptz,
  PRIMARY KEY (tenant_id, cluster)
);
CALL app.protect('drift_cluster', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE drift_finding (
  tenant_id text NOT NULL REFERENCES tenant,
  finding_id uuid NOT NULL,
  -- SHA-256 of cluster, rule, object and what tells two findings of one object apart.
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  group_id text NOT NULL CHECK (group_id ~ '^[0-9a-f]{32}$'),
  rule text NOT NULL CHECK (rule IN ('isolation-violated', 'cross-tenant-route', 'weaker-policy', 'unexpected-image',
    'weakened-hardening', 'changed-quota', 'missing', 'unmanaged', 'field-drift', 'not-comparable')),
  severity text NOT NULL CHECK (severity IN ('critical', 'high', 'medium', 'low')),
  weight integer NOT NULL GENERATED ALWAYS AS
    (CASE severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 WHEN 'medium' THEN 3 ELSE 4 END) STORED,
  environment text CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  cluster text NOT NULL CHECK (length(cluster) BETWEEN 1 AND 200),
  api_version text NOT NULL CHECK (length(api_version) <= 320),
  kind text NOT NULL CHECK (length(kind) <= 253),
  namespace text CHECK (length(namespace) <= 253),
  name text NOT NULL CHECK (length(name) <= 253),
  -- Own and platform names only; another tenant is an HMAC (docs/adr/0027).
  managers jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(managers) = 'array'),
  -- When it was the console itself: {"kind", "eventId", "what"}.
  ours jsonb CHECK (jsonb_typeof(ours) = 'object'),
  reason text NOT NULL CHECK (reason ~ '^[a-z][a-z-]{1,60}$'),
  params jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(params) = 'object'),
  -- Values of Secrets are masked on both sides.
  differences jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(differences) = 'array' AND octet_length(differences::text) <= 1048576),
  difference_count integer NOT NULL DEFAULT 0,
  -- Lower case, for the search by text.
  search_text text NOT NULL CHECK (length(search_text) <= 8000),
  -- SHA-256 of what is told of it: another one is a change.
  content_digest bytea NOT NULL CHECK (octet_length(content_digest) = 32),
  state text NOT NULL CHECK (state IN ('open', 'acknowledged', 'remediating', 'resolved')),
  acknowledged_by_name text CHECK (length(acknowledged_by_name) <= 400),
  acknowledged_at timestamptz,
  -- Suppressed as long as this is to come, by the database's clock.
  suppressed_until timestamptz,
  suppress_reason text CHECK (length(suppress_reason) <= 2000),
  suppressed_by_name text CHECK (length(suppressed_by_name) <= 400),
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  resolved_at timestamptz,
  reopened_count integer NOT NULL DEFAULT 0,
  -- The event that told of it, the last time it was found.
  event_id uuid,
  PRIMARY KEY (tenant_id, finding_id),
  UNIQUE (tenant_id, fingerprint),
  CHECK ((state = 'resolved') = (resolved_at IS NOT NULL)),
  CHECK ((suppressed_until IS NULL) = (suppress_reason IS NULL))
);
CREATE INDEX drift_finding_by_weight ON drift_finding (tenant_id, weight, finding_id) WHERE state <> 'resolved';
CREATE INDEX drift_finding_of_group ON drift_finding (tenant_id, group_id, weight, finding_id);
CREATE INDEX drift_finding_of_cluster ON drift_finding (tenant_id, cluster) WHERE state <> 'resolved';
CREATE INDEX drift_finding_resolved ON drift_finding (tenant_id, resolved_at DESC) WHERE state = 'resolved';
CREATE INDEX drift_finding_in_sum ON drift_finding (tenant_id, state, group_id)
  INCLUDE (weight, rule, suppressed_until, environment, cluster, namespace, first_seen_at, last_seen_at, finding_id);
CALL app.protect('drift_finding', 'SELECT, UPDATE', 'SELECT, INSERT, UPDATE');

-- Everything that became of a finding, each with what it was then.
CREATE TABLE drift_change (
  tenant_id text NOT NULL,
  change_id uuid NOT NULL,
  finding_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('found', 'changed', 'acknowledged', 'suppressed', 'unsuppressed', 'remediating',
    'released', 'resolved', 'reopened')),
  state_before text CHECK (state_before IN ('open', 'acknowledged', 'remediating', 'resolved', 'suppressed')),
  state text NOT NULL CHECK (state IN ('open', 'acknowledged', 'remediating', 'resolved', 'suppressed')),
  severity text NOT NULL CHECK (severity IN ('critical', 'high', 'medium', 'low')),
  differences jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(differences) = 'array'),
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
  by_name text CHECK (length(by_name) <= 400),
  until timestamptz,
  event_id uuid,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, change_id),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES drift_finding (tenant_id, finding_id)
);
CREATE INDEX drift_change_of_finding ON drift_change (tenant_id, finding_id, change_id DESC);
CALL app.protect('drift_change', 'SELECT, INSERT', 'SELECT, INSERT');

-- What is not told of. The rule in force is here, every version below.
CREATE TABLE drift_ignore_rule (
  tenant_id text NOT NULL REFERENCES tenant,
  rule_id uuid NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  spec jsonb NOT NULL CHECK (jsonb_typeof(spec) = 'object' AND octet_length(spec::text) <= 8192),
  owner text NOT NULL CHECK (length(owner) BETWEEN 2 AND 200),
  reason text NOT NULL CHECK (length(reason) BETWEEN 3 AND 2000),
  -- By the database's clock.
  expires_at timestamptz NOT NULL,
  retired_at timestamptz,
  saved_by_name text NOT NULL CHECK (length(saved_by_name) <= 400),
  saved_at timestamptz NOT NULL,
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, rule_id)
);
CALL app.protect('drift_ignore_rule', 'SELECT, INSERT, UPDATE', 'SELECT');

CREATE TABLE drift_ignore_rule_version (
  tenant_id text NOT NULL,
  rule_id uuid NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  spec jsonb NOT NULL CHECK (jsonb_typeof(spec) = 'object'),
  owner text NOT NULL,
  reason text NOT NULL,
  expires_at timestamptz NOT NULL,
  saved_by_name text NOT NULL,
  saved_at timestamptz NOT NULL,
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, rule_id, version),
  FOREIGN KEY (tenant_id, rule_id) REFERENCES drift_ignore_rule (tenant_id, rule_id)
);
CALL app.protect('drift_ignore_rule_version', 'SELECT, INSERT', 'SELECT');

-- What each rule hides now.
CREATE TABLE drift_ignored (
  tenant_id text NOT NULL,
  rule_id uuid NOT NULL,
  cluster text NOT NULL CHECK (length(cluster) BETWEEN 1 AND 200),
  -- SHA-256 of the object's key.
  object_digest bytea NOT NULL CHECK (octet_length(object_digest) = 32),
  environment text CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  api_version text NOT NULL CHECK (length(api_version) <= 320),
  kind text NOT NULL CHECK (length(kind) <= 253),
  namespace text CHECK (length(namespace) <= 253),
  name text NOT NULL CHECK (length(name) <= 253),
  differences jsonb NOT NULL CHECK (jsonb_typeof(differences) = 'array' AND octet_length(differences::text) <= 1048576),
  difference_count integer NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, rule_id, cluster, object_digest),
  FOREIGN KEY (tenant_id, rule_id) REFERENCES drift_ignore_rule (tenant_id, rule_id)
);
CREATE INDEX drift_ignored_of_cluster ON drift_ignored (tenant_id, cluster);
CALL app.protect('drift_ignored', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE');

-- Tenants whose drift is to be looked at again: keys only. With `hasten`, those whose turn has not
-- come yet as well, because a source told of a change.
CREATE POLICY dispatch_rows ON drift_look FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, due_at, lease_until) ON drift_look TO console_dispatch;
CREATE FUNCTION app.due_drift_looks(max_rows integer, hasten boolean) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t LEFT JOIN public.drift_look d ON d.tenant_id = t.tenant_id
  WHERE d.tenant_id IS NULL
     OR ((hasten OR d.due_at <= clock_timestamp()) AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp()))
  ORDER BY d.due_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;

-- Whose names a cluster may know as tenants: an owner that is none belongs to the Sovereign.
CREATE FUNCTION app.due_drift_owners() RETURNS TABLE (tenant_id text, is_sovereign boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id, t.kind = 'sovereign' FROM public.tenant t ORDER BY t.tenant_id
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_drift_looks(integer, boolean) OWNER TO console_dispatch;
ALTER FUNCTION app.due_drift_owners() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_drift_looks(integer, boolean), app.due_drift_owners() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_drift_looks(integer, boolean), app.due_drift_owners() TO console_worker;
