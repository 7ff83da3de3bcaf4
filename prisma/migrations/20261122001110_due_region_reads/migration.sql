-- Which versions a region must be asked for, without looking at every credential: those whose time has
-- come, from an index; those rotated lately, whose version is another; and a walk through all the rest,
-- a part at a time, for what has no row yet (ADR 20).

CREATE INDEX region_read_due ON region_read (next_check_at);
GRANT SELECT (rotated_key) ON secret_binding TO console_dispatch;

-- The Sovereign's regions, by name.
CREATE FUNCTION app.regions_to_read() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT g.region FROM public.region g
  JOIN public.tenant owner ON owner.tenant_id = g.tenant_id AND owner.kind = 'sovereign' WHERE g.removed_at IS NULL
$$;

-- Kinds that have a version which every region can be asked for (features/regions/versioned-kinds.ts).
CREATE FUNCTION app.has_versioned_kind(rotator jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT rotator ->> 'kind' IN ('postgres-dual-user', 'kv-generated', 'keycloak-client-secret', 'two-key-cloud', 'openbao-transit')
$$;

CREATE OR REPLACE FUNCTION app.due_region_reads(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, region text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  named text[] := ARRAY(SELECT app.regions_to_read());
  -- A constant, so that it may lead an index.
  here timestamptz := clock_timestamp();
BEGIN
  IF cardinality(named) = 0 THEN RETURN; END IF;
  RETURN QUERY
    SELECT lately.tenant_id, lately.binding_id, lately.region FROM public.tenant t
    CROSS JOIN LATERAL (
      SELECT b.tenant_id, b.binding_id, g.region FROM public.secret_binding b
      JOIN unnest(named) g (region) ON b.region IS NULL OR b.region = g.region
      LEFT JOIN public.region_read r ON r.tenant_id = b.tenant_id AND r.binding_id = b.binding_id AND r.region = g.region
      WHERE b.tenant_id = t.tenant_id AND b.rotated_key > here - interval '5 minutes' AND b.rotated_key < 'infinity'
        AND b.store = 'openbao' AND b.state <> 'retired' AND b.current_version IS NOT NULL AND app.has_versioned_kind(b.rotator)
        AND (r.binding_id IS NULL OR r.expected_version <> b.current_version)
      LIMIT max_rows) lately
    LIMIT max_rows;
  RETURN QUERY
    SELECT r.tenant_id, r.binding_id, r.region FROM public.region_read r
    JOIN public.secret_binding b ON b.tenant_id = r.tenant_id AND b.binding_id = r.binding_id
    WHERE r.next_check_at <= here AND r.region = ANY (named) AND (b.region IS NULL OR b.region = r.region)
      AND b.store = 'openbao' AND b.state <> 'retired' AND b.current_version = r.expected_version
      AND b.last_rotated_at IS NOT NULL AND app.has_versioned_kind(b.rotator)
    ORDER BY r.next_check_at LIMIT max_rows;
END $$;

-- A part of a walk through all credentials: reads that are missing, or of another version; and last, with
-- no region, the credential where the part ended. Nothing: the walk is through.
CREATE FUNCTION app.missing_region_reads(after_tenant text, after_id uuid, most integer)
RETURNS TABLE (tenant_id text, id uuid, region text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  named text[] := ARRAY(SELECT app.regions_to_read());
BEGIN
  RETURN QUERY
    WITH part AS MATERIALIZED (
      SELECT b.tenant_id, b.binding_id, b.region, b.store, b.state, b.current_version, b.last_rotated_at, b.rotator
      FROM public.secret_binding b WHERE (b.tenant_id, b.binding_id) > (after_tenant, after_id)
      ORDER BY b.tenant_id, b.binding_id LIMIT most)
    SELECT b.tenant_id, b.binding_id, g.region FROM part b
    JOIN unnest(named) g (region) ON b.region IS NULL OR b.region = g.region
    LEFT JOIN public.region_read r ON r.tenant_id = b.tenant_id AND r.binding_id = b.binding_id AND r.region = g.region
    WHERE b.store = 'openbao' AND b.state <> 'retired' AND b.current_version IS NOT NULL AND b.last_rotated_at IS NOT NULL
      AND app.has_versioned_kind(b.rotator) AND (r.binding_id IS NULL OR r.expected_version <> b.current_version)
    UNION ALL
    (SELECT b.tenant_id, b.binding_id, NULL FROM part b ORDER BY b.tenant_id DESC, b.binding_id DESC LIMIT 1);
END $$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.regions_to_read() OWNER TO console_dispatch;
ALTER FUNCTION app.has_versioned_kind(jsonb) OWNER TO console_dispatch;
ALTER FUNCTION app.missing_region_reads(text, uuid, integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.regions_to_read(), app.has_versioned_kind(jsonb), app.missing_region_reads(text, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.missing_region_reads(text, uuid, integer) TO console_worker;
