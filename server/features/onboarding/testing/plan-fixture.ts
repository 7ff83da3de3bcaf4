import { randomBytes } from "node:crypto";
import type { z } from "zod";
import { approvalInBrief, reviewApproval } from "#server/features/approvals/index.ts";
import { ensureSovereign } from "#server/features/tenants/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import type { TenantPlanInput } from "../schema.ts";

export const REASON = "as agreed in the contract";

export const newSlug = () => `n${randomBytes(5).toString("hex")}`;

/** An administrator of the Sovereign; another name is another person. */
export async function sovereignAdmin(subject = "admin"): Promise<Caller> {
  await ensureSovereign(sovereignTenant(), "Omantel");
  return userOf(sovereignTenant(), subject, { roles: ["sovereign-admin"] });
}

/** What a tenant may begin with: one environment, pooled. */
export function planOf(
  slug: string,
  over: Partial<z.input<typeof TenantPlanInput>> = {},
  environment: "dev" | "prod" = "dev",
): z.input<typeof TenantPlanInput> {
  return {
    slug,
    displayName: `Shop ${slug}`,
    labels: { tier: "gold" },
    environments: [
      {
        environment,
        declaration: {
          compute: { model: "pool", namespaces: [`${slug}-${environment}`], nodePool: null },
          network: { model: "pool", network: null },
          data: { model: "shared", database: "console" },
          secrets: { model: "pool", vaultPath: `${slug}/${environment}` },
          quota: { model: "pool", hard: { "requests.cpu": "4", "requests.memory": "8Gi" } },
          regions: ["muscat"],
        },
      },
    ],
    realm: { kind: "make" },
    admin: { username: "sara", email: "sara@shop.example" },
    ...over,
  };
}

/** A second person decides what was asked for. */
export async function decide(
  approvalId: string | null,
  { decision = "approve" as "approve" | "reject", subject = "second" } = {},
): Promise<void> {
  const second = await sovereignAdmin(subject);
  const approval = await withTenant(second.tenant, "tenant", (tx) =>
    approvalInBrief(tx, second.tenant, approvalId ?? ""),
  );
  await runVerb(reviewApproval, second, {
    requestId: approvalId ?? "",
    decision,
    subjectDigest: approval?.subjectDigest ?? "",
    comment: "as it was shown",
  });
}
