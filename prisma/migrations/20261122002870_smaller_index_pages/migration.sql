-- Into how many pages the terms of a segment are spread. Null: a sixteenth of its level's size, as all were laid out
-- at first; the worker lays such a segment out anew (docs/adr/0017-the-log-is-searched-in-encrypted-segments.md).
ALTER TABLE audit_segment ADD COLUMN pages integer CHECK (pages > 0);
