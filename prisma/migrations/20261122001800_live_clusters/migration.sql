-- Tenants whose isolation is to be looked at again: keys only. With `hasten`, those whose turn has not come
-- yet as well, because a cluster told of a change.
CREATE FUNCTION app.due_isolation_looks(max_rows integer, hasten boolean) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t LEFT JOIN public.isolation_look d ON d.tenant_id = t.tenant_id
  WHERE t.kind <> 'sovereign' AND (d.tenant_id IS NULL
     OR ((hasten OR d.due_at <= clock_timestamp()) AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp())))
  ORDER BY d.due_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_isolation_looks(integer, boolean) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_isolation_looks(integer, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_isolation_looks(integer, boolean) TO console_worker;
