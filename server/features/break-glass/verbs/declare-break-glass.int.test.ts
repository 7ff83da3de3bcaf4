import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { admin, breakGlass, declare, fireman, issuerOf, officer } from "../testing/glass-rig.ts";
import { declareBreakGlass } from "./declare-break-glass.ts";

test("a declaration waits for a second sovereign-admin, and nobody declares themselves", async () => {
  const tenant = await newTenant("glass");
  const asked = await declare(tenant);
  expect(asked).toMatchObject({ state: "declared", approvalId: expect.any(String) });
  await expect(breakGlass(fireman(tenant), asked.principalId)).rejects.toThrow(/not in force/);
  await expect(declare(tenant)).rejects.toMatchObject({ code: "conflict" });
  await expect(declare(tenant, { subject: "admin" })).rejects.toMatchObject({ code: "forbidden" });
  await expect(runVerb(declareBreakGlass, officer(tenant), {} as never)).rejects.toMatchObject({
    code: "forbidden",
  });
  const event = (await eventsOf(tenant)).find(({ type }) => type.endsWith("break-glass-declared"));
  expect(event?.payload).toMatchObject({ issuer: issuerOf(tenant), subject: "fireman" });
});

test.each([
  ["maxMinutes", { maxMinutes: 61 }],
  // Nobody breaks glass to give themselves more, or to review it.
  ["scopes.0", { scopes: ["runtime.break-glass.review" as never] }],
  ["scopes.0", { scopes: ["runtime.elevation.manage" as never] }],
])("%s is refused by name", async (field, over) => {
  const tenant = await newTenant("glass");
  await expect(declare(tenant, over, admin(tenant))).rejects.toMatchObject({
    code: "invalid",
    details: { field },
  });
});
