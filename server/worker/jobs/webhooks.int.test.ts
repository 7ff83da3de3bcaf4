import { afterEach, beforeEach, expect, test } from "vitest";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { webhookEndpoints } from "#server/features/alerts/queries.ts";
import { deliveryIn, makeDue } from "#server/features/alerts/testing/delivery-fixture.ts";
import { addWebhookEndpoint } from "#server/features/alerts/verbs/add-webhook-endpoint.ts";
import { setWebhookEndpointEnabled } from "#server/features/alerts/verbs/set-webhook-endpoint-enabled.ts";
import { testWebhookEndpoint } from "#server/features/alerts/verbs/test-webhook-endpoint.ts";
import {
  type Answer,
  isSignedBy,
  startReceiver,
} from "#server/integrations/webhook/testing/receiver.ts";
import { webhookPublicKey } from "#server/integrations/webhook/webhook-key.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { deliverDueWebhooks } from "./webhooks.ts";

let tenant: AuthorizedTenantId;
let stop: (() => Promise<void>) | undefined;
beforeEach(async () => {
  tenant = await newTenant();
});
afterEach(async () => {
  await stop?.();
  stop = undefined;
  // Whatever a test leaves pending must not be sent in the next.
  await asSuperuser("UPDATE webhook_delivery SET state = 'dead' WHERE state = 'pending'");
});
const worker = (of = tenant) => workerOf(of, ["runtime.alerts.raise", "runtime.alerts.deliver"]);

/** A receiver, an endpoint that points at it, and one alert. */
async function alertTo(answer: (attempt: number) => Answer) {
  let attempts = 0;
  const receiver = await startReceiver(() => answer(++attempts));
  stop = receiver.stop;
  const { endpointId } = await runVerb(addWebhookEndpoint, userOf(tenant, "officer"), {
    url: `${receiver.url}/hook`,
  });
  const { alertId } = await runVerb(raiseAlert, worker(), {
    kind: "rotation-failed",
    severity: "critical",
    subjectRef: "secret-binding/one",
    detail: "The old credential still works",
  });
  return { ...receiver, endpointId, alertId };
}

const delivery = () => deliveryIn(tenant);

test("an alert arrives once, signed, as the CloudEvent of its event", async () => {
  const { received, alertId, endpointId } = await alertTo(() => ({ status: 200 }));
  await Promise.all([deliverDueWebhooks(), deliverDueWebhooks(), deliverDueWebhooks()]);
  expect(received).toHaveLength(1);
  const [message] = received;
  if (!message) throw new Error("nothing received");
  expect(isSignedBy(webhookPublicKey(), message)).toBe(true);
  expect(isSignedBy(webhookPublicKey(), { ...message, body: `${message.body} ` })).toBe(false);
  expect(message.headers).toMatchObject({
    "content-type": "application/cloudevents+json; charset=utf-8",
    "webhook-id": alertId,
  });
  const raised = (await eventsOf(tenant)).find(({ eventId }) => eventId === alertId);
  const { data, datacontenttype, ...envelope } = JSON.parse(message.body);
  expect(envelope).toEqual(raised?.envelope);
  expect(datacontenttype).toBe("application/json");
  expect(data).toMatchObject({ alertId, kind: "rotation-failed", severity: "critical" });
  expect(await delivery()).toMatchObject({ state: "delivered", attempt: 1, response_status: 200 });
  const events = (await eventsOf(tenant)).slice(-2);
  expect(events).toMatchObject([
    { type: "runtime.alerts.delivery-attempted", payload: { endpointId, attempt: 1 } },
    { type: "runtime.alerts.delivered", payload: { status: 200 } },
  ]);
  for (const event of events) expect(event.envelope.causationid).toBe(alertId);
});

test("a test arrives signed, and the list of endpoints says how it went", async () => {
  const receiver = await startReceiver(() => ({ status: 500 }));
  stop = receiver.stop;
  const officer = userOf(tenant, "officer");
  const { endpointId } = await runVerb(addWebhookEndpoint, officer, {
    url: `${receiver.url}/hook`,
  });
  await runVerb(testWebhookEndpoint, officer, { endpointId });
  await deliverDueWebhooks();
  const [message] = receiver.received;
  if (!message) throw new Error("nothing received");
  expect(isSignedBy(webhookPublicKey(), message)).toBe(true);
  expect(JSON.parse(message.body)).toMatchObject({
    type: "runtime.alerts.endpoint-tested",
    subject: `webhook-endpoint/${endpointId}`,
  });
  const [listed] = await withTenant(tenant, "tenant", (tx) => webhookEndpoints(tx, tenant));
  expect(listed).toMatchObject({
    waiting: 1,
    lastDelivery: { state: "pending", attempt: 1, responseStatus: 500, lastError: "http-status" },
  });
});

test("a failure is tried again later with the same message and a new signature", async () => {
  const { received } = await alertTo((attempt) => ({ status: attempt === 1 ? 503 : 204 }));
  await deliverDueWebhooks();
  expect(await delivery()).toMatchObject({
    state: "pending",
    attempt: 1,
    response_status: 503,
    last_error: "http-status",
    is_due: false,
  });
  await deliverDueWebhooks();
  expect(received).toHaveLength(1);
  await makeDue(tenant);
  await deliverDueWebhooks();
  expect(await delivery()).toMatchObject({ state: "delivered", attempt: 2, response_status: 204 });
  expect(received[1]?.body).toBe(received[0]?.body);
  expect(received.every((message) => isSignedBy(webhookPublicKey(), message))).toBe(true);
  expect((await typesOf(tenant)).filter((type) => type.includes("deliver"))).toEqual([
    "runtime.alerts.delivery-attempted",
    "runtime.alerts.delivery-failed",
    "runtime.alerts.delivery-attempted",
    "runtime.alerts.delivered",
  ]);
});

test("after eight attempts it is dead; nothing of the answer is kept", async () => {
  const { received } = await alertTo(() => ({ status: 500, body: "canary-of-the-receiver" }));
  for (let n = 0; n < 10; n += 1) {
    await deliverDueWebhooks();
    await makeDue(tenant);
  }
  expect(received).toHaveLength(8);
  expect(await delivery()).toMatchObject({ state: "dead", attempt: 8, last_error: "http-status" });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.alerts.delivery-abandoned",
    outcome: "failed",
  });
  const everything = await asSuperuser(
    "SELECT to_jsonb(d) FROM webhook_delivery d WHERE tenant_id = $1",
    [tenant],
  );
  expect(JSON.stringify([everything, await eventsOf(tenant)])).not.toContain("canary");
});

test.each([
  ["gone for good", { status: 410 }, { state: "dead", attempt: 1, last_error: "http-status" }],
  [
    "a redirect is a failure, not a way",
    { status: 307, headers: { location: "http://127.0.0.1:1/" } },
    { state: "pending", attempt: 1, last_error: "redirect" },
  ],
  ["silence", "silence", { state: "pending", attempt: 1, last_error: "timeout" }],
] as const)("%s", async (_name, answer, row) => {
  const { received } = await alertTo(() => answer as Answer);
  await deliverDueWebhooks({ timeoutMillis: 300 });
  expect(received).toHaveLength(1);
  expect(await delivery()).toMatchObject(row);
});

test("what waits for a disabled endpoint is not sent", async () => {
  const { received, endpointId } = await alertTo(() => ({ status: 200 }));
  await runVerb(setWebhookEndpointEnabled, userOf(tenant, "officer"), {
    endpointId,
    enabled: false,
  });
  await deliverDueWebhooks();
  expect(received).toEqual([]);
  expect(await delivery()).toMatchObject({ state: "dead", last_error: "endpoint-disabled" });
});

test("a last attempt that was lost is given up, not repeated for ever", async () => {
  const { received } = await alertTo(() => ({ status: 200 }));
  await asSuperuser("UPDATE webhook_delivery SET attempt = 8 WHERE tenant_id = $1", [tenant]);
  await deliverDueWebhooks();
  expect(received).toEqual([]);
  expect(await delivery()).toMatchObject({ state: "dead", last_error: "gave-up" });
});
