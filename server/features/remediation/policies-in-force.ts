import "server-only";
import type { DriftObject, DriftRule } from "#server/engines/drift/finding.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { type Mode, PolicySpec } from "./schema.ts";

export interface PolicyInForce {
  rule: DriftRule;
  version: number;
  spec: PolicySpec;
  savedAt: Date | null;
}

/** Where the Sovereign has saved nothing: nothing is mended without asking. */
export const DEFAULT_POLICY: PolicySpec = {
  mode: "review",
  safeKinds: [],
  mostPerHour: 10,
  breakerCount: 3,
  breakerWindowSeconds: 3_600,
};

/** The Sovereign's policies, which apply in every tenant; by rule. */
export async function policiesInForce(tx: TenantTx): Promise<Map<DriftRule, PolicyInForce>> {
  const rows = await tx.query<{
    rule: DriftRule;
    version: number;
    mode: Mode;
    spec: unknown;
    saved_at: Date;
  }>("SELECT rule, version, mode, spec, saved_at FROM app.remediation_policies_here()");
  return new Map(
    rows.map(({ rule, version, spec, saved_at: savedAt }) => [
      rule,
      { rule, version, spec: PolicySpec.parse(spec), savedAt },
    ]),
  );
}

export async function policyInForce(tx: TenantTx, rule: DriftRule): Promise<PolicyInForce> {
  const found = (await policiesInForce(tx)).get(rule);
  return found ?? { rule, version: 0, spec: DEFAULT_POLICY, savedAt: null };
}

/** `NetworkPolicy.networking.k8s.io`; of the core group the kind alone. */
export function kindWithGroup({
  kind,
  apiVersion,
}: Pick<DriftObject, "kind" | "apiVersion">): string {
  return apiVersion.includes("/") ? `${kind}.${apiVersion.split("/")[0]}` : kind;
}

/** What the policy says about one object: `auto` holds for its safe kinds only. */
export function modeFor(
  { spec }: PolicyInForce,
  object: Pick<DriftObject, "kind" | "apiVersion">,
): Mode {
  if (spec.mode !== "auto") return spec.mode;
  return spec.safeKinds.includes(kindWithGroup(object)) ? "auto" : "review";
}
