-- Attempts to step up that came to nothing, and proofs that nobody used, go after a day. A used proof is
-- evidence, and stays with its attempt.
GRANT SELECT, DELETE ON step_up_attempt, step_up_proof TO console_worker;
CREATE INDEX step_up_attempt_by_end ON step_up_attempt (tenant_id, expires_at);
CREATE INDEX step_up_proof_by_end ON step_up_proof (tenant_id, expires_at) WHERE used_at IS NULL;

-- Whoever deletes, and whatever he asks for.
CREATE FUNCTION app.keep_used_proof() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  IF OLD.used_at IS NOT NULL OR OLD.expires_at > clock_timestamp() - interval '1 day' THEN
    RAISE EXCEPTION 'a proof that was used, or may still be, is kept' USING ERRCODE = '42501';
  END IF;
  RETURN OLD;
END $$;
REVOKE ALL ON FUNCTION app.keep_used_proof() FROM PUBLIC;
CREATE TRIGGER used_is_kept BEFORE DELETE ON step_up_proof FOR EACH ROW EXECUTE FUNCTION app.keep_used_proof();

CREATE POLICY dispatch_rows ON step_up_attempt FOR SELECT TO console_dispatch USING (true);
CREATE POLICY dispatch_rows ON step_up_proof FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, attempt_id, expires_at) ON step_up_attempt TO console_dispatch;
GRANT SELECT (tenant_id, attempt_id, expires_at, used_at) ON step_up_proof TO console_dispatch;
CREATE FUNCTION app.tenants_with_old_step_ups() RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t
  WHERE EXISTS (SELECT FROM public.step_up_attempt a
    WHERE a.tenant_id = t.tenant_id AND a.expires_at <= clock_timestamp() - interval '1 day'
      AND NOT EXISTS (SELECT FROM public.step_up_proof p
        WHERE p.tenant_id = a.tenant_id AND p.attempt_id = a.attempt_id
          AND (p.used_at IS NOT NULL OR p.expires_at > clock_timestamp() - interval '1 day')))
$$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.tenants_with_old_step_ups() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.tenants_with_old_step_ups() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.tenants_with_old_step_ups() TO console_worker;
