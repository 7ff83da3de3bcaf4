-- The keys that sign a tenant's log (ADR 43). A log that never changed its key has no row: its key is derived.

CREATE TABLE audit_log_key (
  tenant_id text NOT NULL REFERENCES tenant,
  number integer NOT NULL CHECK (number >= 1),
  public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
  -- Its seed, wrapped by the tenant's key for this number and public key alone. Never of key 1, and gone once it has ended.
  wrapped bytea CHECK (octet_length(wrapped) = 60),
  state text NOT NULL CHECK (state IN ('announced', 'current', 'retiring', 'retired', 'revoked')),
  first_size bigint NOT NULL CHECK (first_size >= 0),
  last_size bigint CHECK (last_size >= 0),
  begins_at timestamptz NOT NULL,
  -- While another takes over from it: until when both sign.
  overlap_ends_at timestamptz,
  ended_at timestamptz,
  -- The note by which the key before handed over to it, signed by both.
  handover text CHECK (length(handover) <= 2000),
  handover_event_id uuid,
  -- The note that it has ended, signed by its successor.
  ending text CHECK (length(ending) <= 2000),
  PRIMARY KEY (tenant_id, number),
  FOREIGN KEY (tenant_id, handover_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK ((number = 1) = (handover IS NULL) AND (number = 1) = (handover_event_id IS NULL)),
  CHECK (wrapped IS NULL OR (number > 1 AND state IN ('announced', 'current', 'retiring'))),
  CHECK ((state IN ('retired', 'revoked')) = (ending IS NOT NULL)),
  CHECK ((ending IS NULL) = (last_size IS NULL) AND (ending IS NULL) = (ended_at IS NULL)),
  CHECK (state <> 'retiring' OR overlap_ends_at IS NOT NULL)
);
-- One change at a time: at most one key of each state that signs, or is about to.
CREATE UNIQUE INDEX audit_log_key_one ON audit_log_key (tenant_id, state) WHERE state IN ('announced', 'current', 'retiring');
CALL app.protect('audit_log_key', 'SELECT', 'SELECT, INSERT, UPDATE', false, true);
CREATE TRIGGER stays_destroyed BEFORE UPDATE OR DELETE ON audit_log_key FOR EACH ROW EXECUTE FUNCTION app.keep_destroyed_key();

-- That a key is due to be changed is told once a key.
CREATE TABLE audit_log_key_due (
  tenant_id text NOT NULL REFERENCES tenant,
  number integer NOT NULL CHECK (number >= 1),
  told_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, number)
);
CALL app.protect('audit_log_key_due', 'SELECT', 'SELECT, INSERT', false);

-- The change of a log's key is asked for and approved like the other acts about keys.
ALTER TABLE retention_act DROP CONSTRAINT retention_act_kind_check;
ALTER TABLE retention_act ADD CONSTRAINT retention_act_kind_check CHECK (kind IN
  ('erasure', 'shortening', 'hold-lift', 'expiry', 'key-rotation', 'key-import', 'log-key'));
CREATE UNIQUE INDEX retention_act_one_log_key ON retention_act (tenant_id) WHERE kind = 'log-key' AND finished_at IS NULL;

CREATE POLICY dispatch_rows ON audit_log_key FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, number, state, begins_at, overlap_ends_at) ON audit_log_key TO console_dispatch;
CREATE POLICY dispatch_rows ON audit_log_key_due FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, number) ON audit_log_key_due TO console_dispatch;

-- Tenants whose announced key may begin, whose overlap is over, or whose key is so old that people are to be told.
CREATE FUNCTION app.due_log_keys(max_rows integer, told_after_days integer) RETURNS TABLE (tenant_id text, step text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  (SELECT k.tenant_id, 'advance' FROM public.audit_log_key k
   JOIN public.tenant t ON t.tenant_id = k.tenant_id AND t.state = 'active'
   WHERE k.state = 'announced' OR (k.state = 'retiring' AND k.overlap_ends_at <= clock_timestamp())
   ORDER BY k.tenant_id LIMIT max_rows)
  UNION ALL
  (SELECT t.tenant_id, 'tell' FROM public.tenant t
   LEFT JOIN public.audit_log_key k ON k.tenant_id = t.tenant_id AND k.state = 'current'
   LEFT JOIN public.audit_log_key_due d ON d.tenant_id = t.tenant_id AND d.number = coalesce(k.number, 1)
   WHERE t.state = 'active' AND d.tenant_id IS NULL
     AND coalesce(k.begins_at, t.created_at) <= clock_timestamp() - make_interval(days => told_after_days)
   ORDER BY t.tenant_id LIMIT max_rows)
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_log_keys(integer, integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_log_keys(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_log_keys(integer, integer) TO console_worker;
