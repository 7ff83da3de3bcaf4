-- An endpoint that is retired gets nothing more and leaves its address free; its deliveries stay.
ALTER TABLE webhook_endpoint
  ADD COLUMN retired_at timestamptz,
  ADD CONSTRAINT webhook_endpoint_retired_is_off CHECK (retired_at IS NULL OR NOT enabled);
DROP INDEX webhook_endpoint_by_url;
CREATE UNIQUE INDEX webhook_endpoint_by_url ON webhook_endpoint (tenant_id, url) WHERE retired_at IS NULL;
CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (tenant_id, endpoint_id, delivery_id DESC);

-- A test delivery is queued by the transaction that writes its event.
ALTER TABLE webhook_delivery ALTER CONSTRAINT webhook_delivery_event_fkey DEFERRABLE INITIALLY DEFERRED;
