-- Remediation: what is done about drift, by which policy, and how it went (ADR 31).

-- The Sovereign's configuration, one row a rule and version; the newest is in force everywhere.
CREATE TABLE remediation_policy (
  tenant_id text NOT NULL REFERENCES tenant,
  rule text NOT NULL CHECK (rule ~ '^[a-z][a-z-]{1,60}$'),
  version integer NOT NULL CHECK (version >= 1),
  mode text NOT NULL CHECK (mode IN ('off', 'review', 'auto')),
  spec jsonb NOT NULL CHECK (jsonb_typeof(spec) = 'object' AND octet_length(spec::text) <= 16384),
  reason text NOT NULL CHECK (length(reason) BETWEEN 3 AND 2000),
  saved_by_name text NOT NULL CHECK (length(saved_by_name) <= 400),
  event_id uuid NOT NULL,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, rule, version),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('remediation_policy', 'SELECT, INSERT', 'SELECT');

CREATE TABLE remediation (
  tenant_id text NOT NULL REFERENCES tenant,
  remediation_id uuid NOT NULL,
  finding_id uuid NOT NULL,
  rule text NOT NULL CHECK (rule ~ '^[a-z][a-z-]{1,60}$'),
  mode text NOT NULL CHECK (mode IN ('review', 'auto')),
  policy_version integer NOT NULL CHECK (policy_version >= 0),
  action text CHECK (action IN ('apply', 'create', 'delete')),
  cluster text NOT NULL CHECK (length(cluster) BETWEEN 1 AND 200),
  environment text CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  api_version text NOT NULL CHECK (length(api_version) <= 320),
  kind text NOT NULL CHECK (length(kind) <= 253),
  namespace text CHECK (length(namespace) <= 253),
  name text NOT NULL CHECK (length(name) <= 253),
  -- SHA-256 of the object's key: the same for every version of its API.
  object_digest bytea NOT NULL CHECK (octet_length(object_digest) = 32),
  state text NOT NULL CHECK (state IN ('proposed', 'dry_run', 'awaiting_approval', 'approved', 'applying', 'verifying',
    'rolling_back', 'indeterminate', 'by_hand', 'verified', 'rolled_back', 'failed', 'refused', 'withdrawn', 'expired',
    'superseded')),
  -- Where an `indeterminate` came from.
  resume_state text CHECK (resume_state IN ('applying', 'rolling_back')),
  -- What the dry-run showed: changes, overridden managers, source, revision, uid, command.
  plan jsonb CHECK (jsonb_typeof(plan) = 'object'),
  desired_digest bytea CHECK (octet_length(desired_digest) = 32),
  live_digest bytea CHECK (octet_length(live_digest) = 32),
  difference_digest bytea CHECK (octet_length(difference_digest) = 32),
  -- Before the act: the fields to go back to (encrypted), the version they were read at, and how things stood.
  previous_key_id text,
  previous bytea CHECK (octet_length(previous) <= 4194304),
  intent jsonb CHECK (jsonb_typeof(intent) = 'object'),
  baseline jsonb CHECK (jsonb_typeof(baseline) = 'object'),
  worse jsonb CHECK (jsonb_typeof(worse) = 'object'),
  approval_id uuid,
  proposed_by jsonb NOT NULL CHECK (jsonb_typeof(proposed_by) = 'object'),
  proposed_by_name text NOT NULL CHECK (length(proposed_by_name) <= 400),
  reason text NOT NULL CHECK (length(reason) BETWEEN 3 AND 2000),
  error_code text CHECK (error_code ~ '^[a-z][a-z_-]{1,60}$'),
  error_text text CHECK (length(error_text) <= 1000),
  event_id uuid NOT NULL,
  attempt integer NOT NULL DEFAULT 0,
  lease_owner text,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- The act, as the cluster's API took it; NULL while nothing reached it.
  applied_at timestamptz,
  told_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, remediation_id),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES drift_finding (tenant_id, finding_id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approval_request (tenant_id, request_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK ((state = 'indeterminate') = (resume_state IS NOT NULL)),
  CHECK ((finished_at IS NOT NULL) = (state IN ('verified', 'rolled_back', 'failed', 'refused', 'withdrawn', 'expired', 'superseded')))
);
-- One under way an object.
CREATE UNIQUE INDEX remediation_of_object ON remediation (tenant_id, cluster, object_digest) WHERE finished_at IS NULL;
CREATE INDEX remediation_of_finding ON remediation (tenant_id, finding_id, remediation_id DESC);
CREATE INDEX remediation_history_of_object ON remediation (tenant_id, cluster, object_digest, applied_at);
CREATE INDEX remediation_due ON remediation (due_at) WHERE finished_at IS NULL;
CREATE INDEX remediation_applied ON remediation (cluster, applied_at) WHERE mode = 'auto' AND applied_at IS NOT NULL;
CALL app.protect('remediation', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

CREATE TABLE remediation_step (
  tenant_id text NOT NULL,
  step_id uuid NOT NULL,
  remediation_id uuid NOT NULL,
  state_from text,
  state_to text NOT NULL,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
  actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'service', 'worker', 'system')),
  actor_name text NOT NULL CHECK (length(actor_name) <= 400),
  event_id uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, step_id),
  FOREIGN KEY (tenant_id, remediation_id) REFERENCES remediation (tenant_id, remediation_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX remediation_step_of ON remediation_step (tenant_id, remediation_id, step_id);
CALL app.protect('remediation_step', 'SELECT, INSERT', 'SELECT, INSERT');

-- An object whose drift came back too often: nothing is done to it by itself until a person resets this.
CREATE TABLE remediation_breaker (
  tenant_id text NOT NULL REFERENCES tenant,
  breaker_id uuid NOT NULL,
  cluster text NOT NULL CHECK (length(cluster) BETWEEN 1 AND 200),
  object_digest bytea NOT NULL CHECK (octet_length(object_digest) = 32),
  rule text NOT NULL,
  api_version text NOT NULL CHECK (length(api_version) <= 320),
  kind text NOT NULL CHECK (length(kind) <= 253),
  namespace text CHECK (length(namespace) <= 253),
  name text NOT NULL CHECK (length(name) <= 253),
  count integer NOT NULL,
  window_seconds integer NOT NULL,
  opened_at timestamptz NOT NULL,
  event_id uuid NOT NULL,
  reset_at timestamptz,
  reset_by_name text CHECK (length(reset_by_name) <= 400),
  reset_reason text CHECK (length(reset_reason) <= 2000),
  PRIMARY KEY (tenant_id, breaker_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK ((reset_at IS NULL) = (reset_by_name IS NULL))
);
CREATE UNIQUE INDEX remediation_breaker_open ON remediation_breaker (tenant_id, cluster, object_digest) WHERE reset_at IS NULL;
CREATE INDEX remediation_breaker_history ON remediation_breaker (tenant_id, cluster, object_digest, reset_at);
CALL app.protect('remediation_breaker', 'SELECT, UPDATE', 'SELECT, INSERT');

-- The Sovereign's policies as they are in force, for whoever they apply to: every tenant.
CREATE POLICY dispatch_rows ON remediation_policy FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, rule, version, mode, spec, reason, saved_by_name, saved_at) ON remediation_policy TO console_dispatch;
CREATE FUNCTION app.remediation_policies_here() RETURNS TABLE (rule text, version integer, mode text, spec jsonb, saved_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT DISTINCT ON (p.rule) p.rule, p.version, p.mode, p.spec, p.saved_at
  FROM public.remediation_policy p JOIN public.tenant owner ON owner.tenant_id = p.tenant_id AND owner.kind = 'sovereign'
  ORDER BY p.rule, p.version DESC
$$;

-- Remediations whose turn it is: keys only.
CREATE POLICY dispatch_rows ON remediation FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, remediation_id, finding_id, state, cluster, mode, due_at, lease_until, finished_at, applied_at, object_digest,
  rule, updated_at) ON remediation TO console_dispatch;
CREATE FUNCTION app.due_remediations(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT r.tenant_id, r.remediation_id FROM public.remediation r
  WHERE r.finished_at IS NULL AND r.due_at <= clock_timestamp()
    AND (r.lease_until IS NULL OR r.lease_until <= clock_timestamp())
  ORDER BY r.due_at LIMIT max_rows
$$;

-- Findings that a policy mends by itself and that nobody works on: keys only. The verb judges each again.
CREATE POLICY dispatch_remediable ON drift_finding FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, finding_id, rule, kind, api_version, cluster, state, suppressed_until, last_seen_at) ON drift_finding TO console_dispatch;
CREATE POLICY dispatch_rows ON remediation_breaker FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, cluster, object_digest, reset_at) ON remediation_breaker TO console_dispatch;
CREATE FUNCTION app.due_auto_remediations(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT f.tenant_id, f.finding_id FROM app.remediation_policies_here() p
  JOIN public.drift_finding f ON f.rule = p.rule
  WHERE p.mode = 'auto' AND f.state IN ('open', 'acknowledged')
    AND (f.suppressed_until IS NULL OR f.suppressed_until <= clock_timestamp())
    AND (p.spec -> 'safeKinds') ? (CASE WHEN position('/' IN f.api_version) > 0
      THEN f.kind || '.' || split_part(f.api_version, '/', 1) ELSE f.kind END)
    AND NOT EXISTS (SELECT 1 FROM public.remediation r WHERE r.tenant_id = f.tenant_id AND r.finding_id = f.finding_id
      AND (r.finished_at IS NULL OR r.updated_at > clock_timestamp() - CASE
        -- What failed by itself, or what a person stopped, is for people to look at first.
        WHEN r.state IN ('failed', 'refused', 'rolled_back', 'withdrawn') THEN interval '1 hour'
        ELSE interval '30 seconds' END))
    AND NOT EXISTS (SELECT 1 FROM public.remediation_breaker b JOIN public.remediation r
      ON r.tenant_id = b.tenant_id AND r.cluster = b.cluster AND r.object_digest = b.object_digest
      WHERE b.tenant_id = f.tenant_id AND r.finding_id = f.finding_id AND b.reset_at IS NULL)
  ORDER BY f.last_seen_at LIMIT max_rows
$$;

-- How many automatic remediations touched a cluster within the last hour, or are about to, over all tenants.
CREATE FUNCTION app.automatic_remediations(of_cluster text) RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT count(*)::int FROM public.remediation r WHERE r.cluster = of_cluster AND r.mode = 'auto'
    AND (r.applied_at > clock_timestamp() - interval '1 hour' OR r.state IN ('applying', 'indeterminate'))
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.remediation_policies_here() OWNER TO console_dispatch;
ALTER FUNCTION app.due_remediations(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_auto_remediations(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.automatic_remediations(text) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.remediation_policies_here(), app.due_remediations(integer), app.due_auto_remediations(integer),
  app.automatic_remediations(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.remediation_policies_here() TO console_tenant, console_worker;
GRANT EXECUTE ON FUNCTION app.due_remediations(integer), app.due_auto_remediations(integer), app.automatic_remediations(text) TO console_worker;
