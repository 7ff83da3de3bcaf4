import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { alertWorkerOf, officerOf } from "../testing/alert-fixture.ts";
import { deliveryIn, makeDue, pendingDelivery } from "../testing/delivery-fixture.ts";
import { beginDelivery } from "./begin-delivery.ts";
import { recordDelivery } from "./record-delivery.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});

async function claimed() {
  const { deliveryId } = await pendingDelivery(tenant);
  const claim = await runVerb(beginDelivery, alertWorkerOf(tenant), { deliveryId });
  if (!claim.isClaimed) throw new Error("not claimed");
  return { deliveryId, fence: claim.fence };
}
const answered = (status: number) => ({
  result: { kind: "answered" as const, status },
  retryAfterSeconds: 60,
});
const record = (
  of: { deliveryId: string; fence: string },
  status: number,
  caller = alertWorkerOf(tenant),
) => runVerb(recordDelivery, caller, { ...of, ...answered(status) });

test.each([
  [200, "delivered", "runtime.alerts.delivered", null],
  [204, "delivered", "runtime.alerts.delivered", null],
  [301, "pending", "runtime.alerts.delivery-failed", "redirect"],
  [404, "pending", "runtime.alerts.delivery-failed", "http-status"],
  [410, "dead", "runtime.alerts.delivery-abandoned", "http-status"],
  [503, "pending", "runtime.alerts.delivery-failed", "http-status"],
])("an answer of %i leaves it %s", async (status, state, type, fault) => {
  const claim = await claimed();
  expect(await record(claim, status)).toEqual({ isRecorded: true, state });
  expect(await deliveryIn(tenant)).toMatchObject({
    state,
    response_status: status,
    last_error: fault,
  });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type,
    outcome: state === "delivered" ? "succeeded" : "failed",
    payload: { status, attempt: 1 },
  });
});

test("the pause before the next attempt is kept", async () => {
  await record(await claimed(), 500);
  expect(await deliveryIn(tenant)).toMatchObject({ state: "pending", is_due: false });
});

test("a second word, or one of a claim that was lost, is not heard", async () => {
  const lost = await claimed();
  await makeDue(tenant);
  const next = await runVerb(beginDelivery, alertWorkerOf(tenant), { deliveryId: lost.deliveryId });
  if (!next.isClaimed) throw new Error("not claimed");
  expect(await record(lost, 200)).toEqual({ isRecorded: false, state: "pending" });
  const current = { ...lost, fence: next.fence };
  expect(await record(current, 200)).toEqual({ isRecorded: true, state: "delivered" });
  expect(await record(current, 500)).toEqual({ isRecorded: false, state: "delivered" });
  const types = await typesOf(tenant);
  expect(types.filter((type) => type === "runtime.alerts.delivered")).toHaveLength(1);
  expect(types).not.toContain("runtime.alerts.delivery-failed");
});

test("wrong tenant, wrong scope, wrong input", async () => {
  const claim = await claimed();
  await expect(record(claim, 200, alertWorkerOf(await newTenant()))).rejects.toMatchObject({
    code: "not_found",
    message: "No such webhook delivery.",
  });
  await expect(record(claim, 200, officerOf(tenant))).rejects.toMatchObject({ code: "forbidden" });
  await expect(record({ ...claim, fence: "x" }, 200)).rejects.toMatchObject({
    code: "invalid",
    details: { field: "fence" },
  });
  expect((await deliveryIn(tenant)).state).toBe("pending");
});
