-- Isolation: Placement as a cell of its own, questions of what a changed policy would do (ADR 32).

ALTER TABLE isolation_cell DROP CONSTRAINT isolation_cell_layer_check;
ALTER TABLE isolation_cell ADD CONSTRAINT isolation_cell_layer_check
  CHECK (layer IN ('compute', 'network', 'data', 'secrets', 'quota', 'residency'));
ALTER TABLE isolation_change DROP CONSTRAINT isolation_change_layer_check;
ALTER TABLE isolation_change ADD CONSTRAINT isolation_change_layer_check
  CHECK (layer IN ('compute', 'network', 'data', 'secrets', 'quota', 'residency'));
-- The event that told of the change; it names the digest of the facts.
ALTER TABLE isolation_change ADD COLUMN event_id uuid;
-- Connections across the border beyond those that are kept.
ALTER TABLE isolation_look ADD COLUMN edges_left_off integer NOT NULL DEFAULT 0 CHECK (edges_left_off >= 0);

-- A question and its answer, sealed under the tenant's key, gone after a day. Nothing is applied.
CREATE TABLE isolation_what_if (
  tenant_id text NOT NULL REFERENCES tenant,
  what_if_id uuid NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  state text NOT NULL CHECK (state IN ('requested', 'answered', 'failed')),
  question_key text NOT NULL CHECK (length(question_key) <= 200),
  question bytea NOT NULL CHECK (octet_length(question) <= 1048576),
  answer_key text CHECK (length(answer_key) <= 200),
  answer bytea CHECK (octet_length(answer) <= 8388608),
  asked_by_name text NOT NULL CHECK (length(asked_by_name) <= 400),
  event_id uuid NOT NULL,
  asked_at timestamptz NOT NULL,
  answered_at timestamptz,
  erase_at timestamptz NOT NULL,
  lease_owner text,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, what_if_id),
  CHECK ((state = 'answered') = (answer IS NOT NULL)),
  CHECK ((answer IS NULL) = (answer_key IS NULL))
);
CALL app.protect('isolation_what_if', 'SELECT, INSERT', 'SELECT, UPDATE, DELETE');

-- Questions without an answer, and those whose time is over: keys only.
CREATE POLICY dispatch_rows ON isolation_what_if FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, what_if_id, state, asked_at, erase_at, lease_until) ON isolation_what_if TO console_dispatch;
CREATE FUNCTION app.due_isolation_what_ifs(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT w.tenant_id, w.what_if_id FROM public.isolation_what_if w
  WHERE w.erase_at <= clock_timestamp()
     OR (w.state = 'requested' AND (w.lease_until IS NULL OR w.lease_until <= clock_timestamp()))
  ORDER BY w.asked_at LIMIT max_rows
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_isolation_what_ifs(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_isolation_what_ifs(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_isolation_what_ifs(integer) TO console_worker;
