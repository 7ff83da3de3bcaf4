-- Just-in-time elevation (ADR 0022): what each environment lets people ask for, what they asked for,
-- the grants that came of it with absolute times, and where else a grant is made to hold.

------------------------------------------------------------------------------------------------
-- What may be asked for
------------------------------------------------------------------------------------------------

CREATE TABLE elevation_policy (
  tenant_id text NOT NULL REFERENCES tenant,
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  version integer NOT NULL CHECK (version >= 1),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, environment)
);
CALL app.protect('elevation_policy', 'SELECT, INSERT, UPDATE', 'SELECT');

CREATE TABLE elevation_policy_version (
  tenant_id text NOT NULL,
  environment text NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  spec jsonb NOT NULL,
  spec_digest bytea NOT NULL CHECK (octet_length(spec_digest) = 32),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  saved_by_name text NOT NULL CHECK (length(saved_by_name) <= 200),
  event_id uuid NOT NULL,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, environment, version),
  FOREIGN KEY (tenant_id, environment) REFERENCES elevation_policy (tenant_id, environment),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('elevation_policy_version', 'SELECT, INSERT', 'SELECT');

------------------------------------------------------------------------------------------------
-- Grants: live from starts_at to ends_at by the database's clock, unless revoked before
------------------------------------------------------------------------------------------------

CREATE TABLE elevation_grant (
  tenant_id text NOT NULL REFERENCES tenant,
  grant_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('jit', 'break-glass')),
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  person_issuer text NOT NULL,
  person_subject text NOT NULL,
  person_name text NOT NULL CHECK (length(person_name) <= 200),
  scopes text[] NOT NULL CHECK (cardinality(scopes) BETWEEN 1 AND 50),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  -- What a sweeper or a person noted; whether it is live is asked of the clock alone.
  state text NOT NULL CHECK (state IN ('granted', 'given-back', 'revoked', 'expired')),
  revoked_at timestamptz,
  revoked_by_name text CHECK (length(revoked_by_name) <= 200),
  revoke_reason text NOT NULL DEFAULT '' CHECK (length(revoke_reason) <= 2000),
  -- The proof of presence that it was opened with; NULL: none was asked for.
  proof_method text CHECK (length(proof_method) <= 100),
  proof_acr text CHECK (length(proof_acr) <= 200),
  grant_event_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, grant_id),
  FOREIGN KEY (tenant_id, grant_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK (ends_at > starts_at),
  CHECK ((state IN ('given-back', 'revoked')) = (revoked_at IS NOT NULL)),
  CHECK ((revoked_at IS NULL) = (revoked_by_name IS NULL))
);
CREATE INDEX elevation_grant_by_person ON elevation_grant (tenant_id, person_issuer, person_subject, ends_at);
CREATE INDEX elevation_grant_open ON elevation_grant (tenant_id, ends_at) WHERE state = 'granted';
CALL app.protect('elevation_grant', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

------------------------------------------------------------------------------------------------
-- Requests
------------------------------------------------------------------------------------------------

CREATE TABLE elevation_request (
  tenant_id text NOT NULL REFERENCES tenant,
  request_id uuid NOT NULL,
  environment text NOT NULL,
  -- An extension names the grant that it prolongs; a new grant is named once it was opened.
  kind text NOT NULL CHECK (kind IN ('grant', 'extension')),
  grant_id uuid,
  person_issuer text NOT NULL,
  person_subject text NOT NULL,
  person_name text NOT NULL CHECK (length(person_name) <= 200),
  scopes text[] NOT NULL CHECK (cardinality(scopes) BETWEEN 1 AND 50),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  duration_seconds integer NOT NULL CHECK (duration_seconds BETWEEN 60 AND 2592000),
  -- NULL: as soon as it is activated.
  starts_at timestamptz,
  policy_version integer NOT NULL,
  -- Of the RFC 8785 JSON of what is asked for: a fresh proof is bound to it.
  request_digest bytea NOT NULL CHECK (octet_length(request_digest) = 32),
  approval_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'activated', 'rejected', 'expired', 'withdrawn', 'refused')),
  request_event_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, request_id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approval_request (tenant_id, request_id),
  FOREIGN KEY (tenant_id, grant_id) REFERENCES elevation_grant (tenant_id, grant_id),
  FOREIGN KEY (tenant_id, environment, policy_version) REFERENCES elevation_policy_version (tenant_id, environment, version),
  CHECK (kind <> 'extension' OR grant_id IS NOT NULL),
  CHECK (state <> 'activated' OR grant_id IS NOT NULL),
  CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX elevation_request_by_person ON elevation_request (tenant_id, person_issuer, person_subject, request_id DESC);
CREATE INDEX elevation_request_waiting ON elevation_request (tenant_id, expires_at) WHERE state = 'waiting';
CREATE UNIQUE INDEX elevation_request_approval ON elevation_request (tenant_id, approval_id);
-- A grant is prolonged by one request at a time.
CREATE UNIQUE INDEX elevation_request_one_extension ON elevation_request (tenant_id, grant_id)
  WHERE kind = 'extension' AND state = 'waiting';
CALL app.protect('elevation_request', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

-- What happened to a request or a grant, by whom; each entry with its event.
CREATE TABLE elevation_history (
  tenant_id text NOT NULL,
  entry_id uuid NOT NULL,
  request_id uuid,
  grant_id uuid,
  act text NOT NULL CHECK (length(act) <= 60),
  actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'service', 'worker', 'system')),
  actor_name text NOT NULL CHECK (length(actor_name) <= 200),
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 4000),
  event_id uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, entry_id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES elevation_request (tenant_id, request_id),
  FOREIGN KEY (tenant_id, grant_id) REFERENCES elevation_grant (tenant_id, grant_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK (num_nonnulls(request_id, grant_id) >= 1)
);
CREATE INDEX elevation_history_by_request ON elevation_history (tenant_id, request_id, entry_id);
CREATE INDEX elevation_history_by_grant ON elevation_history (tenant_id, grant_id, entry_id);
CALL app.protect('elevation_history', 'SELECT, INSERT', 'SELECT, INSERT');

------------------------------------------------------------------------------------------------
-- Projections: where else a grant is made to hold
------------------------------------------------------------------------------------------------

CREATE TABLE elevation_projection (
  tenant_id text NOT NULL,
  projection_id uuid NOT NULL,
  grant_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('keycloak-role', 'kubernetes-role-binding')),
  -- Where: {"realm", "role"} or {"cluster", "namespace", "role", "roleKind"}; never a secret.
  target jsonb NOT NULL,
  -- The canonical JSON of kind, target and person: two grants may want the same thing.
  target_key text NOT NULL CHECK (length(target_key) <= 2000),
  state text NOT NULL CHECK (state IN ('wanted', 'projecting', 'projected', 'revoking', 'gone')),
  attempts integer NOT NULL DEFAULT 0,
  trouble text NOT NULL DEFAULT '' CHECK (length(trouble) <= 500),
  due_at timestamptz NOT NULL,
  lease_until timestamptz,
  fence integer NOT NULL DEFAULT 0,
  projected_at timestamptz,
  -- When it was read to be gone.
  gone_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, projection_id),
  FOREIGN KEY (tenant_id, grant_id) REFERENCES elevation_grant (tenant_id, grant_id),
  CHECK ((state = 'gone') = (gone_at IS NOT NULL))
);
CREATE UNIQUE INDEX elevation_projection_once ON elevation_projection (tenant_id, grant_id, target_key);
CREATE INDEX elevation_projection_by_target ON elevation_projection (tenant_id, target_key) WHERE state <> 'gone';
CREATE INDEX elevation_projection_open ON elevation_projection (tenant_id, due_at) WHERE state <> 'gone';
CALL app.protect('elevation_projection', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

------------------------------------------------------------------------------------------------
-- Finding work: keys only
------------------------------------------------------------------------------------------------

CREATE POLICY dispatch_rows ON elevation_grant FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, grant_id, state, starts_at, ends_at) ON elevation_grant TO console_dispatch;
CREATE POLICY dispatch_rows ON elevation_request FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, request_id, environment, state, policy_version, approval_id, grant_id, kind, expires_at) ON elevation_request TO console_dispatch;
CREATE POLICY dispatch_rows ON elevation_policy FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, environment, version) ON elevation_policy TO console_dispatch;
CREATE POLICY dispatch_rows ON elevation_projection FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, projection_id, grant_id, state, due_at, lease_until) ON elevation_projection TO console_dispatch;

-- Grants whose time is over and that nobody noted yet.
CREATE FUNCTION app.expired_elevation_grants(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT g.tenant_id, g.grant_id FROM public.elevation_grant g
  WHERE g.state = 'granted' AND g.ends_at <= clock_timestamp() ORDER BY g.ends_at LIMIT max_rows
$$;
-- Waiting requests that are past their time, decided, older than their policy, or prolong what is over.
CREATE FUNCTION app.due_elevation_requests(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.tenant_id, r.request_id FROM public.elevation_request r
  JOIN public.elevation_policy p ON p.tenant_id = r.tenant_id AND p.environment = r.environment
  JOIN public.approval_request a ON a.tenant_id = r.tenant_id AND a.request_id = r.approval_id
  LEFT JOIN public.elevation_grant g ON g.tenant_id = r.tenant_id AND g.grant_id = r.grant_id
  WHERE r.state = 'waiting'
    AND (r.expires_at <= clock_timestamp() OR r.policy_version <> p.version
      OR a.state IN ('rejected', 'withdrawn', 'expired')
      OR (r.kind = 'extension' AND (g.state <> 'granted' OR g.ends_at <= clock_timestamp())))
  ORDER BY r.request_id LIMIT max_rows
$$;
-- Projections to make, or to take away because their grant is over.
CREATE FUNCTION app.due_elevation_projections(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT p.tenant_id, p.projection_id FROM public.elevation_projection p
  JOIN public.elevation_grant g ON g.tenant_id = p.tenant_id AND g.grant_id = p.grant_id
  WHERE p.state <> 'gone' AND (p.lease_until IS NULL OR p.lease_until <= clock_timestamp())
    AND CASE WHEN g.state <> 'granted' OR g.ends_at <= clock_timestamp()
      THEN p.state <> 'revoking' OR p.due_at <= clock_timestamp()
      ELSE p.due_at <= clock_timestamp() AND g.starts_at <= clock_timestamp() END
  ORDER BY p.due_at LIMIT max_rows
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.expired_elevation_grants(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_elevation_requests(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_elevation_projections(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.expired_elevation_grants(integer), app.due_elevation_requests(integer),
  app.due_elevation_projections(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.expired_elevation_grants(integer), app.due_elevation_requests(integer),
  app.due_elevation_projections(integer) TO console_worker;
