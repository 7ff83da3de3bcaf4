-- Tenants are made by one function only; approvals keep the subject that was shown; a counted
-- denial names what was denied.

------------------------------------------------------------------------------------------------
-- Tenant creation: no login can insert a tenant or change its kind
------------------------------------------------------------------------------------------------

REVOKE INSERT, UPDATE ON tenant FROM console_tenant;
CREATE POLICY dispatch_rows ON tenant FOR SELECT TO console_dispatch USING (true);
CREATE POLICY dispatch_insert ON tenant FOR INSERT TO console_dispatch WITH CHECK (true);
GRANT SELECT (tenant_id, kind), INSERT (tenant_id, kind, display_name) ON tenant TO console_dispatch;

-- Gives false when the slug is taken. The Sovereign makes its own row, once; after that it, and
-- only it, makes organizations.
CREATE FUNCTION app.create_tenant(slug text, kind text, display_name text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  caller text := app.current_tenant();
BEGIN
  -- Two installations of the Sovereign at once must not both find none.
  PERFORM pg_advisory_xact_lock(hashtextextended('app.create_tenant', 0));
  IF EXISTS (SELECT 1 FROM public.tenant t WHERE t.tenant_id = slug) THEN
    RETURN false;
  END IF;
  IF create_tenant.kind = 'sovereign' THEN
    IF caller <> slug OR EXISTS (SELECT 1 FROM public.tenant t WHERE t.kind = 'sovereign') THEN
      RAISE EXCEPTION 'there is one Sovereign, and it makes itself' USING ERRCODE = '42501';
    END IF;
  ELSIF NOT EXISTS (SELECT 1 FROM public.tenant t WHERE t.tenant_id = caller AND t.kind = 'sovereign') THEN
    RAISE EXCEPTION 'only the Sovereign makes tenants' USING ERRCODE = '42501';
  END IF;
  INSERT INTO public.tenant (tenant_id, kind, display_name)
  VALUES (slug, create_tenant.kind, create_tenant.display_name);
  RETURN true;
END $$;
GRANT CREATE ON SCHEMA app TO console_dispatch;
ALTER FUNCTION app.create_tenant(text, text, text) OWNER TO console_dispatch;
REVOKE CREATE ON SCHEMA app FROM console_dispatch;
REVOKE ALL ON FUNCTION app.create_tenant(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.create_tenant(text, text, text) TO console_tenant;

------------------------------------------------------------------------------------------------
-- Approvals: the subject whose digest every review names
------------------------------------------------------------------------------------------------

ALTER TABLE approval_request
  ADD COLUMN subject text NOT NULL CHECK (octet_length(subject) <= 32768),
  ADD COLUMN requester_kind text NOT NULL CHECK (requester_kind IN ('user', 'service', 'worker', 'system')),
  ADD COLUMN requester_name text NOT NULL DEFAULT '' CHECK (length(requester_name) <= 200),
  ADD COLUMN request_event_id uuid NOT NULL,
  ADD COLUMN executed_at timestamptz,
  ADD CONSTRAINT approval_request_digest_of_subject CHECK (subject_digest = sha256(convert_to(subject, 'UTF8')));
ALTER TABLE approval_review
  ADD COLUMN reviewer_name text NOT NULL DEFAULT '' CHECK (length(reviewer_name) <= 200);

------------------------------------------------------------------------------------------------
-- Webhooks: one endpoint for each address
------------------------------------------------------------------------------------------------

CREATE UNIQUE INDEX webhook_endpoint_by_url ON webhook_endpoint (tenant_id, url);

------------------------------------------------------------------------------------------------
-- Denials: the count names the act and the first event
------------------------------------------------------------------------------------------------

ALTER TABLE denial_window
  ADD COLUMN act text NOT NULL DEFAULT 'unknown' CHECK (length(act) <= 200),
  ADD COLUMN cause text NOT NULL DEFAULT 'unknown' CHECK (length(cause) <= 200),
  ADD COLUMN first_event_id uuid;
