import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { applied, begun, detail, worker } from "../testing/remediation-fixture.ts";
import { recordApply } from "./record-apply.ts";

test("what was applied waits to be judged, and is looked at next", async () => {
  const tenant = await newTenant("mend");
  const id = await applied(tenant);
  const seen = await detail(tenant, id);
  expect(seen).toMatchObject({ state: "verifying", waitingFor: ["drift-look", "isolation-look"] });
  expect(seen.appliedAt).not.toBeNull();
});

test.each([
  ["untouched", "approved", 0],
  ["changed-meanwhile", "superseded", 0],
  ["refused", "failed", 1],
  ["unknown", "indeterminate", 0],
] as const)("%s: %s", async (how, state, alerts) => {
  const tenant = await newTenant("mend");
  const holding = await begun(tenant);
  const result = { how, trouble: "Kubernetes apply: said nothing" };
  expect(await runVerb(recordApply, worker(tenant), { ...holding, result })).toEqual({ state });
  const told = await asSuperuser("SELECT kind FROM alert WHERE tenant_id = $1", [tenant]);
  expect(told).toHaveLength(alerts);
  await expect(runVerb(recordApply, worker(tenant), { ...holding, result })).rejects.toMatchObject({
    code: "stale",
  });
});
