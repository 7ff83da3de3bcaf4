import "server-only";
import { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { CheckView, SinkDetail, SinkList } from "./schema.ts";
import { sealedSize } from "./sink-rows.ts";
import {
  CURSOR_COLUMNS,
  type CursorColumns,
  cursorView,
  type SinkFigures,
  sinkView,
} from "./sink-views.ts";

const SINKS = `SELECT s.sink_id, s.name, s.kind AS sink_kind, s.config, s.query AS sink_query, s.masking, s.state AS sink_state,
    s.revision, s.created_at, s.lagging_since, ${CURSOR_COLUMNS},
    greatest(coalesce(extract(epoch FROM clock_timestamp() - (SELECT l.sealed_at FROM audit_leaf l
      WHERE l.tenant_id = $1 AND l.leaf_index = c.next_leaf)), 0), 0)::double precision AS lag_seconds,
    m.last_five, m.failures_hour, m.rejected_hour,
    (SELECT count(*)::int FROM sink_dead_letter d
     WHERE d.tenant_id = $1 AND d.sink_id = s.sink_id AND d.state IN ('waiting', 'redriving')) AS dead_letters,
    (SELECT count(*)::int FROM sink_cursor b
     WHERE b.tenant_id = $1 AND b.sink_id = s.sink_id AND b.kind = 'backfill' AND b.state = 'running') AS backfills
  FROM sink s
  JOIN sink_cursor c ON c.tenant_id = $1 AND c.sink_id = s.sink_id AND c.kind = 'live'
  CROSS JOIN LATERAL (SELECT
      coalesce(sum(n.delivered) FILTER (WHERE n.minute > clock_timestamp() - interval '5 minutes'), 0)::int AS last_five,
      coalesce(sum(n.failures), 0)::int AS failures_hour, coalesce(sum(n.rejected), 0)::int AS rejected_hour
    FROM sink_minute n WHERE n.tenant_id = $1 AND n.sink_id = s.sink_id AND n.minute > clock_timestamp() - interval '1 hour') m
  WHERE s.tenant_id = $1 AND s.state <> 'removed'`;

/** The tenant's sinks by name, with how far behind each is. */
export async function sinks(tx: TenantTx, tenant: AuthorizedTenantId): Promise<SinkList> {
  const size = await sealedSize(tx, tenant);
  const rows = await tx.query<SinkFigures>(`${SINKS} ORDER BY lower(s.name), s.sink_id`, [tenant]);
  return {
    items: rows.map((row) => sinkView(row, size)),
    logSize: size.toString(),
    asOf: await tx.startedAt(),
  };
}

/** One sink with its configuration, its backfills and its last hour. Throws `not_found`. */
export async function sink(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  sinkId: string,
): Promise<SinkDetail> {
  const size = await sealedSize(tx, tenant);
  const [row] = await tx.query<SinkFigures>(`${SINKS} AND s.sink_id = $2`, [tenant, sinkId]);
  if (!row) throw notFound("sink");
  const cursors = await tx.query<CursorColumns>(
    `SELECT ${CURSOR_COLUMNS} FROM sink_cursor c WHERE c.tenant_id = $1 AND c.sink_id = $2 AND c.kind <> 'live'
     ORDER BY c.started_at DESC, c.cursor_id DESC LIMIT 20`,
    [tenant, sinkId],
  );
  const minutes = await tx.query<SinkDetail["minutes"][number]>(
    `SELECT minute AS at, delivered::int, rejected::int, failures::int FROM sink_minute
     WHERE tenant_id = $1 AND sink_id = $2 AND minute > clock_timestamp() - interval '1 hour' ORDER BY minute`,
    [tenant, sinkId],
  );
  return {
    ...sinkView(row, size),
    config: row.config,
    masking: row.masking,
    cursors: cursors.map(cursorView),
    minutes,
    asOf: await tx.startedAt(),
  };
}

/** What a check found, or that it is not answered yet. Throws `not_found`. */
export async function check(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  checkId: string,
): Promise<CheckView> {
  const [row] = await tx.query<{
    state: CheckView["state"];
    error_field: string | null;
    error_text: string | null;
    error_remedy: string | null;
    asked_at: Date;
    answered_at: Date | null;
  }>(
    `SELECT state, error_field, error_text, error_remedy, asked_at, answered_at FROM sink_check
     WHERE tenant_id = $1 AND check_id = $2`,
    [tenant, checkId],
  );
  if (!row) throw notFound("sink check");
  const { error_field: field, error_text: message, error_remedy: remedy } = row;
  return {
    checkId,
    state: row.state,
    trouble: field && message && remedy ? { field, message, remedy } : null,
    askedAt: row.asked_at,
    answeredAt: row.answered_at,
  };
}

/** What the worker is to try; null when it was answered meanwhile. */
export async function checkConfig(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  checkId: string,
): Promise<SinkConfig | null> {
  const [row] = await tx.query<{ config: unknown }>(
    "SELECT config FROM sink_check WHERE tenant_id = $1 AND check_id = $2 AND state = 'asked'",
    [tenant, checkId],
  );
  return row ? SinkConfig.parse(row.config) : null;
}
