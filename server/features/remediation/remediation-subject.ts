import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { RemediationRow } from "./remediation-rows.ts";

/** What is approved: exactly this change of exactly this object. Tenant and requester are added to it. */
export function remediationSubject(row: RemediationRow): Record<string, JsonValue> {
  return {
    act: "remediation",
    cluster: row.cluster,
    environment: row.environment,
    object: {
      apiVersion: row.api_version,
      kind: row.kind,
      namespace: row.namespace,
      name: row.name,
    },
    rule: row.rule,
    action: row.action,
    desiredDigest: row.desired_digest?.toString("hex") ?? null,
    liveDigest: row.live_digest?.toString("hex") ?? null,
    differenceDigest: row.difference_digest?.toString("hex") ?? null,
    overrides: row.plan?.overrides ?? [],
  };
}

export function remediationRef(remediationId: string): string {
  return `remediation/${remediationId}`;
}
