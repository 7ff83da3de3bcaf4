-- Events that other parts of the platform send to the audit log (ADR 37): who sends them, which were
-- taken already, how many there were, and what was refused.

CREATE TABLE event_source (
  tenant_id text NOT NULL REFERENCES tenant,
  source_id uuid NOT NULL,
  -- `caller`: a service caller with a token; `webhook`: a registered machine; `worker`: what the worker
  -- reads by INGEST_FILE; `routed`: one of the Sovereign's that brought events of this tenant.
  how text NOT NULL CHECK (how IN ('caller', 'webhook', 'worker', 'routed')),
  kind text NOT NULL CHECK (kind IN ('cloudevents', 'kubernetes-audit', 'openbao-audit', 'keycloak', 'nats', 'falco', 'reports')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 300),
  -- Whose namespaces tell which tenant an event belongs to; the Sovereign's sources alone.
  cluster text CHECK (cluster ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  -- Where the worker goes on reading.
  cursor text CHECK (length(cursor) <= 2000),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  retired_at timestamptz,
  PRIMARY KEY (tenant_id, source_id),
  UNIQUE (tenant_id, how, name)
);
CALL app.protect('event_source', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

-- By its SHA-256: the token itself never reaches the console before a machine presents it.
CREATE TABLE event_source_token (
  tenant_id text NOT NULL,
  source_id uuid NOT NULL,
  token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
  added_by_name text NOT NULL CHECK (length(added_by_name) <= 200),
  event_id uuid NOT NULL,
  added_at timestamptz NOT NULL,
  ends_at timestamptz,
  PRIMARY KEY (tenant_id, source_id, token_hash),
  FOREIGN KEY (tenant_id, source_id) REFERENCES event_source (tenant_id, source_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('event_source_token', 'SELECT, INSERT, UPDATE', 'SELECT');

-- One a day, source and connection: calls at once don't wait for one another's counts.
CREATE TABLE event_tally (
  tenant_id text NOT NULL,
  source_id uuid NOT NULL,
  day date NOT NULL,
  shard integer NOT NULL CHECK (shard BETWEEN 0 AND 63),
  received bigint NOT NULL CHECK (received >= 0),
  repeated bigint NOT NULL CHECK (repeated >= 0),
  refused bigint NOT NULL CHECK (refused >= 0),
  masked bigint NOT NULL CHECK (masked >= 0),
  last_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, source_id, day, shard),
  FOREIGN KEY (tenant_id, source_id) REFERENCES event_source (tenant_id, source_id)
);
CALL app.protect('event_tally', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

-- What was taken already, by an HMAC of who vouches, CloudEvents source and id.
CREATE TABLE received_event (
  tenant_id text NOT NULL,
  event_key bytea NOT NULL CHECK (octet_length(event_key) = 32),
  -- HMAC of the whole event: the same id with other content is another event.
  content bytea NOT NULL CHECK (octet_length(content) = 32),
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, event_key),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('received_event', 'SELECT, INSERT', 'SELECT, INSERT', false);

CREATE TABLE event_dead_letter (
  tenant_id text NOT NULL,
  dead_letter_id uuid NOT NULL,
  source_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'redriven', 'discarded')),
  reason text NOT NULL CHECK (reason IN ('malformed', 'foreign-tenant', 'too-large', 'secret', 'id-reused')),
  field text CHECK (length(field) <= 200),
  -- In our words: nothing of what was sent.
  detail text NOT NULL CHECK (length(detail) <= 300),
  -- HMAC of the envelope: what is sent again is counted, not kept twice.
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  size_bytes integer NOT NULL CHECK (size_bytes >= 0),
  is_cut boolean NOT NULL,
  is_masked boolean NOT NULL,
  -- The envelope, sealed as payloads are.
  key_id text NOT NULL,
  ciphertext bytea NOT NULL CHECK (octet_length(ciphertext) <= 70000),
  attempts integer NOT NULL CHECK (attempts >= 1),
  event_id uuid NOT NULL,
  received_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  settled_at timestamptz,
  settled_by_name text CHECK (length(settled_by_name) <= 200),
  settled_reason text CHECK (length(settled_reason) <= 1000),
  -- The event that a mended one became.
  became_event_id uuid,
  PRIMARY KEY (tenant_id, dead_letter_id),
  FOREIGN KEY (tenant_id, source_id) REFERENCES event_source (tenant_id, source_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, became_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK ((state = 'waiting') = (settled_at IS NULL))
);
CREATE UNIQUE INDEX event_dead_letter_once ON event_dead_letter (tenant_id, source_id, digest) WHERE state = 'waiting';
CREATE INDEX event_dead_letter_by_state ON event_dead_letter (tenant_id, state, last_at DESC, dead_letter_id DESC);
CALL app.protect('event_dead_letter', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

------------------------------------------------------------------------------------------------
-- Before any tenant is known: who sends, and whose an event is
------------------------------------------------------------------------------------------------

CREATE POLICY dispatch_rows ON event_source FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, source_id, how, kind, name, cluster, cursor, retired_at) ON event_source TO console_dispatch;
CREATE POLICY dispatch_rows ON event_source_token FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, source_id, token_hash, ends_at) ON event_source_token TO console_dispatch;

-- The credentials that a machine may present under a name in its address; compared by who asks.
CREATE FUNCTION app.event_source_tokens(asked uuid)
RETURNS TABLE (tenant_id text, is_sovereign boolean, kind text, name text, cluster text, token_hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT s.tenant_id, t.kind = 'sovereign', s.kind, s.name, s.cluster, k.token_hash
  FROM public.event_source s
  JOIN public.tenant t ON t.tenant_id = s.tenant_id AND t.state = 'active'
  JOIN public.event_source_token k ON k.tenant_id = s.tenant_id AND k.source_id = s.source_id
  WHERE s.source_id = asked AND s.how = 'webhook' AND s.retired_at IS NULL
    AND (k.ends_at IS NULL OR k.ends_at > clock_timestamp())
  LIMIT 20
$$;

-- Whose namespaces of a cluster are, as the Sovereign registered them; only tenants that are open.
CREATE FUNCTION app.event_homes(asked_cluster text, namespaces text[])
RETURNS TABLE (namespace text, owner text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT n.namespace, n.owner
  FROM public.admission_namespace n
  JOIN public.admission_cluster c ON c.tenant_id = n.tenant_id AND c.cluster = n.cluster AND c.retired_at IS NULL
  JOIN public.tenant s ON s.tenant_id = c.tenant_id AND s.kind = 'sovereign'
  JOIN public.tenant t ON t.tenant_id = n.owner AND t.state = 'active'
  WHERE n.cluster = asked_cluster AND n.namespace = ANY (namespaces) AND n.rule = 'owned'
    AND (c.for_every OR n.owner = ANY (c.tenants))
$$;

-- Those of the names that are open tenants.
CREATE FUNCTION app.event_tenants(names text[]) RETURNS TABLE (tenant_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t WHERE t.tenant_id = ANY (names) AND t.state = 'active'
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.event_source_tokens(uuid) OWNER TO console_dispatch;
ALTER FUNCTION app.event_homes(text, text[]) OWNER TO console_dispatch;
ALTER FUNCTION app.event_tenants(text[]) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.event_source_tokens(uuid), app.event_homes(text, text[]), app.event_tenants(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.event_source_tokens(uuid) TO console_identity;
GRANT EXECUTE ON FUNCTION app.event_homes(text, text[]), app.event_tenants(text[]) TO console_identity, console_worker;
