import "server-only";
import { z } from "zod";
import type { ApprovalFacts } from "#server/engines/compliance/facts.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { approvedStandings } from "./approved-standings.ts";
import { countThings, evidenceOf } from "./count-things.ts";

/** What is asked of a stored policy: these demands, as their own feature wrote them. */
const Demands = z.object({
  groups: z.array(z.object({ count: z.number() })),
  requiresElevation: z.boolean().default(false),
  provenance: z.string().default("none"),
  stepUp: z.string().default("none"),
});

/** What runs in production, and whether its deployment was let through by an approval that was used. */
const UNAPPROVED = `SELECT d.environment || '.' || d.service AS id, d.running_since AS at,
    coalesce(a.state, 'none') NOT IN ('approved', 'executed') AS is_bad
  FROM runtime_deployment d
  LEFT JOIN deployment_request q ON q.tenant_id = d.tenant_id AND q.deployment_id = d.deployment_id
  LEFT JOIN approval_request a ON a.tenant_id = q.tenant_id AND a.request_id = q.approval_id
  WHERE d.tenant_id = $1 AND d.environment = 'prod'`;

const IMAGES = `SELECT d.environment || '.' || d.service AS id, d.running_since AS at,
    CASE WHEN v.verdict = 'refused' OR v.gate = 'unmet' THEN 'refused'
         WHEN v.verdict = 'verified' THEN 'verified' ELSE 'unknown' END AS verdict
  FROM runtime_deployment d
  JOIN deployment_image i ON i.tenant_id = d.tenant_id AND i.deployment_id = d.deployment_id AND i.revision = d.revision
  LEFT JOIN deployment_verdict v ON v.tenant_id = i.tenant_id AND v.deployment_id = i.deployment_id
    AND v.revision = i.revision AND v.image_digest = i.digest
  WHERE d.tenant_id = $1 AND d.environment = 'prod' ORDER BY d.service, i.image_no LIMIT 5000`;

const PRODUCTION = `SELECT p.version, v.spec, p.updated_at AS at FROM environment_policy p
  JOIN environment_policy_version v ON v.tenant_id = p.tenant_id AND v.environment = p.environment AND v.version = p.version
  WHERE p.tenant_id = $1 AND p.environment = 'prod'`;

/** What is known of approvals, and of what was deployed by them. */
export async function approvalFacts(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<ApprovalFacts> {
  const [standings, unapproved, images, [policy]] = await Promise.all([
    approvedStandings(tx, tenant),
    countThings(tx, tenant, "running-service", UNAPPROVED),
    tx.query<{ id: string; at: Date; verdict: "refused" | "unknown" | "verified" }>(IMAGES, [
      tenant,
    ]),
    tx.query<{ version: number; spec: unknown; at: Date }>(PRODUCTION, [tenant]),
  ]);
  const of = (verdict: string) =>
    images
      .filter((each) => each.verdict === verdict)
      .map((each) => evidenceOf("running-service", each));
  return {
    ...standings,
    productionGaps: policy ? gapsOf(Demands.parse(policy.spec)) : null,
    productionPolicy: policy
      ? evidenceOf("environment-policy", { id: `prod@${policy.version}`, at: policy.at })
      : null,
    unapproved,
    images: {
      total: images.length,
      refused: of("refused"),
      unknown: of("unknown"),
      verified: of("verified").slice(0, 3),
    },
  };
}

function gapsOf(spec: z.infer<typeof Demands>): string[] {
  const people = spec.groups.reduce((sum, { count }) => sum + count, 0);
  return [
    ...(people < 1 ? ["approval"] : []),
    ...(spec.requiresElevation ? [] : ["elevation"]),
    ...(spec.stepUp === "none" ? ["step-up"] : []),
    ...(spec.provenance === "none" ? ["provenance"] : []),
  ];
}
