import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { deliveryWorkerOf, officerOf, WEBHOOK } from "../testing/delivery-fixture.ts";
import { claimed, withErasure } from "../testing/erasure-fixture.ts";
import { claimErasure } from "./claim-erasure.ts";

test("one worker at a time is given what a sink is to forget", async () => {
  const tenant = await newTenant("sinks");
  const { erasureId, eventId, sinkId, actId } = await withErasure(tenant);
  const input = { erasureId, leaseSeconds: 60 };
  await expect(runVerb(claimErasure, officerOf(tenant), input)).rejects.toMatchObject({
    code: "forbidden",
  });
  const stranger = deliveryWorkerOf(await newTenant("sinks"));
  await expect(runVerb(claimErasure, stranger, input)).rejects.toMatchObject({ code: "not_found" });
  expect(await claimed(tenant, erasureId)).toMatchObject({
    fence: "1",
    sinkId,
    actId,
    config: WEBHOOK,
    eventIds: [eventId],
    failures: 0,
  });
  expect(await claimed(tenant, erasureId)).toBe(null);
});
