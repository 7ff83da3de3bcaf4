import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { force, newRig } from "../testing/rotation-rig.ts";
import { recordFetches } from "./record-fetches.ts";

const results = [{ consumerId: uuidv7(), outcome: "asked" as const, errorCode: null }];

test("what nobody took up is not recorded; a foreign rotation is not found; people don't record", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const watcher = workerOf(rig.tenant, ["runtime.consumers.observe"]);
  const count = (await eventsOf(rig.tenant)).length;
  expect(await runVerb(recordFetches, watcher, { rotationId, results })).toEqual({ recorded: 0 });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
  const foreign = workerOf(await newTenant("rotation"), ["runtime.consumers.observe"]);
  await expect(runVerb(recordFetches, foreign, { rotationId, results })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(runVerb(recordFetches, rig.officer, { rotationId, results })).rejects.toMatchObject({
    code: "forbidden",
  });
  const bad = [{ consumerId: uuidv7(), outcome: "asked" as const, errorCode: "Not a code" }];
  await expect(runVerb(recordFetches, watcher, { rotationId, results: bad })).rejects.toMatchObject(
    { code: "invalid", details: { field: "results.0.errorCode" } },
  );
});
