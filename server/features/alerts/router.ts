import "server-only";
import { z } from "zod";
import { webhookKeyId, webhookPublicKey } from "#server/integrations/webhook/webhook-key.ts";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { alerts, deliveries, webhookEndpoints } from "./queries.ts";
import {
  AlertPage,
  DeliveryPage,
  ListAlertsInput,
  ListDeliveriesInput,
  WebhookEndpointView,
  WebhookKey,
} from "./schema.ts";
import { acknowledgeAlert } from "./verbs/acknowledge-alert.ts";
import { addWebhookEndpoint } from "./verbs/add-webhook-endpoint.ts";
import { retireWebhookEndpoint } from "./verbs/retire-webhook-endpoint.ts";
import { setWebhookEndpointEnabled } from "./verbs/set-webhook-endpoint-enabled.ts";
import { setWebhookEndpointEvents } from "./verbs/set-webhook-endpoint-events.ts";
import { testWebhookEndpoint } from "./verbs/test-webhook-endpoint.ts";

const read = readProcedure("runtime.alerts.read");
// An endpoint's address is for those who manage it: some receivers take its path for a key.
const manage = readProcedure("runtime.alerts.manage");

export const alertsRouter = router({
  list: read
    .input(ListAlertsInput)
    .output(AlertPage)
    .query(({ ctx, input }) => alerts(ctx.tx, ctx.caller.tenant, input)),

  endpoints: manage
    .output(z.array(WebhookEndpointView))
    .query(({ ctx }) => webhookEndpoints(ctx.tx, ctx.caller.tenant)),

  deliveries: manage
    .input(ListDeliveriesInput)
    .output(DeliveryPage)
    .query(({ ctx, input }) => deliveries(ctx.tx, ctx.caller.tenant, input)),

  /** What receivers verify our signatures with. */
  signingKey: read.output(WebhookKey).query(() => ({
    scheme: "v1a" as const,
    keyId: webhookKeyId(),
    publicKey: webhookPublicKey(),
  })),

  acknowledge: verbProcedure(acknowledgeAlert),
  addWebhookEndpoint: verbProcedure(addWebhookEndpoint),
  setWebhookEndpointEnabled: verbProcedure(setWebhookEndpointEnabled),
  setWebhookEndpointEvents: verbProcedure(setWebhookEndpointEvents),
  testWebhookEndpoint: verbProcedure(testWebhookEndpoint),
  retireWebhookEndpoint: verbProcedure(retireWebhookEndpoint),
});
