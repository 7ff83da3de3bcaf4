-- Only what has a version that every region can be asked for: secrets in KV v2 and keys of transit. A
-- role or an authority of an engine has none, and saying that a region is behind with it would be false.
CREATE OR REPLACE FUNCTION app.due_region_reads(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, region text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT b.tenant_id, b.binding_id, g.region FROM public.secret_binding b
  JOIN public.tenant owner ON owner.kind = 'sovereign'
  JOIN public.region g ON g.tenant_id = owner.tenant_id AND g.removed_at IS NULL AND (b.region IS NULL OR b.region = g.region)
  LEFT JOIN public.region_read r ON r.tenant_id = b.tenant_id AND r.binding_id = b.binding_id AND r.region = g.region
  WHERE b.store = 'openbao' AND b.state <> 'retired' AND b.current_version IS NOT NULL AND b.last_rotated_at IS NOT NULL
    AND b.rotator ->> 'kind' IN ('postgres-dual-user', 'kv-generated', 'keycloak-client-secret', 'two-key-cloud', 'openbao-transit')
    AND (r.binding_id IS NULL OR r.expected_version <> b.current_version OR r.next_check_at <= clock_timestamp())
  LIMIT max_rows
$$;
