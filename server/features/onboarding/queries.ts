import "server-only";
import { createHash } from "node:crypto";
import type { z } from "zod";
import { tenantManifests } from "#server/engines/onboarding/tenant-manifests.ts";
import { plannedThings } from "#server/engines/onboarding/tenant-plan.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { TenantPlanInput } from "./schema.ts";
import type {
  ExportChunk,
  LifecycleDetail,
  LifecycleView,
  PlanPreview,
  StepView,
  TenantLives,
} from "./views.ts";

const MOST = 500;
/** Where workloads log in to the vault, as the manifests name it. */
export const VAULT_AUTH_MOUNT = "kubernetes";

const COLUMNS = `lifecycle_id AS "lifecycleId", act, slug, display_name AS "displayName", state, reason,
  requester_name AS requester, requested_at AS "requestedAt", approval_id AS "approvalId",
  effective_at AS "effectiveAt", finished_at AS "finishedAt", end_note AS "endNote",
  export_bytes::float8 AS "exportBytes", export_until AS "exportUntil"`;
type Row = Omit<z.input<typeof LifecycleView>, "steps">;

/** Every organization and the newest act about each, and what is asked for; in the Sovereign's context alone. */
export async function tenantLives(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<Omit<z.input<typeof TenantLives>, "realms">> {
  const [here] = await tx.query<{ kind: string }>("SELECT kind FROM tenant WHERE tenant_id = $1", [
    tenant,
  ]);
  const organizations = await tx.query<{
    tenant_id: string;
    display_name: string;
    state: "onboarding" | "active" | "offboarding" | "offboarded";
    created_at: Date;
  }>("SELECT * FROM app.organizations()");
  const rows = await tx.query<Row>(
    `SELECT DISTINCT ON (slug) ${COLUMNS} FROM tenant_lifecycle WHERE tenant_id = $1
     ORDER BY slug, requested_at DESC LIMIT $2`,
    [tenant, MOST],
  );
  const steps = await stepsOf(tx, tenant, rows);
  const withSteps = rows.map((row) => ({ ...row, steps: steps.get(row.lifecycleId) ?? [] }));
  const known = new Set(organizations.map((each) => each.tenant_id));
  return {
    asOf: await tx.startedAt(),
    isSovereign: here?.kind === "sovereign",
    tenants: [
      // What was asked for and is no tenant yet, or never became one.
      ...withSteps
        .filter(({ slug }) => !known.has(slug))
        .map((lifecycle) => ({
          tenantId: lifecycle.slug,
          displayName: lifecycle.displayName,
          state: "asked" as const,
          createdAt: null,
          lifecycle,
        })),
      ...organizations.map((each) => ({
        tenantId: each.tenant_id,
        displayName: each.display_name,
        state: each.state,
        createdAt: each.created_at,
        lifecycle: withSteps.find(({ slug }) => slug === each.tenant_id) ?? null,
      })),
    ],
  };
}

/** One act with its steps, and what it gives out. */
export async function lifecycleDetail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  lifecycleId: string,
): Promise<z.input<typeof LifecycleDetail>> {
  const [row] = await tx.query<Row & { plan: unknown; exportManifest: string | null }>(
    `SELECT ${COLUMNS}, plan, export_manifest AS "exportManifest" FROM tenant_lifecycle
     WHERE tenant_id = $1 AND lifecycle_id = $2`,
    [tenant, lifecycleId],
  );
  if (!row) throw notFound("tenant lifecycle");
  const steps = await stepsOf(tx, tenant, [row]);
  const { plan, exportManifest, ...rest } = row;
  return {
    asOf: await tx.startedAt(),
    lifecycle: { ...rest, steps: steps.get(lifecycleId) ?? [] },
    manifests: row.act === "onboard" ? manifestsIn(plan) : null,
    exportManifest,
  };
}

/** What onboarding by this plan would make, and what is in its way. */
export async function planPreview(
  tx: TenantTx,
  plan: TenantPlanInput,
  realms: readonly { realm: string; tenant: string | null }[],
): Promise<z.input<typeof PlanPreview>> {
  const taken = await tx.query("SELECT 1 FROM app.organizations() WHERE tenant_id = $1", [
    plan.slug,
  ]);
  const { realm } = plan;
  const isRealmKnown =
    realm.kind === "make" ||
    realms.some((each) => each.realm === realm.realm && each.tenant === plan.slug);
  const manifests = manifestsOf(plan);
  return {
    things: plannedThings(plan),
    manifests,
    manifestsDigest: createHash("sha256").update(manifests).digest("hex"),
    // As the shipped policy has it; the verb asks the policy itself.
    needsApproval: plan.environments.some(({ environment }) => environment === "prod"),
    obstacles: [
      ...(taken.length > 0 ? (["slug-taken"] as const) : []),
      ...(isRealmKnown ? [] : (["realm-unknown"] as const)),
    ],
  };
}

/** One piece of an encrypted export. */
export async function exportChunk(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { lifecycleId, chunkNo }: { lifecycleId: string; chunkNo: number },
): Promise<z.input<typeof ExportChunk>> {
  const [row] = await tx.query<{ bytes: Buffer }>(
    "SELECT bytes FROM tenant_export_chunk WHERE tenant_id = $1 AND lifecycle_id = $2 AND chunk_no = $3",
    [tenant, lifecycleId, chunkNo],
  );
  if (!row) throw notFound("export");
  return { chunkNo, base64: row.bytes.toString("base64") };
}

async function stepsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  of: readonly { lifecycleId: string }[],
): Promise<Map<string, StepView[]>> {
  const rows = await tx.query<StepView & { lifecycleId: string }>(
    `SELECT lifecycle_id AS "lifecycleId", step_no AS "stepNo", kind, state, attempt, begun_at AS "begunAt",
       finished_at AS "finishedAt", detail, trouble
     FROM tenant_lifecycle_step WHERE tenant_id = $1 AND lifecycle_id = ANY ($2::uuid[]) ORDER BY step_no`,
    [tenant, of.map(({ lifecycleId }) => lifecycleId)],
  );
  const steps = new Map<string, StepView[]>();
  for (const { lifecycleId, ...step } of rows) {
    steps.set(lifecycleId, [...(steps.get(lifecycleId) ?? []), step]);
  }
  return steps;
}

function manifestsIn(plan: unknown): string | null {
  // Without the address of an invitation, which is forgotten, the plan says the same of clusters.
  const { admin: _, ...rest } = plan as Record<string, unknown>;
  const parsed = TenantPlanInput.safeParse({ ...rest, admin: null });
  return parsed.success ? manifestsOf(parsed.data) : null;
}

/** The desired manifests of a plan, as the bundle that people put into Git. */
export function manifestsOf(plan: TenantPlanInput): string {
  return tenantManifests(plan.slug, plan.environments, {
    address: env().OPENBAO_ADDR,
    authMount: VAULT_AUTH_MOUNT,
    secretMount: "secret",
  });
}
