-- Step-up: proofs that a person was there for one act, how they are asked for, and security keys (ADR 0023).

-- One try to prove oneself, bound to a session, an act and the digest of its subject. It ends once.
CREATE TABLE step_up_attempt (
  tenant_id text NOT NULL REFERENCES tenant,
  attempt_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('oidc', 'webauthn', 'registration')),
  issuer text NOT NULL,
  subject text NOT NULL,
  session_id uuid NOT NULL,
  act text NOT NULL CHECK (act ~ '^[a-z][A-Za-z0-9.-]{1,80}$'),
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  -- Random, new for each attempt: state, nonce and challenge are made from it.
  seed bytea NOT NULL CHECK (octet_length(seed) = 32),
  -- A path of the console to go back to.
  return_to text NOT NULL CHECK (return_to ~ '^/' AND length(return_to) <= 2000),
  began_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  outcome text CHECK (outcome IN ('proved', 'refused')),
  PRIMARY KEY (tenant_id, attempt_id),
  CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CALL app.protect('step_up_attempt', 'SELECT, INSERT, UPDATE', '', false);

-- A person was there, by a second factor, for exactly this act and digest. It is used once.
CREATE TABLE step_up_proof (
  tenant_id text NOT NULL,
  proof_id uuid NOT NULL,
  attempt_id uuid NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  session_id uuid NOT NULL,
  act text NOT NULL CHECK (length(act) <= 81),
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  method text NOT NULL CHECK (method IN ('oidc', 'webauthn')),
  acr text CHECK (length(acr) <= 200),
  amr text[] NOT NULL,
  key_id uuid,
  auth_time timestamptz NOT NULL,
  made_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  -- The request that used it.
  used_by text CHECK (length(used_by) <= 200),
  event_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, proof_id),
  UNIQUE (tenant_id, attempt_id),
  FOREIGN KEY (tenant_id, attempt_id) REFERENCES step_up_attempt (tenant_id, attempt_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK ((method = 'oidc') = (acr IS NOT NULL)),
  CHECK ((method = 'webauthn') = (key_id IS NOT NULL)),
  CHECK ((used_at IS NULL) = (used_by IS NULL))
);
CREATE INDEX step_up_proof_unused ON step_up_proof (tenant_id, session_id, act) WHERE used_at IS NULL;
CALL app.protect('step_up_proof', 'SELECT, INSERT, UPDATE', '', false);

-- Ends once, and is nothing but ended.
CREATE FUNCTION app.end_attempt_once() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
     OR to_jsonb(OLD) - ARRAY['ended_at', 'outcome'] <> to_jsonb(NEW) - ARRAY['ended_at', 'outcome'] THEN
    RAISE EXCEPTION 'an attempt ends once, and is never turned into another' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION app.end_attempt_once() FROM PUBLIC;
CREATE TRIGGER ends_once BEFORE UPDATE ON step_up_attempt FOR EACH ROW EXECUTE FUNCTION app.end_attempt_once();

-- Used once, and nothing but used.
CREATE FUNCTION app.use_proof_once() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  IF OLD.used_at IS NOT NULL
     OR to_jsonb(OLD) - ARRAY['used_at', 'used_by'] <> to_jsonb(NEW) - ARRAY['used_at', 'used_by'] THEN
    RAISE EXCEPTION 'a proof is used once, and is never turned into another' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION app.use_proof_once() FROM PUBLIC;
CREATE TRIGGER used_once BEFORE UPDATE ON step_up_proof FOR EACH ROW EXECUTE FUNCTION app.use_proof_once();

-- Public keys of passkeys and security keys (WebAuthn). A removed one is kept, since proofs name it.
CREATE TABLE security_key (
  tenant_id text NOT NULL REFERENCES tenant,
  key_id uuid NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  credential_id bytea NOT NULL CHECK (octet_length(credential_id) BETWEEN 16 AND 1023),
  -- COSE_Key.
  public_key bytea NOT NULL CHECK (octet_length(public_key) <= 2000),
  sign_count bigint NOT NULL CHECK (sign_count >= 0),
  transports text[] NOT NULL,
  aaguid text NOT NULL CHECK (length(aaguid) <= 36),
  is_synced boolean NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  -- Its counter went back, so that a copy may exist: refused from then on.
  suspected_at timestamptz,
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, key_id),
  UNIQUE (tenant_id, credential_id)
);
CREATE INDEX security_key_of_person ON security_key (tenant_id, issuer, subject) WHERE removed_at IS NULL;
CALL app.protect('security_key', 'SELECT, INSERT, UPDATE', '', false);
