-- What a platform operator sees: counts and times for each tenant, never content.
-- The Sovereign's context counts every tenant, any other its own.

CREATE POLICY dispatch_rows ON audit_checkpoint FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, tree_size, signed_at) ON audit_checkpoint TO console_dispatch;
CREATE POLICY dispatch_rows ON alert FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, acknowledged_at) ON alert TO console_dispatch;
GRANT SELECT (recorded_at) ON audit_pending TO console_dispatch;

CREATE FUNCTION app.platform_counts() RETURNS TABLE (
  tenant_id text, kind text, credentials bigint, unfinished_rotations bigint, troubled_rotations bigint,
  oldest_due_at timestamptz, open_alerts bigint, unsealed_events bigint, oldest_unsealed_at timestamptz,
  sealed_events bigint, sealed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id, t.kind,
    (SELECT count(*) FROM public.secret_binding b WHERE b.tenant_id = t.tenant_id AND b.state <> 'retired'),
    r.unfinished, r.troubled, r.oldest_due_at,
    (SELECT count(*) FROM public.alert a WHERE a.tenant_id = t.tenant_id AND a.acknowledged_at IS NULL),
    p.unsealed, p.oldest_unsealed_at, coalesce(c.tree_size, 0), c.signed_at
  FROM public.tenant here
  JOIN public.tenant t ON here.kind = 'sovereign' OR t.tenant_id = here.tenant_id
  CROSS JOIN LATERAL (
    SELECT count(*) AS unfinished,
      count(*) FILTER (WHERE x.state IN ('revoke_failed', 'indeterminate')) AS troubled,
      min(x.due_at) FILTER (WHERE x.state <> 'awaiting_approval' AND x.due_at <= clock_timestamp()) AS oldest_due_at
    FROM public.rotation x WHERE x.tenant_id = t.tenant_id AND x.finished_at IS NULL) r
  CROSS JOIN LATERAL (
    SELECT count(*) AS unsealed, min(x.recorded_at) AS oldest_unsealed_at
    FROM public.audit_pending x WHERE x.tenant_id = t.tenant_id) p
  LEFT JOIN LATERAL (
    SELECT x.tree_size, x.signed_at FROM public.audit_checkpoint x
    WHERE x.tenant_id = t.tenant_id ORDER BY x.tree_size DESC LIMIT 1) c ON true
  WHERE here.tenant_id = (SELECT app.current_tenant())
  ORDER BY t.kind DESC, t.tenant_id
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.platform_counts() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.platform_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.platform_counts() TO console_tenant;
