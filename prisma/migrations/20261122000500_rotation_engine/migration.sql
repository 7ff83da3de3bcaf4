-- Rotations that wait for an approval, are paused or cancelled, and schedules that try again after
-- a rotation was undone.

ALTER TABLE rotation
  -- When the approval was used: from then on the worker may take it.
  ADD COLUMN approved_at timestamptz,
  ADD COLUMN paused_at timestamptz,
  -- Asked for by a person, done by the worker at its next step.
  ADD COLUMN cancel_requested_at timestamptz;

ALTER TABLE secret_binding
  -- When the schedule tries again after a rotation that was undone. NULL: it does not.
  ADD COLUMN retry_at timestamptz,
  -- Rotations undone one after the other.
  ADD COLUMN failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0);
CREATE INDEX secret_binding_retry ON secret_binding (tenant_id, retry_at) WHERE state = 'failed';

GRANT SELECT (approved_at, paused_at, approval_id) ON rotation TO console_dispatch;
GRANT SELECT (retry_at) ON secret_binding TO console_dispatch;

CREATE OR REPLACE FUNCTION app.due_rotations(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, due timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.tenant_id, r.rotation_id, r.due_at FROM public.rotation r
  WHERE r.finished_at IS NULL AND r.paused_at IS NULL AND r.due_at <= clock_timestamp()
    AND (r.state <> 'awaiting_approval' OR r.approved_at IS NOT NULL)
    AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
  ORDER BY r.due_at LIMIT max_rows
$$;

CREATE OR REPLACE FUNCTION app.due_bindings(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, due timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT b.tenant_id, b.binding_id, CASE b.state WHEN 'failed' THEN b.retry_at ELSE b.next_rotation_at END AS due
  FROM public.secret_binding b
  WHERE b.rotator ->> 'kind' NOT IN ('none', 'manual')
    AND ((b.state = 'active' AND b.next_rotation_at <= clock_timestamp())
      OR (b.state = 'failed' AND b.retry_at <= clock_timestamp()))
  ORDER BY due LIMIT max_rows
$$;

-- Rotations whose approval was decided, taken back or ran out.
CREATE FUNCTION app.decided_rotations(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.tenant_id, r.rotation_id FROM public.rotation r
  JOIN public.approval_request a ON a.tenant_id = r.tenant_id AND a.request_id = r.approval_id
  WHERE r.finished_at IS NULL AND r.state = 'awaiting_approval' AND r.approved_at IS NULL
    AND (a.state <> 'open' OR a.expires_at <= clock_timestamp())
  ORDER BY r.rotation_id LIMIT max_rows
$$;

-- CREATE OR REPLACE keeps owner and grants of the first two.
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.decided_rotations(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.decided_rotations(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.decided_rotations(integer) TO console_worker;
