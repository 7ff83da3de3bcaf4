import "server-only";
import { CIRCUIT_OPENS_AT } from "#server/engines/delivery/pause-millis.ts";
import { sinkTarget } from "#server/engines/delivery/sink-target.ts";
import type { CursorView, SinkView } from "./schema.ts";
import type { SinkRow } from "./sink-rows.ts";

export interface CursorColumns {
  [column: string]: unknown;
  cursor_id: string;
  kind: CursorView["kind"];
  state: CursorView["state"];
  from_leaf: string;
  next_leaf: string;
  until_leaf: string | null;
  query: string;
  since_at: Date | null;
  until_at: Date | null;
  started_at: Date;
  finished_at: Date | null;
  delivered: string;
  passed_over: string;
  rejected: string;
  retried: string;
  failures: number;
  next_attempt_at: Date;
  delivered_at: Date | null;
  error_field: string | null;
  error_text: string | null;
  error_remedy: string | null;
  error_at: Date | null;
}

/** Columns of `CursorColumns`; the cursor is `c`. */
export const CURSOR_COLUMNS = `c.cursor_id, c.kind, c.state, c.from_leaf::text, c.next_leaf::text, c.until_leaf::text, c.query,
  c.since_at, c.until_at, c.started_at, c.finished_at, c.delivered::text, c.passed_over::text, c.rejected::text,
  c.retried::text, c.failures, c.next_attempt_at, c.delivered_at, c.error_field, c.error_text, c.error_remedy, c.error_at`;

export function cursorView(row: CursorColumns): CursorView {
  const { error_field: field, error_text: message, error_remedy: remedy, error_at: at } = row;
  return {
    cursorId: row.cursor_id,
    kind: row.kind,
    state: row.state,
    fromLeaf: row.from_leaf,
    nextLeaf: row.next_leaf,
    untilLeaf: row.until_leaf,
    query: row.query,
    since: row.since_at,
    until: row.until_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    delivered: row.delivered,
    passedOver: row.passed_over,
    rejected: row.rejected,
    retried: row.retried,
    failures: row.failures,
    circuit: row.failures >= CIRCUIT_OPENS_AT ? "open" : "closed",
    nextAttemptAt: row.next_attempt_at,
    deliveredAt: row.delivered_at,
    trouble: field && message && remedy && at ? { field, message, remedy, at } : null,
  };
}

export interface SinkFigures extends SinkRow, CursorColumns {
  kind: never;
  state: never;
  query: string;
  sink_kind: string;
  sink_state: SinkView["state"];
  sink_query: string;
  created_at: Date;
  lag_seconds: number;
  last_five: number;
  failures_hour: number;
  rejected_hour: number;
  dead_letters: number;
  backfills: number;
}

export function sinkView(row: SinkFigures, logSize: bigint): SinkView {
  const lag = logSize - BigInt(row.next_leaf);
  return {
    sinkId: row.sink_id,
    name: row.name,
    kind: row.sink_kind,
    target: sinkTarget(row.config),
    state: row.sink_state,
    revision: row.revision,
    query: row.sink_query,
    maskingRules: row.masking.length,
    createdAt: row.created_at,
    live: cursorView({ ...row, kind: "live", state: "running", query: "" }),
    lagEvents: (lag > 0n ? lag : 0n).toString(),
    lagSeconds: row.lag_seconds,
    laggingSince: row.lagging_since,
    perMinute: row.last_five / 5,
    failures: row.failures_hour,
    rejected: row.rejected_hour,
    deadLetters: row.dead_letters,
    backfillsRunning: row.backfills,
  };
}
