-- A hold of every class names none: an empty list instead of NULL.
UPDATE legal_hold SET classes = '{}' WHERE classes IS NULL;
ALTER TABLE legal_hold ALTER COLUMN classes SET NOT NULL;
