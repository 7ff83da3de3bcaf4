import "server-only";
import type { z } from "zod";
import type { LeaseState } from "#server/engines/leases/lease-machine.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { heldLease, type LeaseRow } from "./lease-rows.ts";
import type { HeldLease, LeaseView, ListLeasesInput, ListLeasesOutput } from "./schema.ts";

interface ListRow {
  [column: string]: unknown;
  lease_id: string;
  binding_id: string;
  name: string;
  environment: string;
  workload: string;
  mount: string;
  role: string;
  username: string | null;
  state: LeaseState;
  shown_state: LeaseState;
  rotation_id: string | null;
  is_current: boolean;
  requested_at: Date;
  issued_at: Date | null;
  renewed_at: Date | null;
  expires_at: Date | null;
  ended_at: Date | null;
  proof: string | null;
  error_text: string | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What has run out by the database's clock is over, whether or not the worker has seen it (law 8). */
const IS_OVER = "(l.ended_at IS NOT NULL OR coalesce(l.expires_at <= clock_timestamp(), false))";

/** The tenant's leases, newest first (their ids are in the order of time); each page goes on after the last one's end. */
export async function listLeases(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  input: z.output<typeof ListLeasesInput>,
): Promise<z.input<typeof ListLeasesOutput>> {
  if (input.cursor && !UUID.test(input.cursor)) {
    throw new AppError("invalid", "cursor: is not one that this list gave", {
      said: { key: "cursor" },
      field: "cursor",
    });
  }
  const rows = await tx.query<ListRow>(
    `SELECT l.*, b.name, b.environment, coalesce(b.current_version = l.kv_version, false) AS is_current,
       CASE WHEN l.ended_at IS NULL AND l.expires_at <= clock_timestamp() THEN 'expired' ELSE l.state END AS shown_state
     FROM secret_lease l JOIN secret_binding b ON b.tenant_id = l.tenant_id AND b.binding_id = l.binding_id
     WHERE l.tenant_id = $1 AND ($2::text IS NULL OR l.workload = $2)
       AND ($3 = 'all' OR ($3 = 'ended') = ${IS_OVER})
       AND ($4::uuid IS NULL OR l.lease_id < $4)
     ORDER BY l.lease_id DESC LIMIT $5`,
    [tenant, input.workload || null, input.show, input.cursor ?? null, input.limit + 1],
  );
  const page = rows.slice(0, input.limit);
  const last = rows.length > input.limit ? page.at(-1) : undefined;
  return {
    asOf: await tx.startedAt(),
    leases: page.map(toView),
    nextCursor: last?.lease_id ?? null,
    workloads: await openWorkloads(tx, tenant),
    issuable: await issuableBindings(tx, tenant),
  };
}

/** Those that revoking all of a workload would touch. */
async function openWorkloads(tx: TenantTx, tenant: AuthorizedTenantId) {
  return tx.query<{ workload: string; open: number }>(
    `SELECT workload, count(*)::int AS open FROM secret_lease
     WHERE tenant_id = $1 AND ended_at IS NULL
       AND (state IN ('active', 'renewing') OR (state = 'issued' AND rotation_id IS NULL))
     GROUP BY workload ORDER BY open DESC, workload LIMIT 200`,
    [tenant],
  );
}

async function issuableBindings(tx: TenantTx, tenant: AuthorizedTenantId) {
  const rows = await tx.query<{
    binding_id: string;
    name: string;
    environment: string;
    workload: string;
  }>(
    `SELECT b.binding_id, b.name, b.environment, b.rotator ->> 'workload' AS workload
     FROM secret_binding b
     WHERE b.tenant_id = $1 AND b.rotator ->> 'kind' = 'openbao-dynamic' AND b.state <> 'retired'
       AND NOT EXISTS (SELECT 1 FROM secret_lease l
         WHERE l.tenant_id = b.tenant_id AND l.binding_id = b.binding_id AND l.ended_at IS NULL
           AND l.state <> 'indeterminate' AND (l.expires_at IS NULL OR l.expires_at > clock_timestamp()))
       AND NOT EXISTS (SELECT 1 FROM rotation r
         WHERE r.tenant_id = b.tenant_id AND r.binding_id = b.binding_id AND r.finished_at IS NULL)
     ORDER BY lower(b.name), b.binding_id LIMIT 100`,
    [tenant],
  );
  return rows.map(({ binding_id: bindingId, name, environment, workload }) => ({
    bindingId,
    name,
    environment,
    workload,
  }));
}

/** The ledger's word on a lease that OpenBao names; null when it doesn't know it. */
export async function leaseByRef(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  leaseRef: string,
): Promise<{ leaseId: string; state: LeaseState } | null> {
  const [row] = await tx.query<{ lease_id: string; state: LeaseState }>(
    "SELECT lease_id, state FROM secret_lease WHERE tenant_id = $1 AND lease_ref = $2",
    [tenant, leaseRef],
  );
  return row ? { leaseId: row.lease_id, state: row.state } : null;
}

/** The lease that a rotation asked for and that has not ended; null when there is none. */
export async function openLeaseOfRotation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotationId: string,
): Promise<HeldLease | null> {
  const [row] = await tx.query<LeaseRow>(
    `SELECT *, false AS is_held FROM secret_lease
     WHERE tenant_id = $1 AND rotation_id = $2 AND state IN ('issuing', 'issued', 'active')
     ORDER BY lease_id DESC LIMIT 1`,
    [tenant, rotationId],
  );
  return row ? heldLease(row) : null;
}

/** What the ledger knows of a role: names that are accounted for, and whether another issue is under way. */
export async function ledgerOfRole(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { mount, role, except }: { mount: string; role: string; except: string },
): Promise<{ known: ReadonlySet<string>; isBusy: boolean }> {
  const rows = await tx.query<{ lease_ref: string | null; is_busy: boolean }>(
    `SELECT l.lease_ref, l.state = 'issuing' AND l.lease_id <> $4
       AND (l.held_until > clock_timestamp() OR r.lease_until > clock_timestamp()) AS is_busy
     FROM secret_lease l
     LEFT JOIN rotation r ON r.tenant_id = l.tenant_id AND r.rotation_id = l.rotation_id
     WHERE l.tenant_id = $1 AND l.mount = $2 AND l.role = $3 AND l.ended_at IS NULL`,
    [tenant, mount, role, except],
  );
  const refs = rows.flatMap(({ lease_ref: ref }) => (ref ? [ref] : []));
  return { known: new Set(refs), isBusy: rows.some((row) => row.is_busy === true) };
}

function toView(row: ListRow): z.input<typeof LeaseView> {
  const isLive = row.shown_state === row.state;
  const isMade = row.state === "active" || row.state === "renewing";
  return {
    leaseId: row.lease_id,
    bindingId: row.binding_id,
    credential: row.name,
    environment: row.environment,
    workload: row.workload,
    mount: row.mount,
    role: row.role,
    username: row.username,
    state: row.shown_state,
    isCurrent: row.is_current,
    requestedAt: row.requested_at,
    issuedAt: row.issued_at,
    renewedAt: row.renewed_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    proof: row.proof,
    errorText: row.error_text,
    may: {
      renew: isLive && row.state === "active",
      revoke: isLive && (isMade || (row.state === "issued" && row.rotation_id === null)),
    },
  };
}
