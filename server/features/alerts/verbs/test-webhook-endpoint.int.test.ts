import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { webhookEndpoints } from "../queries.ts";
import { addEndpoint, auditorOf, officerOf } from "../testing/alert-fixture.ts";
import { deliveryIn } from "../testing/delivery-fixture.ts";
import { setWebhookEndpointEnabled } from "./set-webhook-endpoint-enabled.ts";
import { testWebhookEndpoint } from "./test-webhook-endpoint.ts";

test("a test is queued as a delivery of its own event, for that endpoint alone", async () => {
  const tenant = await newTenant();
  const officer = officerOf(tenant);
  const { endpointId } = await addEndpoint(officer);
  await addEndpoint(officer, "https://hooks.example.om/b");
  const { deliveryId } = await runVerb(testWebhookEndpoint, officer, { endpointId });
  expect(await deliveryIn(tenant)).toMatchObject({ delivery_id: deliveryId, state: "pending" });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.alerts.endpoint-tested",
    subject: `webhook-endpoint/${endpointId}`,
    payload: { deliveryId },
  });
  const list = await withTenant(tenant, "tenant", (tx) => webhookEndpoints(tx, tenant));
  expect(list).toMatchObject([
    { endpointId, waiting: 1, failed: 0, lastDelivery: null },
    { waiting: 0 },
  ]);
});

test("one that is off, a foreign one, and who may not manage alerts are refused", async () => {
  const [tenant, other] = [await newTenant(), await newTenant()];
  const officer = officerOf(tenant);
  const { endpointId } = await addEndpoint(officer);
  await runVerb(setWebhookEndpointEnabled, officer, { endpointId, enabled: false });
  const off = runVerb(testWebhookEndpoint, officer, { endpointId });
  await expect(off).rejects.toMatchObject({ code: "conflict", details: { field: "endpointId" } });
  for (const id of [endpointId, uuidv7()]) {
    const foreign = runVerb(testWebhookEndpoint, officerOf(other), { endpointId: id });
    await expect(foreign).rejects.toMatchObject({ code: "not_found" });
  }
  const denied = runVerb(testWebhookEndpoint, auditorOf(tenant), { endpointId });
  await expect(denied).rejects.toMatchObject({ code: "forbidden" });
});
