-- A value that leaked: one incident from the marking to the proof that the value is dead, and to the
-- findings (docs/adr/0013-what-holds-a-revocation-back.md).

CREATE TABLE leak_incident (
  tenant_id text NOT NULL REFERENCES tenant,
  incident_id uuid NOT NULL,
  binding_id uuid NOT NULL,
  -- The rotation that replaces the leaked value; NULL while there is none.
  rotation_id uuid,
  state text NOT NULL CHECK (state IN ('open', 'contained', 'closed')),
  -- The version that leaked; NULL where versions are not known.
  leaked_version integer CHECK (leaked_version >= 1),
  -- When the leaked value came into use, as far as is known.
  exposed_from timestamptz,
  opened_at timestamptz NOT NULL,
  opened_by jsonb NOT NULL,
  -- Its payload has the reason.
  event_id uuid NOT NULL,
  alert_id uuid,
  contained_at timestamptz,
  -- Whose proof says that the leaked value is dead; NULL when a person vouches for it.
  proof_rotation_id uuid,
  closed_at timestamptz,
  closed_by jsonb,
  -- Its payload has the findings.
  close_event_id uuid,
  -- When the worker looks after it next; NULL: never again.
  pursue_at timestamptz,
  PRIMARY KEY (tenant_id, incident_id),
  CHECK ((closed_at IS NULL) = (state <> 'closed')),
  CHECK ((closed_at IS NULL) = (close_event_id IS NULL)),
  CHECK (state <> 'contained' OR (contained_at IS NOT NULL AND proof_rotation_id IS NOT NULL)),
  FOREIGN KEY (tenant_id, binding_id) REFERENCES secret_binding (tenant_id, binding_id),
  FOREIGN KEY (tenant_id, rotation_id) REFERENCES rotation (tenant_id, rotation_id),
  FOREIGN KEY (tenant_id, proof_rotation_id) REFERENCES rotation (tenant_id, rotation_id),
  FOREIGN KEY (tenant_id, alert_id) REFERENCES alert (tenant_id, alert_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (tenant_id, close_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX leak_incident_one_open ON leak_incident (tenant_id, binding_id) WHERE state = 'open';
CREATE INDEX leak_incident_by_time ON leak_incident (tenant_id, opened_at DESC, incident_id DESC);
CREATE INDEX leak_incident_pursued ON leak_incident (tenant_id, pursue_at) WHERE pursue_at IS NOT NULL;
CALL app.protect('leak_incident', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

-- What was asked about who could read the value and who used it. Names stand in the erasable payload
-- of the event; here only whether it could be read, and how much was found.
CREATE TABLE incident_source (
  tenant_id text NOT NULL,
  incident_id uuid NOT NULL,
  source text NOT NULL CHECK (source IN ('vault-policies', 'vault-roles', 'vault-entities', 'vault-audit', 'sessions', 'leases')),
  state text NOT NULL CHECK (state IN ('read', 'unknown')),
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 60),
  found integer NOT NULL DEFAULT 0 CHECK (found >= 0),
  looked_at timestamptz NOT NULL,
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, incident_id, source),
  FOREIGN KEY (tenant_id, incident_id) REFERENCES leak_incident (tenant_id, incident_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('incident_source', 'SELECT', 'SELECT, INSERT, UPDATE');

CREATE POLICY dispatch_rows ON leak_incident FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, incident_id, pursue_at) ON leak_incident TO console_dispatch;

CREATE FUNCTION app.due_incidents(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT i.tenant_id, i.incident_id FROM public.leak_incident i
  WHERE i.pursue_at <= clock_timestamp() ORDER BY i.pursue_at LIMIT max_rows
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_incidents(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_incidents(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_incidents(integer) TO console_worker;
