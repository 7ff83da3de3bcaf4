import "server-only";
import type { z } from "zod";
import type { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import type { MaskingRule } from "#server/engines/masking/masking-rules.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { sealedSize } from "./sink-rows.ts";
import type { CursorWork } from "./worker-schema.ts";

/** Dead letters that may wait for a sink before nothing more is sent to it. */
export const MOST_DEAD_LETTERS = 10_000;

export interface CursorRow {
  [column: string]: unknown;
  cursor_id: string;
  sink_id: string;
  kind: "live" | "backfill" | "redrive";
  state: "running" | "done" | "stopped";
  next_leaf: string;
  until_leaf: string | null;
  since_at: Date | null;
  until_at: Date | null;
  query: string;
  cause_event_id: string;
  fence: string;
  failures: number;
  is_due: boolean;
  is_leased: boolean;
  sink_name: string;
  sink_state: "active" | "paused" | "removed";
  sink_query: string;
  config: SinkConfig;
  masking: MaskingRule[];
  revision: number;
}

/** The cursor, locked for the rest of the transaction, with what its sink is now. Throws `not_found`. */
export async function lockCursor(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cursorId: string,
): Promise<CursorRow> {
  const [row] = await tx.query<CursorRow>(
    `SELECT c.cursor_id, c.sink_id, c.kind, c.state, c.next_leaf::text, c.until_leaf::text, c.since_at, c.until_at,
       c.query, c.cause_event_id, c.fence::text, c.failures,
       c.next_attempt_at <= clock_timestamp() AS is_due,
       coalesce(c.lease_until > clock_timestamp(), false) AS is_leased,
       s.name AS sink_name, s.state AS sink_state, s.query AS sink_query, s.config, s.masking, s.revision
     FROM sink_cursor c JOIN sink s ON s.tenant_id = c.tenant_id AND s.sink_id = c.sink_id
     WHERE c.tenant_id = $1 AND c.cursor_id = $2 FOR UPDATE OF c`,
    [tenant, cursorId],
  );
  if (!row) throw notFound("sink backfill");
  return row;
}

/** What there is to do for a cursor, from where it stands. */
export async function workOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: CursorRow,
  fence: string,
): Promise<z.input<typeof CursorWork>> {
  return {
    fence,
    sinkId: row.sink_id,
    kind: row.kind,
    config: row.config,
    revision: row.revision,
    masking: row.masking,
    queries: [row.sink_query, row.query].filter((query) => query !== ""),
    since: row.since_at,
    until: row.until_at,
    nextLeaf: BigInt(row.next_leaf),
    endLeaf: row.until_leaf === null ? await sealedSize(tx, tenant) : BigInt(row.until_leaf),
    failures: row.failures,
    isFull: row.kind !== "redrive" && (await isFull(tx, tenant, row.sink_id)),
  };
}

/** Whether so much is set aside that somebody has to look first: one by one a whole log could be. */
async function isFull(tx: TenantTx, tenant: AuthorizedTenantId, sinkId: string): Promise<boolean> {
  const [waiting] = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM (SELECT FROM sink_dead_letter
       WHERE tenant_id = $1 AND sink_id = $2 AND state = 'waiting' LIMIT $3) w`,
    [tenant, sinkId, MOST_DEAD_LETTERS],
  );
  return waiting?.count === MOST_DEAD_LETTERS;
}
