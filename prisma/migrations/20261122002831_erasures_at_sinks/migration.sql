-- What sinks had received of events that are erased: deleted there, told, or settled by hand (ADR 45).
CREATE TABLE sink_erasure (
  tenant_id text NOT NULL REFERENCES tenant,
  erasure_id uuid NOT NULL,
  sink_id uuid NOT NULL,
  -- The act that erased them here.
  act_id uuid NOT NULL,
  event_ids uuid[] NOT NULL CHECK (cardinality(event_ids) BETWEEN 1 AND 1000),
  -- `by-hand`: the receiver was told where that goes, and keeps what it has until somebody deletes it there.
  state text NOT NULL CHECK (state IN ('due', 'deleted', 'told', 'by-hand', 'settled')),
  fence bigint NOT NULL DEFAULT 0,
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  lease_until timestamptz,
  next_attempt_at timestamptz NOT NULL,
  trouble text CHECK (length(trouble) <= 500),
  answered_at timestamptz,
  settled_at timestamptz,
  settled_by_name text CHECK (length(settled_by_name) <= 200),
  settled_reason text CHECK (length(settled_reason) BETWEEN 1 AND 2000),
  PRIMARY KEY (tenant_id, erasure_id),
  UNIQUE (tenant_id, act_id, sink_id),
  FOREIGN KEY (tenant_id, sink_id) REFERENCES sink (tenant_id, sink_id),
  FOREIGN KEY (tenant_id, act_id) REFERENCES retention_act (tenant_id, act_id),
  CHECK ((state = 'settled') = (settled_at IS NOT NULL)),
  CHECK ((settled_at IS NULL) = (settled_reason IS NULL))
);
CREATE INDEX sink_erasure_due ON sink_erasure (next_attempt_at) WHERE state = 'due';
CALL app.protect('sink_erasure', 'SELECT, UPDATE', 'SELECT, INSERT, UPDATE', false);

CREATE POLICY dispatch_rows ON sink_erasure FOR SELECT TO console_dispatch USING (tenant_id <> ALL (ARRAY(
  SELECT t.tenant_id FROM public.tenant t WHERE t.state <> 'active')));
GRANT SELECT (tenant_id, erasure_id, sink_id, state, lease_until, next_attempt_at) ON sink_erasure TO console_dispatch;
GRANT CREATE ON SCHEMA app TO console_dispatch;
CREATE FUNCTION app.due_sink_erasures(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT e.tenant_id, e.erasure_id FROM public.sink_erasure e
  JOIN public.sink s ON s.tenant_id = e.tenant_id AND s.sink_id = e.sink_id AND s.state = 'active'
  WHERE e.state = 'due' AND e.next_attempt_at <= clock_timestamp()
    AND (e.lease_until IS NULL OR e.lease_until <= clock_timestamp())
  ORDER BY e.next_attempt_at, e.erasure_id LIMIT max_rows
$$;
ALTER FUNCTION app.due_sink_erasures(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_sink_erasures(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_sink_erasures(integer) TO console_worker;

-- People are told once of an act that keeps failing, and of terms that are over while nothing is destroyed.
ALTER TABLE retention_act ADD COLUMN told_at timestamptz;
ALTER TABLE retention_look ADD COLUMN overdue_since timestamptz;
