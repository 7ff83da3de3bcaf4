import "server-only";
import { governance } from "#server/platform/authz/governance.ts";
import { cedarVersion } from "#server/platform/authz/policy-engine.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { EngineHealth, PlatformHealth, StoreLoginView } from "./schema.ts";

interface CountsRow {
  [column: string]: unknown;
  tenant_id: string;
  kind: "sovereign" | "organization";
  credentials: string;
  unfinished_rotations: string;
  troubled_rotations: string;
  oldest_due_at: Date | null;
  open_alerts: string;
  unsealed_events: string;
  oldest_unsealed_at: Date | null;
  sealed_events: string;
  sealed_at: Date | null;
}

/** Counts of every tenant in the Sovereign's context, of the own tenant in any other. */
export async function platformHealth(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<PlatformHealth> {
  const rows = await tx.query<CountsRow>(
    `SELECT counts.* FROM app.platform_counts() AS counts
     WHERE counts.tenant_id = $1 OR EXISTS (SELECT 1 FROM tenant WHERE tenant_id = $1 AND kind = 'sovereign')`,
    [tenant],
  );
  // The Sovereign's own rows: any other tenant has none.
  const logins = await tx.query<StoreLoginView>(
    `SELECT address, worker, method, role, error_code AS "errorCode", since, expires_at AS "expiresAt"
     FROM store_login WHERE tenant_id = $1 AND (seen_at > clock_timestamp() - interval '1 day' OR expires_at > clock_timestamp())
     ORDER BY address, seen_at DESC, worker LIMIT 50`,
    [tenant],
  );
  return {
    asOf: await tx.startedAt(),
    engine: await engineHealth(tx),
    logins,
    tenants: rows.map((row) => ({
      tenantId: row.tenant_id,
      kind: row.kind,
      credentials: Number(row.credentials),
      unfinishedRotations: Number(row.unfinished_rotations),
      troubledRotations: Number(row.troubled_rotations),
      oldestDueAt: row.oldest_due_at,
      openAlerts: Number(row.open_alerts),
      unsealedEvents: Number(row.unsealed_events),
      oldestUnsealedAt: row.oldest_unsealed_at,
      sealedEvents: Number(row.sealed_events),
      sealedAt: row.sealed_at,
    })),
  };
}

/** Of every tenant in the Sovereign's context, of the own one in any other. */
async function engineHealth(tx: TenantTx): Promise<EngineHealth> {
  const rows = await tx.query<{
    answered: string;
    unanswered: string;
    answered_at: Date | null;
    unanswered_at: Date | null;
  }>("SELECT * FROM app.governance_answers()");
  const sum = (of: "answered" | "unanswered") =>
    rows.reduce((total, row) => total + Number(row[of]), 0);
  const newest = (of: "answered_at" | "unanswered_at") =>
    rows.reduce<Date | null>(
      (last, { [of]: at }) => (at && (!last || at > last) ? at : last),
      null,
    );
  const engine = governance();
  return {
    governance: engine && {
      name: engine.name,
      address: engine.address,
      timeoutMillis: engine.timeoutMillis,
    },
    cedarVersion: cedarVersion(),
    answered: sum("answered"),
    unanswered: sum("unanswered"),
    answeredAt: newest("answered_at"),
    unansweredAt: newest("unanswered_at"),
  };
}
