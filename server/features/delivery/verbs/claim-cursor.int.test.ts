import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  addSink,
  claim,
  deliveryWorkerOf,
  officerOf,
  record,
  sealedEventsOf,
} from "../testing/delivery-fixture.ts";
import { claimCursor } from "./claim-cursor.ts";

test("one worker at a time; due when the log has grown, the pause is over and nobody has it", async () => {
  const tenant = await newTenant("sinks");
  const { liveId } = await addSink(tenant);
  const isDue = async () =>
    (await findDueKeys<{ id: string }>("app.due_sink_cursors($1)", [1_000])).some(
      ({ id }) => id === liveId,
    );
  expect(await isDue()).toBe(false);
  await sealedEventsOf(tenant, 2);
  expect(await isDue()).toBe(true);
  const before = (await typesOf(tenant)).length;
  const work = await claim(tenant, liveId);
  expect(work).toMatchObject({ kind: "live", nextLeaf: 0n, failures: 0 });
  expect(await isDue()).toBe(false);
  expect(await claim(tenant, liveId)).toBeNull();
  await asSuperuser("UPDATE sink_cursor SET lease_until = clock_timestamp() WHERE tenant_id = $1", [
    tenant,
  ]);
  const taken = await claim(tenant, liveId);
  expect(BigInt(taken?.fence ?? 0)).toBeGreaterThan(BigInt(work?.fence ?? 0));
  // The first one woke up too late.
  expect(await record(tenant, liveId, work?.fence ?? "", { nextLeaf: 2n })).toMatchObject({
    isRecorded: false,
  });
  await record(tenant, liveId, taken?.fence ?? "", { pauseMillis: 60_000 });
  expect(await isDue()).toBe(false);
  expect(await claim(tenant, liveId)).toBeNull();
  // Claims and batches are no events: they would have to be delivered.
  expect(await typesOf(tenant)).toHaveLength(before);
  const input = { cursorId: liveId, owner: "test", leaseSeconds: 60 };
  const stranger = deliveryWorkerOf(await newTenant("sinks"));
  await expect(runVerb(claimCursor, stranger, input)).rejects.toMatchObject({ code: "not_found" });
  await expect(runVerb(claimCursor, officerOf(tenant), input)).rejects.toMatchObject({
    code: "forbidden",
  });
});
