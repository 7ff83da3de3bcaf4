-- Refuse the statement, not the rows: forced row security hides every row from the owner, so a
-- trigger for each row would never fire and an UPDATE would report nothing done instead of a refusal.
DROP TRIGGER append_only_rows ON audit_event;
DROP TRIGGER append_only_rows ON audit_leaf;
DROP TRIGGER append_only_rows ON audit_checkpoint;
CREATE TRIGGER append_only_statements BEFORE UPDATE OR DELETE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only_statements BEFORE UPDATE OR DELETE ON audit_leaf FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();
CREATE TRIGGER append_only_statements BEFORE UPDATE OR DELETE ON audit_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();

-- Every event waits for the sequencer, however it was inserted: none can be left out of the log.
CREATE FUNCTION app.queue_for_sealing() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  INSERT INTO public.audit_pending (tenant_id, event_id, recorded_at)
  VALUES (NEW.tenant_id, NEW.event_id, NEW.recorded_at);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.queue_for_sealing() FROM PUBLIC;
CREATE TRIGGER queue_for_sealing AFTER INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION app.queue_for_sealing();
