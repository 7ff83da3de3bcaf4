-- DPoP proofs that were taken (RFC 9449 §11.1): each counts once for all replicas. A platform table
-- (DESIGN §5): a proof is looked at before any tenant is known. It holds no tenant content; what a
-- client named its proof is kept as a digest.
CREATE TABLE dpop_proof_seen (
  key_thumbprint text NOT NULL CHECK (key_thumbprint ~ '^[A-Za-z0-9_-]{43}$'),
  jti_digest bytea NOT NULL CHECK (octet_length(jti_digest) = 32),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (key_thumbprint, jti_digest)
);
CREATE INDEX dpop_proof_seen_by_end ON dpop_proof_seen (expires_at);
GRANT SELECT, INSERT, DELETE ON dpop_proof_seen TO console_identity;
