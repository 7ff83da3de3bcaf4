import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { begun, claim, oneFinding, propose, worker } from "../testing/remediation-fixture.ts";
import { claimRemediation } from "./claim-remediation.ts";

test("one worker at a time, by a lease and a fence", async () => {
  const tenant = await newTenant("mend");
  const remediationId = await propose(tenant, await oneFinding(tenant));
  const first = await claim(tenant, remediationId);
  expect(first).toMatchObject({ state: "dry_run", previous: null });
  const again = { remediationId, owner: "other", leaseSeconds: 60 };
  expect(await runVerb(claimRemediation, worker(tenant), again)).toEqual({ claimed: null });
  expect((await claim(tenant, remediationId)).fence).toBe(first.fence + 1);
  const person = userOf(tenant, "p", { scopes: ["runtime.remediations.execute"] });
  await expect(runVerb(claimRemediation, person, again)).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("what a worker left while it acted is indeterminate for whoever comes next", async () => {
  const tenant = await newTenant("mend");
  const { remediationId } = await begun(tenant);
  expect(await claim(tenant, remediationId)).toMatchObject({
    state: "indeterminate",
    resumeState: "applying",
    previous: { data: { a: "2" } },
  });
  const [row] = await asSuperuser<{ previous: Buffer }>(
    "SELECT previous FROM remediation WHERE remediation_id = $1",
    [remediationId],
  );
  expect(row?.previous.toString("latin1")).not.toContain("data");
});
