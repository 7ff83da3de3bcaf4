import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { alertWorkerOf, officerOf } from "../testing/alert-fixture.ts";
import { deliveryIn, makeDue, pendingDelivery } from "../testing/delivery-fixture.ts";
import { beginDelivery } from "./begin-delivery.ts";
import { setWebhookEndpointEnabled } from "./set-webhook-endpoint-enabled.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const begin = (deliveryId: string, of = tenant) =>
  runVerb(beginDelivery, alertWorkerOf(of), { deliveryId });

test("one worker gets the claim, with the message as it will be sent", async () => {
  const { deliveryId, alertId } = await pendingDelivery(tenant);
  const claims = await Promise.all([1, 2, 3].map(() => begin(deliveryId)));
  const [claim, ...more] = claims.filter((each) => each.isClaimed);
  expect(more).toEqual([]);
  expect(claim).toMatchObject({ fence: "1", attempt: 1, messageId: alertId });
  expect(JSON.parse(claim?.body ?? "")).toMatchObject({
    specversion: "1.0",
    id: alertId,
    type: "runtime.alerts.raised",
    data: { alertId, severity: "critical" },
  });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.alerts.delivery-attempted",
    subject: `webhook-delivery/${deliveryId}`,
    actorKind: "worker",
    envelope: { causationid: alertId },
  });
  const types = await typesOf(tenant);
  expect(types.filter((type) => type.endsWith("delivery-attempted"))).toHaveLength(1);
});

test("when the lease has run out another takes over, with the same message and a new fence", async () => {
  const { deliveryId } = await pendingDelivery(tenant);
  const lost = await begin(deliveryId);
  expect(await begin(deliveryId)).toEqual({ isClaimed: false });
  await makeDue(tenant);
  const next = await begin(deliveryId);
  if (!lost.isClaimed || !next.isClaimed) throw new Error("not claimed");
  expect(next).toMatchObject({
    fence: "2",
    attempt: 2,
    messageId: lost.messageId,
    body: lost.body,
  });
});

test("what waits for a disabled endpoint is given up", async () => {
  const { deliveryId, endpointId } = await pendingDelivery(tenant);
  await runVerb(setWebhookEndpointEnabled, officerOf(tenant), { endpointId, enabled: false });
  expect(await begin(deliveryId)).toEqual({ isClaimed: false });
  expect(await deliveryIn(tenant)).toMatchObject({
    state: "dead",
    attempt: 0,
    last_error: "endpoint-disabled",
  });
  expect(await typesOf(tenant)).toContain("runtime.alerts.delivery-abandoned");
  expect(await begin(deliveryId)).toEqual({ isClaimed: false });
});

test("the tenant's login could not claim if it tried", async () => {
  await pendingDelivery(tenant);
  await expect(
    withTenant(tenant, "tenant", (tx) => tx.query("UPDATE webhook_delivery SET fence = 9")),
  ).rejects.toMatchObject({ code: "42501" });
});

test("wrong tenant, wrong scope, wrong input", async () => {
  const { deliveryId } = await pendingDelivery(tenant);
  await expect(begin(deliveryId, await newTenant())).rejects.toMatchObject({
    code: "not_found",
    message: "No such webhook delivery.",
  });
  await expect(runVerb(beginDelivery, officerOf(tenant), { deliveryId })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(begin("x")).rejects.toMatchObject({
    code: "invalid",
    details: { field: "deliveryId" },
  });
  expect(await deliveryIn(tenant)).toMatchObject({ state: "pending", attempt: 0 });
});
