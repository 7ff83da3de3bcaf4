import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { begun, detail, planned, proposer } from "../testing/remediation-fixture.ts";
import { withdrawRemediation } from "./withdraw-remediation.ts";

test("whoever proposed takes it back, with its approval; others don't, and not what is being applied", async () => {
  const tenant = await newTenant("mend");
  const remediationId = await planned(tenant);
  const input = { remediationId, reason: "not now" };
  const somebody = userOf(tenant, "somebody", { roles: ["org-admin"] });
  await expect(runVerb(withdrawRemediation, somebody, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(await runVerb(withdrawRemediation, proposer(tenant), input)).toMatchObject({
    state: "withdrawn",
  });
  expect(await runVerb(withdrawRemediation, proposer(tenant), input)).toMatchObject({
    state: "withdrawn",
  });
  expect((await detail(tenant, remediationId)).approval?.state).toBe("withdrawn");
  const other = await newTenant("mend");
  const acting = await begun(other);
  const late = { remediationId: acting.remediationId, reason: "too late" };
  await expect(runVerb(withdrawRemediation, proposer(other), late)).rejects.toMatchObject({
    code: "conflict",
  });
});
