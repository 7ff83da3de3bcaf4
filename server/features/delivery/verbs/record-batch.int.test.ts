import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  addSink,
  claim,
  deliveryWorkerOf,
  lettersOf,
  officerOf,
  record,
  sealedEventsOf,
  sinkNow,
} from "../testing/delivery-fixture.ts";
import { recordBatch } from "./record-batch.ts";

test("the cursor goes forward only; what is set aside is the tenant's own; trouble opens the circuit", async () => {
  const tenant = await newTenant("sinks");
  const ids = await sealedEventsOf(tenant, 3);
  const { sinkId, liveId } = await addSink(tenant);
  const { fence = "" } = (await claim(tenant, liveId)) ?? {};
  const rejected = [{ eventId: ids[1] ?? "", leafIndex: 1n, reason: "x".repeat(900) }];
  const going = { nextLeaf: 2n, delivered: 1, rejected, keepsLease: true };
  const first = await record(tenant, liveId, fence, going);
  expect(first).toMatchObject({ isRecorded: true, work: { nextLeaf: 2n, fence } });
  await record(tenant, liveId, fence, { nextLeaf: 1n, keepsLease: true });
  expect((await sinkNow(tenant, sinkId)).sink.live).toMatchObject({
    nextLeaf: "2",
    delivered: "1",
    rejected: "1",
  });
  const [letter] = await lettersOf(tenant, "waiting");
  expect(letter).toMatchObject({ eventId: ids[1], attempts: 1 });
  expect(letter?.reason).toHaveLength(500);
  // Set aside twice, it is one letter.
  await record(tenant, liveId, fence, { ...going, delivered: 0 });
  expect(await lettersOf(tenant, "waiting")).toMatchObject([{ attempts: 2 }]);
  const trouble = { field: "url", message: "HTTP 503", remedy: "Wait." };
  for (let failures = 0; failures < 5; failures += 1) {
    await record(tenant, liveId, fence, { trouble, keepsLease: true });
  }
  expect((await sinkNow(tenant, sinkId)).sink.live).toMatchObject({
    circuit: "open",
    trouble: { field: "url", message: "HTTP 503" },
  });
  await record(tenant, liveId, fence, { nextLeaf: 3n, delivered: 1 });
  const { sink } = await sinkNow(tenant, sinkId);
  expect(sink).toMatchObject({
    failures: 5,
    rejected: 2,
    live: { circuit: "closed", failures: 0 },
  });
  expect((await typesOf(tenant)).slice(-4)).toEqual([
    "runtime.delivery.events-set-aside",
    "runtime.delivery.events-set-aside",
    "runtime.delivery.sink-down",
    "runtime.delivery.sink-recovered",
  ]);
  const foreign = await newTenant("sinks");
  const [theirs = ""] = await sealedEventsOf(foreign, 1);
  const { fence: next = "" } = (await claim(tenant, liveId)) ?? {};
  await record(tenant, liveId, next, {
    rejected: [{ eventId: theirs, leafIndex: 0n, reason: "no" }],
  });
  expect(await lettersOf(tenant, "waiting")).toHaveLength(1);
  const input = {
    cursorId: liveId,
    fence,
    nextLeaf: 0n,
    delivered: 0,
    passedOver: 0,
    retried: 0,
    rejected: [],
  };
  const rest = { trouble: null, pauseMillis: 0, keepsLease: false, leaseSeconds: 60 };
  await expect(
    runVerb(recordBatch, officerOf(tenant), { ...input, ...rest }),
  ).rejects.toMatchObject({ code: "forbidden" });
  await expect(
    runVerb(recordBatch, deliveryWorkerOf(foreign), { ...input, ...rest }),
  ).rejects.toMatchObject({ code: "not_found" });
});
