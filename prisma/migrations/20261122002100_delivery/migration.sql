-- Delivery of the log to sinks: what each is, how far each has come, and what it never will take.

CREATE TABLE sink (
  tenant_id text NOT NULL REFERENCES tenant,
  sink_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  kind text NOT NULL CHECK (kind IN ('opensearch', 'syslog-tls', 'webhook', 'nats-jetstream', 'splunk-hec', 'datadog')),
  -- No secret: only where secrets stand in the vault.
  config jsonb NOT NULL CHECK (config ->> 'kind' = kind),
  -- What it gets, in the language of the log's search; empty: everything.
  query text NOT NULL DEFAULT '' CHECK (length(query) <= 2000),
  masking jsonb NOT NULL DEFAULT '[]',
  state text NOT NULL CHECK (state IN ('active', 'paused', 'removed')),
  revision integer NOT NULL DEFAULT 1 CHECK (revision > 0),
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  -- Since when it is behind for longer than is borne, told once.
  lagging_since timestamptz,
  PRIMARY KEY (tenant_id, sink_id)
);
CREATE UNIQUE INDEX sink_by_name ON sink (tenant_id, lower(name)) WHERE state <> 'removed';
CALL app.protect('sink', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE', false);

-- How far a sink has come: with what is new, with a range of the past, with what is sent once more.
-- Each has a lease and a pause of its own, so that none stands in the way of another.
CREATE TABLE sink_cursor (
  tenant_id text NOT NULL,
  cursor_id uuid NOT NULL,
  sink_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('live', 'backfill', 'redrive')),
  state text NOT NULL CHECK (state IN ('running', 'done', 'stopped')),
  -- The first leaf that is not yet done with; for a backfill also where it began and where it ends.
  from_leaf bigint NOT NULL CHECK (from_leaf >= 0),
  next_leaf bigint NOT NULL CHECK (next_leaf >= from_leaf),
  until_leaf bigint CHECK (until_leaf >= from_leaf),
  since_at timestamptz,
  until_at timestamptz,
  -- A backfill may ask for less than the sink's own query.
  query text NOT NULL DEFAULT '' CHECK (length(query) <= 2000),
  cause_event_id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  lease_owner text CHECK (length(lease_owner) <= 200),
  lease_until timestamptz,
  next_attempt_at timestamptz NOT NULL,
  -- Failures in a row; from the fifth on the circuit is open.
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  error_field text CHECK (length(error_field) <= 100),
  error_text text CHECK (length(error_text) <= 500),
  error_remedy text CHECK (length(error_remedy) <= 500),
  error_at timestamptz,
  delivered bigint NOT NULL DEFAULT 0,
  -- Not asked for by the query.
  passed_over bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  retried bigint NOT NULL DEFAULT 0,
  delivered_at timestamptz,
  PRIMARY KEY (tenant_id, cursor_id),
  FOREIGN KEY (tenant_id, sink_id) REFERENCES sink (tenant_id, sink_id),
  CHECK ((kind = 'backfill') = (until_leaf IS NOT NULL)),
  CHECK ((state = 'running') = (finished_at IS NULL))
);
CREATE INDEX sink_cursor_by_sink ON sink_cursor (tenant_id, sink_id, kind, started_at DESC);
CREATE UNIQUE INDEX sink_cursor_once ON sink_cursor (tenant_id, sink_id, kind) WHERE kind <> 'backfill';
CREATE INDEX sink_cursor_due ON sink_cursor (next_attempt_at) WHERE state = 'running';
CALL app.protect('sink_cursor', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE', false);

-- What was done minute by minute, for a day.
CREATE TABLE sink_minute (
  tenant_id text NOT NULL,
  sink_id uuid NOT NULL,
  minute timestamptz NOT NULL,
  delivered bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  failures bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, sink_id, minute),
  FOREIGN KEY (tenant_id, sink_id) REFERENCES sink (tenant_id, sink_id)
);
CALL app.protect('sink_minute', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE', false);

-- An event that a sink never will take. The envelope is the log's own, to the byte; its payload is read
-- from where it is kept, so that what is erased there is erased here.
CREATE TABLE sink_dead_letter (
  tenant_id text NOT NULL,
  letter_id uuid NOT NULL,
  sink_id uuid NOT NULL,
  event_id uuid NOT NULL,
  leaf_index bigint NOT NULL CHECK (leaf_index >= 0),
  envelope text NOT NULL CHECK (octet_length(envelope) <= 65535),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  attempts integer NOT NULL DEFAULT 1 CHECK (attempts > 0),
  state text NOT NULL CHECK (state IN ('waiting', 'redriving', 'delivered', 'discarded')),
  dead_at timestamptz NOT NULL,
  settled_at timestamptz,
  PRIMARY KEY (tenant_id, letter_id),
  UNIQUE (tenant_id, sink_id, event_id),
  FOREIGN KEY (tenant_id, sink_id) REFERENCES sink (tenant_id, sink_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id),
  CHECK ((state IN ('delivered', 'discarded')) = (settled_at IS NOT NULL))
);
CREATE INDEX sink_dead_letter_by_state ON sink_dead_letter (tenant_id, sink_id, state, leaf_index);
CALL app.protect('sink_dead_letter', 'SELECT, UPDATE', 'SELECT, INSERT, UPDATE', false);

-- A look at a sink before it is saved, or at one that is: asked by a person, answered by the worker.
CREATE TABLE sink_check (
  tenant_id text NOT NULL REFERENCES tenant,
  check_id uuid NOT NULL,
  config jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('asked', 'passed', 'failed')),
  error_field text CHECK (length(error_field) <= 100),
  error_text text CHECK (length(error_text) <= 500),
  error_remedy text CHECK (length(error_remedy) <= 500),
  cause_event_id uuid NOT NULL,
  asked_at timestamptz NOT NULL,
  answered_at timestamptz,
  PRIMARY KEY (tenant_id, check_id),
  CHECK ((state = 'asked') = (answered_at IS NULL)),
  CHECK ((state = 'failed') = (error_text IS NOT NULL))
);
CREATE INDEX sink_check_asked ON sink_check (asked_at) WHERE state = 'asked';
CALL app.protect('sink_check', 'SELECT, INSERT', 'SELECT, UPDATE, DELETE', false);

-- Due work: keys only, and nothing of a tenant that is not open.
CREATE POLICY dispatch_rows ON sink FOR SELECT TO console_dispatch USING (tenant_id <> ALL (ARRAY(
  SELECT t.tenant_id FROM public.tenant t WHERE t.state <> 'active')));
GRANT SELECT (tenant_id, sink_id, kind, state, lagging_since) ON sink TO console_dispatch;
CREATE POLICY dispatch_rows ON sink_cursor FOR SELECT TO console_dispatch USING (tenant_id <> ALL (ARRAY(
  SELECT t.tenant_id FROM public.tenant t WHERE t.state <> 'active')));
GRANT SELECT (tenant_id, cursor_id, sink_id, kind, state, next_leaf, lease_until, next_attempt_at, failures, delivered, rejected, retried)
  ON sink_cursor TO console_dispatch;
CREATE POLICY dispatch_rows ON sink_dead_letter FOR SELECT TO console_dispatch USING (tenant_id <> ALL (ARRAY(
  SELECT t.tenant_id FROM public.tenant t WHERE t.state <> 'active')));
GRANT SELECT (tenant_id, sink_id, state) ON sink_dead_letter TO console_dispatch;
CREATE POLICY dispatch_rows ON sink_check FOR SELECT TO console_dispatch USING (tenant_id <> ALL (ARRAY(
  SELECT t.tenant_id FROM public.tenant t WHERE t.state <> 'active')));
GRANT SELECT (tenant_id, check_id, state, asked_at) ON sink_check TO console_dispatch;
CREATE POLICY dispatch_rows ON audit_leaf FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, leaf_index, sealed_at) ON audit_leaf TO console_dispatch;

GRANT CREATE ON SCHEMA app TO console_dispatch;

-- A sink that follows the log is due when the log has grown; the others while they run.
CREATE FUNCTION app.due_sink_cursors(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT c.tenant_id, c.cursor_id FROM public.sink_cursor c
  JOIN public.sink s ON s.tenant_id = c.tenant_id AND s.sink_id = c.sink_id AND s.state = 'active'
  WHERE c.state = 'running' AND c.next_attempt_at <= clock_timestamp()
    AND (c.lease_until IS NULL OR c.lease_until <= clock_timestamp())
    AND (c.kind <> 'live' OR c.next_leaf < coalesce(
      (SELECT max(p.tree_size) FROM public.audit_checkpoint p WHERE p.tenant_id = c.tenant_id), 0))
  ORDER BY c.next_attempt_at, c.cursor_id LIMIT max_rows
$$;
CREATE FUNCTION app.due_sink_checks(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT c.tenant_id, c.check_id FROM public.sink_check c
  WHERE c.state = 'asked' ORDER BY c.asked_at LIMIT max_rows
$$;
-- Numbers of every sink: what it is behind by, and what it has done.
CREATE FUNCTION app.sink_figures() RETURNS TABLE (
  tenant_id text, sink_id uuid, kind text, state text, lag_events bigint, lag_seconds double precision,
  failures integer, delivered bigint, rejected bigint, retried bigint, dead_letters bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT s.tenant_id, s.sink_id, s.kind, s.state,
    greatest(head.size - live.next_leaf, 0),
    coalesce(extract(epoch FROM clock_timestamp() - (SELECT l.sealed_at FROM public.audit_leaf l
      WHERE l.tenant_id = s.tenant_id AND l.leaf_index = live.next_leaf AND live.next_leaf < head.size)), 0)::double precision,
    live.failures, every.delivered, every.rejected, every.retried,
    (SELECT count(*) FROM public.sink_dead_letter d
     WHERE d.tenant_id = s.tenant_id AND d.sink_id = s.sink_id AND d.state IN ('waiting', 'redriving'))
  FROM public.sink s
  JOIN public.sink_cursor live ON live.tenant_id = s.tenant_id AND live.sink_id = s.sink_id AND live.kind = 'live'
  CROSS JOIN LATERAL (SELECT coalesce(max(p.tree_size), 0) AS size FROM public.audit_checkpoint p WHERE p.tenant_id = s.tenant_id) head
  CROSS JOIN LATERAL (SELECT sum(c.delivered)::bigint AS delivered, sum(c.rejected)::bigint AS rejected, sum(c.retried)::bigint AS retried
    FROM public.sink_cursor c WHERE c.tenant_id = s.tenant_id AND c.sink_id = s.sink_id) every
  WHERE s.state <> 'removed'
$$;
-- Sinks that are behind for longer than is borne and were not told of, and those that have caught up since.
CREATE FUNCTION app.sinks_to_tell(most_seconds integer, max_rows integer) RETURNS TABLE (tenant_id text, id uuid, lag_seconds double precision)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT f.tenant_id, f.sink_id, f.lag_seconds FROM app.sink_figures() f
  JOIN public.sink s ON s.tenant_id = f.tenant_id AND s.sink_id = f.sink_id
  WHERE (f.state = 'active' AND f.lag_seconds > most_seconds AND s.lagging_since IS NULL)
    OR (s.lagging_since IS NOT NULL AND f.lag_seconds <= most_seconds)
  ORDER BY f.tenant_id, f.sink_id LIMIT max_rows
$$;
ALTER FUNCTION app.due_sink_cursors(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_sink_checks(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.sink_figures() OWNER TO console_dispatch;
ALTER FUNCTION app.sinks_to_tell(integer, integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_sink_cursors(integer), app.due_sink_checks(integer), app.sink_figures(), app.sinks_to_tell(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_sink_cursors(integer), app.due_sink_checks(integer), app.sinks_to_tell(integer, integer) TO console_worker;
-- The web's metrics: numbers by id, no content. The login of the platform's own tables asks.
GRANT EXECUTE ON FUNCTION app.sink_figures() TO console_identity;
