import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { EndpointState, SetWebhookEndpointEnabledInput } from "../schema.ts";

/** Switches an endpoint on or off. What waits for one that is off is not sent. */
export const setWebhookEndpointEnabled = verb({
  name: "alerts.setWebhookEndpointEnabled",
  scope: "runtime.alerts.manage",
  input: SetWebhookEndpointEnabledInput,
  output: EndpointState,
  async run({ tx, tenant, input }) {
    const { endpointId, enabled } = input;
    const [endpoint] = await tx.query<{ enabled: boolean }>(
      "SELECT enabled FROM webhook_endpoint WHERE tenant_id = $1 AND endpoint_id = $2 AND retired_at IS NULL FOR UPDATE",
      [tenant, endpointId],
    );
    if (!endpoint) throw notFound("webhook endpoint");
    if (endpoint.enabled === enabled) return unchanged({ endpointId, enabled });
    await tx.query(
      "UPDATE webhook_endpoint SET enabled = $3 WHERE tenant_id = $1 AND endpoint_id = $2",
      [tenant, endpointId, enabled],
    );
    return audited(
      { endpointId, enabled },
      {
        type: enabled ? "runtime.alerts.endpoint-enabled" : "runtime.alerts.endpoint-disabled",
        subject: `webhook-endpoint/${endpointId}`,
        payload: { before: { isEnabled: endpoint.enabled }, after: { isEnabled: enabled } },
      },
    );
  },
});
