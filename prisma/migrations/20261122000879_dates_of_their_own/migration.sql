-- Some credentials have dates of their own: one changed by hand has its interval, a watched one the
-- life and the renewal that its source tells (docs/adr/0011). The strictest limit wins.

CREATE FUNCTION app.credential_limit(class text, rule jsonb, rotator jsonb, life_seconds integer) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT least(app.binding_limit_seconds(class, rule), life_seconds,
    CASE WHEN rotator ->> 'kind' = 'manual' THEN (rotator ->> 'intervalDays')::integer * 86400 END)
$$;

-- When something happens to it next, as a column of order: what its source says, its interval, or its schedule.
CREATE FUNCTION app.credential_next(next_rotation_at timestamptz, last_rotated_at timestamptz, renews_at timestamptz, rotator jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
  SELECT CASE
    WHEN rotator ->> 'kind' IN ('cert-manager', 'certificate-file', 'spiffe-svid', 'realm-passwords') THEN coalesce(renews_at, 'infinity')
    WHEN rotator ->> 'kind' = 'manual' THEN app.binding_time(last_rotated_at, (rotator ->> 'intervalDays')::integer * 86400)
    ELSE coalesce(next_rotation_at, 'infinity') END
$$;

REVOKE ALL ON FUNCTION app.credential_limit(text, jsonb, jsonb, integer),
  app.credential_next(timestamptz, timestamptz, timestamptz, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.credential_limit(text, jsonb, jsonb, integer),
  app.credential_next(timestamptz, timestamptz, timestamptz, jsonb) TO console_tenant, console_worker;

ALTER TABLE secret_binding
  ALTER COLUMN limit_key SET EXPRESSION AS (app.binding_time(last_rotated_at, app.credential_limit(class, rule, rotator, life_seconds))),
  ALTER COLUMN soon_key SET EXPRESSION AS (app.binding_time(last_rotated_at, app.credential_limit(class, rule, rotator, life_seconds)
    - least(604800, app.credential_limit(class, rule, rotator, life_seconds) / 10.0))),
  ALTER COLUMN next_key SET EXPRESSION AS (app.credential_next(next_rotation_at, last_rotated_at, renews_at, rotator));

-- Whatever the worker can't rotate by itself is never due for it.
CREATE OR REPLACE FUNCTION app.due_bindings(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, due timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT b.tenant_id, b.binding_id, CASE b.state WHEN 'failed' THEN b.retry_at ELSE b.next_rotation_at END AS due
  FROM public.secret_binding b
  WHERE b.rotator ->> 'kind' NOT IN ('none', 'manual', 'openbao-dynamic', 'cert-manager', 'certificate-file', 'spiffe-svid', 'realm-passwords')
    AND ((b.state = 'active' AND b.next_rotation_at <= clock_timestamp())
      OR (b.state = 'failed' AND b.retry_at <= clock_timestamp()))
  ORDER BY due LIMIT max_rows
$$;

CREATE POLICY dispatch_rows ON manual_reminder FOR SELECT TO console_dispatch USING (true);
CREATE POLICY dispatch_rows ON certificate_renewal FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (limit_key, soon_key) ON secret_binding TO console_dispatch;
GRANT SELECT (tenant_id, binding_id, due_at, stage) ON manual_reminder TO console_dispatch;
GRANT SELECT (tenant_id, renewal_id, due_at, finished_at) ON certificate_renewal TO console_dispatch;

-- What has to be done by hand soon, or should have been, and nobody was reminded of.
CREATE FUNCTION app.manual_work_due(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT b.tenant_id, b.binding_id FROM public.secret_binding b
  WHERE b.rotator ->> 'kind' = 'manual' AND b.state <> 'retired' AND b.soon_key <= clock_timestamp()
    AND NOT EXISTS (SELECT 1 FROM public.manual_reminder r WHERE r.tenant_id = b.tenant_id
      AND r.binding_id = b.binding_id AND r.due_at = b.limit_key
      AND r.stage = CASE WHEN b.limit_key <= clock_timestamp() THEN 'overdue' ELSE 'due' END)
  ORDER BY b.limit_key LIMIT max_rows
$$;

-- Whatever something else renews, for the worker to look at.
CREATE FUNCTION app.watched_bindings(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT b.tenant_id, b.binding_id FROM public.secret_binding b
  WHERE b.rotator ->> 'kind' IN ('cert-manager', 'certificate-file', 'spiffe-svid', 'realm-passwords') AND b.state <> 'retired'
  ORDER BY b.tenant_id, b.binding_id LIMIT max_rows
$$;

-- Renewals that are to be asked for.
CREATE FUNCTION app.due_renewals(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.tenant_id, r.renewal_id FROM public.certificate_renewal r
  WHERE r.finished_at IS NULL AND r.due_at <= clock_timestamp() ORDER BY r.due_at LIMIT max_rows
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.manual_work_due(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.watched_bindings(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_renewals(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.manual_work_due(integer), app.watched_bindings(integer), app.due_renewals(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.manual_work_due(integer), app.watched_bindings(integer), app.due_renewals(integer) TO console_worker;
