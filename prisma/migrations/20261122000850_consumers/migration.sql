-- Who uses a credential, whether each has moved to the new version, and the last use of the old one
-- (docs/adr/0013-what-holds-a-revocation-back.md).

CREATE TABLE secret_consumer (
  tenant_id text NOT NULL REFERENCES tenant,
  consumer_id uuid NOT NULL,
  binding_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('external-secret', 'workload', 'reported')),
  -- Empty where the source names none.
  cluster text NOT NULL DEFAULT '' CHECK (length(cluster) <= 120),
  namespace text NOT NULL DEFAULT '' CHECK (length(namespace) <= 253),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
  state text NOT NULL CHECK (state IN ('moved', 'not-yet', 'unknown')),
  -- Why, as a short code that the screen has words for.
  reason text NOT NULL CHECK (reason ~ '^[a-z][a-z-]*$'),
  state_since timestamptz NOT NULL,
  seen_version integer,
  -- When its source saw it do what the state says; NULL: never.
  seen_at timestamptz,
  -- When the console last heard of it.
  checked_at timestamptz NOT NULL,
  -- A reported one is unknown when its next report is later than this.
  report_within_seconds integer CHECK (report_within_seconds BETWEEN 60 AND 2678400),
  -- Gone from its source, or it reported its own end: it holds nothing back.
  gone_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, consumer_id),
  UNIQUE (tenant_id, binding_id, kind, cluster, namespace, name),
  FOREIGN KEY (tenant_id, binding_id) REFERENCES secret_binding (tenant_id, binding_id)
);
CALL app.protect('secret_consumer', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

-- Each change of a consumer's state, in order.
CREATE TABLE consumer_observation (
  tenant_id text NOT NULL,
  consumer_id uuid NOT NULL,
  observation_no integer NOT NULL,
  rotation_id uuid,
  state text NOT NULL CHECK (state IN ('moved', 'not-yet', 'unknown')),
  reason text NOT NULL CHECK (reason ~ '^[a-z][a-z-]*$'),
  seen_version integer,
  seen_at timestamptz,
  at timestamptz NOT NULL,
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, consumer_id, observation_no),
  FOREIGN KEY (tenant_id, consumer_id) REFERENCES secret_consumer (tenant_id, consumer_id),
  FOREIGN KEY (tenant_id, rotation_id) REFERENCES rotation (tenant_id, rotation_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('consumer_observation', 'SELECT, INSERT', 'SELECT, INSERT');

-- What a target tells of the old value of one rotation. Who used it (application, address) stands in
-- the erasable payload of the event, never here.
CREATE TABLE old_value_use (
  tenant_id text NOT NULL,
  rotation_id uuid NOT NULL,
  source text NOT NULL CHECK (source IN ('sessions', 'leases')),
  state text NOT NULL CHECK (state IN ('in-use', 'unused', 'unknown')),
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 60),
  uses integer CHECK (uses >= 0),
  last_used_at timestamptz,
  checked_at timestamptz NOT NULL,
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, rotation_id, source),
  FOREIGN KEY (tenant_id, rotation_id) REFERENCES rotation (tenant_id, rotation_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('old_value_use', 'SELECT', 'SELECT, INSERT, UPDATE');

-- When the consumers of a rotation are looked at next, and what holds its revocation back.
CREATE TABLE rotation_watch (
  tenant_id text NOT NULL,
  rotation_id uuid NOT NULL,
  looked_at timestamptz,
  due_at timestamptz NOT NULL,
  held_since timestamptz,
  held_code text CHECK (held_code IN ('old_value_in_use', 'consumers_unknown')),
  overridden_at timestamptz,
  overridden_by jsonb,
  override_event_id uuid,
  PRIMARY KEY (tenant_id, rotation_id),
  CHECK ((held_since IS NULL) = (held_code IS NULL)),
  CHECK ((overridden_at IS NULL) = (override_event_id IS NULL)),
  FOREIGN KEY (tenant_id, rotation_id) REFERENCES rotation (tenant_id, rotation_id),
  FOREIGN KEY (tenant_id, override_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('rotation_watch', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

CREATE POLICY dispatch_rows ON rotation_watch FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, rotation_id, due_at) ON rotation_watch TO console_dispatch;

-- Rotations whose consumers have the new value by now, or should have.
CREATE FUNCTION app.due_consumer_looks(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.tenant_id, r.rotation_id FROM public.rotation r
  LEFT JOIN public.rotation_watch w ON w.tenant_id = r.tenant_id AND w.rotation_id = r.rotation_id
  WHERE r.finished_at IS NULL AND r.state IN ('promoted', 'grace')
    AND (w.due_at IS NULL OR w.due_at <= clock_timestamp())
  ORDER BY w.due_at NULLS FIRST LIMIT max_rows
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_consumer_looks(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_consumer_looks(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_consumer_looks(integer) TO console_worker;
