import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { openDeadLetter } from "./open-dead-letter.ts";
import type {
  DeadLetterDetail,
  DeadLetterSummary,
  DeadLetters,
  ReceivedOverview,
} from "./schema.ts";

const PAGE = 50;

type Source = ReceivedOverview["sources"][number];

/** Who sends, how much came of each, and how much of it waits for a person. */
export async function receivedOverview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<ReceivedOverview> {
  const sources = await tx.query<Omit<Source, "today" | "ever" | "tokens" | "lastAt">>(
    `SELECT source_id AS "sourceId", how, kind, name, description, cluster, created_at AS "createdAt", retired_at AS "retiredAt"
     FROM event_source WHERE tenant_id = $1 ORDER BY (retired_at IS NOT NULL), name, how LIMIT 500`,
    [tenant],
  );
  const tallies = await tx.query<TallyRow>(
    `SELECT source_id, max(last_at) AS last_at,
       sum(received)::float8 AS received, sum(repeated)::float8 AS repeated,
       sum(refused)::float8 AS refused, sum(masked)::float8 AS masked,
       coalesce(sum(received) FILTER (WHERE is_today), 0)::float8 AS received_today,
       coalesce(sum(repeated) FILTER (WHERE is_today), 0)::float8 AS repeated_today,
       coalesce(sum(refused) FILTER (WHERE is_today), 0)::float8 AS refused_today,
       coalesce(sum(masked) FILTER (WHERE is_today), 0)::float8 AS masked_today
     FROM (SELECT *, day = (clock_timestamp() AT TIME ZONE 'UTC')::date AS is_today
           FROM event_tally WHERE tenant_id = $1) t GROUP BY source_id`,
    [tenant],
  );
  const tokens = await tx.query<Source["tokens"][number] & { source_id: string }>(
    `SELECT source_id, left(encode(token_hash, 'hex'), 8) AS mark, added_by_name AS "addedBy", added_at AS "addedAt", ends_at AS "endsAt"
     FROM event_source_token WHERE tenant_id = $1 AND (ends_at IS NULL OR ends_at > clock_timestamp())
     ORDER BY added_at DESC LIMIT 2000`,
    [tenant],
  );
  const [facts] = await tx.query<{ waiting: number; is_sovereign: boolean }>(
    `SELECT (SELECT count(*)::int FROM event_dead_letter WHERE tenant_id = $1 AND state = 'waiting') AS waiting,
       EXISTS (SELECT FROM tenant WHERE tenant_id = $1 AND kind = 'sovereign') AS is_sovereign`,
    [tenant],
  );
  const tallyOf = new Map(tallies.map((row) => [row.source_id, row]));
  return {
    asOf: await tx.startedAt(),
    isSovereign: facts?.is_sovereign ?? false,
    waiting: facts?.waiting ?? 0,
    sources: sources.map((source) => {
      const tally = tallyOf.get(source.sourceId);
      return {
        ...source,
        lastAt: tally?.last_at ?? null,
        today: {
          received: tally?.received_today ?? 0,
          repeated: tally?.repeated_today ?? 0,
          refused: tally?.refused_today ?? 0,
          masked: tally?.masked_today ?? 0,
        },
        ever: {
          received: tally?.received ?? 0,
          repeated: tally?.repeated ?? 0,
          refused: tally?.refused ?? 0,
          masked: tally?.masked ?? 0,
        },
        tokens: tokens
          .filter((token) => token.source_id === source.sourceId)
          .map(({ mark, addedBy, addedAt, endsAt }) => ({ mark, addedBy, addedAt, endsAt })),
      };
    }),
  };
}

type Counts = "received" | "repeated" | "refused" | "masked";
type TallyRow = { source_id: string; last_at: Date } & {
  [count in Counts | `${Counts}_today`]: number;
};

const SUMMARY = `d.dead_letter_id AS "deadLetterId", s.name AS "sourceName", s.kind AS "sourceKind", d.state, d.reason,
  d.field, d.detail, d.size_bytes AS "sizeBytes", d.is_cut AS "isCut", d.is_masked AS "isMasked", d.attempts,
  d.received_at AS "receivedAt", d.last_at AS "lastAt", d.settled_at AS "settledAt", d.settled_by_name AS "settledBy",
  d.settled_reason AS "settledReason", d.became_event_id AS "becameEventId"`;
const FROM = `event_dead_letter d JOIN event_source s ON s.tenant_id = $1 AND s.source_id = d.source_id`;

/** One page, those that came last first. */
export async function deadLetters(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { state, after }: { state: DeadLetterSummary["state"]; after: string | null },
): Promise<z.infer<typeof DeadLetters>> {
  const rows = await tx.query<DeadLetterSummary>(
    `SELECT ${SUMMARY} FROM ${FROM}
     WHERE d.tenant_id = $1 AND d.state = $2 AND ($3::uuid IS NULL OR (d.last_at, d.dead_letter_id) <
       (SELECT a.last_at, a.dead_letter_id FROM event_dead_letter a WHERE a.tenant_id = $1 AND a.dead_letter_id = $3))
     ORDER BY d.last_at DESC, d.dead_letter_id DESC LIMIT ${PAGE + 1}`,
    [tenant, state, after],
  );
  const items = rows.slice(0, PAGE);
  return {
    asOf: await tx.startedAt(),
    items,
    next: rows.length > PAGE ? (items.at(-1)?.deadLetterId ?? null) : null,
  };
}

/** One with its envelope. Throws `not_found`. */
export async function deadLetter(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  deadLetterId: string,
): Promise<DeadLetterDetail> {
  const [row] = await tx.query<
    DeadLetterSummary & { dead_letter_id: string; key_id: string; ciphertext: Buffer }
  >(
    `SELECT ${SUMMARY}, d.dead_letter_id, d.key_id, d.ciphertext FROM ${FROM}
     WHERE d.tenant_id = $1 AND d.dead_letter_id = $2`,
    [tenant, deadLetterId],
  );
  if (!row) throw notFound("event dead letter");
  return { ...row, envelope: openDeadLetter(tenant, row) };
}
