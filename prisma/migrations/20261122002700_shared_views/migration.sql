-- Views of the audit log are kept too, and whoever kept one may show it to everybody of the tenant
-- who may see its page.

ALTER TABLE saved_view DROP CONSTRAINT saved_view_page_check;
ALTER TABLE saved_view ADD CONSTRAINT saved_view_page_check CHECK (page IN ('rotations', 'audit'));
ALTER TABLE saved_view ADD COLUMN is_shared boolean NOT NULL DEFAULT false;
ALTER TABLE saved_view ADD COLUMN saved_by_name text NOT NULL DEFAULT '' CHECK (length(saved_by_name) <= 200);
CREATE INDEX saved_view_shared ON saved_view (tenant_id, page) WHERE is_shared;
