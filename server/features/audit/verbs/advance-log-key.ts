import "server-only";
import { z } from "zod";
import { openHandover, signEnding } from "#server/engines/merkle/key-notes.ts";
import { formatVerifierKey, type NoteSigner } from "#server/engines/merkle/note-key.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { latestCheckpoint } from "../log/log-tree.ts";
import { holdSequencer } from "../sealing/log-key-change.ts";
import { type LogKeyRow, logKeyRows, logKeys, signerOf } from "../sealing/log-keys.ts";
import { endLogKey } from "../writes/end-log-key.ts";

/**
 * Takes the change of a log's key one step on: the announced key begins once its announcement is sealed under the
 * old one; the old one ends with the overlap that its handover names, by the database's clock.
 */
export const advanceLogKey = verb({
  name: "audit.advanceLogKey",
  scope: "runtime.audit.keys",
  input: z.object({}),
  output: z.object({ step: z.enum(["begun", "ended"]).nullable() }),
  async run({ tx, tenant, actor }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    await holdSequencer(tx, tenant);
    await logKeys(tx, tenant);
    const rows = await logKeyRows(tx, tenant);
    const announced = rows.find((row) => row.state === "announced");
    if (announced) {
      const event = await begin(tx, tenant, announced);
      return event ? audited({ step: "begun" as const }, event) : unchanged({ step: null });
    }
    const [retiring, current] = ["retiring", "current"].map((state) =>
      rows.find((row) => row.state === state),
    );
    const event = retiring && current ? await end(tx, tenant, retiring, current) : undefined;
    return event ? audited({ step: "ended" as const }, event) : unchanged({ step: null });
  },
});

async function begin(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { number, handover_event_id: eventId }: LogKeyRow,
): Promise<AuditEventDraft | undefined> {
  const [sealed] = await tx.query(
    "SELECT 1 FROM audit_leaf WHERE tenant_id = $1 AND event_id = $2",
    [tenant, eventId],
  );
  if (!sealed) return undefined;
  await tx.query(
    "UPDATE audit_log_key SET state = 'retiring' WHERE tenant_id = $1 AND state = 'current'",
    [tenant],
  );
  await tx.query(
    "UPDATE audit_log_key SET state = 'current' WHERE tenant_id = $1 AND number = $2",
    [tenant, number],
  );
  return {
    type: "runtime.audit.log-key-begun",
    subject: `log-key/${number}`,
    payload: { number, before: number - 1 },
  };
}

async function end(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  retiring: LogKeyRow,
  current: LogKeyRow,
): Promise<AuditEventDraft | undefined> {
  const [ended, successor] = [retiring, current].map((row) => signerOf(tenant, row)) as [
    NoteSigner,
    NoteSigner,
  ];
  // The signed time, not the column: nobody shortens or lengthens an overlap by a row.
  const until = openHandover(current.handover ?? "", ended, successor).overlapUntil;
  const [clock] = await tx.query<{ now: Date; is_over: boolean }>(
    `SELECT date_trunc('milliseconds', clock_timestamp()) AS now, clock_timestamp() >= $1::timestamptz AS is_over`,
    [until],
  );
  if (!clock?.is_over) return undefined;
  const lastSize = (await latestCheckpoint(tx, tenant))?.treeSize ?? 0n;
  const ending = { lastSize, time: clock.now.toISOString(), isRevoked: false };
  const note = signEnding(ended, successor, ending);
  await endLogKey(tx, tenant, retiring, { ...ending, note });
  return {
    type: "runtime.audit.log-key-ended",
    subject: `log-key/${retiring.number}`,
    payload: {
      number: retiring.number,
      vkey: formatVerifierKey(ended),
      lastSize: lastSize.toString(),
      ending: note,
    },
  };
}
