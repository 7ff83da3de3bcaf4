-- Events of credentials go to webhooks as well: each endpoint says which types it wants. The
-- delivery is queued by the event's own transaction (the outbox), whoever writes it.

ALTER TABLE webhook_endpoint
  -- Exact types, or all below a prefix: `runtime.secrets.rotated`, `runtime.secrets.*`.
  ADD COLUMN event_types text[] NOT NULL DEFAULT '{}' CHECK (cardinality(event_types) <= 50);
ALTER TABLE webhook_delivery ALTER COLUMN alert_id DROP NOT NULL;
ALTER TABLE webhook_delivery
  ADD COLUMN event_id uuid,
  ADD CONSTRAINT webhook_delivery_of_one CHECK (num_nonnulls(alert_id, event_id) = 1),
  ADD CONSTRAINT webhook_delivery_once UNIQUE (tenant_id, endpoint_id, event_id),
  ADD CONSTRAINT webhook_delivery_event_fkey FOREIGN KEY (tenant_id, event_id) REFERENCES audit_event (tenant_id, event_id);

-- In the order of time, as our other ids are (UUIDv7).
CREATE FUNCTION app.new_id() RETURNS uuid
LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
  SELECT overlay(overlay(replace(gen_random_uuid()::text, '-', '')
    PLACING lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') FROM 1 FOR 12)
    PLACING '7' FROM 13 FOR 1)::uuid
$$;

CREATE FUNCTION app.queue_event_deliveries() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO public.webhook_delivery (tenant_id, delivery_id, endpoint_id, event_id, state, next_attempt_at)
  SELECT p.tenant_id, app.new_id(), p.endpoint_id, NEW.event_id, 'pending', clock_timestamp()
  FROM public.webhook_endpoint p
  WHERE p.tenant_id = NEW.tenant_id AND p.enabled
    AND EXISTS (SELECT 1 FROM unnest(p.event_types) AS wanted (pattern)
      WHERE wanted.pattern = NEW.type
        OR (wanted.pattern LIKE '%.*' AND starts_with(NEW.type, rtrim(wanted.pattern, '*'))));
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.queue_event_deliveries(), app.new_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.new_id() TO console_tenant, console_worker;
-- What workers write about their own steps is not for receivers.
CREATE TRIGGER event_deliveries AFTER INSERT ON audit_event FOR EACH ROW
  WHEN (NEW.type LIKE 'runtime.secrets.%' AND NEW.type NOT IN ('runtime.secrets.rotation-claimed',
    'runtime.secrets.rotation-step-begun', 'runtime.secrets.rotation-step-failed', 'runtime.secrets.consumers-observed'))
  EXECUTE FUNCTION app.queue_event_deliveries();
