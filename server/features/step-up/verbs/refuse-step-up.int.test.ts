import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { recorded, SUBJECT } from "../testing/step-up-rig.ts";
import { beginStepUp } from "./begin-step-up.ts";
import { recordStepUp } from "./record-step-up.ts";
import { refuseStepUp } from "./refuse-step-up.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});

test("a refused attempt is over, and the log says why; run twice it ends once", async () => {
  const caller = userOf(tenant, "officer");
  const { attemptId } = await runVerb(beginStepUp, caller, { ...SUBJECT, returnTo: "/" });
  const refuse = () => runVerb(refuseStepUp, caller, { attemptId, why: "level-too-low" });
  expect(await refuse()).toEqual({ outcome: "refused", why: "level-too-low" });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.identity.step-up-refused",
    outcome: "denied",
    payload: { why: "level-too-low", ...SUBJECT },
  });
  expect(await refuse()).toEqual({ outcome: "refused", why: "ended" });
  expect(await runVerb(recordStepUp, caller, recorded(caller, attemptId))).toMatchObject({
    why: "ended",
  });
});

test("another's, a foreign tenant's, without the scope, for no known reason", async () => {
  const caller = userOf(tenant, "officer");
  const { attemptId } = await runVerb(beginStepUp, caller, { ...SUBJECT, returnTo: "/" });
  const input = { attemptId, why: "token" } as const;
  for (const other of [userOf(tenant, "another"), userOf(await newTenant(), "officer")]) {
    await expect(runVerb(refuseStepUp, other, input)).rejects.toMatchObject({ code: "not_found" });
  }
  const reporter = userOf(tenant, "officer", { roles: ["workload-reporter"] });
  await expect(runVerb(refuseStepUp, reporter, input)).rejects.toMatchObject({ code: "forbidden" });
  await expect(
    runVerb(refuseStepUp, caller, { ...input, why: "whatever" as never }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "why" } });
});
