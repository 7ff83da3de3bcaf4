-- Foundation: tenant context, row-level security template, and the tables of the first features.
-- Runs as console_migrator. The roles named here are made beforehand by server/platform/db/logins.ts
-- (roles belong to the cluster, not to the database).

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO console_tenant, console_overview, console_worker, console_search, console_identity, console_dispatch;

CREATE SCHEMA app;
CREATE SCHEMA app_ext;
CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA app_ext;
GRANT USAGE ON SCHEMA app TO console_tenant, console_overview, console_worker, console_search, console_identity, console_dispatch, console_guard;
GRANT USAGE ON SCHEMA app_ext TO console_guard;
-- Functions are executable by PUBLIC unless said otherwise; here each grant is named.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

------------------------------------------------------------------------------------------------
-- Tenant context (docs/adr/0002-signed-tenant-context.md)
------------------------------------------------------------------------------------------------

CREATE TABLE app.context_key (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  key bytea NOT NULL CHECK (octet_length(key) = 32)
);
REVOKE ALL ON app.context_key FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON app.context_key TO console_guard;

-- Verifies `v1|kind|tenants|expiry ms|backend pid|hmac` and gives the tenants part.
CREATE FUNCTION app.verified_tenants(expected_kind text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog
AS $$
DECLARE
  raw text := current_setting('app.context', true);
  parts text[];
  secret bytea;
BEGIN
  IF raw IS NULL OR raw = '' THEN
    RAISE EXCEPTION 'no tenant context' USING ERRCODE = '42501';
  END IF;
  parts := string_to_array(raw, '|');
  IF array_length(parts, 1) IS DISTINCT FROM 6 OR parts[1] <> 'v1' OR parts[2] <> expected_kind
     OR parts[5] <> pg_backend_pid()::text
     OR parts[4]::bigint < (extract(epoch FROM clock_timestamp()) * 1000)::bigint THEN
    RAISE EXCEPTION 'tenant context refused' USING ERRCODE = '42501';
  END IF;
  SELECT k.key INTO secret FROM app.context_key k;
  IF secret IS NULL OR parts[6] IS DISTINCT FROM encode(app_ext.hmac(
       convert_to(array_to_string(parts[1:5], '|'), 'UTF8'), secret, 'sha256'), 'hex') THEN
    RAISE EXCEPTION 'tenant context refused' USING ERRCODE = '42501';
  END IF;
  RETURN parts[3];
END $$;

-- The one tenant of this transaction. The kind that the context must have follows from the login.
CREATE FUNCTION app.current_tenant() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog
AS $$
BEGIN
  RETURN app.verified_tenants(CASE session_user
    WHEN 'console_tenant' THEN 'tenant'
    WHEN 'console_worker' THEN 'worker'
    WHEN 'console_search' THEN 'search'
    ELSE 'none' END);
END $$;

-- The signed, read-only set of tenants of an overview.
CREATE FUNCTION app.current_tenant_set() RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog
AS $$
BEGIN
  RETURN string_to_array(app.verified_tenants(
    CASE session_user WHEN 'console_overview' THEN 'overview' ELSE 'none' END), ',');
END $$;

-- First statement of every transaction: refuses a connection that carries anything over,
-- then sets the context and the time limit, for this transaction only.
CREATE FUNCTION app.enter(context text, timeout_millis integer) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog
AS $$
BEGIN
  IF coalesce(current_setting('app.context', true), '') <> '' OR current_user <> session_user THEN
    RAISE EXCEPTION 'connection is not clean' USING ERRCODE = '42501';
  END IF;
  PERFORM set_config('app.context', context, true);
  PERFORM set_config('statement_timeout', timeout_millis::text, true);
  RETURN clock_timestamp();
END $$;

CREATE FUNCTION app.set_context_key(new_key bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog
AS $$
  INSERT INTO app.context_key (only_row, key) VALUES (true, new_key)
  ON CONFLICT (only_row) DO UPDATE SET key = excluded.key
$$;

-- Owning a schema object there takes CREATE on it, for this statement only.
GRANT CREATE ON SCHEMA app TO console_guard, console_dispatch;
ALTER FUNCTION app.verified_tenants(text) OWNER TO console_guard;
ALTER FUNCTION app.current_tenant() OWNER TO console_guard;
ALTER FUNCTION app.current_tenant_set() OWNER TO console_guard;
ALTER FUNCTION app.set_context_key(bytea) OWNER TO console_guard;
REVOKE ALL ON FUNCTION app.verified_tenants(text), app.current_tenant(), app.current_tenant_set(), app.set_context_key(bytea), app.enter(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.verified_tenants(text) TO console_guard;
GRANT EXECUTE ON FUNCTION app.current_tenant() TO console_tenant, console_worker, console_search, console_overview, console_dispatch;
GRANT EXECUTE ON FUNCTION app.current_tenant_set() TO console_overview, console_tenant, console_worker, console_search;
GRANT EXECUTE ON FUNCTION app.enter(text, integer) TO console_tenant, console_worker, console_search, console_overview;
GRANT EXECUTE ON FUNCTION app.set_context_key(bytea) TO console_migrator;

-- The one template of every tenant table: forced row-level security, a policy for each login,
-- and the grants that the table asks for. Owner-only: a migration calls it, nobody else.
CREATE PROCEDURE app.protect(target regclass, tenant_grants text, worker_grants text, overview boolean DEFAULT true, search boolean DEFAULT false)
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', target);
  EXECUTE format('CREATE POLICY tenant_rows ON %s TO console_tenant USING (tenant_id = (SELECT app.current_tenant())) WITH CHECK (tenant_id = (SELECT app.current_tenant()))', target);
  EXECUTE format('CREATE POLICY worker_rows ON %s TO console_worker USING (tenant_id = (SELECT app.current_tenant())) WITH CHECK (tenant_id = (SELECT app.current_tenant()))', target);
  EXECUTE format('CREATE POLICY search_rows ON %s FOR SELECT TO console_search USING (tenant_id = (SELECT app.current_tenant()))', target);
  EXECUTE format('CREATE POLICY overview_rows ON %s FOR SELECT TO console_overview USING (tenant_id = ANY ((SELECT app.current_tenant_set())::text[]))', target);
  IF tenant_grants <> '' THEN EXECUTE format('GRANT %s ON %s TO console_tenant', tenant_grants, target); END IF;
  IF worker_grants <> '' THEN EXECUTE format('GRANT %s ON %s TO console_worker', worker_grants, target); END IF;
  IF overview THEN EXECUTE format('GRANT SELECT ON %s TO console_overview', target); END IF;
  IF search THEN EXECUTE format('GRANT SELECT ON %s TO console_search', target); END IF;
END $$;
REVOKE ALL ON PROCEDURE app.protect(regclass, text, text, boolean, boolean) FROM PUBLIC;

CREATE FUNCTION app.refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the audit log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;

------------------------------------------------------------------------------------------------
-- Tenants
------------------------------------------------------------------------------------------------

CREATE TABLE tenant (
  tenant_id text PRIMARY KEY CHECK (tenant_id ~ '^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$'),
  kind text NOT NULL CHECK (kind IN ('sovereign', 'organization')),
  display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 120),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CALL app.protect('tenant', 'SELECT, INSERT, UPDATE', 'SELECT');

CREATE TABLE idempotency_key (
  tenant_id text NOT NULL REFERENCES tenant,
  actor_ref text NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 8 AND 200),
  verb text NOT NULL,
  request_digest bytea NOT NULL,
  response jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, actor_ref, key)
);
CALL app.protect('idempotency_key', 'SELECT, INSERT', 'SELECT, INSERT, DELETE', false);

------------------------------------------------------------------------------------------------
-- Audit: events are immutable; payloads are separate, encrypted and erasable
------------------------------------------------------------------------------------------------

CREATE TABLE audit_event (
  tenant_id text NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL CHECK (type ~ '^runtime(\.[a-z][a-z0-9-]*)+$'),
  subject text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('succeeded', 'denied', 'failed')),
  actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'service', 'worker', 'system')),
  actor_ref text NOT NULL,
  trace_id text NOT NULL,
  recorded_at timestamptz NOT NULL,
  envelope text NOT NULL CHECK (octet_length(envelope) <= 65535),
  commitment bytea NOT NULL CHECK (octet_length(commitment) = 32),
  PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX audit_event_by_time ON audit_event (tenant_id, recorded_at DESC, event_id DESC);
CREATE INDEX audit_event_by_subject ON audit_event (tenant_id, subject, recorded_at DESC);
CREATE INDEX audit_event_by_type ON audit_event (tenant_id, type, recorded_at DESC);
CREATE INDEX audit_event_by_trace ON audit_event (tenant_id, trace_id);
CALL app.protect('audit_event', 'SELECT, INSERT', 'SELECT, INSERT', true, true);

CREATE TABLE audit_payload (
  tenant_id text NOT NULL,
  event_id uuid NOT NULL,
  key_id text NOT NULL,
  salt bytea NOT NULL,
  ciphertext bytea NOT NULL,
  PRIMARY KEY (tenant_id, event_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id)
);
CALL app.protect('audit_payload', 'SELECT, INSERT', 'SELECT, INSERT', false);

CREATE TABLE audit_pending (
  tenant_id text NOT NULL,
  event_id uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, event_id)
);
CALL app.protect('audit_pending', 'SELECT, INSERT', 'SELECT, INSERT, DELETE', false);

CREATE TABLE audit_leaf (
  tenant_id text NOT NULL,
  leaf_index bigint NOT NULL CHECK (leaf_index >= 0),
  event_id uuid NOT NULL,
  leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
  sealed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, leaf_index),
  UNIQUE (tenant_id, event_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id)
);
CALL app.protect('audit_leaf', 'SELECT', 'SELECT, INSERT', true, true);

CREATE TABLE audit_tile (
  tenant_id text NOT NULL,
  level integer NOT NULL CHECK (level BETWEEN 0 AND 7),
  tile_index bigint NOT NULL CHECK (tile_index >= 0),
  width integer NOT NULL CHECK (width BETWEEN 1 AND 256),
  hashes bytea NOT NULL,
  PRIMARY KEY (tenant_id, level, tile_index),
  CHECK (octet_length(hashes) = width * 32)
);
CALL app.protect('audit_tile', 'SELECT', 'SELECT, INSERT, UPDATE', false);

CREATE TABLE audit_checkpoint (
  tenant_id text NOT NULL,
  tree_size bigint NOT NULL CHECK (tree_size >= 0),
  root_hash bytea NOT NULL CHECK (octet_length(root_hash) = 32),
  note text NOT NULL,
  signed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, tree_size)
);
CALL app.protect('audit_checkpoint', 'SELECT', 'SELECT, INSERT', true);

CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON audit_leaf FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON audit_leaf FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON audit_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();

-- Denials of one principal for one act are counted in a window, not written one by one.
CREATE TABLE denial_window (
  tenant_id text NOT NULL,
  denial_key text NOT NULL,
  window_ends_at timestamptz NOT NULL,
  suppressed integer NOT NULL DEFAULT 0 CHECK (suppressed >= 0),
  last_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, denial_key)
);
CALL app.protect('denial_window', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE', false);

------------------------------------------------------------------------------------------------
-- Policy decisions and approvals
------------------------------------------------------------------------------------------------

CREATE TABLE policy_decision (
  tenant_id text NOT NULL REFERENCES tenant,
  decision_id uuid NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('allow', 'deny')),
  policy_set_digest bytea NOT NULL,
  schema_digest bytea NOT NULL,
  engine_version text NOT NULL,
  request text NOT NULL,
  entities text NOT NULL,
  reasons text[] NOT NULL,
  errors text[] NOT NULL,
  digest bytea NOT NULL,
  decided_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, decision_id)
);
CREATE INDEX policy_decision_by_time ON policy_decision (tenant_id, decided_at DESC, decision_id DESC);
CALL app.protect('policy_decision', 'SELECT, INSERT', 'SELECT, INSERT');

CREATE TABLE approval_request (
  tenant_id text NOT NULL REFERENCES tenant,
  request_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('rotation', 'deployment', 'elevation', 'dr-promotion', 'remediation')),
  subject_ref text NOT NULL,
  revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
  subject_digest bytea NOT NULL CHECK (octet_length(subject_digest) = 32),
  requirement jsonb NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  requester_issuer text NOT NULL,
  requester_subject text NOT NULL,
  human_issuer text,
  human_subject text,
  human_unknown boolean NOT NULL DEFAULT false,
  state text NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'expired', 'withdrawn', 'executed')),
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  decided_at timestamptz,
  PRIMARY KEY (tenant_id, request_id),
  CHECK ((human_issuer IS NULL) = (human_subject IS NULL))
);
CREATE INDEX approval_request_by_state ON approval_request (tenant_id, state, created_at DESC, request_id DESC);
CREATE UNIQUE INDEX approval_request_one_open ON approval_request (tenant_id, kind, subject_ref) WHERE state IN ('open', 'approved');
CALL app.protect('approval_request', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

CREATE TABLE approval_review (
  tenant_id text NOT NULL,
  review_id uuid NOT NULL,
  request_id uuid NOT NULL,
  revision integer NOT NULL,
  subject_digest bytea NOT NULL,
  reviewer_issuer text NOT NULL,
  reviewer_subject text NOT NULL,
  reviewer_roles text[] NOT NULL,
  decision text NOT NULL CHECK (decision IN ('approve', 'reject')),
  comment text NOT NULL DEFAULT '' CHECK (length(comment) <= 2000),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, review_id),
  UNIQUE (tenant_id, request_id, revision, reviewer_issuer, reviewer_subject),
  FOREIGN KEY (tenant_id, request_id) REFERENCES approval_request (tenant_id, request_id)
);
CALL app.protect('approval_review', 'SELECT, INSERT', 'SELECT');

------------------------------------------------------------------------------------------------
-- Alerts and signed webhooks (signed with the installation's key: no shared secret is kept)
------------------------------------------------------------------------------------------------

CREATE TABLE alert (
  tenant_id text NOT NULL REFERENCES tenant,
  alert_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9-]*$'),
  severity text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  subject_ref text NOT NULL,
  detail text NOT NULL CHECK (length(detail) <= 2000),
  event_id uuid,
  created_at timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by text,
  PRIMARY KEY (tenant_id, alert_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id)
);
CREATE INDEX alert_open ON alert (tenant_id, created_at DESC, alert_id DESC);
CALL app.protect('alert', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT');

CREATE TABLE webhook_endpoint (
  tenant_id text NOT NULL REFERENCES tenant,
  endpoint_id uuid NOT NULL,
  url text NOT NULL CHECK (length(url) <= 2000),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 200),
  enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, endpoint_id)
);
CALL app.protect('webhook_endpoint', 'SELECT, INSERT, UPDATE', 'SELECT', false);

CREATE TABLE webhook_delivery (
  tenant_id text NOT NULL,
  delivery_id uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  alert_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
  attempt integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  response_status integer,
  last_error text,
  fence bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, delivery_id),
  UNIQUE (tenant_id, endpoint_id, alert_id),
  FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoint (tenant_id, endpoint_id),
  FOREIGN KEY (tenant_id, alert_id) REFERENCES alert (tenant_id, alert_id)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (tenant_id, next_attempt_at) WHERE state = 'pending';
CALL app.protect('webhook_delivery', 'SELECT, INSERT', 'SELECT, INSERT, UPDATE', false);

------------------------------------------------------------------------------------------------
-- Credentials and their rotation
------------------------------------------------------------------------------------------------

CREATE TABLE secret_binding (
  tenant_id text NOT NULL REFERENCES tenant,
  binding_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  class text NOT NULL CHECK (class IN ('database-credential', 'api-token', 'oauth-client-secret', 'signing-key', 'tls-certificate', 'workload-identity', 'user-password', 'manual')),
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  store text NOT NULL,
  path text NOT NULL,
  owner text NOT NULL,
  rotator jsonb NOT NULL,
  current_version integer,
  grace_seconds integer NOT NULL DEFAULT 86400 CHECK (grace_seconds >= 0),
  last_rotated_at timestamptz,
  next_rotation_at timestamptz,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'rotating', 'failed', 'missing', 'retired')),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, binding_id),
  UNIQUE (tenant_id, store, path)
);
CREATE INDEX secret_binding_due ON secret_binding (tenant_id, next_rotation_at) WHERE state = 'active';
CREATE INDEX secret_binding_by_name ON secret_binding (tenant_id, name, binding_id);
CALL app.protect('secret_binding', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

CREATE TABLE rotation (
  tenant_id text NOT NULL,
  rotation_id uuid NOT NULL,
  binding_id uuid NOT NULL,
  approval_id uuid,
  state text NOT NULL CHECK (state IN ('requested', 'awaiting_approval', 'staged', 'applied', 'verified', 'promoted', 'grace', 'revoking', 'verified_dead', 'done', 'rolled_back', 'revoke_failed', 'indeterminate', 'orphaned')),
  trigger text NOT NULL CHECK (trigger IN ('forced', 'scheduled', 'leaked')),
  requested_by jsonb NOT NULL,
  cause_event_id uuid NOT NULL,
  old_handle jsonb,
  new_handle jsonb,
  intent jsonb,
  resume_state text,
  fence bigint NOT NULL DEFAULT 0,
  lease_owner text,
  lease_until timestamptz,
  attempt integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  grace_seconds integer NOT NULL CHECK (grace_seconds >= 0),
  grace_until timestamptz,
  error_code text,
  error_text text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, rotation_id),
  FOREIGN KEY (tenant_id, binding_id) REFERENCES secret_binding (tenant_id, binding_id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approval_request (tenant_id, request_id)
);
CREATE UNIQUE INDEX rotation_one_unfinished ON rotation (tenant_id, binding_id) WHERE finished_at IS NULL;
CREATE INDEX rotation_due ON rotation (tenant_id, due_at) WHERE finished_at IS NULL;
CREATE INDEX rotation_by_binding ON rotation (tenant_id, binding_id, created_at DESC);
CALL app.protect('rotation', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

CREATE TABLE rotation_step (
  tenant_id text NOT NULL,
  rotation_id uuid NOT NULL,
  step_no integer NOT NULL,
  state_from text NOT NULL,
  state_to text NOT NULL,
  at timestamptz NOT NULL,
  event_id uuid NOT NULL,
  note text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, rotation_id, step_no),
  FOREIGN KEY (tenant_id, rotation_id) REFERENCES rotation (tenant_id, rotation_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('rotation_step', 'SELECT, INSERT', 'SELECT, INSERT');

------------------------------------------------------------------------------------------------
-- Finding work: keys only (law 13). Owned by a role that cannot log in.
------------------------------------------------------------------------------------------------

CREATE POLICY dispatch_rows ON rotation FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, rotation_id, due_at, lease_until, finished_at, state) ON rotation TO console_dispatch;
CREATE POLICY dispatch_rows ON secret_binding FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, binding_id, next_rotation_at, state, rotator) ON secret_binding TO console_dispatch;
CREATE POLICY dispatch_rows ON audit_pending FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id) ON audit_pending TO console_dispatch;
CREATE POLICY dispatch_rows ON webhook_delivery FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, delivery_id, next_attempt_at, lease_until, state) ON webhook_delivery TO console_dispatch;
CREATE POLICY dispatch_rows ON approval_request FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, request_id, expires_at, state) ON approval_request TO console_dispatch;
CREATE POLICY dispatch_rows ON denial_window FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, window_ends_at) ON denial_window TO console_dispatch;

CREATE FUNCTION app.due_rotations(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, due timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.tenant_id, r.rotation_id, r.due_at FROM public.rotation r
  WHERE r.finished_at IS NULL AND r.state <> 'awaiting_approval' AND r.due_at <= clock_timestamp()
    AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
  ORDER BY r.due_at LIMIT max_rows
$$;
CREATE FUNCTION app.due_bindings(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, due timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT b.tenant_id, b.binding_id, b.next_rotation_at FROM public.secret_binding b
  WHERE b.state = 'active' AND b.next_rotation_at <= clock_timestamp() AND b.rotator ->> 'kind' <> 'none'
  ORDER BY b.next_rotation_at LIMIT max_rows
$$;
CREATE FUNCTION app.due_webhooks(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, due timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT d.tenant_id, d.delivery_id, d.next_attempt_at FROM public.webhook_delivery d
  WHERE d.state = 'pending' AND d.next_attempt_at <= clock_timestamp()
    AND (d.lease_until IS NULL OR d.lease_until < clock_timestamp())
  ORDER BY d.next_attempt_at LIMIT max_rows
$$;
CREATE FUNCTION app.due_approvals(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, due timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT a.tenant_id, a.request_id, a.expires_at FROM public.approval_request a
  WHERE a.state IN ('open', 'approved') AND a.expires_at <= clock_timestamp()
  ORDER BY a.expires_at LIMIT max_rows
$$;
CREATE FUNCTION app.tenants_with_pending_audit() RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT DISTINCT p.tenant_id::text FROM public.audit_pending p
$$;
CREATE FUNCTION app.tenants_with_ended_denials() RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT DISTINCT d.tenant_id::text FROM public.denial_window d WHERE d.window_ends_at <= clock_timestamp()
$$;
ALTER FUNCTION app.due_rotations(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_bindings(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_webhooks(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_approvals(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.tenants_with_pending_audit() OWNER TO console_dispatch;
ALTER FUNCTION app.tenants_with_ended_denials() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_guard, console_dispatch;
REVOKE ALL ON FUNCTION app.due_rotations(integer), app.due_bindings(integer), app.due_webhooks(integer), app.due_approvals(integer), app.tenants_with_pending_audit(), app.tenants_with_ended_denials() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_rotations(integer), app.due_bindings(integer), app.due_webhooks(integer), app.due_approvals(integer), app.tenants_with_pending_audit(), app.tenants_with_ended_denials() TO console_worker;

------------------------------------------------------------------------------------------------
-- Platform tables: no tenant key, no tenant content, named grants (closed list, DESIGN §5)
------------------------------------------------------------------------------------------------

CREATE TABLE session (
  session_id uuid PRIMARY KEY,
  realm text NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  sid text,
  display_enc bytea NOT NULL,
  tenants text[] NOT NULL,
  roles text[] NOT NULL,
  scopes text[] NOT NULL,
  acr text,
  auth_time timestamptz NOT NULL,
  access_token_enc bytea,
  refresh_token_enc bytea,
  id_token_enc bytea,
  access_expires_at timestamptz NOT NULL,
  roles_checked_at timestamptz NOT NULL,
  refresh_lease_until timestamptz,
  refresh_lease_owner uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  end_reason text CHECK (end_reason IN ('signed_out', 'back_channel', 'expired', 'refresh_refused', 'replaced'))
);
CREATE INDEX session_by_sid ON session (issuer, sid) WHERE ended_at IS NULL;
CREATE INDEX session_by_subject ON session (issuer, subject) WHERE ended_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO console_identity;

CREATE TABLE logout_token_seen (
  issuer text NOT NULL,
  jti text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (issuer, jti)
);
GRANT SELECT, INSERT, DELETE ON logout_token_seen TO console_identity;

CREATE TABLE rate_limit (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limit TO console_identity;
