-- A rotation that is being taken up while a promotion begins must be seen by it: whoever takes one up
-- holds a shared lock until it is committed, and a promotion takes the same lock alone before it counts.

DROP FUNCTION app.rotations_must_wait(text);
CREATE FUNCTION app.rotations_must_wait(writes_to text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('rotations and promotions', 0));
  RETURN EXISTS (SELECT FROM public.dr_promotion p JOIN public.tenant t ON t.tenant_id = p.tenant_id AND t.kind = 'sovereign'
      WHERE p.state IN ('executing', 'indeterminate'))
    OR (writes_to IS NOT NULL AND EXISTS (SELECT FROM app.regions_in_force())
      AND NOT EXISTS (SELECT FROM app.regions_in_force() g WHERE g.region = writes_to AND g.role = 'primary'));
END $$;

DROP FUNCTION app.held_rotations();
CREATE FUNCTION app.held_rotations() RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('rotations and promotions', 0));
  RETURN (SELECT count(*)::integer FROM public.rotation r WHERE r.finished_at IS NULL AND r.lease_until > clock_timestamp());
END $$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.rotations_must_wait(text) OWNER TO console_dispatch;
ALTER FUNCTION app.held_rotations() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.rotations_must_wait(text), app.held_rotations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.rotations_must_wait(text), app.held_rotations() TO console_worker;
