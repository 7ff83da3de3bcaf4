-- Grants are of whole tables; a security key's row has no secret, and row security holds the worker to its tenant.
REVOKE SELECT (tenant_id, key_id, created_at, suspected_at, removed_at) ON security_key FROM console_worker;
GRANT SELECT ON security_key TO console_worker;
