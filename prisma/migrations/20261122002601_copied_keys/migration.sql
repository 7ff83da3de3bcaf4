-- Whether a security key seems to have been copied is a compliance check, which the worker makes: it sees that much.
GRANT SELECT (tenant_id, key_id, created_at, suspected_at, removed_at) ON security_key TO console_worker;
