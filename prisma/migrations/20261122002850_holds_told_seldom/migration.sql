-- What the log last said of a revocation that is held back, and of who was seen to use the old value: while the
-- next looks find the same, it is not said again for a while (docs/adr/0013-what-holds-a-revocation-back.md).
ALTER TABLE rotation_watch
  ADD COLUMN held_event_id uuid,
  ADD COLUMN held_told_at timestamptz,
  ADD COLUMN look_event_id uuid,
  ADD COLUMN look_told_at timestamptz,
  ADD CHECK ((held_event_id IS NULL) = (held_told_at IS NULL)),
  ADD CHECK ((look_event_id IS NULL) = (look_told_at IS NULL)),
  ADD FOREIGN KEY (tenant_id, held_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (tenant_id, look_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED;
