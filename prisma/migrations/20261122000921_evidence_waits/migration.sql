-- What can't be looked up now (a forge that does not answer) is tried again when the next check is due.
CREATE OR REPLACE FUNCTION app.due_deployments(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT d.tenant_id, d.deployment_id FROM public.deployment_request d
  JOIN public.environment_policy p ON p.tenant_id = d.tenant_id AND p.environment = d.environment
  JOIN public.approval_request a ON a.tenant_id = d.tenant_id AND a.request_id = d.approval_id
  WHERE d.state IN ('requested', 'checking', 'awaiting_approval', 'approved')
    AND (d.state = 'requested' OR d.expires_at <= clock_timestamp() OR d.policy_version <> p.version
      OR ((d.state = 'checking' OR d.evidence_due) AND d.check_due_at <= clock_timestamp())
      OR (d.state = 'awaiting_approval' AND a.state <> 'open')
      OR (d.state = 'approved' AND a.state <> 'approved')
      OR a.state IN ('rejected', 'withdrawn', 'expired'))
  ORDER BY d.deployment_id LIMIT max_rows
$$;
