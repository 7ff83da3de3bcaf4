import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { DEFAULT_POLICY } from "../policies-in-force.ts";
import {
  beginning,
  detail,
  held,
  oneFinding,
  planOf,
  SEEN,
  sha,
  worker,
} from "../testing/remediation-fixture.ts";
import { beginApply } from "./begin-apply.ts";
import { proposeAutomatically } from "./propose-automatically.ts";
import { recordApply } from "./record-apply.ts";
import { recordDryRun } from "./record-dry-run.ts";
import { resetBreaker } from "./reset-breaker.ts";
import { saveRemediationPolicy } from "./save-remediation-policy.ts";

const AUTO = { mode: "auto", safeKinds: ["ConfigMap"], mostPerHour: 1_000, breakerCount: 2 };

async function policyOf(spec: object): Promise<void> {
  const sovereign = sovereignTenant();
  await asSuperuser(
    "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'sovereign', $1) ON CONFLICT DO NOTHING",
    [sovereign],
  );
  const [last] = await asSuperuser<{ version: number }>(
    "SELECT coalesce(max(version), 0)::int AS version FROM remediation_policy WHERE tenant_id = $1 AND rule = 'field-drift'",
    [sovereign],
  );
  await runVerb(saveRemediationPolicy, userOf(sovereign, "admin", { roles: ["sovereign-admin"] }), {
    rule: "field-drift",
    basedOn: last?.version ?? 0,
    spec: { ...DEFAULT_POLICY, ...spec },
    reason: "for this test",
  });
}

test("safe kinds are mended without asking, within a limit; one that keeps coming back opens its breaker", async () => {
  const tenant = await newTenant("mend");
  const findingId = await oneFinding(tenant);
  const unsafe = await oneFinding(tenant, { name: "other", kind: "Service" });
  const offer = (id = findingId) =>
    runVerb(proposeAutomatically, worker(tenant), { findingId: id });
  expect(await offer()).toEqual({ outcome: "nothing" });
  await policyOf(AUTO);
  try {
    expect(await offer(unsafe)).toEqual({ outcome: "nothing" });
    for (let round = 0; round < 2; round++) {
      expect(await offer()).toEqual({ outcome: "proposed" });
      const [row] = await asSuperuser<{ id: string }>(
        "SELECT remediation_id AS id FROM remediation WHERE tenant_id = $1 AND finished_at IS NULL",
        [tenant],
      );
      const id = row?.id ?? "";
      const result = { how: "planned" as const, canApply: true, plan: planOf() };
      await runVerb(recordDryRun, worker(tenant), { ...(await held(tenant, id)), result });
      expect(await detail(tenant, id)).toMatchObject({
        state: "approved",
        mode: "auto",
        approval: null,
      });
      // As many as the policy allows were made: it waits, and is not lost.
      await policyOf({ ...AUTO, mostPerHour: 0 });
      const full = { ...(await held(tenant, id)), ...beginning(tenant), seen: SEEN, approvers: [] };
      expect(await runVerb(beginApply, worker(tenant), full)).toEqual({
        state: "approved",
        mayApply: false,
      });
      await policyOf(AUTO);
      const holding = await held(tenant, id);
      const begin = { ...holding, ...beginning(tenant), seen: SEEN, approvers: [] };
      expect(await runVerb(beginApply, worker(tenant), begin)).toEqual({
        state: "applying",
        mayApply: true,
      });
      const done = { how: "applied" as const, afterDigest: sha("after") };
      await runVerb(recordApply, worker(tenant), { ...holding, result: done });
      // It was mended, and somebody changed it again.
      await asSuperuser(
        "UPDATE remediation SET state = 'verified', finished_at = clock_timestamp() WHERE remediation_id = $1",
        [id],
      );
      await asSuperuser("UPDATE drift_finding SET state = 'open' WHERE finding_id = $1", [
        findingId,
      ]);
    }
    expect(await offer()).toEqual({ outcome: "breaker-opened" });
    expect(await offer()).toEqual({ outcome: "nothing" });
    const told = await asSuperuser<{ kind: string }>(
      "SELECT kind FROM alert WHERE tenant_id = $1",
      [tenant],
    );
    expect(told).toEqual([{ kind: "remediation-breaker-open" }]);
    const [breaker] = await asSuperuser<{ id: string }>(
      "SELECT breaker_id AS id FROM remediation_breaker WHERE tenant_id = $1",
      [tenant],
    );
    const input = { breakerId: breaker?.id ?? "", reason: "the operator was switched off" };
    await runVerb(resetBreaker, userOf(tenant, "officer"), input);
    expect(await offer()).toEqual({ outcome: "proposed" });
  } finally {
    await policyOf({});
  }
});
