-- Exports of the audit log and evidence packs (ADR 38). What was asked for may name people: it is sealed.

-- One export that streams to somebody: begun, then ended or aborted.
CREATE TABLE audit_export (
  tenant_id text NOT NULL REFERENCES tenant,
  export_id uuid NOT NULL,
  format text NOT NULL CHECK (format IN ('csv', 'ndjson')),
  state text NOT NULL CHECK (state IN ('begun', 'ended', 'aborted')),
  query_key text NOT NULL CHECK (length(query_key) <= 200),
  query bytea NOT NULL CHECK (octet_length(query) <= 65536),
  as_of timestamptz NOT NULL,
  -- Entries under the signed head that the export is of.
  tree_size bigint NOT NULL CHECK (tree_size >= 0),
  entries_done bigint NOT NULL DEFAULT 0 CHECK (entries_done BETWEEN 0 AND tree_size),
  event_count bigint NOT NULL DEFAULT 0 CHECK (event_count >= 0),
  event_id uuid NOT NULL,
  begun_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (tenant_id, export_id),
  CHECK ((state = 'begun') = (ended_at IS NULL))
);
CALL app.protect('audit_export', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

CREATE TABLE evidence_pack (
  tenant_id text NOT NULL REFERENCES tenant,
  pack_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('requested', 'building', 'ready', 'failed', 'expired')),
  disclosure text NOT NULL CHECK (disclosure IN ('matches', 'envelopes', 'payloads')),
  -- The query, and the key that the pack is encrypted with in the content store: gone once it is expired.
  sealed_key text NOT NULL CHECK (length(sealed_key) <= 200),
  sealed bytea NOT NULL CHECK (octet_length(sealed) <= 65536),
  as_of timestamptz NOT NULL,
  range_from bigint NOT NULL CHECK (range_from >= 0),
  range_to bigint NOT NULL CHECK (range_to >= range_from),
  tree_size bigint NOT NULL CHECK (tree_size >= range_to),
  -- The signed head of this size with the cosignatures that were under it: the pack is made of this one.
  checkpoint text NOT NULL CHECK (length(checkpoint) <= 100000),
  entries_done bigint NOT NULL DEFAULT 0 CHECK (entries_done >= 0),
  match_count bigint NOT NULL DEFAULT 0 CHECK (match_count >= 0),
  -- SHA-256 of the pack, and of what the content store has of it.
  digest bytea CHECK (octet_length(digest) = 32),
  stored_digest bytea CHECK (octet_length(stored_digest) = 32),
  byte_count bigint CHECK (byte_count >= 0),
  failure text CHECK (failure IN ('store-unreachable', 'store-refused', 'not-verified', 'error')),
  attempt integer NOT NULL DEFAULT 0,
  asked_by_name text NOT NULL CHECK (length(asked_by_name) <= 400),
  event_id uuid NOT NULL,
  asked_at timestamptz NOT NULL,
  done_at timestamptz,
  kept_days integer NOT NULL CHECK (kept_days BETWEEN 1 AND 3650),
  expires_at timestamptz,
  -- When its bytes were taken out of the content store.
  removed_at timestamptz,
  lease_owner text,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, pack_id),
  CHECK ((state IN ('ready', 'expired')) = (digest IS NOT NULL)),
  CHECK ((digest IS NULL) = (byte_count IS NULL)),
  CHECK ((digest IS NULL) = (stored_digest IS NULL)),
  CHECK ((digest IS NULL) = (expires_at IS NULL)),
  CHECK ((state = 'failed') = (failure IS NOT NULL))
);
CALL app.protect('evidence_pack', 'SELECT, INSERT', 'SELECT, UPDATE');
CREATE INDEX evidence_pack_asked ON evidence_pack (tenant_id, asked_at DESC, pack_id DESC);

-- Full tiles and entry bundles that are in the content store as well. They never change.
CREATE TABLE audit_tile_copy (
  tenant_id text NOT NULL REFERENCES tenant,
  -- -1: entry bundles.
  level smallint NOT NULL CHECK (level BETWEEN -1 AND 63),
  tile_index bigint NOT NULL CHECK (tile_index >= 0),
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  stored_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, level, tile_index)
);
CALL app.protect('audit_tile_copy', 'SELECT', 'SELECT, INSERT');

CREATE POLICY dispatch_rows ON evidence_pack FOR SELECT TO console_dispatch
  USING (tenant_id <> ALL (ARRAY(SELECT t.tenant_id FROM public.tenant t WHERE t.state <> 'active')));
CREATE POLICY dispatch_rows ON audit_export FOR SELECT TO console_dispatch
  USING (tenant_id <> ALL (ARRAY(SELECT t.tenant_id FROM public.tenant t WHERE t.state <> 'active')));
CREATE POLICY dispatch_rows ON audit_tile_copy FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, pack_id, state, asked_at, expires_at, removed_at, lease_until) ON evidence_pack TO console_dispatch;
GRANT SELECT (tenant_id, export_id, state, seen_at) ON audit_export TO console_dispatch;
GRANT SELECT (tenant_id, level, tile_index) ON audit_tile_copy TO console_dispatch;

-- Packs to be made, packs whose time is over, exports that nobody follows any more: keys only.
CREATE FUNCTION app.due_evidence(max_rows integer, forsaken_seconds integer) RETURNS TABLE (tenant_id text, id uuid, act text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  (SELECT p.tenant_id, p.pack_id, 'make' FROM public.evidence_pack p
   WHERE p.state IN ('requested', 'building') AND (p.lease_until IS NULL OR p.lease_until <= clock_timestamp())
   ORDER BY p.asked_at LIMIT max_rows)
  UNION ALL
  (SELECT p.tenant_id, p.pack_id, 'expire' FROM public.evidence_pack p
   WHERE (p.state = 'ready' AND p.expires_at <= clock_timestamp())
      OR (p.state = 'expired' AND p.removed_at IS NULL AND (p.lease_until IS NULL OR p.lease_until <= clock_timestamp()))
   ORDER BY p.expires_at LIMIT max_rows)
  UNION ALL
  (SELECT e.tenant_id, e.export_id, 'forsaken' FROM public.audit_export e
   WHERE e.state = 'begun' AND e.seen_at <= clock_timestamp() - make_interval(secs => forsaken_seconds)
   ORDER BY e.seen_at LIMIT max_rows)
$$;
-- Tenants with full tiles that are not in the content store: keys only.
CREATE FUNCTION app.tenants_with_tiles_to_copy(max_rows integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t
  CROSS JOIN LATERAL (SELECT max(c.tree_size) AS size FROM public.audit_checkpoint c WHERE c.tenant_id = t.tenant_id) head
  CROSS JOIN LATERAL (SELECT max(k.tile_index) AS tile FROM public.audit_tile_copy k WHERE k.tenant_id = t.tenant_id AND k.level = -1) copied
  WHERE head.size / 256 > coalesce(copied.tile + 1, 0)
  ORDER BY t.tenant_id LIMIT max_rows
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_evidence(integer, integer) OWNER TO console_dispatch;
ALTER FUNCTION app.tenants_with_tiles_to_copy(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_evidence(integer, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION app.tenants_with_tiles_to_copy(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_evidence(integer, integer) TO console_worker;
GRANT EXECUTE ON FUNCTION app.tenants_with_tiles_to_copy(integer) TO console_worker;
