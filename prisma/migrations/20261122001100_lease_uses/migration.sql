-- A lease of an old value ends by itself, and says whose it is (docs/adr/0019).
ALTER TABLE old_value_use
  ADD COLUMN ends_at timestamptz,
  ADD COLUMN held_by text CHECK (length(held_by) BETWEEN 1 AND 200);
