import "server-only";
import { createHmac } from "node:crypto";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { maskEnvelope } from "#server/engines/masking/mask-envelope.ts";
import type { MaskingRule } from "#server/engines/masking/masking-rules.ts";
import { analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import type { Condition } from "#server/engines/query-language/condition.ts";
import { evaluateQuery } from "#server/engines/query-language/evaluate-query.ts";
import {
  EVENT_COLUMNS,
  type EventRow,
  queryEventOf,
  readPayload,
} from "#server/features/audit/index.ts";
import type { DeliverableEvent, JsonObject } from "#server/integrations/sinks/sink.ts";
import { tenantKey } from "#server/platform/audit/tenant-keys.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export interface DeliverableRow extends EventRow {
  [column: string]: unknown;
  leaf_index: string;
  leaf_hash: Buffer;
}

/** An event with its payload opened, as far as it still can be. */
export interface OpenedRow {
  readonly row: DeliverableRow;
  readonly read: ReturnType<typeof readPayload>;
}

export function openedRow(tenant: AuthorizedTenantId, row: DeliverableRow): OpenedRow {
  return { row, read: readPayload(tenant, row.event_id, row, row.commitment) };
}

const SEALED = `SELECT ${EVENT_COLUMNS}, l.leaf_hash
  FROM audit_leaf l JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = l.event_id
  LEFT JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = l.event_id`;

/** Sealed events from a leaf on, in the order of their leaves. */
export function sealedEvents(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { from, until, most }: { from: bigint; until: bigint; most: number },
): Promise<DeliverableRow[]> {
  return tx.prepared<DeliverableRow>(
    `${SEALED} WHERE l.tenant_id = $1 AND l.leaf_index >= $2 AND l.leaf_index < $3 ORDER BY l.leaf_index LIMIT $4`,
    [tenant, from.toString(), until.toString(), most],
  );
}

/** Those of these events that are sealed. */
export function eventsByIds(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventIds: readonly string[],
): Promise<DeliverableRow[]> {
  return tx.query<DeliverableRow>(
    `${SEALED} WHERE l.tenant_id = $1 AND l.event_id = ANY ($2::uuid[]) ORDER BY l.leaf_index`,
    [tenant, eventIds],
  );
}

/** What a sink's dead letters are about, where somebody asked to send them once more. */
export function redrivenEvents(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  sinkId: string,
  most: number,
): Promise<DeliverableRow[]> {
  return tx.query<DeliverableRow>(
    `${SEALED} JOIN sink_dead_letter d ON d.tenant_id = $1 AND d.sink_id = $2 AND d.event_id = l.event_id AND d.state = 'redriving'
     WHERE l.tenant_id = $1 ORDER BY l.leaf_index LIMIT $3`,
    [tenant, sinkId, most],
  );
}

export interface Selection {
  readonly conditions: readonly Condition[];
  readonly since: Date | null;
  readonly until: Date | null;
}

/** Queries were held to be right when they were saved; one that is not any more asks for nothing. */
export function selectionOf(
  queries: readonly string[],
  range: { since: Date | null; until: Date | null },
  now: Date,
): Selection {
  const conditions = queries.map(
    (query) =>
      analyzeQuery(query, { now: now.getTime() }).condition ?? { kind: "or" as const, of: [] },
  );
  return { conditions, ...range };
}

/** Whether the sink asked for the event. */
export function isSelected(
  tenant: AuthorizedTenantId,
  { row, read }: OpenedRow,
  { conditions, since, until }: Selection,
): boolean {
  if (since && row.recorded_at < since) return false;
  if (until && row.recorded_at >= until) return false;
  if (conditions.length === 0) return true;
  const event = queryEventOf(tenant, row, read);
  return conditions.every((condition) => evaluateQuery(condition, event));
}

export interface Shaping {
  readonly masking: readonly MaskingRule[];
  /** The sink's own: `maskingKeyOf`. */
  readonly maskingKey: Buffer;
  /** The OCSF class of an event, for sinks that ask for it. */
  readonly ocsf: ((envelope: JsonObject) => JsonObject | null) | null;
}

/**
 * An event as a sink may have it: the log's envelope with its leaf, and its payload as `data` where it
 * still can be read, masked as the sink's rules say.
 */
export function deliverableEvent(
  tenant: AuthorizedTenantId,
  { row, read: { payload, state } }: OpenedRow,
  { masking, maskingKey, ocsf }: Shaping,
): DeliverableEvent {
  const whole: JsonObject = {
    ...(JSON.parse(row.envelope) as JsonObject),
    leafindex: row.leaf_index,
    leafhash: row.leaf_hash.toString("hex"),
    ...(state === "intact"
      ? { datacontenttype: "application/json", data: payload as JsonValue }
      : { payloadstate: state }),
  };
  const envelope = maskEnvelope(whole, masking, maskingKey);
  return {
    id: row.event_id,
    seq: BigInt(row.leaf_index),
    tenantId: tenant,
    occurredAt: row.recorded_at,
    type: row.type,
    envelope,
    ocsf: ocsf ? ocsf(envelope) : null,
  };
}

/**
 * Tokens of masked values are the same within a sink and tell nothing to another. Call it in a transaction of
 * the tenant, which has its keys.
 */
export function maskingKeyOf(tenant: AuthorizedTenantId, sinkId: string): Buffer {
  return createHmac("sha256", tenantKey(tenant, "sink-masking")).update(sinkId).digest();
}
