import "server-only";
import type { ActPlace } from "#server/platform/authz/production-rights.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { SHOWN_STATE } from "./finding-sql.ts";
import type { FindingState, STORED_STATES } from "./schema.ts";

export interface TargetRow {
  [column: string]: unknown;
  finding_id: string;
  group_id: string;
  rule: string;
  severity: string;
  environment: string | null;
  /** As stored, and as shown. */
  stored: (typeof STORED_STATES)[number];
  state: FindingState;
}

interface Target {
  findingIds: readonly string[];
  groupId?: string | undefined;
}

const MOST = 20_000;

/**
 * The findings that an act names, locked in the order of their ids: the named ones, or those of the
 * group that are not resolved. Throws `not_found` for any that is absent or foreign.
 */
export async function targetRows(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { findingIds, groupId }: Target,
): Promise<TargetRow[]> {
  const ids = [...new Set(findingIds)];
  if (ids.length > 0 === (groupId !== undefined)) {
    throw new AppError("invalid", "findingIds: name findings, or one group", {
      said: { key: "drift.nothingChosen" },
      field: "findingIds",
    });
  }
  const rows = await tx.query<TargetRow>(
    `SELECT f.finding_id, f.group_id, f.rule, f.severity, f.environment, f.state AS stored, ${SHOWN_STATE} AS state
     FROM drift_finding f
     WHERE f.tenant_id = $1 AND ($2::uuid[] IS NULL OR f.finding_id = ANY ($2))
       AND ($3::text IS NULL OR (f.group_id = $3 AND f.state <> 'resolved'))
     ORDER BY f.finding_id LIMIT $4 FOR UPDATE`,
    [tenant, groupId === undefined ? ids : null, groupId ?? null, MOST],
  );
  if (groupId === undefined ? rows.length < ids.length : rows.length === 0)
    throw notFound("drift finding");
  return rows;
}

/** Where an act on them happens: production, as soon as one of them is there. */
export async function placeOfTarget(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  target: Target,
): Promise<ActPlace | null> {
  const rows = await targetRows(tx, tenant, target);
  const places = rows.flatMap(({ environment }) => environment ?? []);
  const environment = places.find((each) => each === "prod") ?? places[0];
  return environment === undefined ? null : { environment };
}
