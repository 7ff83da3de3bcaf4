import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  addSink,
  claim,
  officerOf,
  readerOf,
  sealedEventsOf,
  sinkNow,
} from "../testing/delivery-fixture.ts";
import { beginBackfill } from "./begin-backfill.ts";

test("it begins at the first leaf that can be of the range and ends where the log ends now", async () => {
  const tenant = await newTenant("sinks");
  await sealedEventsOf(tenant, 4);
  const [clock] = await asSuperuser<{ now: Date }>("SELECT clock_timestamp() AS now");
  await sealedEventsOf(tenant, 3);
  const { sinkId } = await addSink(tenant, { query: "outcome:succeeded" });
  const begin = (fields: object, caller = officerOf(tenant)) =>
    runVerb(beginBackfill, caller, { sinkId, ...fields });
  const since = clock?.now ?? new Date(0);
  const begun = await begin({ since, query: "type:runtime.secrets.rotated" });
  expect(begun).toMatchObject({ fromLeaf: "4", untilLeaf: "7" });
  expect(await claim(tenant, begun.cursorId)).toMatchObject({
    kind: "backfill",
    queries: ["outcome:succeeded", "type:runtime.secrets.rotated"],
    nextLeaf: 4n,
    endLeaf: 7n,
    since,
  });
  expect(await begin({})).toMatchObject({ fromLeaf: "0", untilLeaf: "7" });
  expect((await sinkNow(tenant, sinkId)).sink).toMatchObject({ backfillsRunning: 2 });
  await expect(begin({ since, until: since })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "until" },
  });
  await expect(begin({ query: "(" })).rejects.toMatchObject({ details: { field: "query" } });
  for (let more = 0; more < 3; more += 1) await begin({});
  await expect(begin({})).rejects.toMatchObject({ code: "conflict" });
  await expect(begin({}, readerOf(tenant))).rejects.toMatchObject({ code: "forbidden" });
  await expect(begin({}, officerOf(await newTenant("sinks")))).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await typesOf(tenant)).toContain("runtime.delivery.backfill-begun");
});
