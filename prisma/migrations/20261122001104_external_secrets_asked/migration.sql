-- When an ExternalSecret fetches by itself, and whether it was asked to do so sooner (docs/adr/0019).
ALTER TABLE secret_consumer
  -- By its refresh interval; NULL where that is not known, or it never does.
  ADD COLUMN refresh_due_at timestamptz,
  -- The rotation for whose value it was last asked to fetch.
  ADD COLUMN fetch_rotation_id uuid,
  ADD COLUMN fetch_state text CHECK (fetch_state IN ('asking', 'asked', 'later', 'refused')),
  ADD COLUMN fetch_attempt integer NOT NULL DEFAULT 0 CHECK (fetch_attempt >= 0),
  -- When it was last begun or asked, and not before when it is asked again.
  ADD COLUMN fetch_at timestamptz,
  ADD COLUMN fetch_due_at timestamptz,
  ADD COLUMN fetch_error_code text CHECK (length(fetch_error_code) <= 60),
  ADD CONSTRAINT secret_consumer_fetch CHECK ((fetch_state IS NULL) = (fetch_rotation_id IS NULL)),
  ADD CONSTRAINT secret_consumer_fetch_rotation_fkey FOREIGN KEY (tenant_id, fetch_rotation_id)
    REFERENCES rotation (tenant_id, rotation_id);
