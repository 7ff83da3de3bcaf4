import "server-only";
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { SECRET_CLASSES, type SecretClass } from "#server/engines/secret-policy/default-rule.ts";
import type { SecretPolicy } from "#server/engines/secret-policy/policy.ts";
import {
  type PolicyInForce,
  ruleInForce,
  secondsToNextRotation,
} from "#server/engines/secret-policy/rule-in-force.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type {
  AuthorizedTenantId,
  AuthorizedTenantSet,
} from "#server/platform/tenancy/authorized-tenant.ts";
import { policyRowsInForce, toPolicyInForce } from "./in-force.ts";
import { labelsOf } from "./queries.ts";
import type { PreviewSecretPoliciesOutput } from "./schema.ts";

type Output = z.input<typeof PreviewSecretPoliciesOutput>;

/** A tenant in view: its labels and the policies that apply to it now. */
export interface TenantInView {
  tenantId: string;
  labels: Readonly<Record<string, string>>;
  policies: readonly PolicyInForce[];
}

/** The one tenant of the transaction. */
export async function ownView(tx: TenantTx, tenant: AuthorizedTenantId): Promise<TenantInView[]> {
  const policies = (await policyRowsInForce(tx)).map(toPolicyInForce);
  return [{ tenantId: tenant, labels: await labelsOf(tx, tenant), policies }];
}

/** Every tenant of a signed set, for the Sovereign, which must be one of them. */
export async function overviewOf(
  tx: TenantTx,
  tenants: AuthorizedTenantSet,
): Promise<TenantInView[]> {
  const rows = await tx.query<{ tenant_id: string; kind: string; labels: Record<string, string> }>(
    "SELECT tenant_id, kind, labels FROM tenant WHERE tenant_id = ANY ($1)",
    [tenants],
  );
  const saved = await tx.query<{
    tenant_id: string;
    name: string;
    version: number;
    parsed: Pick<SecretPolicy, "organizationLabels" | "rules">;
  }>(
    `SELECT tenant_id, name, version, parsed FROM secret_policy
     WHERE tenant_id = ANY ($1) AND retired_at IS NULL`,
    [tenants],
  );
  const kinds = new Map(rows.map((row) => [row.tenant_id, row.kind]));
  return rows.map(({ tenant_id: tenantId, labels }) => ({
    tenantId,
    labels,
    policies: saved.flatMap(({ tenant_id: owner, name, version, parsed }) => {
      const isSovereigns = kinds.get(owner) === "sovereign";
      const origin = isSovereigns ? ("sovereign" as const) : ("tenant" as const);
      const applies = (owner === tenantId || isSovereigns) && matches(parsed, labels);
      return applies ? [{ origin, name, version, ...parsed }] : [];
    }),
  }));
}

export function matches(
  { organizationLabels }: Pick<SecretPolicy, "organizationLabels">,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(organizationLabels).every(([key, value]) => labels[key] === value);
}

interface RuleChange {
  tenantId: string;
  secretClass: SecretClass;
  oldLimit: number | null;
  newLimit: number | null;
  oldNext: number | null;
  newNext: number | null;
}

/** What saving these policies would change, for each tenant and class. Pure. */
function changesBy(
  view: readonly TenantInView[],
  proposed: readonly SecretPolicy[],
  origin: PolicyInForce["origin"],
): RuleChange[] {
  const names = new Set(proposed.map((policy) => policy.name));
  return view.flatMap(({ tenantId, labels, policies }) => {
    const kept = policies.filter((policy) => policy.origin !== origin || !names.has(policy.name));
    const added = proposed
      .filter((policy) => matches(policy, labels))
      .map((policy) => ({ ...policy, origin, version: 0 }));
    return SECRET_CLASSES.flatMap((secretClass) => {
      const { source: _before, ...before } = ruleInForce(policies, secretClass);
      const { source: _after, ...after } = ruleInForce([...kept, ...added], secretClass);
      if (isDeepStrictEqual(before, after)) return [];
      return {
        tenantId,
        secretClass,
        oldLimit: before.maxTtlSeconds,
        newLimit: after.maxTtlSeconds,
        oldNext: secondsToNextRotation(before),
        newNext: secondsToNextRotation(after),
      };
    });
  });
}

/** Which credentials of the tenants in view would be judged otherwise, counted, the first 50 named. */
export async function previewChanges(
  tx: TenantTx,
  view: readonly TenantInView[],
  proposed: readonly SecretPolicy[],
  origin: PolicyInForce["origin"],
): Promise<Pick<Output, "counts" | "credentials">> {
  const changes = changesBy(view, proposed, origin);
  const params = [
    view.map((tenant) => tenant.tenantId),
    changes.map((change) => change.tenantId),
    changes.map((change) => change.secretClass),
    changes.map((change) => change.oldLimit),
    changes.map((change) => change.newLimit),
    changes.map((change) => change.newNext),
    changes.map((change) => change.oldNext),
  ];
  const [counts] = await tx.query<Output["counts"]>(
    `${MOVED} SELECT count(*)::int AS affected,
       (count(*) FILTER (WHERE "becomesOverdue"))::int AS "becomesOverdue",
       (count(*) FILTER (WHERE "isMoved"))::int AS rescheduled
     FROM moved`,
    params,
  );
  const credentials = await tx.query<Output["credentials"][number]>(
    `${MOVED} SELECT * FROM moved
     ORDER BY "becomesOverdue" DESC, "newNextRotationAt" NULLS LAST, "bindingId" LIMIT 50`,
    params,
  );
  return { counts: counts ?? { affected: 0, becomesOverdue: 0, rescheduled: 0 }, credentials };
}

const MOVED = `
  WITH moved AS (
    SELECT b.tenant_id AS "tenantId", b.binding_id AS "bindingId", b.name, b.class, b.environment,
      b.next_rotation_at AS "nextRotationAt",
      -- At the earliest: jitter and change windows move it on when the policy is applied.
      b.last_rotated_at + make_interval(secs => c.new_next) AS "newNextRotationAt",
      b.last_rotated_at IS NOT NULL AND c.old_next IS DISTINCT FROM c.new_next AS "isMoved",
      coalesce(b.last_rotated_at + make_interval(secs => c.new_limit) <= clock_timestamp(), false)
        AND NOT coalesce(b.last_rotated_at + make_interval(secs => c.old_limit) <= clock_timestamp(), false) AS "becomesOverdue"
    FROM secret_binding b
    JOIN unnest($2::text[], $3::text[], $4::float8[], $5::float8[], $6::float8[], $7::float8[])
      AS c (tenant_id, class, old_limit, new_limit, new_next, old_next) ON c.tenant_id = b.tenant_id AND c.class = b.class
    WHERE b.tenant_id = ANY ($1) AND b.state <> 'retired'
  )`;
