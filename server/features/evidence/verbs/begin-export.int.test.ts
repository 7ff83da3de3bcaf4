import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { sealedTenant } from "../testing/evidence-fixture.ts";
import { beginExport } from "./begin-export.ts";

test("an export is of a sealed size, and the log says so before the first line leaves", async () => {
  const { tenant, auditor } = await sealedTenant(7);
  const begun = await runVerb(beginExport, auditor, { query: "kind:user", format: "csv" });
  expect(begun.treeSize).toBe("7");
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.evidence.export-begun",
    subject: `audit-export/${begun.exportId}`,
  });
  const empty = userOf(await newTenant("empty"), "x");
  expect((await runVerb(beginExport, empty, { format: "ndjson" })).treeSize).toBe("0");
});

test("a query with a mistake begins nothing, and without the scope nobody exports", async () => {
  const { tenant, auditor } = await sealedTenant(1);
  const begin = (caller = auditor) =>
    runVerb(beginExport, caller, { query: "type:(", format: "csv" });
  await expect(begin()).rejects.toMatchObject({ code: "invalid", details: { field: "query" } });
  const developer = userOf(tenant, "dev", { roles: ["developer"] });
  await expect(begin(developer)).rejects.toMatchObject({ code: "forbidden" });
});
