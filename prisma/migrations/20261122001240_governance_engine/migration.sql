-- Which engine made a decision; of a governance engine elsewhere, what it was asked and answered (ADR 0025).

ALTER TABLE policy_decision
  ADD COLUMN engine text NOT NULL DEFAULT 'cedar' CHECK (engine IN ('cedar', 'authzen')),
  -- RFC 8785 JSON: the bytes sent and the bytes that came back, without any credential.
  ADD COLUMN exchange text CHECK (octet_length(exchange) <= 1048576),
  ADD CONSTRAINT policy_decision_exchange CHECK ((engine = 'authzen') = (exchange IS NOT NULL));
CREATE INDEX policy_decision_by_engine ON policy_decision (tenant_id, engine, decided_at DESC)
  WHERE engine = 'authzen';
-- The decisions of one action, newest first: what a draft is tried on.
CREATE INDEX policy_decision_by_action ON policy_decision (tenant_id, action, decision_id DESC);

-- How the engine has answered of late: counts and times of every tenant in the Sovereign's context, of one in its own.
CREATE POLICY dispatch_rows ON policy_decision FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, decision_id, engine, errors, decided_at) ON policy_decision TO console_dispatch;
CREATE FUNCTION app.governance_answers() RETURNS TABLE (
  tenant_id text, answered bigint, unanswered bigint, answered_at timestamptz, unanswered_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id,
    count(d.decided_at) FILTER (WHERE NOT d.failed), count(d.decided_at) FILTER (WHERE d.failed),
    max(d.decided_at) FILTER (WHERE NOT d.failed), max(d.decided_at) FILTER (WHERE d.failed)
  FROM public.tenant here
  JOIN public.tenant t ON here.kind = 'sovereign' OR t.tenant_id = here.tenant_id
  JOIN LATERAL (
    SELECT x.decided_at, EXISTS (SELECT 1 FROM unnest(x.errors) AS e WHERE starts_with(e, 'governance-')) AS failed
    FROM public.policy_decision x
    WHERE x.tenant_id = t.tenant_id AND x.engine = 'authzen' AND x.decided_at > clock_timestamp() - interval '1 day'
    ORDER BY x.decided_at DESC LIMIT 10000) d ON true
  WHERE here.tenant_id = (SELECT app.current_tenant())
  GROUP BY t.tenant_id ORDER BY t.tenant_id
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.governance_answers() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.governance_answers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.governance_answers() TO console_tenant;
