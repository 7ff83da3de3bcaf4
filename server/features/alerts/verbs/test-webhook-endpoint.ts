import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { TestQueued, WebhookEndpointId } from "../schema.ts";

/** Sends an endpoint the event of being tested: signed, delivered and recorded as any other. */
export const testWebhookEndpoint = verb({
  name: "alerts.testWebhookEndpoint",
  scope: "runtime.alerts.manage",
  input: WebhookEndpointId,
  output: TestQueued,
  async run({ tx, tenant, input: { endpointId } }) {
    const [endpoint] = await tx.query<{ enabled: boolean }>(
      "SELECT enabled FROM webhook_endpoint WHERE tenant_id = $1 AND endpoint_id = $2 AND retired_at IS NULL FOR UPDATE",
      [tenant, endpointId],
    );
    if (!endpoint) throw notFound("webhook endpoint");
    if (!endpoint.enabled) {
      throw new AppError("conflict", "This endpoint is switched off.", {
        said: { key: "alerts.switchedOff" },
        field: "endpointId",
        remedy: "Switch it on first.",
      });
    }
    const [eventId, deliveryId] = [uuidv7(), uuidv7()];
    await tx.query(
      `INSERT INTO webhook_delivery (tenant_id, delivery_id, endpoint_id, event_id, state, next_attempt_at)
       VALUES ($1, $2, $3, $4, 'pending', clock_timestamp())`,
      [tenant, deliveryId, endpointId, eventId],
    );
    return audited(
      { endpointId, deliveryId },
      {
        eventId,
        type: "runtime.alerts.endpoint-tested",
        subject: `webhook-endpoint/${endpointId}`,
        payload: { deliveryId },
      },
    );
  },
});
