import "server-only";
import {
  backoffSeconds,
  beginDelivery,
  isPublicAddress,
  recordDelivery,
} from "#server/features/alerts/index.ts";
import { postWebhook } from "#server/integrations/webhook/post-webhook.ts";
import { signedHeaders } from "#server/integrations/webhook/sign-webhook.ts";
import { webhookSeed } from "#server/integrations/webhook/webhook-key.ts";
import { env } from "#server/platform/env/env.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 100;
const TIMEOUT_MILLIS = 10_000;

export interface DeliverOptions {
  /** Milliseconds for one attempt; well under the lease of a claim (60 s). */
  timeoutMillis?: number;
}

/** Sends every due webhook once. Any number of workers may do so: a claim is one worker's only. */
export function deliverDueWebhooks(options: DeliverOptions = {}): Promise<number> {
  return eachDue<DueKey>("app.due_webhooks($1)", [BATCH], (due) => deliver(due, options));
}

/** Three steps (law 2): claim the attempt, act outside any transaction, record how it went. */
async function deliver({ tenant_id: tenantId, id }: DueKey, options: DeliverOptions) {
  const scopes = ["runtime.alerts.deliver"] as const;
  const caller = workerCaller({ tenantId, name: "webhooks", scopes });
  const claim = await runVerb(beginDelivery, caller, { deliveryId: id });
  if (!claim.isClaimed) return;
  const message = { id: claim.messageId, at: claim.attemptedAt, body: claim.body };
  const isDemo = env().CONSOLE_MODE === "demo";
  const result = await postWebhook({
    url: claim.url,
    headers: {
      "content-type": "application/cloudevents+json; charset=utf-8",
      ...signedHeaders(webhookSeed(), message),
    },
    body: claim.body,
    timeoutMillis: options.timeoutMillis ?? TIMEOUT_MILLIS,
    isAllowedAddress: (address) => isDemo || isPublicAddress(address),
  });
  await runVerb(recordDelivery, caller, {
    deliveryId: id,
    fence: claim.fence,
    result,
    retryAfterSeconds: backoffSeconds(claim.attempt, Math.random()),
  });
}
