-- Storage accounts whose two keys take turns, so that people may bind them.
ALTER TABLE rotation_target DROP CONSTRAINT rotation_target_kind_check;
ALTER TABLE rotation_target ADD CONSTRAINT rotation_target_kind_check
  CHECK (kind IN ('postgres', 'openbao', 'azure-key-vault', 'azure-storage', 'keycloak', 'kubernetes', 'file'));
