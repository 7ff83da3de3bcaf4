-- Credentials that people change by hand, and those that something else renews while the console
-- watches (docs/adr/0011).

------------------------------------------------------------------------------------------------
-- By hand: somebody says that it was done and gives evidence; a second person confirms it where needed
------------------------------------------------------------------------------------------------

CREATE TABLE manual_completion (
  tenant_id text NOT NULL REFERENCES tenant,
  completion_id uuid NOT NULL,
  binding_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('awaiting_confirmation', 'confirmed', 'rejected')),
  -- When the value was changed, as the person says.
  performed_at timestamptz NOT NULL,
  completed_by jsonb NOT NULL,
  completed_at timestamptz NOT NULL,
  -- A text, and where there are any a link and the SHA-256 of a document kept elsewhere. Never a value.
  evidence jsonb NOT NULL CHECK (jsonb_typeof(evidence) = 'object'),
  -- Roles of which the second person must have one; empty: nobody has to confirm.
  confirmers text[] NOT NULL,
  settled_by jsonb,
  settled_at timestamptz,
  settle_note text CHECK (length(settle_note) <= 1000),
  -- When it had to be done.
  was_due_at timestamptz,
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, completion_id),
  FOREIGN KEY (tenant_id, binding_id) REFERENCES secret_binding (tenant_id, binding_id),
  CHECK ((state = 'awaiting_confirmation') = (settled_at IS NULL))
);
CREATE UNIQUE INDEX manual_completion_open ON manual_completion (tenant_id, binding_id) WHERE state = 'awaiting_confirmation';
CREATE INDEX manual_completion_by_binding ON manual_completion (tenant_id, binding_id, completed_at);
CALL app.protect('manual_completion', 'SELECT, INSERT, UPDATE', 'SELECT');

-- Which reminder of which date was given: each once.
CREATE TABLE manual_reminder (
  tenant_id text NOT NULL,
  binding_id uuid NOT NULL,
  due_at timestamptz NOT NULL,
  stage text NOT NULL CHECK (stage IN ('due', 'overdue')),
  reminded_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, binding_id, due_at, stage),
  FOREIGN KEY (tenant_id, binding_id) REFERENCES secret_binding (tenant_id, binding_id)
);
CALL app.protect('manual_reminder', 'SELECT', 'SELECT, INSERT');

------------------------------------------------------------------------------------------------
-- Watched: certificates, workload identities, the password policy of a realm
------------------------------------------------------------------------------------------------

ALTER TABLE secret_binding
  -- What its source says of the value in use: how long it lives, and when it is renewed next.
  ADD COLUMN life_seconds integer CHECK (life_seconds > 0),
  ADD COLUMN renews_at timestamptz;

CREATE TABLE credential_watch (
  tenant_id text NOT NULL,
  binding_id uuid NOT NULL,
  -- When what follows was first seen to be so.
  observed_at timestamptz NOT NULL,
  not_before timestamptz,
  not_after timestamptz,
  renews_at timestamptz,
  -- Names, serial numbers, states: never a value.
  facts jsonb NOT NULL CHECK (jsonb_typeof(facts) = 'object'),
  -- Why its source can't be read; the rest is then what was last read.
  error_code text CHECK (length(error_code) <= 60),
  error_text text CHECK (length(error_text) <= 500),
  PRIMARY KEY (tenant_id, binding_id),
  FOREIGN KEY (tenant_id, binding_id) REFERENCES secret_binding (tenant_id, binding_id)
);
CALL app.protect('credential_watch', 'SELECT', 'SELECT, INSERT, UPDATE');

-- A renewal that a person asked for: the worker asks whoever renews it, once.
CREATE TABLE certificate_renewal (
  tenant_id text NOT NULL REFERENCES tenant,
  renewal_id uuid NOT NULL,
  binding_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('requested', 'asking', 'asked', 'renewed', 'refused')),
  requested_by jsonb NOT NULL,
  requested_at timestamptz NOT NULL,
  -- The issuance that was in use then.
  revision integer,
  due_at timestamptz NOT NULL,
  attempt integer NOT NULL DEFAULT 0,
  error_code text CHECK (length(error_code) <= 60),
  error_text text CHECK (length(error_text) <= 500),
  finished_at timestamptz,
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, renewal_id),
  FOREIGN KEY (tenant_id, binding_id) REFERENCES secret_binding (tenant_id, binding_id)
);
CREATE UNIQUE INDEX certificate_renewal_open ON certificate_renewal (tenant_id, binding_id) WHERE finished_at IS NULL;
CREATE INDEX certificate_renewal_by_binding ON certificate_renewal (tenant_id, binding_id, requested_at);
CALL app.protect('certificate_renewal', 'SELECT, INSERT', 'SELECT, UPDATE');
