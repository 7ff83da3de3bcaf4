import "server-only";
import { z } from "zod";
import { retentionClassOf } from "#server/engines/retention/retention-classes.ts";
import { rewriteSegments, sealProof } from "#server/features/audit/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { type ActRow, actEvent, lockTurn } from "../act-rows.ts";
import { ActTurn } from "../schema.ts";

/** Payloads that are dropped in one transaction after their key was destroyed. */
const DROPPED_AT_ONCE = 2_000;
/** Events whose proof is checked once their content is gone. */
const MOST_PROVED = 100;

/**
 * After the keeper destroyed what was: drops payloads that nobody can read any more, in turns, and then proves of the
 * events whose content is gone that they still are in the log. Gives whether the act is done.
 */
export const finishAct = verb({
  name: "retention.finishAct",
  scope: "runtime.retention.carry-out",
  input: ActTurn,
  output: z.object({ isDone: z.boolean() }),
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockTurn(tx, tenant, input, "destroyed");
    const dropped = await dropUnreadable(tx, tenant, row);
    const payloads = Number(row.outcome?.payloads ?? 0) + dropped.length;
    if (dropped.length > 0) {
      await rewriteSegments(tx, tenant, dropped);
      const outcome = JSON.stringify({ ...row.outcome, payloads });
      await tx.query("UPDATE retention_act SET outcome = $3 WHERE tenant_id = $1 AND act_id = $2", [
        tenant,
        row.act_id,
        outcome,
      ]);
      return unchanged({ isDone: false });
    }
    const proof = await proofOf(tx, tenant, row);
    const outcome = { ...row.outcome, payloads, ...proof };
    await tx.query(
      `UPDATE retention_act SET state = 'done', finished_at = clock_timestamp(), outcome = $3, lease_until = NULL, trouble = NULL
       WHERE tenant_id = $1 AND act_id = $2`,
      [tenant, row.act_id, JSON.stringify(outcome)],
    );
    return audited({ isDone: true }, actEvent(row, "done", outcome));
  },
});

/** The payloads of a class and month whose key is destroyed, also those from before it was made. */
async function dropUnreadable(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: ActRow,
): Promise<string[]> {
  const keyIds = Array.isArray(row.plan.keyIds) ? row.plan.keyIds : [];
  for (const keyId of keyIds) {
    const found = await tx.query<{ event_id: string; type: string; class: string }>(
      `SELECT e.event_id, e.type, k.class FROM audit_data_key k
       JOIN audit_event e ON e.tenant_id = $1 AND e.recorded_at >= k.period AT TIME ZONE 'UTC'
         AND e.recorded_at < (k.period + interval '1 month') AT TIME ZONE 'UTC'
       JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = e.event_id
       WHERE k.tenant_id = $1 AND k.key_id = $2
         AND (p.key_id = k.key_id OR p.key_id NOT LIKE 'data-%')`,
      [tenant, keyId],
    );
    const ids = found
      .filter((each) => retentionClassOf(each.type) === each.class)
      .slice(0, DROPPED_AT_ONCE)
      .map((each) => each.event_id);
    if (ids.length === 0) continue;
    await tx.query(
      "DELETE FROM audit_payload WHERE tenant_id = $1 AND event_id = ANY ($2::uuid[])",
      [tenant, ids],
    );
    return ids;
  }
  return [];
}

/** How many of the events are proved to be in the log, under which head; those not sealed yet are counted apart. */
async function proofOf(tx: TenantTx, tenant: AuthorizedTenantId, row: ActRow) {
  const eventIds = Array.isArray(row.plan.eventIds) ? row.plan.eventIds : [];
  const events = await tx.query<{
    envelope: string;
    leaf_index: string | null;
    leaf_hash: Buffer;
    sealed_at: Date;
  }>(
    `SELECT e.envelope, l.leaf_index, l.leaf_hash, l.sealed_at FROM audit_event e
     LEFT JOIN audit_leaf l ON l.tenant_id = $1 AND l.event_id = e.event_id
     WHERE e.tenant_id = $1 AND e.event_id = ANY ($2::uuid[]) ORDER BY e.event_id LIMIT ${MOST_PROVED}`,
    [tenant, eventIds],
  );
  const proof = { proven: 0, broken: 0, unsealed: 0, treeSize: "0" };
  for (const event of events) {
    if (event.leaf_index === null) {
      proof.unsealed += 1;
      continue;
    }
    const sealed = await sealProof(tx, tenant, event.envelope, {
      leafIndex: BigInt(event.leaf_index),
      leafHash: new Uint8Array(event.leaf_hash),
      sealedAt: event.sealed_at,
    });
    if (sealed.status === "proven") {
      proof.proven += 1;
      proof.treeSize = sealed.treeSize;
    } else proof.broken += 1;
  }
  return proof;
}
