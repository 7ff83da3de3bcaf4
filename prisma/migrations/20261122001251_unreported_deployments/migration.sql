-- A claimed deployment whose pipeline never says how it went is told about; answers kept under
-- idempotency keys are dropped after their day.

ALTER TABLE deployment_request
  -- When the pipeline has to have reported, by the policy in force at its claim.
  ADD COLUMN report_due_at timestamptz,
  -- When people were told that it has not.
  ADD COLUMN overdue_told_at timestamptz;
UPDATE deployment_request SET report_due_at = claimed_at + interval '1 hour' WHERE claimed_at IS NOT NULL;
ALTER TABLE deployment_request ADD CONSTRAINT deployment_request_report_due CHECK ((report_due_at IS NULL) = (claimed_at IS NULL));
CREATE INDEX deployment_request_unreported ON deployment_request (tenant_id, report_due_at)
  WHERE state = 'executing' AND overdue_told_at IS NULL;
GRANT SELECT (report_due_at, overdue_told_at) ON deployment_request TO console_dispatch;

CREATE FUNCTION app.unreported_deployments(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT d.tenant_id, d.deployment_id FROM public.deployment_request d
  WHERE d.state = 'executing' AND d.overdue_told_at IS NULL AND d.report_due_at <= clock_timestamp()
  ORDER BY d.report_due_at LIMIT max_rows
$$;

CREATE INDEX idempotency_key_by_age ON idempotency_key (tenant_id, created_at);
CREATE POLICY dispatch_rows ON idempotency_key FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, created_at) ON idempotency_key TO console_dispatch;

-- Tenants with answers that are older than a day; an hour more, so that nobody's last try comes too late.
CREATE FUNCTION app.tenants_with_old_answers() RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t
  WHERE EXISTS (SELECT FROM public.idempotency_key k
    WHERE k.tenant_id = t.tenant_id AND k.created_at <= clock_timestamp() - interval '25 hours')
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.unreported_deployments(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.tenants_with_old_answers() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.unreported_deployments(integer), app.tenants_with_old_answers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.unreported_deployments(integer), app.tenants_with_old_answers() TO console_worker;
