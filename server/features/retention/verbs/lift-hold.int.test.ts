import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { REASON } from "../testing/retention-fixture.ts";
import { liftHold } from "./lift-hold.ts";
import { placeHold } from "./place-hold.ts";

test("lifting is asked for once, and another tenant's hold is as one that is absent", async () => {
  const tenant = await newTenant();
  const officer = userOf(tenant, "officer");
  const { holdId } = await runVerb(placeHold, officer, {
    caseRef: "2026/5",
    reason: REASON,
    scope: {},
  });
  const asked = await runVerb(liftHold, officer, { holdId, reason: REASON });
  expect(asked.state).toBe("awaiting_approval");
  expect(await typesOf(tenant)).toContain("runtime.retention.hold-lift-requested");
  await expect(runVerb(liftHold, officer, { holdId, reason: REASON })).rejects.toMatchObject({
    code: "conflict",
  });
  const stranger = userOf(await newTenant(), "officer");
  await expect(runVerb(liftHold, stranger, { holdId, reason: REASON })).rejects.toMatchObject({
    code: "not_found",
  });
});
