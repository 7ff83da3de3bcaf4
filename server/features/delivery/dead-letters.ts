import "server-only";
import { leafHash } from "#server/engines/merkle/hashing.ts";
import { toOcsf } from "#server/engines/ocsf/to-ocsf.ts";
import { EVENT_COLUMNS } from "#server/features/audit/index.ts";
import type { JsonObject } from "#server/integrations/sinks/sink.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import {
  type DeliverableRow,
  deliverableEvent,
  maskingKeyOf,
  openedRow,
} from "./deliverable-events.ts";
import type {
  DeadLetterDetail,
  DeadLetterPage,
  DeadLetterView,
  ListDeadLettersInput,
} from "./schema.ts";
import type { SinkRow } from "./sink-rows.ts";

interface LetterRow {
  [column: string]: unknown;
  letter_id: string;
  sink_id: string;
  sink_name: string;
  event_id: string;
  type: string;
  letter_leaf: string;
  reason: string;
  attempts: number;
  letter_state: DeadLetterView["state"];
  dead_at: Date;
  settled_at: Date | null;
}

const LETTER = `d.letter_id, d.sink_id, s.name AS sink_name, d.event_id, e.type, d.leaf_index::text AS letter_leaf, d.reason,
  d.attempts, d.state AS letter_state, d.dead_at, d.settled_at`;
const FROM = `sink_dead_letter d JOIN sink s ON s.tenant_id = $1 AND s.sink_id = d.sink_id
  JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = d.event_id`;

/** Dead letters of one sink or of all, the newest first. */
export async function deadLetters(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { sinkId, state, limit, cursor }: ListDeadLettersInput,
): Promise<DeadLetterPage> {
  const rows = await tx.query<LetterRow>(
    `SELECT ${LETTER} FROM ${FROM} WHERE d.tenant_id = $1 AND d.state = $2 AND ($3::uuid IS NULL OR d.sink_id = $3)
       AND ($4::uuid IS NULL OR d.letter_id < $4) ORDER BY d.letter_id DESC LIMIT $5`,
    [tenant, state, sinkId ?? null, cursor ?? null, limit + 1],
  );
  const items = rows.slice(0, limit).map(letterView);
  return {
    items,
    nextCursor: rows.length > limit ? (items.at(-1)?.letterId ?? null) : null,
    asOf: await tx.startedAt(),
  };
}

/** A dead letter with its envelope, and what would be sent of it now. Throws `not_found`. */
export async function deadLetter(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  letterId: string,
): Promise<DeadLetterDetail> {
  const [row] = await tx.query<LetterRow & DeliverableRow & Pick<SinkRow, "config" | "masking">>(
    `SELECT ${EVENT_COLUMNS}, ${LETTER}, d.envelope, s.config, s.masking FROM ${FROM}
     LEFT JOIN audit_leaf l ON l.tenant_id = $1 AND l.event_id = d.event_id
     LEFT JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = d.event_id
     WHERE d.tenant_id = $1 AND d.letter_id = $2`,
    [tenant, letterId],
  );
  if (!row) throw notFound("dead letter");
  const sealed = {
    ...row,
    leaf_index: row.letter_leaf,
    leaf_hash: Buffer.from(leafHash(Buffer.from(row.envelope))),
  };
  return { ...letterView(row), envelope: row.envelope, message: messageOf(tenant, sealed) };
}

function messageOf(
  tenant: AuthorizedTenantId,
  row: DeliverableRow & Pick<SinkRow, "config" | "masking" | "sink_id">,
): string {
  const shaped = (): JsonObject => {
    const { envelope, ocsf } = deliverableEvent(tenant, openedRow(tenant, row), {
      masking: row.masking,
      maskingKey: maskingKeyOf(tenant, row.sink_id),
      ocsf: row.config.format === "ocsf" ? toOcsf : null,
    });
    return ocsf ?? envelope;
  };
  try {
    return JSON.stringify(shaped(), null, 2);
  } catch {
    // What can't be masked is not shown otherwise either.
    return "";
  }
}

function letterView(row: LetterRow): DeadLetterView {
  return {
    letterId: row.letter_id,
    sinkId: row.sink_id,
    sinkName: row.sink_name,
    eventId: row.event_id,
    type: row.type,
    leafIndex: row.letter_leaf,
    reason: row.reason,
    attempts: row.attempts,
    state: row.letter_state,
    deadAt: row.dead_at,
    settledAt: row.settled_at,
  };
}
