-- Who may break glass, each use of it, and the review that the next use waits for (ADR 0024).

ALTER TABLE approval_request DROP CONSTRAINT approval_request_kind_check;
ALTER TABLE approval_request ADD CONSTRAINT approval_request_kind_check
  CHECK (kind IN ('rotation', 'deployment', 'elevation', 'dr-promotion', 'remediation', 'break-glass'));

CREATE TABLE break_glass_principal (
  tenant_id text NOT NULL REFERENCES tenant,
  principal_id uuid NOT NULL,
  person_issuer text NOT NULL CHECK (length(person_issuer) BETWEEN 1 AND 500),
  person_subject text NOT NULL CHECK (length(person_subject) BETWEEN 1 AND 255),
  person_name text NOT NULL CHECK (length(person_name) BETWEEN 1 AND 200),
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  scopes text[] NOT NULL CHECK (cardinality(scopes) BETWEEN 1 AND 50),
  max_minutes integer NOT NULL CHECK (max_minutes BETWEEN 1 AND 60),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  -- `declared` and `retiring` wait for the approval of a second; only the first can't be used.
  state text NOT NULL CHECK (state IN ('declared', 'active', 'retiring', 'retired', 'refused')),
  is_demo boolean NOT NULL DEFAULT false,
  approval_id uuid,
  declared_by_name text NOT NULL CHECK (length(declared_by_name) <= 200),
  declare_event_id uuid NOT NULL,
  declared_at timestamptz NOT NULL,
  active_since timestamptz,
  retired_at timestamptz,
  PRIMARY KEY (tenant_id, principal_id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approval_request (tenant_id, request_id),
  FOREIGN KEY (tenant_id, declare_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK (state NOT IN ('declared', 'retiring') OR approval_id IS NOT NULL),
  CHECK ((state = 'retired') = (retired_at IS NOT NULL)),
  CHECK (state NOT IN ('active', 'retiring') OR active_since IS NOT NULL)
);
-- One declaration a person and environment.
CREATE UNIQUE INDEX break_glass_principal_once
  ON break_glass_principal (tenant_id, person_issuer, person_subject, environment)
  WHERE state IN ('declared', 'active', 'retiring');
CALL app.protect('break_glass_principal', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

CREATE TABLE break_glass_use (
  tenant_id text NOT NULL,
  use_id uuid NOT NULL,
  principal_id uuid NOT NULL,
  grant_id uuid NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  -- Of the RFC 8785 JSON of what was asked for: the fresh proof was bound to it.
  request_digest bytea NOT NULL CHECK (octet_length(request_digest) = 32),
  use_event_id uuid NOT NULL,
  alert_id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  review text NOT NULL CHECK (review IN ('due', 'justified', 'not-justified')),
  review_text text NOT NULL DEFAULT '' CHECK (length(review_text) <= 4000),
  reviewed_by_issuer text,
  reviewed_by_subject text,
  reviewed_by_name text CHECK (length(reviewed_by_name) <= 200),
  reviewed_at timestamptz,
  person_issuer text NOT NULL,
  person_subject text NOT NULL,
  PRIMARY KEY (tenant_id, use_id),
  FOREIGN KEY (tenant_id, principal_id) REFERENCES break_glass_principal (tenant_id, principal_id),
  FOREIGN KEY (tenant_id, grant_id) REFERENCES elevation_grant (tenant_id, grant_id),
  FOREIGN KEY (tenant_id, alert_id) REFERENCES alert (tenant_id, alert_id),
  FOREIGN KEY (tenant_id, use_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK (ends_at > started_at AND ends_at <= started_at + interval '60 minutes 1 second'),
  CHECK ((review = 'due') = (reviewed_at IS NULL)),
  CHECK ((reviewed_at IS NULL) = (reviewed_by_subject IS NULL)),
  CHECK (review = 'due' OR length(review_text) > 0),
  -- Somebody else reviews.
  CONSTRAINT break_glass_use_not_own CHECK (reviewed_by_subject IS NULL
    OR NOT (reviewed_by_issuer = person_issuer AND reviewed_by_subject = person_subject))
);
-- A person's next use waits for the review of the one before, whatever the code says.
CREATE UNIQUE INDEX break_glass_use_one_unreviewed ON break_glass_use (tenant_id, person_issuer, person_subject)
  WHERE review = 'due';
CREATE INDEX break_glass_use_by_time ON break_glass_use (tenant_id, started_at DESC);
CALL app.protect('break_glass_use', 'SELECT, INSERT, UPDATE', 'SELECT');

-- Declarations and retirements whose approval was decided: keys only.
CREATE POLICY dispatch_rows ON break_glass_principal FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, principal_id, state, approval_id) ON break_glass_principal TO console_dispatch;
CREATE FUNCTION app.decided_break_glass(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT p.tenant_id, p.principal_id FROM public.break_glass_principal p
  JOIN public.approval_request a ON a.tenant_id = p.tenant_id AND a.request_id = p.approval_id
  WHERE p.state IN ('declared', 'retiring') AND a.state <> 'open' ORDER BY p.principal_id LIMIT max_rows
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.decided_break_glass(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.decided_break_glass(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.decided_break_glass(integer) TO console_worker;
