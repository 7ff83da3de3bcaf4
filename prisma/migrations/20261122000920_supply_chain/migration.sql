-- What is attached to a deployment request as evidence, and what the worker found in it (ADR 0018).

ALTER TABLE deployment_request ADD COLUMN evidence_due boolean NOT NULL DEFAULT false;
-- The verdicts with the digests of all that they were made from: part of the approval subject.
ALTER TABLE deployment_revision ADD COLUMN evidence jsonb;

CREATE TABLE deployment_attachment (
  tenant_id text NOT NULL,
  deployment_id uuid NOT NULL,
  -- SHA-256 of the body: the same file is attached once.
  digest bytea NOT NULL,
  kind text NOT NULL CHECK (kind IN ('attestation', 'vulnerabilities', 'sbom')),
  body text NOT NULL CHECK (octet_length(body) <= 4194304),
  attached_by_name text NOT NULL CHECK (length(attached_by_name) <= 200),
  event_id uuid NOT NULL,
  attached_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, deployment_id, digest),
  FOREIGN KEY (tenant_id, deployment_id) REFERENCES deployment_request (tenant_id, deployment_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT deployment_attachment_digest_of_body CHECK (digest = sha256(convert_to(body, 'UTF8')))
);
CALL app.protect('deployment_attachment', 'SELECT, INSERT', 'SELECT');

CREATE TABLE deployment_verdict (
  tenant_id text NOT NULL,
  deployment_id uuid NOT NULL,
  revision integer NOT NULL,
  image_digest text NOT NULL CHECK (image_digest ~ '^sha256:[0-9a-f]{64}$'),
  verdict text NOT NULL CHECK (verdict IN ('verified', 'refused', 'unknown')),
  -- Why it is not verified; [] when it is.
  reasons jsonb NOT NULL,
  -- The attestation that verifies it, and who signed that.
  attestation_digest bytea CHECK (octet_length(attestation_digest) = 32),
  signer text CHECK (length(signer) <= 2000),
  -- NULL: no root was pinned.
  trusted_root_digest bytea CHECK (octet_length(trusted_root_digest) = 32),
  policy_digest bytea NOT NULL CHECK (octet_length(policy_digest) = 32),
  gate text NOT NULL CHECK (gate IN ('none', 'met', 'unmet')),
  gate_reasons jsonb NOT NULL,
  -- Of each report about this image: {"attachment", "summary"}.
  vulnerabilities jsonb NOT NULL,
  sboms jsonb NOT NULL,
  event_id uuid NOT NULL,
  checked_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, deployment_id, revision, image_digest),
  FOREIGN KEY (tenant_id, deployment_id, revision) REFERENCES deployment_revision (tenant_id, deployment_id, revision),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK ((verdict = 'verified') = (attestation_digest IS NOT NULL)),
  CHECK ((verdict = 'verified') = (signer IS NOT NULL))
);
CALL app.protect('deployment_verdict', 'SELECT', 'SELECT, INSERT');

GRANT SELECT (evidence_due) ON deployment_request TO console_dispatch;
-- As before, and requests whose evidence nobody has looked at.
CREATE OR REPLACE FUNCTION app.due_deployments(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT d.tenant_id, d.deployment_id FROM public.deployment_request d
  JOIN public.environment_policy p ON p.tenant_id = d.tenant_id AND p.environment = d.environment
  JOIN public.approval_request a ON a.tenant_id = d.tenant_id AND a.request_id = d.approval_id
  WHERE d.state IN ('requested', 'checking', 'awaiting_approval', 'approved')
    AND (d.state = 'requested' OR d.expires_at <= clock_timestamp() OR d.policy_version <> p.version
      OR d.evidence_due
      OR (d.state = 'checking' AND d.check_due_at <= clock_timestamp())
      OR (d.state = 'awaiting_approval' AND a.state <> 'open')
      OR (d.state = 'approved' AND a.state <> 'approved')
      OR a.state IN ('rejected', 'withdrawn', 'expired'))
  ORDER BY d.deployment_id LIMIT max_rows
$$;
