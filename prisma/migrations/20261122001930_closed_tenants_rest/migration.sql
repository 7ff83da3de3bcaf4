-- Nothing is due for a tenant that is not open: its rows are out of sight of what finds due work, so that
-- they take no place in a batch. What was recorded of it is still sealed, indexed and witnessed.
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN SELECT p.polrelid::regclass AS relation FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE p.polname = 'dispatch_rows' AND c.relname <> 'tenant' AND c.relname NOT LIKE 'audit\_%'
  LOOP
    EXECUTE format('ALTER POLICY dispatch_rows ON %s USING (tenant_id <> ALL (ARRAY(
      SELECT t.tenant_id FROM public.tenant t WHERE t.state <> ''active'')))', found.relation);
  END LOOP;
END $$;

-- Those that begin with the tenants themselves.
CREATE OR REPLACE FUNCTION app.due_discoveries(max_rows integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t LEFT JOIN public.discovery_run d ON d.tenant_id = t.tenant_id
  WHERE t.state = 'active' AND (d.tenant_id IS NULL
     OR (d.due_at <= clock_timestamp() AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp())))
  ORDER BY d.due_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;
CREATE OR REPLACE FUNCTION app.due_access_directories(max_rows integer) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t LEFT JOIN public.access_directory_run d ON d.tenant_id = t.tenant_id
  WHERE t.state = 'active' AND (d.tenant_id IS NULL
     OR (d.due_at <= clock_timestamp() AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp())))
  ORDER BY d.due_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;
CREATE OR REPLACE FUNCTION app.due_isolation_looks(max_rows integer, hasten boolean) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t LEFT JOIN public.isolation_look d ON d.tenant_id = t.tenant_id
  WHERE t.kind <> 'sovereign' AND t.state = 'active' AND (d.tenant_id IS NULL
     OR ((hasten OR d.due_at <= clock_timestamp()) AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp())))
  ORDER BY d.due_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;
CREATE OR REPLACE FUNCTION app.due_drift_looks(max_rows integer, hasten boolean) RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t LEFT JOIN public.drift_look d ON d.tenant_id = t.tenant_id
  WHERE t.state = 'active' AND (d.tenant_id IS NULL
     OR ((hasten OR d.due_at <= clock_timestamp()) AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp())))
  ORDER BY d.due_at NULLS FIRST, t.tenant_id LIMIT max_rows
$$;
CREATE OR REPLACE FUNCTION app.due_drift_owners() RETURNS TABLE (tenant_id text, is_sovereign boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id, t.kind = 'sovereign' FROM public.tenant t WHERE t.state = 'active' ORDER BY t.tenant_id
$$;

DROP FUNCTION app.closed_tenants();
-- The one of two arguments took its place.
DROP FUNCTION app.due_isolation_looks(integer);
