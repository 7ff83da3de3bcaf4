import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { admin, breakGlass, declared, fireman, settle } from "../testing/glass-rig.ts";
import { retireBreakGlass } from "./retire-break-glass.ts";

test("one alone can't disarm it: it holds until a second approves, then it can't be used", async () => {
  const tenant = await newTenant("glass");
  const principalId = await declared(tenant);
  const retire = () =>
    runVerb(retireBreakGlass, admin(tenant), { principalId, reason: "Left the on-call" });
  const kept = await retire();
  await expect(retire()).rejects.toMatchObject({ code: "conflict" });
  expect(await settle(tenant, kept, { decision: "reject" })).toEqual({ outcome: "kept" });
  expect(await settle(tenant, await retire())).toEqual({ outcome: "retired" });
  await expect(breakGlass(fireman(tenant), principalId)).rejects.toThrow(/not in force/);
  const elsewhere = admin(await newTenant("glass"));
  await expect(
    runVerb(retireBreakGlass, elsewhere, { principalId, reason: "x" }),
  ).rejects.toMatchObject({ code: "not_found" });
});
