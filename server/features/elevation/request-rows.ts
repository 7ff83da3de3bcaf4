import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import { approvalSubject } from "#server/features/approvals/index.ts";
import type { RoleScope } from "#server/platform/authz/scopes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { RequestState } from "./schema.ts";

export interface ElevationRequestRow {
  request_id: string;
  environment: Environment;
  kind: "grant" | "extension";
  grant_id: string | null;
  person_issuer: string;
  person_subject: string;
  person_name: string;
  scopes: RoleScope[];
  reason: string;
  duration_seconds: number;
  starts_at: Date | null;
  policy_version: number;
  request_digest: Buffer;
  approval_id: string;
  state: RequestState;
  request_event_id: string;
  created_at: Date;
  expires_at: Date;
  ended_at: Date | null;
  /** By the database's clock, whatever the sweeper has done so far (law 8). */
  is_expired: boolean;
}

export const REQUEST_COLUMNS = `request_id, environment, kind, grant_id, person_issuer, person_subject, person_name, scopes,
  reason, duration_seconds, starts_at, policy_version, request_digest, approval_id, state, request_event_id,
  created_at, expires_at, ended_at, expires_at <= clock_timestamp() AS is_expired`;

export async function findElevationRequest(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestId: string,
): Promise<ElevationRequestRow | undefined> {
  const [row] = await tx.query<ElevationRequestRow>(
    `SELECT ${REQUEST_COLUMNS} FROM elevation_request WHERE tenant_id = $1 AND request_id = $2`,
    [tenant, requestId],
  );
  return row;
}

/** The request, locked for the rest of the transaction. Throws `not_found`. */
export async function lockElevationRequest(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestId: string,
): Promise<ElevationRequestRow> {
  // The lock first, the values after: what was read while waiting for the lock may be old.
  const locked = await tx.query(
    "SELECT 1 FROM elevation_request WHERE tenant_id = $1 AND request_id = $2 FOR UPDATE",
    [tenant, requestId],
  );
  const row = locked.length > 0 ? await findElevationRequest(tx, tenant, requestId) : undefined;
  if (!row) throw notFound("elevation request");
  return row;
}

type Asked = Pick<
  ElevationRequestRow,
  | "request_id"
  | "environment"
  | "kind"
  | "scopes"
  | "duration_seconds"
  | "starts_at"
  | "policy_version"
> & { prolongs: string | null };

/** What is approved; tenant and requester are added by `approvalSubject`. */
export function subjectFields(asked: Asked): Record<string, JsonValue> {
  return {
    elevationRequest: asked.request_id,
    environment: asked.environment,
    scopes: [...asked.scopes].sort(),
    durationSeconds: asked.duration_seconds,
    startsAt: asked.starts_at?.toISOString() ?? null,
    prolongs: asked.prolongs,
    policyVersion: asked.policy_version,
  };
}

/** The subject as the row says it now: compared with the digest that was approved. */
export function subjectDigestOf(tenant: string, row: ElevationRequestRow): string {
  const person = { issuer: row.person_issuer, subject: row.person_subject };
  const fields = subjectFields({ ...row, prolongs: prolongedBy(row) });
  return approvalSubject(tenant, person, fields).digest.toString("hex");
}

/** The grant that a request prolongs; null for one that asks for a new grant. */
export function prolongedBy(row: Pick<ElevationRequestRow, "kind" | "grant_id">): string | null {
  return row.kind === "extension" ? row.grant_id : null;
}
