-- SecretPolicies: versions are kept; the Sovereign's apply to the organizations whose labels match.

ALTER TABLE tenant ADD COLUMN labels jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(labels) = 'object');

CREATE TABLE secret_policy (
  tenant_id text NOT NULL REFERENCES tenant,
  policy_id uuid NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  version integer NOT NULL CHECK (version >= 1),
  source text NOT NULL CHECK (octet_length(source) <= 1048576),
  parsed jsonb NOT NULL CHECK (jsonb_typeof(parsed -> 'organizationLabels') = 'object' AND jsonb_typeof(parsed -> 'rules') = 'array'),
  retired_at timestamptz,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, policy_id),
  UNIQUE (tenant_id, name)
);
CALL app.protect('secret_policy', 'SELECT, INSERT, UPDATE', 'SELECT');

-- What was in force when: inserted only.
CREATE TABLE secret_policy_version (
  tenant_id text NOT NULL,
  policy_id uuid NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  source text NOT NULL CHECK (octet_length(source) <= 1048576),
  digest bytea NOT NULL CHECK (digest = sha256(convert_to(source, 'UTF8'))),
  is_retirement boolean NOT NULL DEFAULT false,
  event_id uuid NOT NULL,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, policy_id, version),
  FOREIGN KEY (tenant_id, policy_id) REFERENCES secret_policy (tenant_id, policy_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id) DEFERRABLE INITIALLY DEFERRED
);
CALL app.protect('secret_policy_version', 'SELECT, INSERT', 'SELECT', false);

-- The rule that a credential was last judged by, with where it comes from. NULL: not judged yet, so
-- the default of its class. The digest names the set of policies that were in force then.
ALTER TABLE secret_binding
  ADD COLUMN rule jsonb CHECK (rule IS NULL OR jsonb_typeof(rule) = 'object'),
  ADD COLUMN rule_digest text NOT NULL DEFAULT '';
CREATE INDEX secret_binding_by_rule ON secret_binding (tenant_id, rule_digest);

------------------------------------------------------------------------------------------------
-- What is in force where. The Sovereign's policies are read across the tenant wall here only:
-- names, versions and rules of those that apply, never their source.
------------------------------------------------------------------------------------------------

CREATE POLICY dispatch_rows ON secret_policy FOR SELECT TO console_dispatch USING (true);
GRANT SELECT (tenant_id, policy_id, name, version, parsed, retired_at) ON secret_policy TO console_dispatch;
GRANT SELECT (rule_digest) ON secret_binding TO console_dispatch;
CREATE POLICY dispatch_update ON tenant FOR UPDATE TO console_dispatch USING (true) WITH CHECK (true);
GRANT SELECT (labels), UPDATE (labels) ON tenant TO console_dispatch;

-- For the owner of the functions below alone: any tenant, so no login may call it.
CREATE FUNCTION app.policies_in_force_for(slug text) RETURNS TABLE (origin text, policy_id uuid, name text, version integer, parsed jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT CASE WHEN owner.kind = 'sovereign' THEN 'sovereign' ELSE 'tenant' END, p.policy_id, p.name, p.version, p.parsed
  FROM public.tenant here
  JOIN public.secret_policy p ON p.retired_at IS NULL AND here.labels @> (p.parsed -> 'organizationLabels')
  JOIN public.tenant owner ON owner.tenant_id = p.tenant_id
  WHERE here.tenant_id = slug AND (p.tenant_id = slug OR owner.kind = 'sovereign')
  ORDER BY 1, 3
$$;

-- Versions never change, so naming them names what they say.
CREATE FUNCTION app.policy_digest_for(slug text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT encode(sha256(convert_to(coalesce(string_agg(p.policy_id || '@' || p.version, ',' ORDER BY p.policy_id), 'none'), 'UTF8')), 'hex')
  FROM app.policies_in_force_for(slug) p
$$;

-- The policies in force in the current tenant: its own and those of the Sovereign whose labels it has.
CREATE FUNCTION app.policies_in_force() RETURNS TABLE (origin text, policy_id uuid, name text, version integer, parsed jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT f.origin, f.policy_id, f.name, f.version, f.parsed FROM app.policies_in_force_for((SELECT app.current_tenant())) f
$$;

CREATE FUNCTION app.policy_digest() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT app.policy_digest_for((SELECT app.current_tenant()))
$$;

-- Tenants with a credential judged by other policies than those in force now. Two probes of an
-- index a tenant: cheap when nothing changed, however many credentials there are.
CREATE FUNCTION app.tenants_with_changed_policies() RETURNS TABLE (tenant_id text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT t.tenant_id FROM public.tenant t, LATERAL (SELECT app.policy_digest_for(t.tenant_id) AS digest) now
  WHERE EXISTS (SELECT FROM public.secret_binding b WHERE b.tenant_id = t.tenant_id AND b.rule_digest < now.digest)
     OR EXISTS (SELECT FROM public.secret_binding b WHERE b.tenant_id = t.tenant_id AND b.rule_digest > now.digest)
$$;

-- The Sovereign labels tenants; nobody labels himself out of a policy. False: no such tenant.
CREATE FUNCTION app.set_tenant_labels(slug text, new_labels jsonb) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM public.tenant t WHERE t.tenant_id = app.current_tenant() AND t.kind = 'sovereign') THEN
    RAISE EXCEPTION 'only the Sovereign labels tenants' USING ERRCODE = '42501';
  END IF;
  UPDATE public.tenant t SET labels = new_labels WHERE t.tenant_id = slug;
  RETURN FOUND;
END $$;

-- The labels a tenant has, for the Sovereign that is about to change them. NULL: no such tenant.
CREATE FUNCTION app.tenant_labels(slug text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM public.tenant t WHERE t.tenant_id = app.current_tenant() AND t.kind = 'sovereign') THEN
    RAISE EXCEPTION 'only the Sovereign reads the labels of tenants' USING ERRCODE = '42501';
  END IF;
  RETURN (SELECT t.labels FROM public.tenant t WHERE t.tenant_id = slug);
END $$;

GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.policies_in_force_for(text) OWNER TO console_dispatch;
ALTER FUNCTION app.policy_digest_for(text) OWNER TO console_dispatch;
ALTER FUNCTION app.policies_in_force() OWNER TO console_dispatch;
ALTER FUNCTION app.policy_digest() OWNER TO console_dispatch;
ALTER FUNCTION app.tenants_with_changed_policies() OWNER TO console_dispatch;
ALTER FUNCTION app.set_tenant_labels(text, jsonb) OWNER TO console_dispatch;
ALTER FUNCTION app.tenant_labels(text) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.policies_in_force_for(text), app.policy_digest_for(text), app.policies_in_force(), app.policy_digest(), app.tenants_with_changed_policies(), app.set_tenant_labels(text, jsonb), app.tenant_labels(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.policies_in_force_for(text), app.policy_digest_for(text) TO console_dispatch;
GRANT EXECUTE ON FUNCTION app.policies_in_force(), app.policy_digest() TO console_tenant, console_worker;
GRANT EXECUTE ON FUNCTION app.tenants_with_changed_policies() TO console_worker;
GRANT EXECUTE ON FUNCTION app.set_tenant_labels(text, jsonb), app.tenant_labels(text) TO console_tenant;
