-- Privacy and retention of the audit log (ADR 39): data keys by class and month, wrapped by a key of the tenant
-- that the console keeps outside of the database; rules of retention, legal holds, and acts that destroy.

-- The tenant's key-encryption key, wrapped by its root key in the keeper. Destroyed, its row stays without it.
CREATE TABLE audit_wrap_key (
  tenant_id text NOT NULL REFERENCES tenant,
  version integer NOT NULL CHECK (version >= 1),
  keeper text NOT NULL CHECK (keeper IN ('local', 'openbao-transit')),
  -- The version of the root key that wrapped it.
  root_version integer NOT NULL CHECK (root_version >= 1),
  origin text NOT NULL CHECK (origin IN ('generated', 'imported')),
  wrapped text CHECK (length(wrapped) <= 1000),
  created_at timestamptz NOT NULL,
  destroyed_at timestamptz,
  PRIMARY KEY (tenant_id, version),
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE UNIQUE INDEX audit_wrap_key_one ON audit_wrap_key (tenant_id) WHERE wrapped IS NOT NULL;
CALL app.protect('audit_wrap_key', 'SELECT', 'SELECT, INSERT, UPDATE', false, true);

-- A puncturable key for the payloads of one class and month, wrapped by the key above.
CREATE TABLE audit_data_key (
  tenant_id text NOT NULL REFERENCES tenant,
  key_id text NOT NULL CHECK (key_id ~ '^data-[0-9a-f]{16}$'),
  class text NOT NULL CHECK (class ~ '^[a-z-]{1,30}$'),
  period date NOT NULL CHECK (extract(day FROM period) = 1),
  wrapped bytea,
  wrap_version integer NOT NULL,
  -- Events that were cut out of it.
  punctures integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  destroyed_at timestamptz,
  PRIMARY KEY (tenant_id, key_id),
  UNIQUE (tenant_id, class, period),
  FOREIGN KEY (tenant_id, wrap_version) REFERENCES audit_wrap_key (tenant_id, version),
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
ALTER TABLE audit_data_key ALTER COLUMN wrapped SET STORAGE EXTERNAL;
CALL app.protect('audit_data_key', 'SELECT', 'SELECT, INSERT, UPDATE', false, true);

-- What is destroyed stays destroyed.
CREATE FUNCTION app.keep_destroyed_key() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (OLD.wrapped IS NULL AND NEW.wrapped IS NOT NULL) THEN
    RAISE EXCEPTION 'a key that was destroyed does not come back' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stays_destroyed BEFORE UPDATE OR DELETE ON audit_wrap_key FOR EACH ROW EXECUTE FUNCTION app.keep_destroyed_key();
CREATE TRIGGER stays_destroyed BEFORE UPDATE OR DELETE ON audit_data_key FOR EACH ROW EXECUTE FUNCTION app.keep_destroyed_key();

-- From now on the salt is encrypted with its payload; a clear one is of a payload from before.
ALTER TABLE audit_payload ALTER COLUMN salt DROP NOT NULL;
-- Each segment of the search index has a key of its own, wrapped likewise.
ALTER TABLE audit_segment ADD COLUMN wrapped_key bytea CHECK (octet_length(wrapped_key) = 60);

CREATE TABLE retention_rule (
  tenant_id text NOT NULL REFERENCES tenant,
  class text NOT NULL CHECK (class ~ '^[a-z-]{1,30}$'),
  days integer NOT NULL CHECK (days BETWEEN 1 AND 36525),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  saved_by text NOT NULL CHECK (length(saved_by) <= 200),
  saved_at timestamptz NOT NULL,
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, class),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('retention_rule', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

CREATE TABLE legal_hold (
  tenant_id text NOT NULL REFERENCES tenant,
  hold_id uuid NOT NULL,
  case_ref text NOT NULL CHECK (length(case_ref) BETWEEN 1 AND 200),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  -- NULL: of every class, subject, actor; without beginning or end.
  classes text[],
  subject text CHECK (length(subject) <= 300),
  actor_ref text CHECK (length(actor_ref) <= 300),
  from_at timestamptz,
  until_at timestamptz,
  placed_by text NOT NULL CHECK (length(placed_by) <= 200),
  placed_at timestamptz NOT NULL,
  placed_event_id uuid NOT NULL,
  lifted_by text CHECK (length(lifted_by) <= 200),
  lifted_at timestamptz,
  lift_reason text CHECK (length(lift_reason) BETWEEN 1 AND 2000),
  PRIMARY KEY (tenant_id, hold_id),
  FOREIGN KEY (tenant_id, placed_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK ((lifted_at IS NULL) = (lift_reason IS NULL))
);
CALL app.protect('legal_hold', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

-- What is destroyed, changed or let go by two people, and what the worker does about keys.
CREATE TABLE retention_act (
  tenant_id text NOT NULL REFERENCES tenant,
  act_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('erasure', 'shortening', 'hold-lift', 'expiry', 'key-rotation', 'key-import')),
  state text NOT NULL CHECK (state IN ('awaiting_approval', 'due', 'acting', 'destroyed', 'done', 'refused')),
  -- What it is about, as it was approved: event ids, a class and days, a hold, key ids.
  plan jsonb NOT NULL CHECK (jsonb_typeof(plan) = 'object' AND octet_length(plan::text) <= 262144),
  plan_digest bytea NOT NULL CHECK (octet_length(plan_digest) = 32),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  approval_id uuid,
  requested_by text NOT NULL CHECK (length(requested_by) <= 200),
  request_event_id uuid NOT NULL,
  requested_at timestamptz NOT NULL,
  -- The root key's version before it was rotated: the intent, stored before the keeper is asked (law 2).
  root_before integer,
  attempt integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  trouble text CHECK (length(trouble) <= 1000),
  -- Counts and keys, once it is done; the proof that what is left still verifies.
  outcome jsonb CHECK (jsonb_typeof(outcome) = 'object'),
  destroyed_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, act_id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approval_request (tenant_id, request_id),
  FOREIGN KEY (tenant_id, request_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK (state <> 'awaiting_approval' OR approval_id IS NOT NULL),
  CHECK ((state IN ('done', 'refused')) = (finished_at IS NOT NULL))
);
CREATE INDEX retention_act_by_time ON retention_act (tenant_id, requested_at DESC);
CREATE UNIQUE INDEX retention_act_one_expiry ON retention_act (tenant_id) WHERE kind = 'expiry' AND finished_at IS NULL;
CALL app.protect('retention_act', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE');

-- When the worker last looked after a tenant's keys and terms.
CREATE TABLE retention_look (
  tenant_id text PRIMARY KEY REFERENCES tenant,
  looked_at timestamptz NOT NULL
);
CALL app.protect('retention_look', 'SELECT', 'SELECT, INSERT, UPDATE', false);

ALTER TABLE approval_request DROP CONSTRAINT approval_request_kind_check;
ALTER TABLE approval_request ADD CONSTRAINT approval_request_kind_check CHECK (kind IN
  ('rotation', 'deployment', 'elevation', 'dr-promotion', 'remediation', 'break-glass', 'onboarding', 'offboarding', 'retention'));

CREATE POLICY dispatch_rows ON retention_act FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, act_id, state, approval_id, due_at, lease_until) ON retention_act TO console_dispatch;
CREATE POLICY dispatch_rows ON retention_look FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, looked_at) ON retention_look TO console_dispatch;

-- Acts that go on, and tenants whose keys and terms are to be looked at (no id): keys only.
CREATE FUNCTION app.due_retention(max_rows integer, look_seconds integer) RETURNS TABLE (tenant_id text, id uuid, state text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  (SELECT r.tenant_id, r.act_id, r.state FROM public.retention_act r
   JOIN public.tenant t ON t.tenant_id = r.tenant_id AND t.state = 'active'
   LEFT JOIN public.approval_request a ON a.tenant_id = r.tenant_id AND a.request_id = r.approval_id
   WHERE (r.state = 'awaiting_approval' AND a.state <> 'open')
      OR (r.state IN ('due', 'acting', 'destroyed') AND r.due_at <= clock_timestamp()
          AND (r.lease_until IS NULL OR r.lease_until <= clock_timestamp()))
   ORDER BY r.due_at LIMIT max_rows)
  UNION ALL
  (SELECT t.tenant_id, NULL::uuid, 'look' FROM public.tenant t
   LEFT JOIN public.retention_look l ON l.tenant_id = t.tenant_id
   WHERE t.state = 'active' AND (l.looked_at IS NULL OR l.looked_at <= clock_timestamp() - make_interval(secs => look_seconds))
   ORDER BY t.tenant_id LIMIT max_rows)
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_retention(integer, integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_retention(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_retention(integer, integer) TO console_worker;
