-- Consumers are looked at for a day after a rotation is done, until all have moved: after a leak the
-- old value ends before they do.

GRANT SELECT (binding_id, created_at) ON rotation TO console_dispatch;

CREATE OR REPLACE FUNCTION app.due_consumer_looks(max_rows integer) RETURNS TABLE (tenant_id text, id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  (SELECT r.tenant_id, r.rotation_id FROM public.rotation r
   LEFT JOIN public.rotation_watch w ON w.tenant_id = r.tenant_id AND w.rotation_id = r.rotation_id
   WHERE r.finished_at IS NULL AND r.state IN ('promoted', 'grace')
     AND (w.due_at IS NULL OR w.due_at <= clock_timestamp())
   ORDER BY w.due_at NULLS FIRST LIMIT max_rows)
  UNION ALL
  (SELECT r.tenant_id, r.rotation_id FROM public.rotation_watch w
   JOIN public.rotation r ON r.tenant_id = w.tenant_id AND r.rotation_id = w.rotation_id
   WHERE w.due_at <= clock_timestamp() AND w.due_at > clock_timestamp() - interval '1 day'
     AND r.state = 'done' AND r.finished_at > clock_timestamp() - interval '1 day'
     AND NOT EXISTS (SELECT FROM public.rotation n
       WHERE n.tenant_id = r.tenant_id AND n.binding_id = r.binding_id AND n.created_at > r.created_at)
   ORDER BY w.due_at LIMIT max_rows)
$$;
CREATE INDEX rotation_watch_due ON rotation_watch (tenant_id, due_at);
