import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { takeExport } from "./take-export.ts";

// With an export there: store-export-chunk.int.test.ts.
test("an act that is not there has no export", async () => {
  const auditor = userOf(await newTenant(), "auditor", { roles: ["compliance"] });
  await expect(runVerb(takeExport, auditor, { lifecycleId: uuidv7() })).rejects.toMatchObject({
    code: "not_found",
  });
});
