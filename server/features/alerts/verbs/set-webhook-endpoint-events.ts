import "server-only";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { EventTypes } from "../event-types.ts";
import { WebhookEndpointId } from "../schema.ts";

/** Says which events of credentials an endpoint gets from now on, besides every alert. */
export const setWebhookEndpointEvents = verb({
  name: "alerts.setWebhookEndpointEvents",
  scope: "runtime.alerts.manage",
  input: WebhookEndpointId.extend({ eventTypes: EventTypes }),
  output: WebhookEndpointId.extend({ eventTypes: z.array(z.string()) }),
  async run({ tx, tenant, input }) {
    const { endpointId, eventTypes } = input;
    const [endpoint] = await tx.query<{ event_types: string[] }>(
      "SELECT event_types FROM webhook_endpoint WHERE tenant_id = $1 AND endpoint_id = $2 AND retired_at IS NULL FOR UPDATE",
      [tenant, endpointId],
    );
    if (!endpoint) throw notFound("webhook endpoint");
    const output = { endpointId, eventTypes };
    if (isDeepStrictEqual(endpoint.event_types, eventTypes)) return unchanged(output);
    await tx.query(
      "UPDATE webhook_endpoint SET event_types = $3 WHERE tenant_id = $1 AND endpoint_id = $2",
      [tenant, endpointId, eventTypes],
    );
    return audited(output, {
      type: "runtime.alerts.endpoint-subscribed",
      subject: `webhook-endpoint/${endpointId}`,
      payload: { before: endpoint.event_types, after: eventTypes },
    });
  },
});
