-- Compliance: what each live check said last, since when, and each change of it (ADR 40).

-- The tenant's turn to be looked at, and how long its log was when it was.
CREATE TABLE compliance_look (
  tenant_id text NOT NULL REFERENCES tenant,
  due_at timestamptz NOT NULL,
  looked_at timestamptz,
  log_size bigint NOT NULL DEFAULT 0 CHECK (log_size >= 0),
  PRIMARY KEY (tenant_id)
);
CALL app.protect('compliance_look', 'SELECT', 'SELECT, INSERT, UPDATE');

CREATE TABLE compliance_check_state (
  tenant_id text NOT NULL REFERENCES tenant,
  check_id text NOT NULL CHECK (check_id ~ '^[a-z][a-z0-9-]{1,59}$'),
  state text NOT NULL CHECK (state IN ('met', 'failing', 'unknown', 'not-applicable')),
  -- Why, as a code with parameters; the words are on the screen.
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 60),
  params jsonb NOT NULL CHECK (jsonb_typeof(params) = 'object'),
  -- Rows, events and digests that it was judged by: references, no content.
  evidence jsonb NOT NULL CHECK (jsonb_typeof(evidence) = 'array'),
  -- SHA-256 of the RFC 8785 JSON of state, reason, params and evidence.
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  since timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, check_id)
);
CALL app.protect('compliance_check_state', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE');

-- Each change of a state, with the evidence of then.
CREATE TABLE compliance_state_change (
  tenant_id text NOT NULL REFERENCES tenant,
  change_id uuid NOT NULL,
  check_id text NOT NULL CHECK (check_id ~ '^[a-z][a-z0-9-]{1,59}$'),
  state_before text CHECK (state_before IN ('met', 'failing', 'unknown', 'not-applicable')),
  state text NOT NULL CHECK (state IN ('met', 'failing', 'unknown', 'not-applicable')),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 60),
  params jsonb NOT NULL CHECK (jsonb_typeof(params) = 'object'),
  evidence jsonb NOT NULL CHECK (jsonb_typeof(evidence) = 'array'),
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  changed_at timestamptz NOT NULL,
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, change_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX compliance_state_change_of_check ON compliance_state_change (tenant_id, check_id, change_id DESC);
CALL app.protect('compliance_state_change', 'SELECT', 'SELECT, INSERT');

-- The last time that every row of the tenant's log was held against a signed head.
CREATE TABLE compliance_log_audit (
  tenant_id text NOT NULL REFERENCES tenant,
  begun_at timestamptz NOT NULL,
  audited_at timestamptz NOT NULL,
  -- Entries that were looked at, and the head that they were held against: the next audit begins with it.
  log_size bigint NOT NULL CHECK (log_size >= 0),
  note text NOT NULL CHECK (octet_length(note) BETWEEN 1 AND 65536),
  fault_count integer NOT NULL CHECK (fault_count >= 0),
  -- The first of them, as sentences that name rows.
  faults text[] NOT NULL CHECK (cardinality(faults) <= 20),
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('compliance_log_audit', 'SELECT', 'SELECT, INSERT, UPDATE');

-- What ended lately is what checks ask for.
CREATE INDEX rotation_finished ON rotation (tenant_id, finished_at) WHERE finished_at IS NOT NULL;

-- Tenants whose turn it is: by the clock, or sooner when their log has grown. Keys only.
CREATE POLICY dispatch_rows ON compliance_look FOR SELECT TO console_dispatch
  USING (tenant_id <> ALL (ARRAY(SELECT t.tenant_id FROM public.tenant t WHERE t.state <> 'active')));
CREATE POLICY dispatch_rows ON compliance_log_audit FOR SELECT TO console_dispatch
  USING (tenant_id <> ALL (ARRAY(SELECT t.tenant_id FROM public.tenant t WHERE t.state <> 'active')));
GRANT SELECT (tenant_id, due_at, looked_at, log_size) ON compliance_look TO console_dispatch;
GRANT SELECT (tenant_id, begun_at) ON compliance_log_audit TO console_dispatch;
CREATE FUNCTION app.due_compliance_looks(least_seconds integer, max_rows integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t
  LEFT JOIN public.compliance_look d ON d.tenant_id = t.tenant_id
  CROSS JOIN LATERAL (SELECT max(c.tree_size) AS size FROM public.audit_checkpoint c WHERE c.tenant_id = t.tenant_id) head
  WHERE t.state = 'active' AND (d.tenant_id IS NULL OR d.due_at <= clock_timestamp()
     OR (head.size > d.log_size AND d.looked_at <= clock_timestamp() - make_interval(secs => least_seconds)))
  ORDER BY d.looked_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;
CREATE FUNCTION app.due_log_audits(every_seconds integer, max_rows integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t
  LEFT JOIN public.compliance_log_audit a ON a.tenant_id = t.tenant_id
  WHERE t.state = 'active' AND (a.tenant_id IS NULL OR a.begun_at <= clock_timestamp() - make_interval(secs => every_seconds))
    AND EXISTS (SELECT FROM public.audit_checkpoint c WHERE c.tenant_id = t.tenant_id)
  ORDER BY a.begun_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_compliance_looks(integer, integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_log_audits(integer, integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_compliance_looks(integer, integer), app.due_log_audits(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_compliance_looks(integer, integer), app.due_log_audits(integer, integer) TO console_worker;
-- What regions have read is judged by the worker as well.
GRANT EXECUTE ON FUNCTION app.region_read_counts() TO console_worker;
