import "server-only";
import { createHash } from "node:crypto";
import type { LogFacts } from "#server/engines/compliance/facts.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** What is known of the tenant's log: its head, what waits, its last audit and its witnesses. */
export async function logFacts(tx: TenantTx, tenant: AuthorizedTenantId): Promise<LogFacts> {
  const [head] = await tx.query<{ tree_size: string; root: string; signed_at: Date }>(
    `SELECT tree_size, encode(root_hash, 'hex') AS root, signed_at FROM audit_checkpoint
     WHERE tenant_id = $1 ORDER BY tree_size DESC LIMIT 1`,
    [tenant],
  );
  const [pending] = await tx.query<{ at: Date | null }>(
    "SELECT min(recorded_at) AS at FROM audit_pending WHERE tenant_id = $1",
    [tenant],
  );
  const [audit] = await tx.query<{ at: Date; size: string; faults: number; note: string }>(
    `SELECT audited_at AS at, log_size AS size, fault_count AS faults, note FROM compliance_log_audit
     WHERE tenant_id = $1`,
    [tenant],
  );
  const witnesses = await tx.query<{
    witness: string;
    trouble: string | null;
    asked_at: Date;
    known_size: string;
    behind_since: Date | null;
  }>(
    `SELECT w.witness, w.trouble, w.asked_at, w.known_size, (SELECT c.signed_at FROM audit_checkpoint c
         WHERE c.tenant_id = w.tenant_id AND c.tree_size > w.known_size ORDER BY c.tree_size LIMIT 1) AS behind_since
     FROM audit_witness w WHERE w.tenant_id = $1 ORDER BY w.witness`,
    [tenant],
  );
  return {
    head: head
      ? { size: Number(head.tree_size), digest: head.root, at: head.signed_at.toISOString() }
      : null,
    oldestPendingAt: pending?.at?.toISOString() ?? null,
    audit: audit
      ? {
          at: audit.at.toISOString(),
          size: Number(audit.size),
          faults: audit.faults,
          digest: createHash("sha256").update(audit.note).digest("hex"),
        }
      : null,
    witnesses: witnesses.map((each) => ({
      name: each.witness,
      trouble: each.trouble,
      askedAt: each.asked_at.toISOString(),
      knownSize: Number(each.known_size),
      behindSince: each.behind_since?.toISOString() ?? null,
    })),
  };
}
