-- When rotations may start, how many act on one target at once, and promoted ones that a person
-- takes back within the grace (docs/adr/0012-when-rotations-start-and-who-may-take-them.md).

------------------------------------------------------------------------------------------------
-- Change windows: several for each environment; none = always
------------------------------------------------------------------------------------------------

CREATE TABLE change_window (
  tenant_id text NOT NULL REFERENCES tenant,
  window_id uuid NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  -- ISO days of the week, 1 = Monday.
  days integer[] NOT NULL CHECK (cardinality(days) BETWEEN 1 AND 7 AND days <@ ARRAY[1, 2, 3, 4, 5, 6, 7]),
  start_time text NOT NULL CHECK (start_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  -- Not after the start: on the day after.
  end_time text NOT NULL CHECK (end_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  -- IANA name; the writer checks that it is one.
  time_zone text NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 60),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, window_id)
);
CREATE INDEX change_window_by_environment ON change_window (tenant_id, environment, window_id);
CALL app.protect('change_window', 'SELECT, INSERT, DELETE', 'SELECT');

-- Windows are part of what a credential is judged by: others plan its next rotation anew. Rows never
-- change, so naming them names what they say. Without any, the digest is as before.
CREATE POLICY dispatch_rows ON change_window FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, window_id) ON change_window TO console_dispatch;
CREATE OR REPLACE FUNCTION app.policy_digest_for(slug text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT encode(sha256(convert_to(
    coalesce((SELECT string_agg(p.policy_id || '@' || p.version, ',' ORDER BY p.policy_id) FROM app.policies_in_force_for(slug) p), 'none')
    || coalesce((SELECT '|' || string_agg(w.window_id::text, ',' ORDER BY w.window_id) FROM public.change_window w WHERE w.tenant_id = slug), ''),
    'UTF8')), 'hex')
$$;

------------------------------------------------------------------------------------------------
-- Rotations: what they act on, and taking back
------------------------------------------------------------------------------------------------

ALTER TABLE rotation
  -- What it acts on: a database host, a mount, a realm. NULL: shares nothing with others.
  ADD COLUMN target_key text CHECK (length(target_key) <= 400),
  -- Started outside the environment's change window, by a person's word.
  ADD COLUMN outside_window boolean NOT NULL DEFAULT false,
  -- A person wants the old value back, within the grace.
  ADD COLUMN rollback_requested_at timestamptz,
  -- How old the value was that it replaced: its age again when it is taken back.
  ADD COLUMN previous_rotated_at timestamptz;
CREATE INDEX rotation_by_target ON rotation (target_key, lease_until) WHERE finished_at IS NULL;
GRANT SELECT (target_key) ON rotation TO console_dispatch;

-- Whether a rotation may act on its target now, when at most so many do at once. Counts live leases
-- of every tenant; the lock holds until the end of the caller's transaction, so two claims of the
-- last place can't both find it free. Says yes or no, and nothing of anybody else.
CREATE FUNCTION app.target_has_room(rotation uuid, most integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  target text := (SELECT r.target_key FROM public.rotation r
    WHERE r.tenant_id = (SELECT app.current_tenant()) AND r.rotation_id = target_has_room.rotation);
BEGIN
  IF target IS NULL THEN
    RETURN true;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('app.target|' || target, 0));
  RETURN (SELECT count(*) FROM public.rotation r
    WHERE r.target_key = target AND r.finished_at IS NULL AND r.lease_until > clock_timestamp()) < most;
END $$;

-- Due rotations that would find room: a target with a thousand of them does not hide another's one.
CREATE FUNCTION app.due_rotations(max_rows integer, most_per_target integer) RETURNS TABLE (tenant_id text, id uuid, due timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH busy AS (
    SELECT r.target_key, count(*) AS held FROM public.rotation r
    WHERE r.finished_at IS NULL AND r.lease_until > clock_timestamp() GROUP BY r.target_key
  ), due AS (
    SELECT r.tenant_id, r.rotation_id, r.due_at, r.target_key,
      row_number() OVER (PARTITION BY coalesce(r.target_key, r.rotation_id::text) ORDER BY r.due_at, r.rotation_id) AS place
    FROM public.rotation r
    WHERE r.finished_at IS NULL AND r.paused_at IS NULL AND r.due_at <= clock_timestamp()
      AND (r.state <> 'awaiting_approval' OR r.approved_at IS NOT NULL)
      AND (r.lease_until IS NULL OR r.lease_until <= clock_timestamp())
  )
  SELECT due.tenant_id, due.rotation_id, due.due_at FROM due LEFT JOIN busy USING (target_key)
  WHERE due.place <= most_per_target - coalesce(busy.held, 0)
  ORDER BY due.due_at, due.rotation_id LIMIT max_rows
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.target_has_room(uuid, integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_rotations(integer, integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.target_has_room(uuid, integer), app.due_rotations(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.target_has_room(uuid, integer), app.due_rotations(integer, integer) TO console_worker;
