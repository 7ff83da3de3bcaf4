import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { checkedQuery } from "../checked-query.ts";
import { EventExport } from "../event-export.ts";
import { sealedTenant } from "../testing/evidence-fixture.ts";
import { beginExport } from "./begin-export.ts";
import { recordExport } from "./record-export.ts";

test("an export ends once, with how much left; what comes after changes nothing", async () => {
  const { tenant, auditor, worker } = await sealedTenant();
  const begun = await runVerb(beginExport, auditor, { format: "ndjson" });
  const { exportId } = begun;
  const lines = new EventExport({
    tenant,
    condition: checkedQuery("subject:session/*", begun.asOf),
    format: "ndjson",
    treeSize: Number(begun.treeSize),
  });
  const text = (await lines.nextLines()) ?? "";
  expect(text.trimEnd().split("\n")).toHaveLength(10);
  expect(await lines.nextLines()).toBeUndefined();
  const record = (state: "begun" | "ended" | "aborted", caller = auditor) =>
    runVerb(recordExport, caller, {
      exportId,
      state,
      entries: lines.entries,
      events: lines.events,
    });
  expect(await record("begun")).toEqual({ state: "begun" });
  expect(await record("ended")).toEqual({ state: "ended" });
  expect(await record("aborted", worker)).toEqual({ state: "ended" });
  const told = (await eventsOf(tenant)).filter(({ type }) => type.includes("export"));
  expect(told.map(({ type }) => type)).toEqual([
    "runtime.evidence.export-begun",
    "runtime.evidence.export-ended",
  ]);
});

test("another tenant's export is none", async () => {
  const { auditor } = await sealedTenant(1);
  const { exportId } = await runVerb(beginExport, auditor, { format: "csv" });
  const other = await sealedTenant(1);
  await expect(
    runVerb(recordExport, other.auditor, { exportId, state: "ended", entries: 0, events: 0 }),
  ).rejects.toMatchObject({ code: "not_found" });
});
