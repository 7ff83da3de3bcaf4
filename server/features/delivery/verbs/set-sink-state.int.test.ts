import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  claim,
  lettersOf,
  officerOf,
  readerOf,
  record,
  sinkNow,
  withDeadLetter,
} from "../testing/delivery-fixture.ts";
import { setSinkState } from "./set-sink-state.ts";

test("a paused sink is not claimed and goes on where it stood; a removed one is gone with its letters", async () => {
  const tenant = await newTenant("sinks");
  const { sinkId, liveId } = await withDeadLetter(tenant);
  const set = (state: "active" | "paused" | "removed", caller = officerOf(tenant)) =>
    runVerb(setSinkState, caller, { sinkId, state, reason: "the receiver moves house" });
  await expect(set("paused", readerOf(tenant))).rejects.toMatchObject({ code: "forbidden" });
  await expect(set("paused", officerOf(await newTenant("sinks")))).rejects.toMatchObject({
    code: "not_found",
  });
  await set("paused");
  await set("paused");
  expect(await claim(tenant, liveId)).toBeNull();
  const { nextLeaf } = (await sinkNow(tenant, sinkId)).sink.live;
  await set("active");
  const work = await claim(tenant, liveId);
  expect(String(work?.nextLeaf)).toBe(nextLeaf);
  await set("removed");
  // What was under way is no longer noted.
  expect(await record(tenant, liveId, work?.fence ?? "")).toMatchObject({ isRecorded: false });
  await expect(sinkNow(tenant, sinkId)).rejects.toMatchObject({ code: "not_found" });
  await expect(set("active")).rejects.toMatchObject({ code: "not_found" });
  expect(await lettersOf(tenant, "discarded")).toHaveLength(1);
  expect((await typesOf(tenant)).slice(-3)).toEqual([
    "runtime.delivery.sink-paused",
    "runtime.delivery.sink-resumed",
    "runtime.delivery.sink-removed",
  ]);
});
