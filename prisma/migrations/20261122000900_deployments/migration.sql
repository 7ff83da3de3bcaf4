-- Environments with their policies, requests for deployments, and what runs (ADR 0016); the policy
-- sets that decisions were made from, by digest, so that an old decision can be made again.

------------------------------------------------------------------------------------------------
-- Policy sets and schemas by digest
------------------------------------------------------------------------------------------------

CREATE TABLE policy_set (
  tenant_id text NOT NULL REFERENCES tenant,
  digest bytea NOT NULL,
  -- The canonical JSON of a policy set, or the text of a schema: what the digest was made of.
  body text NOT NULL CHECK (octet_length(body) <= 1048576),
  stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, digest),
  CONSTRAINT policy_set_digest_of_body CHECK (digest = sha256(convert_to(body, 'UTF8')))
);
CALL app.protect('policy_set', 'SELECT, INSERT', 'SELECT, INSERT');

------------------------------------------------------------------------------------------------
-- Environments
------------------------------------------------------------------------------------------------

-- The head: which version is in force, and whether deployments are stopped for a time.
CREATE TABLE environment_policy (
  tenant_id text NOT NULL REFERENCES tenant,
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  version integer NOT NULL CHECK (version >= 1),
  frozen_from timestamptz,
  -- NULL while frozen: until somebody lifts it.
  frozen_until timestamptz,
  freeze_reason text NOT NULL DEFAULT '' CHECK (length(freeze_reason) <= 2000),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, environment),
  CHECK (frozen_from IS NOT NULL OR frozen_until IS NULL),
  CHECK (frozen_until > frozen_from)
);
CALL app.protect('environment_policy', 'SELECT, INSERT, UPDATE', 'SELECT');

CREATE TABLE environment_policy_version (
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
  FOREIGN KEY (tenant_id, environment) REFERENCES environment_policy (tenant_id, environment),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('environment_policy_version', 'SELECT, INSERT', 'SELECT');

------------------------------------------------------------------------------------------------
-- Requests
------------------------------------------------------------------------------------------------

CREATE TABLE deployment_request (
  tenant_id text NOT NULL REFERENCES tenant,
  deployment_id uuid NOT NULL,
  environment text NOT NULL,
  service text NOT NULL CHECK (service ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  kind text NOT NULL CHECK (kind IN ('deploy', 'rollback')),
  state text NOT NULL CHECK (state IN ('requested', 'checking', 'awaiting_approval', 'approved', 'executing', 'succeeded', 'failed', 'rolled_back', 'rejected', 'expired', 'withdrawn', 'superseded')),
  revision integer NOT NULL CHECK (revision >= 1),
  -- Of the current revision; every approval names it.
  subject_digest bytea NOT NULL CHECK (octet_length(subject_digest) = 32),
  policy_version integer NOT NULL,
  approval_id uuid NOT NULL,
  requester_kind text NOT NULL CHECK (requester_kind IN ('user', 'service', 'worker', 'system')),
  requester_issuer text NOT NULL,
  requester_subject text NOT NULL,
  requester_name text NOT NULL CHECK (length(requester_name) <= 200),
  request_event_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  revised_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  check_due_at timestamptz NOT NULL,
  claimed_at timestamptz,
  claimed_by_issuer text,
  claimed_by_subject text,
  claim_key text CHECK (length(claim_key) <= 200),
  finished_at timestamptz,
  outcome_note text NOT NULL DEFAULT '' CHECK (length(outcome_note) <= 2000),
  superseded_by uuid,
  -- The number of the newest history entry, and of the newest that subscribers were told of.
  history_no integer NOT NULL DEFAULT 0,
  announced_no integer NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, deployment_id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approval_request (tenant_id, request_id),
  FOREIGN KEY (tenant_id, environment, policy_version) REFERENCES environment_policy_version (tenant_id, environment, version),
  FOREIGN KEY (tenant_id, superseded_by) REFERENCES deployment_request (tenant_id, deployment_id),
  CHECK ((claimed_at IS NULL) = (claimed_by_issuer IS NULL)),
  CHECK ((claimed_at IS NULL) = (claimed_by_subject IS NULL)),
  CHECK (claimed_at IS NOT NULL OR state NOT IN ('executing', 'succeeded', 'failed', 'rolled_back')),
  CHECK (announced_no <= history_no)
);
CREATE INDEX deployment_request_by_service ON deployment_request (tenant_id, environment, service, deployment_id DESC);
CREATE INDEX deployment_request_unfinished ON deployment_request (tenant_id, deployment_id)
  WHERE state IN ('requested', 'checking', 'awaiting_approval', 'approved', 'executing');
CREATE INDEX deployment_request_unannounced ON deployment_request (tenant_id, deployment_id) WHERE announced_no < history_no;
CREATE UNIQUE INDEX deployment_request_approval ON deployment_request (tenant_id, approval_id);
CALL app.protect('deployment_request', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

CREATE TABLE deployment_revision (
  tenant_id text NOT NULL,
  deployment_id uuid NOT NULL,
  revision integer NOT NULL CHECK (revision >= 1),
  config_digest text NOT NULL CHECK (config_digest ~ '^sha256:[0-9a-f]{64}$'),
  change_ref text NOT NULL CHECK (length(change_ref) BETWEEN 1 AND 500),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  policy_version integer NOT NULL,
  provenance text NOT NULL CHECK (provenance IN ('unknown', 'verified', 'failed')),
  subject_digest bytea NOT NULL CHECK (octet_length(subject_digest) = 32),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, deployment_id, revision),
  FOREIGN KEY (tenant_id, deployment_id) REFERENCES deployment_request (tenant_id, deployment_id)
);
CALL app.protect('deployment_revision', 'SELECT, INSERT', 'SELECT, INSERT');

CREATE TABLE deployment_image (
  tenant_id text NOT NULL,
  deployment_id uuid NOT NULL,
  revision integer NOT NULL,
  image_no integer NOT NULL CHECK (image_no >= 1),
  repository text NOT NULL CHECK (length(repository) BETWEEN 1 AND 300),
  tag text CHECK (length(tag) <= 128),
  digest text NOT NULL CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
  PRIMARY KEY (tenant_id, deployment_id, revision, image_no),
  FOREIGN KEY (tenant_id, deployment_id, revision) REFERENCES deployment_revision (tenant_id, deployment_id, revision)
);
CREATE INDEX deployment_image_by_digest ON deployment_image (tenant_id, digest);
CALL app.protect('deployment_image', 'SELECT, INSERT', 'SELECT, INSERT');

CREATE TABLE deployment_history (
  tenant_id text NOT NULL,
  deployment_id uuid NOT NULL,
  entry_no integer NOT NULL CHECK (entry_no >= 1),
  act text NOT NULL,
  state_from text NOT NULL,
  state_to text NOT NULL,
  revision integer NOT NULL,
  actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'service', 'worker', 'system')),
  actor_name text NOT NULL CHECK (length(actor_name) <= 200),
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 4000),
  event_id uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, deployment_id, entry_no),
  FOREIGN KEY (tenant_id, deployment_id) REFERENCES deployment_request (tenant_id, deployment_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('deployment_history', 'SELECT, INSERT', 'SELECT, INSERT');

CREATE TABLE deployment_comment (
  tenant_id text NOT NULL,
  comment_id uuid NOT NULL,
  deployment_id uuid NOT NULL,
  author_issuer text NOT NULL,
  author_subject text NOT NULL,
  author_name text NOT NULL CHECK (length(author_name) <= 200),
  body text NOT NULL CHECK (length(body) BETWEEN 1 AND 4000),
  -- Roles and names that stand in the body after an @.
  mentions text[] NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, comment_id),
  FOREIGN KEY (tenant_id, deployment_id) REFERENCES deployment_request (tenant_id, deployment_id)
);
CREATE INDEX deployment_comment_by_request ON deployment_comment (tenant_id, deployment_id, comment_id);
CALL app.protect('deployment_comment', 'SELECT, INSERT', 'SELECT');

-- What runs, by the word of whoever deployed it: the newest success of each service.
CREATE TABLE runtime_deployment (
  tenant_id text NOT NULL REFERENCES tenant,
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  service text NOT NULL,
  deployment_id uuid NOT NULL,
  revision integer NOT NULL,
  running_since timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, environment, service),
  FOREIGN KEY (tenant_id, deployment_id, revision) REFERENCES deployment_revision (tenant_id, deployment_id, revision)
);
CALL app.protect('runtime_deployment', 'SELECT, INSERT, UPDATE', 'SELECT');

------------------------------------------------------------------------------------------------
-- Finding work: keys only
------------------------------------------------------------------------------------------------

CREATE POLICY dispatch_rows ON deployment_request FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, deployment_id, environment, state, policy_version, approval_id, expires_at, check_due_at, history_no, announced_no)
  ON deployment_request TO console_dispatch;
CREATE POLICY dispatch_rows ON environment_policy FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, environment, version) ON environment_policy TO console_dispatch;

-- Requests that are new, to be checked again, past their time, decided, or older than their policy.
CREATE FUNCTION app.due_deployments(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT d.tenant_id, d.deployment_id FROM public.deployment_request d
  JOIN public.environment_policy p ON p.tenant_id = d.tenant_id AND p.environment = d.environment
  JOIN public.approval_request a ON a.tenant_id = d.tenant_id AND a.request_id = d.approval_id
  WHERE d.state IN ('requested', 'checking', 'awaiting_approval', 'approved')
    AND (d.state = 'requested' OR d.expires_at <= clock_timestamp() OR d.policy_version <> p.version
      OR (d.state = 'checking' AND d.check_due_at <= clock_timestamp())
      OR (d.state = 'awaiting_approval' AND a.state <> 'open')
      OR (d.state = 'approved' AND a.state <> 'approved')
      OR a.state IN ('rejected', 'withdrawn', 'expired'))
  ORDER BY d.deployment_id LIMIT max_rows
$$;
-- Requests with history that subscribers were not told of.
CREATE FUNCTION app.unannounced_deployments(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT d.tenant_id, d.deployment_id FROM public.deployment_request d
  WHERE d.announced_no < d.history_no ORDER BY d.deployment_id LIMIT max_rows
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_deployments(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.unannounced_deployments(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_deployments(integer), app.unannounced_deployments(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_deployments(integer), app.unannounced_deployments(integer) TO console_worker;
