import { createHash } from "node:crypto";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import type { SeenFinding } from "../look-schema.ts";
import { beginDriftLook } from "../verbs/begin-drift-look.ts";
import { recordDriftLook } from "../verbs/record-drift-look.ts";

const sha = (text: string) => createHash("sha256").update(text).digest("hex");

/** A finding as the worker would tell it: replicas of a Deployment that somebody changed by hand. */
export function seenFixture(fields: Partial<SeenFinding> = {}): SeenFinding {
  const { name = "web", namespace = "shop-prod", cluster = "muscat" } = fields;
  const whole = {
    cluster,
    environment: "prod" as const,
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace,
    name,
    fingerprint: sha(`${cluster} ${namespace} ${name}`),
    groupId: sha("replicas").slice(0, 32),
    rule: "field-drift" as const,
    severity: "medium" as const,
    managers: ["kubectl-edit"],
    reason: "none" as const,
    params: {},
    differences: [{ path: "/spec/replicas", kind: "changed" as const, desired: 2, live: 3 }],
    differenceCount: 1,
    searchText: `deployment ${namespace}/${name} /spec/replicas kubectl-edit`,
    ...fields,
  };
  return { ...whole, contentDigest: fields.contentDigest ?? sha(JSON.stringify(whole)) };
}

export const driftWorkerOf = (tenant: AuthorizedTenantId) =>
  workerOf(tenant, ["runtime.drift.observe", "runtime.alerts.raise"]);
export const officerOf = (tenant: AuthorizedTenantId) =>
  userOf(tenant, "officer", { roles: ["security-officer"] });

/** Takes the tenant's turn, whenever it is. */
export async function turnOf(tenant: AuthorizedTenantId): Promise<string> {
  await asSuperuser("UPDATE drift_look SET lease_until = NULL WHERE tenant_id = $1", [tenant]);
  const input = { owner: "test", leaseSeconds: 600, isHastened: true };
  const { begun } = await runVerb(beginDriftLook, driftWorkerOf(tenant), input);
  if (!begun) throw new Error("the turn was not free");
  return begun.fence;
}

/** Records findings as one look that saw them all. */
export async function found(
  tenant: AuthorizedTenantId,
  ...findings: Partial<SeenFinding>[]
): Promise<string[]> {
  const fence = await turnOf(tenant);
  const seen = findings.map(seenFixture);
  await runVerb(recordDriftLook, driftWorkerOf(tenant), { fence, seen });
  const rows = await asSuperuser<{ finding_id: string; print: string }>(
    "SELECT finding_id, encode(fingerprint, 'hex') AS print FROM drift_finding WHERE tenant_id = $1",
    [tenant],
  );
  return seen.map(
    ({ fingerprint }) => rows.find(({ print }) => print === fingerprint)?.finding_id ?? "none",
  );
}
