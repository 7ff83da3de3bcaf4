import { randomBytes } from "node:crypto";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import { ensureSovereign } from "#server/features/tenants/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, userOf, workerOf } from "#test/fixtures/callers.ts";
import { applySecretPolicies } from "../verbs/apply-secret-policies.ts";
import { saveSecretPolicies } from "../verbs/save-secret-policies.ts";
import { setTenantLabels } from "../verbs/set-tenant-labels.ts";

export const REASON = "agreed in the security council";
export const DAY_MILLIS = 86_400_000;

/** A SecretPolicy document. */
export function policyText(
  name: string,
  rule = "{ kind: api-token, maxTTL: 30d, rotateBefore: 2d }",
  labels: Record<string, string> = {},
): string {
  return `apiVersion: catalyst.openova.io/v1alpha1
kind: SecretPolicy
metadata:
  name: ${name}
spec:
  appliesTo:
    organizationLabels: ${JSON.stringify(labels)}
  rules:
    - ${rule}
`;
}

export const newName = () => `policy-${randomBytes(4).toString("hex")}`;

export async function save(caller: Caller, yaml: string, basedOn: Record<string, number> = {}) {
  const { policies } = await runVerb(saveSecretPolicies, caller, { yaml, reason: REASON, basedOn });
  return policies;
}

/** The Sovereign's administrator, who also holds the security officer's role. */
export async function sovereignAdmin(): Promise<Caller> {
  await ensureSovereign(sovereignTenant(), "The Sovereign");
  return userOf(sovereignTenant(), "admin", { roles: ["sovereign-admin", "security-officer"] });
}

export async function label(tenantId: string, labels: Record<string, string>) {
  return runVerb(setTenantLabels, await sovereignAdmin(), { tenantId, labels, reason: REASON });
}

/** An API token that was changed some days ago. */
export async function bindToken(tenant: AuthorizedTenantId, ageDays: number | null) {
  const { bindingId } = await runVerb(bindSecret, systemCaller(tenant, "test"), {
    name: newName(),
    class: "api-token",
    environment: "prod",
    store: "openbao",
    path: `tests/${newName()}`,
    owner: "tests",
    rotator: { kind: "none", missing: "no provider." },
    currentVersion: 1,
    lastRotatedAt: ageDays === null ? null : new Date(Date.now() - ageDays * DAY_MILLIS),
  });
  return bindingId;
}

export function apply(tenant: AuthorizedTenantId, limit?: number) {
  return runVerb(applySecretPolicies, workerOf(tenant, ["runtime.policies.apply"]), { limit });
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at columns of every type
export async function bindingRow(tenant: AuthorizedTenantId, bindingId: string): Promise<any> {
  const [row] = await withTenant(tenant, "tenant", (tx) =>
    tx.query("SELECT * FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2", [
      tenant,
      bindingId,
    ]),
  );
  return row;
}
