import "server-only";
import { toBase64 } from "#server/engines/merkle/bytes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { eventDecision } from "./event-decision.ts";
import { EVENT_COLUMNS, EVENT_JOINS, type EventRow, summaryOf } from "./event-row.ts";
import { witnessesOf } from "./log/cosignatures.ts";
import { latestCheckpoint } from "./log/log-tree.ts";
import type {
  AuditEventDetail,
  AuditEventSummary,
  LogHead,
  RecentEventsInput,
  SealProof,
} from "./schema.ts";
import { sealProof } from "./seal-proof.ts";
import { logOrigin } from "./sealing/log-key.ts";
import { currentVerifierKey, logKeyList } from "./sealing/log-keys.ts";

/** The newest events, whatever they are: what Home shows. */
export async function recentEvents(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { limit }: RecentEventsInput,
): Promise<AuditEventSummary[]> {
  const rows = await tx.query<EventRow>(
    `SELECT ${EVENT_COLUMNS}
     FROM (SELECT * FROM audit_event WHERE tenant_id = $1
           ORDER BY recorded_at DESC, event_id DESC LIMIT $2) e ${EVENT_JOINS}
     ORDER BY e.recorded_at DESC, e.event_id DESC`,
    [tenant, limit],
  );
  return rows.map((row) => summaryOf(tenant, row).summary);
}

/** One event with its payload and the proof that it is in the log; undefined when absent or foreign. */
export async function auditEvent(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventId: string,
): Promise<AuditEventDetail | undefined> {
  const [row] = await tx.query<DetailRow>(
    `SELECT ${EVENT_COLUMNS}, l.leaf_hash, l.sealed_at
     FROM audit_event e ${EVENT_JOINS}
     WHERE e.tenant_id = $1 AND e.event_id = $2`,
    [tenant, eventId],
  );
  if (!row) return undefined;
  const { summary, read } = summaryOf(tenant, row);
  return {
    ...summary,
    envelope: row.envelope,
    payload: read.payload as AuditEventDetail["payload"],
    payloadState: read.state,
    decision: await eventDecision(tx, tenant, read.payload, row.recorded_at),
    proof: await proofOf(tx, tenant, row),
    asOf: await tx.startedAt(),
  };
}

interface DetailRow extends EventRow {
  leaf_hash: Buffer | null;
  sealed_at: Date | null;
}

async function proofOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: DetailRow,
): Promise<SealProof> {
  if (!tellsTheSame(tenant, row)) {
    return { status: "broken", reason: "the stored columns differ from the envelope" };
  }
  if (row.leaf_index === null || row.leaf_hash === null || row.sealed_at === null) {
    return { status: "pending" };
  }
  return sealProof(tx, tenant, row.envelope, {
    leafIndex: BigInt(row.leaf_index),
    leafHash: new Uint8Array(row.leaf_hash),
    sealedAt: row.sealed_at,
  });
}

/** Lists and filters read the columns; only the envelope is sealed, so the two must agree. */
function tellsTheSame(tenant: AuthorizedTenantId, row: DetailRow): boolean {
  const said = JSON.parse(row.envelope) as Record<string, unknown>;
  return (
    said.id === row.event_id &&
    said.tenant === tenant &&
    said.type === row.type &&
    said.subject === row.subject &&
    said.outcome === row.outcome &&
    said.principal === row.actor_ref &&
    said.time === row.recorded_at.toISOString() &&
    said.payloadcommitment === row.commitment.toString("hex")
  );
}

/** The types that occur in the tenant's log, sorted. One index probe a type, whatever the log's size. */
export async function auditEventTypes(tx: TenantTx, tenant: AuthorizedTenantId): Promise<string[]> {
  const rows = await tx.query<{ type: string }>(
    `WITH RECURSIVE types AS (
       (SELECT type FROM audit_event WHERE tenant_id = $1 ORDER BY type LIMIT 1)
       UNION ALL
       SELECT (SELECT e.type FROM audit_event e WHERE e.tenant_id = $1 AND e.type > t.type ORDER BY e.type LIMIT 1)
       FROM types t WHERE t.type IS NOT NULL
     ) SELECT type FROM types WHERE type IS NOT NULL`,
    [tenant],
  );
  return rows.map((row) => row.type);
}

/** The newest signed head, and the window that it does not cover yet. */
export async function logHead(tx: TenantTx, tenant: AuthorizedTenantId): Promise<LogHead> {
  const [unsealed] = await tx.query<{ events: number; since: Date | null }>(
    `SELECT count(*)::integer AS events, min(recorded_at) AS since FROM audit_pending WHERE tenant_id = $1`,
    [tenant],
  );
  const head = await latestCheckpoint(tx, tenant);
  return {
    origin: logOrigin(tenant),
    verifierKey: currentVerifierKey(await logKeyList(tx, tenant)),
    checkpoint: head
      ? {
          treeSize: head.treeSize.toString(),
          rootHash: toBase64(head.rootHash),
          note: head.note,
          signedAt: head.signedAt,
        }
      : null,
    witnesses: await witnessesOf(tx, tenant),
    unsealed: unsealed ?? { events: 0, since: null },
    asOf: await tx.startedAt(),
  };
}
