-- A value of unknown age stands after the oldest, not before: nobody can say that it is old.
ALTER TABLE secret_binding DROP COLUMN rotated_key;
ALTER TABLE secret_binding
  ADD COLUMN rotated_key timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(last_rotated_at, 'infinity')) STORED;
CREATE INDEX secret_binding_by_rotated ON secret_binding (tenant_id, rotated_key, binding_id);
-- The drop took these along.
DROP INDEX IF EXISTS secret_binding_by_standing;
CREATE INDEX secret_binding_by_standing ON secret_binding (tenant_id, standing, limit_key, binding_id)
  INCLUDE (soon_key, class, environment, region_key, rotated_key, next_key);
