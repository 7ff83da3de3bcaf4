import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { beginning, begun, detail, held, sha, worker } from "../testing/remediation-fixture.ts";
import { beginApply } from "./begin-apply.ts";
import { resolveRemediation } from "./resolve-remediation.ts";

const TRUTHS = {
  "as-before": { is: "as-before" },
  "as-applied": { is: "as-applied", afterDigest: sha("after") },
  "changed-by-others": { is: "changed-by-others", trouble: "neither" },
  away: { is: "away", trouble: "it does not answer" },
} as const;

test.each([
  ["as-before", "approved"],
  ["as-applied", "verifying"],
  ["changed-by-others", "failed"],
  ["away", "indeterminate"],
] as const)("the cluster says %s: %s", async (is, state) => {
  const tenant = await newTenant("mend");
  const { remediationId } = await begun(tenant);
  const holding = await held(tenant, remediationId);
  const input = { ...holding, truth: TRUTHS[is] };
  expect(await runVerb(resolveRemediation, worker(tenant), input)).toEqual({ state });
});

test("done again, the approval counts by the roles of now", async () => {
  const tenant = await newTenant("mend");
  const { remediationId } = await begun(tenant);
  const input = { ...(await held(tenant, remediationId)), truth: TRUTHS["as-before"] };
  await runVerb(resolveRemediation, worker(tenant), input);
  const lost = { ...(await held(tenant, remediationId)), ...beginning(tenant), approvers: [] };
  expect(await runVerb(beginApply, worker(tenant), lost)).toEqual({
    state: "refused",
    mayApply: false,
  });
  expect(await detail(tenant, remediationId)).toMatchObject({ errorCode: "quorum-lost" });
});
