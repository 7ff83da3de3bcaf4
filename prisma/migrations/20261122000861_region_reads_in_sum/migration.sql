-- How many promoted versions each region was seen to have: counts and times, never content. The
-- Sovereign's context counts every tenant, any other its own.

GRANT SELECT (state, checked_at, verified_at) ON region_read TO console_dispatch;

CREATE FUNCTION app.region_read_counts() RETURNS TABLE (region text, verified bigint, behind bigint, unknown bigint,
  verified_at timestamptz, checked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT r.region, count(*) FILTER (WHERE r.state = 'verified'), count(*) FILTER (WHERE r.state = 'behind'),
    count(*) FILTER (WHERE r.state = 'unknown'), max(r.verified_at), max(r.checked_at)
  FROM public.tenant here
  JOIN public.region_read r ON here.kind = 'sovereign' OR r.tenant_id = here.tenant_id
  WHERE here.tenant_id = (SELECT app.current_tenant())
  GROUP BY r.region
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.region_read_counts() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.region_read_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.region_read_counts() TO console_tenant;
