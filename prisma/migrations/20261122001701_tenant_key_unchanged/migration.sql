-- A statement that changes nothing of a tenant's key is no change; everything but its destruction is refused.
CREATE OR REPLACE FUNCTION app.keep_tenant_key() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.wrapped IS NULL OR NEW.wrapped IS NOT NULL
     OR (NEW.tenant_id, NEW.key_id, NEW.created_at) IS DISTINCT FROM (OLD.tenant_id, OLD.key_id, OLD.created_at) THEN
    RAISE EXCEPTION 'a tenant key is destroyed once, and nothing else' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
