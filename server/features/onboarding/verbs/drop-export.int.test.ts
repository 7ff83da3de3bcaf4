import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { dropExport } from "./drop-export.ts";

// With an export there: store-export-chunk.int.test.ts.
test("an act that is not there has nothing to drop", async () => {
  const worker = workerOf(await newTenant(), ["runtime.tenants.carry-out"]);
  await expect(runVerb(dropExport, worker, { lifecycleId: uuidv7() })).rejects.toMatchObject({
    code: "not_found",
  });
});
