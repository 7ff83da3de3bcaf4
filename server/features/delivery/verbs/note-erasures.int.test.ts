import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { addSink, claim, officerOf, record, sealedEventsOf } from "../testing/delivery-fixture.ts";
import { withErasure } from "../testing/erasure-fixture.ts";
import { noteErasures } from "./note-erasures.ts";
import { saveSink } from "./save-sink.ts";

test("each sink is noted with what it received: not what is ahead of it, nor what it never asked for", async () => {
  const tenant = await newTenant("sinks");
  const { actId } = await withErasure(tenant);
  await asSuperuser("DELETE FROM sink_erasure WHERE tenant_id = $1", [tenant]);
  const [first = "", second = ""] = await sealedEventsOf(tenant, 2);
  const all = await addSink(tenant, { name: "all" });
  const some = await addSink(tenant, { name: "some", query: "type:runtime.nothing.like-it" });
  const leaf = await leafOf(first);
  for (const liveId of [all.liveId, some.liveId]) {
    const fence = (await claim(tenant, liveId))?.fence ?? "";
    await record(tenant, liveId, fence, { nextLeaf: leaf + 1n });
  }
  const worker = workerOf(tenant, ["runtime.retention.carry-out"]);
  const eventIds = [first, second];
  const note = (caller = worker) => runVerb(noteErasures, caller, { actId, eventIds });
  await expect(note(officerOf(tenant))).rejects.toMatchObject({ code: "forbidden" });
  // What it asked for before this is not kept: it counts as received.
  await runVerb(saveSink, officerOf(tenant), {
    sinkId: some.sinkId,
    revision: 1,
    name: "some",
    config: some.sink.config,
    query: "type:runtime.nothing.else",
  });
  expect(await note()).toEqual({ sinks: 2 });
  const rows = await asSuperuser(
    "SELECT sink_id, event_ids FROM sink_erasure WHERE tenant_id = $1 ORDER BY sink_id",
    [tenant],
  );
  expect(rows).toEqual([
    { sink_id: all.sinkId, event_ids: [first] },
    { sink_id: some.sinkId, event_ids: [first] },
  ]);
});

test("a sink that asked for other events has nothing to forget", async () => {
  const tenant = await newTenant("sinks");
  const { actId } = await withErasure(tenant);
  const [eventId = ""] = await sealedEventsOf(tenant, 1);
  const { liveId } = await addSink(tenant, { name: "some", query: "type:runtime.nothing.like-it" });
  const fence = (await claim(tenant, liveId))?.fence ?? "";
  await record(tenant, liveId, fence, { nextLeaf: (await leafOf(eventId)) + 1n });
  const worker = workerOf(tenant, ["runtime.retention.carry-out"]);
  expect(await runVerb(noteErasures, worker, { actId, eventIds: [eventId] })).toEqual({ sinks: 0 });
  const other = workerOf(await newTenant("sinks"), ["runtime.retention.carry-out"]);
  expect(await runVerb(noteErasures, other, { actId, eventIds: [eventId] })).toEqual({ sinks: 0 });
});

async function leafOf(eventId: string): Promise<bigint> {
  const [leaf] = await asSuperuser<{ leaf_index: string }>(
    "SELECT leaf_index::text FROM audit_leaf WHERE event_id = $1",
    [eventId],
  );
  return BigInt(leaf?.leaf_index ?? 0);
}
