import "server-only";
import type { z } from "zod";
import { CIRCUIT_OPENS_AT } from "#server/engines/delivery/pause-millis.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { type CursorRow, lockCursor, workOf } from "../cursor-work.ts";
import { countMinute, noteArrivals, setAside } from "../note-batch.ts";
import { BatchRecorded, RecordBatchInput } from "../worker-schema.ts";

/** That an event of this type was set aside is not told by an event of this type: it would never end. */
const SET_ASIDE = "runtime.delivery.events-set-aside";

/**
 * Notes how a batch went (law 2: record): the cursor passes what a sink has durably, what it never
 * will take is set aside. Only the latest claim is listened to. The log hears of what people must
 * know: events set aside, a sink that is down or back, a backfill that is done.
 */
export const recordBatch = verb({
  name: "delivery.recordBatch",
  scope: "runtime.delivery.execute",
  input: RecordBatchInput,
  output: BatchRecorded,
  async run({ tx, tenant, input }) {
    const row = await lockCursor(tx, tenant, input.cursorId);
    if (row.state !== "running" || row.fence !== input.fence) {
      return unchanged({ isRecorded: false, work: null });
    }
    const { types } = await setAside(tx, tenant, row.sink_id, input.rejected);
    if (row.kind === "redrive") await noteArrivals(tx, tenant, row.sink_id, input.arrived);
    const now = await moved(tx, tenant, row, input);
    await countMinute(tx, tenant, row.sink_id, {
      delivered: input.delivered,
      rejected: input.rejected.length,
      failures: input.trouble ? 1 : 0,
    });
    const goesOn = input.keepsLease && now.state === "running" && row.sink_state === "active";
    const work = goesOn
      ? await workOf(
          tx,
          tenant,
          { ...row, next_leaf: now.next_leaf, failures: now.failures },
          input.fence,
        )
      : null;
    const [first, ...more] = eventsOf(row, input, now, types);
    const output = { isRecorded: true, work };
    return first ? audited(output, first, ...more) : unchanged(output);
  },
});

interface Moved {
  [column: string]: unknown;
  state: CursorRow["state"];
  next_leaf: string;
  failures: number;
}

async function moved(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: CursorRow,
  input: z.output<typeof RecordBatchInput>,
): Promise<Moved> {
  const { trouble } = input;
  const failures = !trouble ? 0 : input.delivered > 0 ? 1 : row.failures + 1;
  const [now] = await tx.query<Moved>(
    `UPDATE sink_cursor c SET
       next_leaf = n.leaf, state = CASE WHEN n.is_done THEN 'done' ELSE c.state END,
       finished_at = CASE WHEN n.is_done THEN clock_timestamp() END,
       delivered = delivered + $4, passed_over = passed_over + $5, rejected = rejected + $6, retried = retried + $7,
       delivered_at = CASE WHEN $4 > 0 THEN clock_timestamp() ELSE delivered_at END, failures = $8,
       error_field = CASE WHEN $10::text IS NULL THEN error_field ELSE $9 END,
       error_text = coalesce($10, error_text), error_remedy = CASE WHEN $10::text IS NULL THEN error_remedy ELSE $11 END,
       error_at = CASE WHEN $10::text IS NULL THEN error_at ELSE clock_timestamp() END,
       next_attempt_at = clock_timestamp() + make_interval(secs => $12::double precision / 1000),
       lease_until = CASE WHEN $13 THEN clock_timestamp() + make_interval(secs => $14) END
     FROM (
       SELECT leaf, CASE o.kind WHEN 'live' THEN false WHEN 'backfill' THEN $10::text IS NULL AND leaf >= o.until_leaf
         ELSE NOT EXISTS (SELECT FROM sink_dead_letter d
           WHERE d.tenant_id = $1 AND d.sink_id = o.sink_id AND d.state = 'redriving') END AS is_done
       FROM sink_cursor o CROSS JOIN LATERAL (SELECT greatest(o.next_leaf, CASE WHEN o.kind = 'redrive' THEN 0 ELSE $3::bigint END) AS leaf) x
       WHERE o.tenant_id = $1 AND o.cursor_id = $2
     ) n
     WHERE c.tenant_id = $1 AND c.cursor_id = $2
     RETURNING c.state, c.next_leaf::text, c.failures`,
    [
      tenant,
      row.cursor_id,
      input.nextLeaf.toString(),
      input.delivered,
      input.passedOver,
      input.rejected.length,
      input.retried,
      failures,
      trouble?.field ?? null,
      trouble?.message ?? null,
      trouble?.remedy ?? null,
      input.pauseMillis,
      input.keepsLease,
      input.leaseSeconds,
    ],
  );
  if (!now) throw new Error("a locked cursor is gone");
  return now;
}

function eventsOf(
  row: CursorRow,
  input: z.output<typeof RecordBatchInput>,
  now: Moved,
  types: readonly string[],
): AuditEventDraft[] {
  const event = (
    act: string,
    payload: NonNullable<AuditEventDraft["payload"]>,
    outcome: "succeeded" | "failed" = "succeeded",
  ): AuditEventDraft => ({
    type: `runtime.delivery.${act}`,
    subject: `sink/${row.sink_id}`,
    outcome,
    causedBy: row.cause_event_id,
    payload: { name: row.sink_name, cursor: row.kind, ...payload },
  });
  const told: AuditEventDraft[] = [];
  if (types.some((type) => type !== SET_ASIDE)) {
    const leaves = input.rejected.map(({ leafIndex }) => leafIndex.toString());
    const reasons = [...new Set(input.rejected.map(({ reason }) => reason))].slice(0, 5);
    told.push(
      event(
        "events-set-aside",
        { count: leaves.length, leaves: leaves.slice(0, 50), reasons },
        "failed",
      ),
    );
  }
  const wasOpen = row.failures >= CIRCUIT_OPENS_AT;
  if (input.trouble && !wasOpen && now.failures >= CIRCUIT_OPENS_AT) {
    told.push(event("sink-down", { ...input.trouble, failures: now.failures }, "failed"));
  } else if (wasOpen && now.failures < CIRCUIT_OPENS_AT) {
    told.push(event("sink-recovered", { failures: row.failures }));
  }
  if (now.state === "done") {
    const act = row.kind === "backfill" ? "backfill-done" : "redrive-done";
    told.push(event(act, { cursorId: row.cursor_id }));
  }
  return told;
}
