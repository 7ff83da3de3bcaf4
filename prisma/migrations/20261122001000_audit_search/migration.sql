-- The search index of the audit log (ADR 17): segments over the sealed leaves, made by the worker
-- from events that are there already. It can be dropped and made anew at any time.

CREATE TABLE audit_segment (
  tenant_id text NOT NULL,
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 2),
  segment integer NOT NULL CHECK (segment >= 0),
  -- Leaves it covers: fewer than its level's size while it grows. Each width is a version.
  width integer NOT NULL CHECK (width BETWEEN 1 AND 65536),
  -- Of the events' own times.
  min_at timestamptz NOT NULL,
  max_at timestamptz NOT NULL,
  -- Earliest and latest time of each 256 leaves.
  spans bytea NOT NULL,
  -- How often each value of the coded columns occurs: {"type":{"runtime…":12},…}
  counts jsonb NOT NULL,
  -- Taken over by a wider or higher one; kept a while for searches under way.
  retired_at timestamptz,
  PRIMARY KEY (tenant_id, level, segment, width)
);
CALL app.protect('audit_segment', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE', false);

-- Terms and where they occur, encrypted with a key of the tenant.
CREATE TABLE audit_segment_page (
  tenant_id text NOT NULL,
  level smallint NOT NULL,
  segment integer NOT NULL,
  width integer NOT NULL,
  page smallint NOT NULL CHECK (page >= 0),
  bytes bytea NOT NULL,
  PRIMARY KEY (tenant_id, level, segment, width, page),
  FOREIGN KEY (tenant_id, level, segment, width) REFERENCES audit_segment (tenant_id, level, segment, width) ON DELETE CASCADE
);
ALTER TABLE audit_segment_page ALTER COLUMN bytes SET STORAGE EXTERNAL;
CALL app.protect('audit_segment_page', 'SELECT', 'SELECT, INSERT, DELETE', false);

-- One code a leaf for columns with few values; clear, as these columns are in audit_event.
CREATE TABLE audit_segment_column (
  tenant_id text NOT NULL,
  level smallint NOT NULL,
  segment integer NOT NULL,
  width integer NOT NULL,
  column_name text NOT NULL CHECK (column_name IN ('type', 'outcome', 'actorKind', 'actorRef', 'source', 'subjectKind')),
  bytes bytea NOT NULL,
  PRIMARY KEY (tenant_id, level, segment, width, column_name),
  FOREIGN KEY (tenant_id, level, segment, width) REFERENCES audit_segment (tenant_id, level, segment, width) ON DELETE CASCADE
);
ALTER TABLE audit_segment_column ALTER COLUMN bytes SET STORAGE EXTERNAL;
CALL app.protect('audit_segment_column', 'SELECT', 'SELECT, INSERT, DELETE', false);

-- The single times of 256 leaves, for intervals and bars that begin or end among them.
CREATE TABLE audit_granule (
  tenant_id text NOT NULL,
  granule integer NOT NULL CHECK (granule >= 0),
  times bytea NOT NULL,
  PRIMARY KEY (tenant_id, granule)
);
ALTER TABLE audit_granule ALTER COLUMN times SET STORAGE EXTERNAL;
CALL app.protect('audit_granule', 'SELECT', 'SELECT, INSERT, UPDATE', false);

-- How far the index goes: leaves below it are in exactly one segment that is not retired.
CREATE TABLE audit_index_head (
  tenant_id text PRIMARY KEY,
  indexed_to bigint NOT NULL CHECK (indexed_to >= 0),
  updated_at timestamptz NOT NULL
);
CALL app.protect('audit_index_head', 'SELECT', 'SELECT, INSERT, UPDATE', false);

-- Searches are audited: one event for each query of a person in a window.
CREATE TABLE audit_search_window (
  tenant_id text NOT NULL,
  actor_ref text NOT NULL,
  query_digest text NOT NULL CHECK (query_digest ~ '^[0-9a-f]{64}$'),
  window_ends_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, actor_ref, query_digest)
);
CALL app.protect('audit_search_window', 'SELECT, INSERT, UPDATE', 'SELECT, DELETE', false);

CREATE POLICY dispatch_rows ON audit_index_head FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, indexed_to) ON audit_index_head TO console_dispatch;

-- Tenants whose log has leaves that no segment covers.
CREATE FUNCTION app.tenants_to_index() RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t
  CROSS JOIN LATERAL (SELECT c.tree_size FROM public.audit_checkpoint c
    WHERE c.tenant_id = t.tenant_id ORDER BY c.tree_size DESC LIMIT 1) head
  LEFT JOIN public.audit_index_head i ON i.tenant_id = t.tenant_id
  WHERE head.tree_size > coalesce(i.indexed_to, 0)
  ORDER BY t.tenant_id
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.tenants_to_index() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.tenants_to_index() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.tenants_to_index() TO console_worker;
