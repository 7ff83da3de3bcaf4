-- Regions of the installation, what is seen of their stores, where a rotated version was read, and the
-- promotion of another region (docs/adr/0014-regions-and-promotion.md).

------------------------------------------------------------------------------------------------
-- Regions: the Sovereign's. The configuration names them; which one is primary stands here.
------------------------------------------------------------------------------------------------

CREATE TABLE region (
  tenant_id text NOT NULL REFERENCES tenant,
  region text NOT NULL CHECK (region ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  region_id uuid NOT NULL,
  display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 120),
  addresses text[] NOT NULL CHECK (cardinality(addresses) BETWEEN 1 AND 9),
  role text NOT NULL CHECK (role IN ('primary', 'read-only')),
  role_since timestamptz NOT NULL,
  -- What the configuration says; a promotion makes the two differ until it is changed too.
  configured_role text NOT NULL CHECK (configured_role IN ('primary', 'read-only')),
  -- How what is written in the primary gets here. OpenBao itself has no replication between clusters.
  replication text NOT NULL CHECK (replication IN ('none', 'storage-snapshot', 'other')),
  max_lag_seconds integer NOT NULL CHECK (max_lag_seconds BETWEEN 1 AND 604800),
  position integer NOT NULL CHECK (position >= 0),
  -- Left the configuration; kept because promotions and reads name it.
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, region),
  UNIQUE (tenant_id, region_id)
);
CREATE UNIQUE INDEX region_one_primary ON region (tenant_id) WHERE role = 'primary' AND removed_at IS NULL;
CALL app.protect('region', 'SELECT', 'SELECT, INSERT, UPDATE');

-- What a store was last seen to be. `unknown` is a state of its own, with its own since-when.
CREATE TABLE store_observation (
  tenant_id text NOT NULL REFERENCES tenant,
  store_id text NOT NULL CHECK (store_id ~ '^(openbao|azure-key-vault)/[a-z0-9.-]{1,200}$'),
  kind text NOT NULL CHECK (kind IN ('openbao', 'azure-key-vault')),
  region text,
  state text NOT NULL CHECK (state IN ('active', 'standby', 'sealed', 'uninitialized', 'permission_denied', 'rate_limited', 'unreachable', 'unknown')),
  state_since timestamptz NOT NULL,
  -- When it was last asked, whatever came of it.
  observed_at timestamptz,
  facts jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(facts) = 'object'),
  -- Of what matters to a decision, so without indexes and times.
  digest text NOT NULL DEFAULT '',
  detail text NOT NULL DEFAULT '' CHECK (length(detail) <= 500),
  -- How old what the region holds is, by the newest marker seen in it.
  lag text NOT NULL DEFAULT 'unknown' CHECK (lag IN ('none', 'within-limit', 'beyond-limit', 'unknown')),
  lag_reason text NOT NULL DEFAULT 'not-observed',
  lag_since timestamptz NOT NULL,
  marker_sequence bigint CHECK (marker_sequence >= 0),
  marker_written_at timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  next_observation_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, store_id),
  FOREIGN KEY (tenant_id, region) REFERENCES region (tenant_id, region)
);
CALL app.protect('store_observation', 'SELECT', 'SELECT, INSERT, UPDATE');

-- Where the version that a rotation promoted was read: numbers and times, never a value.
CREATE TABLE region_read (
  tenant_id text NOT NULL,
  binding_id uuid NOT NULL,
  region text NOT NULL,
  state text NOT NULL CHECK (state IN ('verified', 'behind', 'unknown')),
  reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
  state_since timestamptz NOT NULL,
  expected_version integer NOT NULL,
  seen_version integer,
  checked_at timestamptz NOT NULL,
  -- The last time that the version expected then was there.
  verified_at timestamptz,
  verified_version integer,
  attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  next_check_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, binding_id, region),
  FOREIGN KEY (tenant_id, binding_id) REFERENCES secret_binding (tenant_id, binding_id)
);
CALL app.protect('region_read', 'SELECT', 'SELECT, INSERT, UPDATE');

------------------------------------------------------------------------------------------------
-- Promotion of another region
------------------------------------------------------------------------------------------------

CREATE TABLE dr_promotion (
  tenant_id text NOT NULL REFERENCES tenant,
  promotion_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('planned-switchover', 'disaster')),
  from_region text NOT NULL,
  target_region text NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  state text NOT NULL CHECK (state IN ('requested', 'awaiting_approval', 'approved', 'executing', 'indeterminate', 'succeeded', 'failed', 'withdrawn', 'rejected', 'expired')),
  requested_by jsonb NOT NULL,
  cause_event_id uuid NOT NULL,
  approval_id uuid,
  -- Of what was put before the approvers.
  subject_digest bytea CHECK (octet_length(subject_digest) = 32),
  executed_by jsonb,
  approval_used_at timestamptz,
  -- Before the first call of the operator's hook: from then on its outcome is not ours to assume.
  hook_begun_at timestamptz,
  attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  fence bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  due_at timestamptz NOT NULL,
  error_code text,
  error_text text CHECK (length(error_text) <= 2000),
  -- Who said by hand how it ended, and by what evidence.
  concluded_by jsonb,
  conclusion text CHECK (length(conclusion) <= 2000),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, promotion_id),
  FOREIGN KEY (tenant_id, from_region) REFERENCES region (tenant_id, region),
  FOREIGN KEY (tenant_id, target_region) REFERENCES region (tenant_id, region),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approval_request (tenant_id, request_id),
  CHECK (from_region <> target_region)
);
CREATE INDEX dr_promotion_by_time ON dr_promotion (tenant_id, created_at DESC, promotion_id DESC);
CREATE UNIQUE INDEX dr_promotion_one_under_way ON dr_promotion (tenant_id) WHERE state IN ('executing', 'indeterminate');
CALL app.protect('dr_promotion', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

CREATE TABLE dr_promotion_check (
  tenant_id text NOT NULL,
  promotion_id uuid NOT NULL,
  item text NOT NULL CHECK (item ~ '^[a-z][a-z-]{1,60}$'),
  evidence text NOT NULL CHECK (length(evidence) BETWEEN 1 AND 2000),
  ticked_by jsonb NOT NULL,
  ticked_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, promotion_id, item),
  FOREIGN KEY (tenant_id, promotion_id) REFERENCES dr_promotion (tenant_id, promotion_id)
);
CALL app.protect('dr_promotion_check', 'SELECT, INSERT, UPDATE', 'SELECT');

------------------------------------------------------------------------------------------------
-- What is due, keys only (law 13); and what of the Sovereign's applies in every tenant
------------------------------------------------------------------------------------------------

CREATE POLICY dispatch_rows ON region FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, region, display_name, role, role_since, position, removed_at) ON region TO console_dispatch;
CREATE POLICY dispatch_rows ON store_observation FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, store_id, kind, region, state, state_since, observed_at, lease_until, next_observation_at) ON store_observation TO console_dispatch;
CREATE POLICY dispatch_rows ON region_read FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, binding_id, region, expected_version, next_check_at) ON region_read TO console_dispatch;
CREATE POLICY dispatch_rows ON dr_promotion FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, promotion_id, state, approval_id, due_at, lease_until) ON dr_promotion TO console_dispatch;
GRANT SELECT (store, region, current_version, last_rotated_at) ON secret_binding TO console_dispatch;

CREATE FUNCTION app.due_store_observations(max_rows integer) RETURNS TABLE (tenant_id text, id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT o.tenant_id, o.store_id FROM public.store_observation o
  LEFT JOIN public.region g ON g.tenant_id = o.tenant_id AND g.region = o.region
  WHERE o.next_observation_at <= clock_timestamp() AND g.removed_at IS NULL
    AND (o.lease_until IS NULL OR o.lease_until <= clock_timestamp())
  ORDER BY o.next_observation_at LIMIT max_rows
$$;

-- Versions that a region was not asked for yet, or is to be asked for again.
CREATE FUNCTION app.due_region_reads(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, region text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT b.tenant_id, b.binding_id, g.region FROM public.secret_binding b
  JOIN public.tenant owner ON owner.kind = 'sovereign'
  JOIN public.region g ON g.tenant_id = owner.tenant_id AND g.removed_at IS NULL AND (b.region IS NULL OR b.region = g.region)
  LEFT JOIN public.region_read r ON r.tenant_id = b.tenant_id AND r.binding_id = b.binding_id AND r.region = g.region
  WHERE b.store = 'openbao' AND b.state <> 'retired' AND b.current_version IS NOT NULL AND b.last_rotated_at IS NOT NULL
    AND b.rotator ->> 'kind' NOT IN ('none', 'manual')
    AND (r.binding_id IS NULL OR r.expected_version <> b.current_version OR r.next_check_at <= clock_timestamp())
  LIMIT max_rows
$$;

-- Promotions whose approval was decided, taken back or ran out, and those that are being carried out.
CREATE FUNCTION app.due_promotions(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, state text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT p.tenant_id, p.promotion_id, p.state FROM public.dr_promotion p
  LEFT JOIN public.approval_request a ON a.tenant_id = p.tenant_id AND a.request_id = p.approval_id
  WHERE (p.state = 'awaiting_approval' AND (a.state <> 'open' OR a.expires_at <= clock_timestamp()))
     OR (p.state = 'approved' AND (a.state <> 'approved' OR a.expires_at <= clock_timestamp()))
     OR (p.state IN ('executing', 'indeterminate') AND p.due_at <= clock_timestamp()
       AND (p.lease_until IS NULL OR p.lease_until <= clock_timestamp()))
  ORDER BY p.promotion_id LIMIT max_rows
$$;

-- The Sovereign's regions, as every tenant may know them: names and roles, no address.
CREATE FUNCTION app.regions_in_force() RETURNS TABLE (region text, display_name text, role text, role_since timestamptz, "position" integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT g.region, g.display_name, g.role, g.role_since, g.position FROM public.region g
  JOIN public.tenant owner ON owner.tenant_id = g.tenant_id AND owner.kind = 'sovereign'
  WHERE g.removed_at IS NULL ORDER BY g.position, g.region
$$;

-- The Sovereign's stores, as every tenant may know them: what they are and since when.
CREATE FUNCTION app.stores_in_force() RETURNS TABLE (store_id text, kind text, region text, role text, state text, state_since timestamptz, observed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT o.store_id, o.kind, o.region, g.role, o.state, o.state_since, o.observed_at FROM public.store_observation o
  JOIN public.tenant owner ON owner.tenant_id = o.tenant_id AND owner.kind = 'sovereign'
  LEFT JOIN public.region g ON g.tenant_id = o.tenant_id AND g.region = o.region
  WHERE g.removed_at IS NULL ORDER BY g.position NULLS LAST, o.store_id
$$;

-- Whether rotations must not be taken up: a promotion is being carried out, or whoever asks would
-- write to a region that is not the primary. NULL: writes to no region in particular.
CREATE FUNCTION app.rotations_must_wait(writes_to text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT EXISTS (SELECT FROM public.dr_promotion p JOIN public.tenant t ON t.tenant_id = p.tenant_id AND t.kind = 'sovereign'
      WHERE p.state IN ('executing', 'indeterminate'))
    OR (writes_to IS NOT NULL AND NOT EXISTS (SELECT FROM app.regions_in_force() g WHERE g.region = writes_to AND g.role = 'primary')
      AND EXISTS (SELECT FROM app.regions_in_force()))
$$;

-- Rotations that a worker holds right now: a planned switchover waits until there is none.
CREATE FUNCTION app.held_rotations() RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT count(*)::integer FROM public.rotation r WHERE r.finished_at IS NULL AND r.lease_until > clock_timestamp()
$$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.due_store_observations(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_region_reads(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.due_promotions(integer) OWNER TO console_dispatch;
ALTER FUNCTION app.regions_in_force() OWNER TO console_dispatch;
ALTER FUNCTION app.stores_in_force() OWNER TO console_dispatch;
ALTER FUNCTION app.rotations_must_wait(text) OWNER TO console_dispatch;
ALTER FUNCTION app.held_rotations() OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.due_store_observations(integer), app.due_region_reads(integer), app.due_promotions(integer),
  app.regions_in_force(), app.stores_in_force(), app.rotations_must_wait(text), app.held_rotations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.due_store_observations(integer), app.due_region_reads(integer), app.due_promotions(integer),
  app.held_rotations() TO console_worker;
GRANT EXECUTE ON FUNCTION app.regions_in_force(), app.stores_in_force() TO console_tenant, console_worker;
GRANT EXECUTE ON FUNCTION app.rotations_must_wait(text) TO console_worker;
