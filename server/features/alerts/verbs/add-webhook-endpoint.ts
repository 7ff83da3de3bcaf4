import "server-only";
import { uuidv7 } from "uuidv7";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { AddWebhookEndpointInput, EndpointState } from "../schema.ts";
import { webhookUrl } from "../webhook-url.ts";

const MOST_ENDPOINTS = 10;

/** Adds an address that every alert of the tenant is posted to, and the events that it asks for. */
export const addWebhookEndpoint = verb({
  name: "alerts.addWebhookEndpoint",
  scope: "runtime.alerts.manage",
  input: AddWebhookEndpointInput,
  output: EndpointState,
  async run({ tx, tenant, input }) {
    const url = webhookUrl(input.url, env().CONSOLE_MODE === "demo");
    // One after the other, so that the count below holds.
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `webhook_endpoint|${tenant}`,
    ]);
    const [counted] = await tx.query<{ total: number; same: number }>(
      `SELECT count(*)::integer AS total, (count(*) FILTER (WHERE url = $2))::integer AS same
       FROM webhook_endpoint WHERE tenant_id = $1 AND retired_at IS NULL`,
      [tenant, url],
    );
    if (counted && counted.same > 0) {
      throw new AppError("conflict", "url: this address is there already.", {
        said: { key: "alerts.addressTaken" },
        field: "url",
        remedy: "Enable the existing endpoint.",
      });
    }
    if (counted && counted.total >= MOST_ENDPOINTS) {
      throw new AppError("conflict", `There are ${MOST_ENDPOINTS} endpoints already, the most.`, {
        said: { key: "alerts.tooMany", args: { most: MOST_ENDPOINTS } },
        remedy: "Let one receiver pass the alerts on.",
      });
    }
    const endpointId = uuidv7();
    await tx.query(
      `INSERT INTO webhook_endpoint (tenant_id, endpoint_id, url, description, enabled, event_types, created_at)
       VALUES ($1, $2, $3, $4, true, $5, clock_timestamp())`,
      [tenant, endpointId, url, input.description, input.eventTypes],
    );
    return audited(
      { endpointId, enabled: true },
      {
        type: "runtime.alerts.endpoint-added",
        subject: `webhook-endpoint/${endpointId}`,
        // The path may be as good as a key at some receivers: the log keeps the origin only.
        payload: {
          origin: new URL(url).origin,
          description: input.description,
          eventTypes: input.eventTypes,
        },
      },
    );
  },
});
