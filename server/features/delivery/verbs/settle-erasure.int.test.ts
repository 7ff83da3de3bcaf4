import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { deliveryWorkerOf, officerOf, readerOf } from "../testing/delivery-fixture.ts";
import { claimed, erasureRow, withErasure } from "../testing/erasure-fixture.ts";
import { recordErasure } from "./record-erasure.ts";
import { settleErasure } from "./settle-erasure.ts";

const reason = "deleted in the archive, ticket 4711";

test("an officer settles by hand what a sink keeps, with a reason; what it deleted is settled", async () => {
  const tenant = await newTenant("sinks");
  const [{ erasureId }, other] = [await withErasure(tenant), await newTenant("sinks")];
  const settle = (caller = officerOf(tenant), fields: object = {}) =>
    runVerb(settleErasure, caller, { erasureId, reason, ...fields });
  await expect(settle(readerOf(tenant))).rejects.toMatchObject({ code: "forbidden" });
  await expect(settle(officerOf(other))).rejects.toMatchObject({ code: "not_found" });
  await expect(settle(officerOf(tenant), { reason: "done" })).rejects.toMatchObject({
    details: { field: "reason" },
  });
  expect(await settle()).toEqual({ isSettled: true });
  expect(await settle()).toEqual({ isSettled: true });
  expect(await erasureRow(erasureId)).toMatchObject({ state: "settled", settled_reason: reason });
  expect(await claimed(tenant, erasureId)).toBe(null);
  const told = (await eventsOf(tenant)).filter(({ type }) => type.endsWith("erasure-settled"));
  expect(told).toHaveLength(1);
  expect(told[0]?.payload).toMatchObject({ before: "due", reason });
});

test("there is nothing to settle where the sink has answered", async () => {
  const tenant = await newTenant("sinks");
  const { erasureId } = await withErasure(tenant);
  const fence = (await claimed(tenant, erasureId))?.fence ?? "";
  const outcome = { kind: "deleted" as const };
  await runVerb(recordErasure, deliveryWorkerOf(tenant), { erasureId, fence, outcome });
  await expect(
    runVerb(settleErasure, officerOf(tenant), { erasureId, reason }),
  ).rejects.toMatchObject({ code: "conflict" });
});
