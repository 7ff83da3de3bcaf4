-- A role has no scopes of its own: none, rather than unknown. (Row security hides rows from an UPDATE here.)
ALTER TABLE access_item ALTER COLUMN scopes TYPE text[] USING coalesce(scopes, '{}');
ALTER TABLE access_item ALTER COLUMN scopes SET DEFAULT '{}', ALTER COLUMN scopes SET NOT NULL;
