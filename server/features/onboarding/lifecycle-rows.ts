import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import type { CedarEntity, PolicyRequest } from "#server/platform/authz/policy-request.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { LIFE_ACTS, LifeState } from "./schema.ts";

export interface LifecycleRow {
  lifecycle_id: string;
  act: (typeof LIFE_ACTS)[number];
  slug: string;
  display_name: string;
  plan: Record<string, unknown>;
  plan_digest: Buffer;
  reason: string;
  state: LifeState;
  approval_id: string | null;
  requester_issuer: string;
  requester_subject: string;
  requester_name: string;
  request_event_id: string;
  effective_at: Date | null;
  export_bytes: string | null;
  export_until: Date | null;
}

/** The act about a tenant, locked. Throws `notFound`. */
export async function lockLifecycle(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  lifecycleId: string,
): Promise<LifecycleRow> {
  const [row] = await tx.query<LifecycleRow>(
    "SELECT * FROM tenant_lifecycle WHERE tenant_id = $1 AND lifecycle_id = $2 FOR UPDATE",
    [tenant, lifecycleId],
  );
  if (!row) throw notFound("tenant lifecycle");
  return row;
}

export function lifecycleRef(lifecycleId: string): string {
  return `tenant-lifecycle/${lifecycleId}`;
}

/** What the approval of an act is about: what the second person should see, and the digest of all of it. */
export function approvedFields(
  row: Pick<
    LifecycleRow,
    "lifecycle_id" | "act" | "slug" | "plan_digest" | "display_name" | "plan"
  >,
): Record<string, JsonValue> {
  const { plan } = row;
  const shown =
    row.act === "onboard"
      ? ["environments", "labels", "realm"]
      : ["waitDays", "keepExportDays", "recipientKey"];
  return {
    ...Object.fromEntries(shown.map((name) => [name, (plan[name] ?? null) as JsonValue])),
    lifecycleId: row.lifecycle_id,
    act: row.act,
    slug: row.slug,
    displayName: row.display_name,
    plan: row.plan_digest.toString("hex"),
  };
}

/** An event of the act, in the Sovereign's log. */
export function lifecycleEvent(
  row: Pick<LifecycleRow, "lifecycle_id" | "act" | "slug" | "request_event_id">,
  what: string,
  payload: NonNullable<AuditEventDraft["payload"]>,
): AuditEventDraft {
  return {
    type: `runtime.tenants.${row.act}ing-${what}`,
    subject: lifecycleRef(row.lifecycle_id),
    causedBy: row.request_event_id,
    payload: { slug: row.slug, ...payload },
  };
}

/** What Cedar judges: who asks, and in whose context. */
export async function tenantFacts(
  { tx, tenant, caller }: { tx: TenantTx; tenant: AuthorizedTenantId; caller: Caller },
  context: PolicyRequest["context"],
): Promise<Omit<PolicyRequest, "action">> {
  const [here] = await tx.query<{ kind: string }>("SELECT kind FROM tenant WHERE tenant_id = $1", [
    tenant,
  ]);
  const principal = policyPrincipal(caller);
  const resource: CedarEntity["uid"] = { type: "Tenant", id: tenant };
  return {
    principal: principal.uid,
    resource,
    context,
    entities: [principal, { uid: resource, attrs: here ? { kind: here.kind } : {}, parents: [] }],
  };
}
