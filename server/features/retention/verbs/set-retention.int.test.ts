import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { setRetention } from "./set-retention.ts";

const input = { class: "received" as const, days: 1_000, reason: "as the board said" };

test("a longer term holds at once, a shorter one is asked for, the least can't be undercut", async () => {
  const tenant = await newTenant();
  const officer = userOf(tenant, "officer");
  expect(await runVerb(setRetention, officer, input)).toEqual({ actId: null, state: "done" });
  expect(await runVerb(setRetention, officer, input)).toEqual({ actId: null, state: "done" });
  expect(await typesOf(tenant)).toEqual(["runtime.retention.set"]);
  const shorter = await runVerb(setRetention, officer, { ...input, days: 500 });
  expect(shorter.state).toBe("awaiting_approval");
  expect(await typesOf(tenant)).toContain("runtime.retention.shortening-requested");
  await expect(runVerb(setRetention, officer, { ...input, days: 364 })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "days" },
  });
  await expect(runVerb(setRetention, officer, { ...input, reason: " " })).rejects.toMatchObject({
    details: { field: "reason" },
  });
  const developer = userOf(tenant, "developer", { roles: ["developer"] });
  await expect(runVerb(setRetention, developer, input)).rejects.toMatchObject({
    code: "forbidden",
  });
});
