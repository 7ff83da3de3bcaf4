-- A tenant's life: onboarded and offboarded step by step, with keys of its own that can be destroyed,
-- and what it uses of the clusters it shares (ADR 33).

------------------------------------------------------------------------------------------------
-- Tenants: whether they are open
------------------------------------------------------------------------------------------------

-- Only an `active` tenant is anybody's: sign-in, tokens and due work leave the others out.
ALTER TABLE tenant ADD COLUMN state text NOT NULL DEFAULT 'active'
  CHECK (state IN ('onboarding', 'active', 'offboarding', 'offboarded'));
ALTER TABLE tenant ADD CONSTRAINT tenant_sovereign_stays CHECK (kind <> 'sovereign' OR state = 'active');

-- The key of a tenant's payloads, wrapped by the installation's key. Destroyed, its row stays without it.
CREATE TABLE tenant_key (
  tenant_id text NOT NULL REFERENCES tenant,
  key_id text NOT NULL CHECK (key_id ~ '^tenant-[0-9a-f]{16}$'),
  wrapped bytea CHECK (octet_length(wrapped) = 60),
  created_at timestamptz NOT NULL,
  destroyed_at timestamptz,
  PRIMARY KEY (tenant_id, key_id),
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CALL app.protect('tenant_key', 'SELECT', 'SELECT, UPDATE', false, true);

CREATE FUNCTION app.keep_tenant_key() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.wrapped IS NULL OR NEW.wrapped IS NOT NULL
     OR (NEW.tenant_id, NEW.key_id, NEW.created_at) IS DISTINCT FROM (OLD.tenant_id, OLD.key_id, OLD.created_at) THEN
    RAISE EXCEPTION 'a tenant key is destroyed once, and nothing else' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER destroyed_once BEFORE UPDATE OR DELETE ON tenant_key FOR EACH ROW EXECUTE FUNCTION app.keep_tenant_key();

-- What was sealed before tenants had keys of their own can only be erased, and so can words in the index.
GRANT DELETE ON audit_payload TO console_worker;

CREATE POLICY dispatch_insert ON tenant_key FOR INSERT TO console_dispatch WITH CHECK (true);
GRANT INSERT (tenant_id, key_id, wrapped, created_at) ON tenant_key TO console_dispatch;
GRANT SELECT (state), INSERT (state), UPDATE (state) ON tenant TO console_dispatch;

-- Makes an organization together with its key. Gives false when the slug is taken.
CREATE FUNCTION app.open_tenant(slug text, display_name text, state text, labels jsonb, key_id text, wrapped bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF NOT app.create_tenant(slug, 'organization', display_name) THEN
    RETURN false;
  END IF;
  IF open_tenant.state NOT IN ('onboarding', 'active') THEN
    RAISE EXCEPTION 'a tenant begins onboarding or active' USING ERRCODE = '42501';
  END IF;
  UPDATE public.tenant t SET state = open_tenant.state, labels = open_tenant.labels WHERE t.tenant_id = slug;
  INSERT INTO public.tenant_key (tenant_id, key_id, wrapped, created_at)
  VALUES (slug, open_tenant.key_id, open_tenant.wrapped, clock_timestamp());
  RETURN true;
END $$;

-- The Sovereign moves an organization along; nobody else, and never back to life.
CREATE FUNCTION app.move_tenant(slug text, to_state text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  caller text := app.current_tenant();
BEGIN
  IF NOT EXISTS (SELECT 1 FROM public.tenant t WHERE t.tenant_id = caller AND t.kind = 'sovereign') THEN
    RAISE EXCEPTION 'only the Sovereign opens and closes tenants' USING ERRCODE = '42501';
  END IF;
  UPDATE public.tenant t SET state = to_state WHERE t.tenant_id = slug AND t.kind <> 'sovereign' AND (t.state, to_state) IN (
    ('onboarding', 'active'), ('active', 'offboarding'), ('onboarding', 'offboarding'), ('offboarding', 'offboarded'));
  RETURN FOUND;
END $$;

-- How a tenant stands, for the Sovereign's own page: NULL when there is none.
CREATE FUNCTION app.tenant_state(slug text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  caller text := app.current_tenant();
BEGIN
  IF NOT EXISTS (SELECT 1 FROM public.tenant t WHERE t.tenant_id = caller AND t.kind = 'sovereign') THEN
    RAISE EXCEPTION 'only the Sovereign asks for other tenants' USING ERRCODE = '42501';
  END IF;
  RETURN (SELECT t.state FROM public.tenant t WHERE t.tenant_id = slug);
END $$;

-- Every organization and its state, for the Sovereign's own page.
CREATE FUNCTION app.organizations() RETURNS TABLE (tenant_id text, display_name text, state text, created_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  caller text := app.current_tenant();
BEGIN
  IF NOT EXISTS (SELECT 1 FROM public.tenant t WHERE t.tenant_id = caller AND t.kind = 'sovereign') THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT t.tenant_id, t.display_name, t.state, t.created_at FROM public.tenant t
    WHERE t.kind <> 'sovereign' ORDER BY t.tenant_id;
END $$;
GRANT SELECT (display_name, created_at) ON tenant TO console_dispatch;

-- Of these names the ones that are not closed, in their order. One that is no tenant yet is nobody's, and stays.
CREATE FUNCTION app.open_tenants(names text[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT coalesce(array_agg(n.name ORDER BY n.place), '{}') FROM unnest(names) WITH ORDINALITY AS n (name, place)
  WHERE NOT EXISTS (SELECT 1 FROM public.tenant t WHERE t.tenant_id = n.name AND t.state <> 'active')
$$;

-- Tenants that no due work is done for: keys only.
CREATE FUNCTION app.closed_tenants() RETURNS TABLE (tenant_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t WHERE t.state <> 'active'
$$;

ALTER TABLE session DROP CONSTRAINT session_end_reason_check;
ALTER TABLE session ADD CONSTRAINT session_end_reason_check CHECK (end_reason IN
  ('signed_out', 'back_channel', 'expired', 'refresh_refused', 'replaced', 'tenant_closed'));

------------------------------------------------------------------------------------------------
-- Onboarding and offboarding: rows of the Sovereign
------------------------------------------------------------------------------------------------

ALTER TABLE approval_request DROP CONSTRAINT approval_request_kind_check;
ALTER TABLE approval_request ADD CONSTRAINT approval_request_kind_check
  CHECK (kind IN ('rotation', 'deployment', 'elevation', 'dr-promotion', 'remediation', 'break-glass', 'onboarding', 'offboarding'));

CREATE TABLE tenant_lifecycle (
  tenant_id text NOT NULL REFERENCES tenant,
  lifecycle_id uuid NOT NULL,
  act text NOT NULL CHECK (act IN ('onboard', 'offboard')),
  slug text NOT NULL CHECK (slug ~ '^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$'),
  display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 120),
  plan jsonb NOT NULL CHECK (jsonb_typeof(plan) = 'object' AND octet_length(plan::text) <= 131072),
  -- Of the RFC 8785 JSON of the plan, as it was approved.
  plan_digest bytea NOT NULL CHECK (octet_length(plan_digest) = 32),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
  state text NOT NULL CHECK (state IN ('awaiting_approval', 'waiting', 'carrying_out', 'stopped', 'done', 'refused', 'canceled')),
  approval_id uuid,
  requester_issuer text NOT NULL,
  requester_subject text NOT NULL,
  requester_name text NOT NULL CHECK (length(requester_name) <= 200),
  request_event_id uuid NOT NULL,
  requested_at timestamptz NOT NULL,
  -- Offboarding begins here, unless it is canceled before.
  effective_at timestamptz,
  end_note text CHECK (length(end_note) <= 2000),
  due_at timestamptz NOT NULL,
  lease_owner text,
  lease_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  finished_at timestamptz,
  export_manifest text CHECK (octet_length(export_manifest) <= 1048576),
  export_bytes bigint,
  export_until timestamptz,
  PRIMARY KEY (tenant_id, lifecycle_id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES approval_request (tenant_id, request_id),
  FOREIGN KEY (tenant_id, request_event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED,
  CHECK (state <> 'awaiting_approval' OR approval_id IS NOT NULL),
  CHECK ((state IN ('done', 'refused', 'canceled')) = (finished_at IS NOT NULL)),
  CHECK (act = 'onboard' OR effective_at IS NOT NULL OR state IN ('awaiting_approval', 'refused', 'canceled'))
);
-- One act at a time about a name.
CREATE UNIQUE INDEX tenant_lifecycle_one_open ON tenant_lifecycle (tenant_id, slug)
  WHERE state IN ('awaiting_approval', 'waiting', 'carrying_out', 'stopped');
CREATE INDEX tenant_lifecycle_by_time ON tenant_lifecycle (tenant_id, requested_at DESC);
CALL app.protect('tenant_lifecycle', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

CREATE TABLE tenant_lifecycle_step (
  tenant_id text NOT NULL,
  lifecycle_id uuid NOT NULL,
  step_no integer NOT NULL CHECK (step_no BETWEEN 1 AND 50),
  kind text NOT NULL CHECK (kind ~ '^[a-z][a-z-]{0,49}$'),
  -- `doing`: the intent is stored and the outcome is not known yet.
  state text NOT NULL CHECK (state IN ('pending', 'doing', 'held', 'done', 'failed')),
  attempt integer NOT NULL DEFAULT 0,
  begun_at timestamptz,
  finished_at timestamptz,
  -- What was made or ended, as codes with counts and names of the tenant's own.
  detail jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(detail) = 'object'),
  trouble text CHECK (length(trouble) <= 1000),
  PRIMARY KEY (tenant_id, lifecycle_id, step_no),
  FOREIGN KEY (tenant_id, lifecycle_id) REFERENCES tenant_lifecycle (tenant_id, lifecycle_id)
);
CALL app.protect('tenant_lifecycle_step', 'SELECT, INSERT, UPDATE', 'SELECT, UPDATE');

-- The encrypted export of an offboarded tenant, in pieces; dropped after its time.
CREATE TABLE tenant_export_chunk (
  tenant_id text NOT NULL,
  lifecycle_id uuid NOT NULL,
  chunk_no integer NOT NULL CHECK (chunk_no >= 0),
  bytes bytea NOT NULL CHECK (octet_length(bytes) <= 2097152),
  PRIMARY KEY (tenant_id, lifecycle_id, chunk_no),
  FOREIGN KEY (tenant_id, lifecycle_id) REFERENCES tenant_lifecycle (tenant_id, lifecycle_id)
);
CALL app.protect('tenant_export_chunk', 'SELECT', 'SELECT, INSERT, DELETE', false);

-- Acts that are due: keys only.
CREATE POLICY dispatch_rows ON tenant_lifecycle FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, lifecycle_id, state, approval_id, effective_at, due_at, lease_until, export_until, export_bytes)
  ON tenant_lifecycle TO console_dispatch;
CREATE FUNCTION app.due_lifecycles(max_rows integer) RETURNS TABLE (tenant_id text, id uuid, state text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT l.tenant_id, l.lifecycle_id, l.state FROM public.tenant_lifecycle l
  LEFT JOIN public.approval_request a ON a.tenant_id = l.tenant_id AND a.request_id = l.approval_id
  WHERE (l.state = 'awaiting_approval' AND a.state <> 'open')
     OR (l.state = 'waiting' AND l.effective_at <= clock_timestamp())
     OR (l.state = 'carrying_out' AND l.due_at <= clock_timestamp()
         AND (l.lease_until IS NULL OR l.lease_until <= clock_timestamp()))
     OR (l.export_bytes IS NOT NULL AND l.export_until <= clock_timestamp())
  ORDER BY l.due_at LIMIT max_rows
$$;

------------------------------------------------------------------------------------------------
-- Quotas and noisy neighbours
------------------------------------------------------------------------------------------------

-- Amounts are thousandths of the resource's unit (cores, bytes, pods); NULL: nobody says.
CREATE TABLE quota_usage (
  tenant_id text NOT NULL REFERENCES tenant,
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  cluster text NOT NULL CHECK (length(cluster) <= 200),
  resource text NOT NULL CHECK (length(resource) BETWEEN 1 AND 100),
  declared bigint,
  hard bigint,
  used bigint,
  requested bigint,
  limited bigint,
  allocatable bigint,
  -- Pods that name no limit for it.
  unlimited integer NOT NULL DEFAULT 0,
  observed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, environment, cluster, resource)
);
CALL app.protect('quota_usage', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE quota_sample (
  tenant_id text NOT NULL REFERENCES tenant,
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  cluster text NOT NULL CHECK (length(cluster) <= 200),
  resource text NOT NULL CHECK (length(resource) BETWEEN 1 AND 100),
  sampled_at timestamptz NOT NULL,
  hard bigint,
  used bigint,
  requested bigint,
  allocatable bigint,
  PRIMARY KEY (tenant_id, environment, cluster, resource, sampled_at)
);
CALL app.protect('quota_sample', 'SELECT', 'SELECT, INSERT, DELETE');

-- Who crowds whom on nodes that several share, on each side for its own tenant.
CREATE TABLE quota_crowding (
  tenant_id text NOT NULL REFERENCES tenant,
  environment text NOT NULL CHECK (environment IN ('dev', 'test', 'staging', 'prod')),
  crowding_id bytea NOT NULL CHECK (octet_length(crowding_id) = 16),
  side text NOT NULL CHECK (side IN ('crowds', 'crowded')),
  cluster text NOT NULL CHECK (length(cluster) <= 200),
  pool text NOT NULL CHECK (length(pool) <= 200),
  resource text NOT NULL CHECK (length(resource) BETWEEN 1 AND 100),
  cause text NOT NULL CHECK (cause IN ('no-limits', 'share', 'over-quota')),
  -- Of what the pool's nodes can give, in thousandths; NULL where they don't say.
  share integer,
  pods integer NOT NULL DEFAULT 0,
  -- HMAC of the noisy neighbour's name, for the crowded (docs/adr/0027).
  peer bytea CHECK (octet_length(peer) = 16),
  first_seen_at timestamptz NOT NULL,
  observed_at timestamptz NOT NULL,
  told_at timestamptz,
  PRIMARY KEY (tenant_id, environment, crowding_id, side),
  CHECK ((side = 'crowded') = (peer IS NOT NULL))
);
CALL app.protect('quota_crowding', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE');

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.open_tenant(text, text, text, jsonb, text, bytea) OWNER TO console_dispatch;
ALTER FUNCTION app.move_tenant(text, text) OWNER TO console_dispatch;
ALTER FUNCTION app.tenant_state(text) OWNER TO console_dispatch;
ALTER FUNCTION app.organizations() OWNER TO console_dispatch;
ALTER FUNCTION app.open_tenants(text[]) OWNER TO console_dispatch;
ALTER FUNCTION app.closed_tenants() OWNER TO console_dispatch;
ALTER FUNCTION app.due_lifecycles(integer) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.open_tenant(text, text, text, jsonb, text, bytea), app.move_tenant(text, text), app.tenant_state(text),
  app.organizations(), app.open_tenants(text[]), app.closed_tenants(), app.due_lifecycles(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.open_tenant(text, text, text, jsonb, text, bytea) TO console_tenant, console_worker;
GRANT EXECUTE ON FUNCTION app.tenant_state(text) TO console_tenant, console_worker;
GRANT EXECUTE ON FUNCTION app.organizations() TO console_tenant;
GRANT EXECUTE ON FUNCTION app.move_tenant(text, text), app.closed_tenants(), app.due_lifecycles(integer) TO console_worker;
GRANT EXECUTE ON FUNCTION app.open_tenants(text[]) TO console_identity;
