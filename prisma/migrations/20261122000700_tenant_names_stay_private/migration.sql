-- Who may make a tenant is asked before whether its name is taken: from inside an organization a
-- foreign name answers exactly as an absent one (law 12). CREATE OR REPLACE keeps owner and grants.
CREATE OR REPLACE FUNCTION app.create_tenant(slug text, kind text, display_name text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  caller text := app.current_tenant();
  caller_kind text := (SELECT t.kind FROM public.tenant t WHERE t.tenant_id = caller);
BEGIN
  -- Two installations of the Sovereign at once must not both find none.
  PERFORM pg_advisory_xact_lock(hashtextextended('app.create_tenant', 0));
  IF create_tenant.kind = 'sovereign' THEN
    IF caller <> slug OR caller_kind = 'organization' THEN
      RAISE EXCEPTION 'there is one Sovereign, and it makes itself' USING ERRCODE = '42501';
    END IF;
  ELSIF caller_kind IS DISTINCT FROM 'sovereign' THEN
    RAISE EXCEPTION 'only the Sovereign makes tenants' USING ERRCODE = '42501';
  END IF;
  IF EXISTS (SELECT 1 FROM public.tenant t WHERE t.tenant_id = slug) THEN
    RETURN false;
  END IF;
  IF create_tenant.kind = 'sovereign' AND EXISTS (SELECT 1 FROM public.tenant t WHERE t.kind = 'sovereign') THEN
    RAISE EXCEPTION 'there is one Sovereign, and it makes itself' USING ERRCODE = '42501';
  END IF;
  INSERT INTO public.tenant (tenant_id, kind, display_name)
  VALUES (slug, create_tenant.kind, create_tenant.display_name);
  RETURN true;
END $$;
