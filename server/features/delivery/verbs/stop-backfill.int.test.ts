import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { addSink, claim, officerOf, readerOf, record } from "../testing/delivery-fixture.ts";
import { beginBackfill } from "./begin-backfill.ts";
import { stopBackfill } from "./stop-backfill.ts";

test("a backfill ends where it stands, once; what is under way is not noted; what is new has no such end", async () => {
  const tenant = await newTenant("sinks");
  const { sinkId, liveId } = await addSink(tenant);
  const { cursorId } = await runVerb(beginBackfill, officerOf(tenant), { sinkId });
  const work = await claim(tenant, cursorId);
  const stop = (id = cursorId, caller = officerOf(tenant)) =>
    runVerb(stopBackfill, caller, { cursorId: id });
  await expect(stop(cursorId, readerOf(tenant))).rejects.toMatchObject({ code: "forbidden" });
  await expect(stop(cursorId, officerOf(await newTenant("sinks")))).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(stop(liveId)).rejects.toMatchObject({ code: "not_found" });
  expect(await stop()).toMatchObject({ state: "stopped" });
  expect(await stop()).toMatchObject({ state: "stopped" });
  expect(await record(tenant, cursorId, work?.fence ?? "", { delivered: 1 })).toMatchObject({
    isRecorded: false,
  });
  const told = (await typesOf(tenant)).filter((type) => type.endsWith("backfill-stopped"));
  expect(told).toHaveLength(1);
});
