import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { addSink, deliveryWorkerOf, officerOf, sinkNow } from "../testing/delivery-fixture.ts";
import { noteLag } from "./note-lag.ts";

test("that it is behind, and that it has caught up, is new once", async () => {
  const tenant = await newTenant("sinks");
  const { sinkId } = await addSink(tenant);
  const note = (lagSeconds: number, caller = deliveryWorkerOf(tenant)) =>
    runVerb(noteLag, caller, { sinkId, lagSeconds, mostSeconds: 60 });
  await expect(note(90, officerOf(tenant))).rejects.toMatchObject({ code: "forbidden" });
  await expect(note(90, deliveryWorkerOf(await newTenant("sinks")))).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await note(90)).toEqual({ isNew: true, name: "siem" });
  expect(await note(120)).toMatchObject({ isNew: false });
  expect((await sinkNow(tenant, sinkId)).sink.laggingSince).toBeInstanceOf(Date);
  expect(await note(3)).toMatchObject({ isNew: false });
  expect((await sinkNow(tenant, sinkId)).sink.laggingSince).toBeNull();
  expect((await typesOf(tenant)).slice(-2)).toEqual([
    "runtime.delivery.sink-lagging",
    "runtime.delivery.sink-caught-up",
  ]);
});
