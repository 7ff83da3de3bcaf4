import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  applied,
  claim,
  held,
  looked,
  oneFinding,
  worker,
} from "../testing/remediation-fixture.ts";
import { recordRollBack } from "./record-roll-back.ts";
import { recordVerdict } from "./record-verdict.ts";

async function goingBack() {
  const tenant = await newTenant("mend");
  const id = await applied(tenant);
  await oneFinding(tenant, { name: "new", severity: "critical" });
  await looked(tenant);
  const verdict = { ...(await held(tenant, id)), object: "as-desired" as const, trouble: "" };
  await runVerb(recordVerdict, worker(tenant), verdict);
  return { tenant, id };
}

test.each([
  ["restored", "rolled_back", ["remediation-rolled-back"]],
  ["refused", "failed", ["remediation-failed"]],
  ["changed-meanwhile", "failed", ["remediation-failed"]],
  ["unknown", "indeterminate", []],
] as const)("%s: %s", async (how, state, alerts) => {
  const { tenant, id } = await goingBack();
  const result = how === "restored" ? { how } : { how, trouble: "it said so" };
  const input = { ...(await held(tenant, id)), result };
  expect(await runVerb(recordRollBack, worker(tenant), input)).toEqual({ state });
  const told = await asSuperuser<{ kind: string }>("SELECT kind FROM alert WHERE tenant_id = $1", [
    tenant,
  ]);
  expect(told.map(({ kind }) => kind)).toEqual(alerts);
});

test("a roll-back that a worker left is asked about first", async () => {
  const { tenant, id } = await goingBack();
  expect((await claim(tenant, id)).state).toBe("rolling_back");
  expect(await claim(tenant, id)).toMatchObject({
    state: "indeterminate",
    resumeState: "rolling_back",
  });
});
