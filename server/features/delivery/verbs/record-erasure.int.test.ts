import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { deliveryWorkerOf, officerOf } from "../testing/delivery-fixture.ts";
import { claimed, erasureRow, withErasure } from "../testing/erasure-fixture.ts";
import type { ErasureOutcome } from "../worker-schema.ts";
import { recordErasure } from "./record-erasure.ts";

test("what a sink answered is noted once, under the fence; a failure is tried again", async () => {
  const tenant = await newTenant("sinks");
  const { erasureId } = await withErasure(tenant);
  const record = (fence: string, outcome: ErasureOutcome, caller = deliveryWorkerOf(tenant)) =>
    runVerb(recordErasure, caller, { erasureId, fence, outcome });
  const work = await claimed(tenant, erasureId);
  const fence = work?.fence ?? "";
  await expect(record(fence, { kind: "told" }, officerOf(tenant))).rejects.toMatchObject({
    code: "forbidden",
  });
  const stranger = deliveryWorkerOf(await newTenant("sinks"));
  await expect(record(fence, { kind: "told" }, stranger)).rejects.toMatchObject({
    code: "not_found",
  });
  await record(fence, { kind: "later", trouble: "HTTP 503", pauseMillis: 0 });
  expect(await erasureRow(erasureId)).toMatchObject({
    state: "due",
    failures: 1,
    trouble: "HTTP 503",
  });
  const next = await claimed(tenant, erasureId);
  expect(await record(fence, { kind: "deleted" })).toEqual({ isRecorded: false });
  expect(await record(next?.fence ?? "", { kind: "deleted" })).toEqual({ isRecorded: true });
  expect(await record(next?.fence ?? "", { kind: "told" })).toEqual({ isRecorded: false });
  expect(await erasureRow(erasureId)).toMatchObject({ state: "deleted", trouble: null });
  expect((await typesOf(tenant)).at(-1)).toBe("runtime.delivery.erasure-deleted");
});
