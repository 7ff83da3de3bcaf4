import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { placeHold } from "./place-hold.ts";

const input = { caseRef: "2026/4", reason: "asked for by the court", scope: {} };

test("a hold is placed at once, with its case; one that ends before it begins is refused", async () => {
  const tenant = await newTenant();
  const officer = userOf(tenant, "officer");
  const { holdId } = await runVerb(placeHold, officer, input);
  expect(
    await asSuperuser("SELECT case_ref, lifted_at FROM legal_hold WHERE hold_id = $1", [holdId]),
  ).toEqual([{ case_ref: "2026/4", lifted_at: null }]);
  expect(await eventsOf(tenant)).toMatchObject([
    { type: "runtime.retention.hold-placed", payload: { caseRef: "2026/4" } },
  ]);
  const scope = { from: new Date("2026-02-01"), until: new Date("2026-01-01") };
  await expect(runVerb(placeHold, officer, { ...input, scope })).rejects.toMatchObject({
    details: { field: "scope.until" },
  });
  const developer = userOf(tenant, "developer", { roles: ["developer"] });
  await expect(runVerb(placeHold, developer, input)).rejects.toMatchObject({ code: "forbidden" });
});
