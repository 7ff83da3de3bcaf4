-- What lasts is told of: credentials that are past their age limit, rotations that nobody and
-- nothing brings further. Each once, until it changes.

ALTER TABLE secret_binding
  -- The age (`last_rotated_at`) for which people were told that it is over its limit.
  ADD COLUMN overdue_told_for timestamptz;
ALTER TABLE rotation
  -- When people were told that it does not come further.
  ADD COLUMN stuck_told_at timestamptz;
CREATE INDEX secret_binding_overdue ON secret_binding (limit_key)
  WHERE state <> 'retired' AND origin = 'bound' AND overdue_told_for IS DISTINCT FROM last_rotated_at;
CREATE INDEX rotation_stuck ON rotation (updated_at) WHERE finished_at IS NULL AND attempt > 0 AND stuck_told_at IS NULL;

GRANT SELECT (limit_key, origin, last_rotated_at, overdue_told_for) ON secret_binding TO console_dispatch;
GRANT SELECT (attempt, created_at, stuck_told_at) ON rotation TO console_dispatch;

CREATE FUNCTION app.tenants_with_overdue() RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT DISTINCT b.tenant_id FROM public.secret_binding b
  WHERE b.limit_key <= clock_timestamp() AND b.state <> 'retired' AND b.origin = 'bound'
    AND b.overdue_told_for IS DISTINCT FROM b.last_rotated_at
$$;

-- Unfinished rotations that have met trouble at each attempt for so long; a doubt the sooner.
CREATE FUNCTION app.stuck_rotations(max_rows integer, doubt_seconds integer, trouble_seconds integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.tenant_id, r.rotation_id FROM public.rotation r
  CROSS JOIN LATERAL (SELECT max(s.at) AS at FROM public.rotation_step s
    WHERE s.tenant_id = r.tenant_id AND s.rotation_id = r.rotation_id) moved
  WHERE r.finished_at IS NULL AND r.attempt > 0 AND r.stuck_told_at IS NULL
    AND moved.at <= clock_timestamp() - make_interval(secs => CASE r.state WHEN 'indeterminate' THEN doubt_seconds ELSE trouble_seconds END)
  ORDER BY moved.at LIMIT max_rows
$$;
CREATE POLICY dispatch_rows ON rotation_step FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, rotation_id, at) ON rotation_step TO console_dispatch;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.tenants_with_overdue() OWNER TO console_dispatch;
ALTER FUNCTION app.stuck_rotations(integer, integer, integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.tenants_with_overdue(), app.stuck_rotations(integer, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.tenants_with_overdue(), app.stuck_rotations(integer, integer, integer) TO console_worker;
