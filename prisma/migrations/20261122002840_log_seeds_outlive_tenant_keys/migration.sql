-- Whose key a seed is wrapped by. Of an organization whose keys were destroyed it is the installation's: its log still takes
-- its last entries, and is signed as before.
ALTER TABLE audit_log_key ADD COLUMN wrapped_by text NOT NULL DEFAULT 'tenant' CHECK (wrapped_by IN ('tenant', 'installation'));
