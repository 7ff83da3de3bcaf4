import { DRIFT_RULES } from "#server/engines/drift/finding.ts";
import { DEFAULT_POLICY } from "#server/features/remediation/policies-in-force.ts";
import { saveRemediationPolicy } from "#server/features/remediation/verbs/save-remediation-policy.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";

/** Everything is reviewed, but for fields of ConfigMaps, which are mended by themselves. Repeatable. */
export async function seedRemediation(sovereign: string): Promise<void> {
  const caller = systemCaller(sovereign, "demo-seed");
  const saved = await withTenant(caller.tenant, "tenant", (tx) =>
    tx.query<{ rule: string }>(
      "SELECT DISTINCT rule FROM remediation_policy WHERE tenant_id = $1",
      [caller.tenant],
    ),
  );
  for (const rule of DRIFT_RULES) {
    if (saved.some((each) => each.rule === rule)) continue;
    const isSafe = rule === "field-drift";
    await runVerb(saveRemediationPolicy, caller, {
      rule,
      basedOn: 0,
      spec: isSafe ? { ...DEFAULT_POLICY, mode: "auto", safeKinds: ["ConfigMap"] } : DEFAULT_POLICY,
      reason: isSafe
        ? "Fields of ConfigMaps go back to what Git says by themselves."
        : "A second person looks before anything is changed.",
    });
  }
}
