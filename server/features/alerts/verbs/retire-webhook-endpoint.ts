import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { EndpointRetired, RetireWebhookEndpointInput } from "../schema.ts";

/** Ends an endpoint for good: nothing more is sent to it, what waits is not, and its address is free. */
export const retireWebhookEndpoint = verb({
  name: "alerts.retireWebhookEndpoint",
  scope: "runtime.alerts.manage",
  input: RetireWebhookEndpointInput,
  output: EndpointRetired,
  async run({ tx, tenant, input: { endpointId, reason } }) {
    const [endpoint] = await tx.query<{ at: Date }>(
      `UPDATE webhook_endpoint SET enabled = false, retired_at = clock_timestamp()
       WHERE tenant_id = $1 AND endpoint_id = $2 AND retired_at IS NULL RETURNING retired_at AS at`,
      [tenant, endpointId],
    );
    if (!endpoint) throw notFound("webhook endpoint");
    return audited(
      { endpointId, retiredAt: endpoint.at },
      {
        type: "runtime.alerts.endpoint-retired",
        subject: `webhook-endpoint/${endpointId}`,
        payload: { reason },
      },
    );
  },
});
