import "server-only";
import type { RecordFacts } from "#server/engines/compliance/facts.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { countThings } from "./count-things.ts";

/** Behind for a quarter of an hour, or paused for a day. */
const SINKS = `SELECT sink_id::text AS id, coalesce(lagging_since, changed_at) AS at,
    CASE state WHEN 'paused' THEN changed_at < clock_timestamp() - interval '1 day'
      ELSE coalesce(lagging_since < clock_timestamp() - interval '15 minutes', false) END AS is_bad
  FROM sink WHERE tenant_id = $1 AND state <> 'removed'`;

/** What was not delivered and what was not taken, a day ago or more. */
const DEAD_LETTERS = `SELECT letter_id::text AS id, dead_at AS at,
    state = 'waiting' AND dead_at < clock_timestamp() - interval '1 day' AS is_bad
  FROM sink_dead_letter WHERE tenant_id = $1 AND state IN ('waiting', 'redriving')
  UNION ALL SELECT dead_letter_id::text, received_at, received_at < clock_timestamp() - interval '1 day'
  FROM event_dead_letter WHERE tenant_id = $1 AND state = 'waiting'`;

const ERASURES = `SELECT act_id::text AS id, due_at AS at,
    state IN ('due', 'acting', 'destroyed') AND due_at < clock_timestamp() - interval '1 day' AS is_bad
  FROM retention_act WHERE tenant_id = $1 AND kind IN ('erasure', 'expiry') AND state <> 'refused'`;

/** Erased ones have no payload, and are not asked about. */
const PAYLOADS = `SELECT e.event_id::text AS id, e.recorded_at AS at, k.key_id IS NULL AND t.key_id IS NULL AS is_bad
  FROM (SELECT tenant_id, event_id, recorded_at FROM audit_event WHERE tenant_id = $1
    ORDER BY recorded_at DESC, event_id DESC LIMIT 500) e
  JOIN audit_payload p ON p.tenant_id = e.tenant_id AND p.event_id = e.event_id
  LEFT JOIN audit_data_key k ON k.tenant_id = p.tenant_id AND k.key_id = p.key_id
  LEFT JOIN tenant_key t ON t.tenant_id = p.tenant_id AND t.key_id = p.key_id`;

/** What is known of where the log's records go, and of what becomes of them. */
export async function recordFacts(tx: TenantTx, tenant: AuthorizedTenantId): Promise<RecordFacts> {
  const [sinks, deadLetters, erasures, payloads, looks] = await Promise.all([
    countThings(tx, tenant, "sink", SINKS),
    countThings(tx, tenant, "dead-letter", DEAD_LETTERS),
    countThings(tx, tenant, "retention-act", ERASURES),
    countThings(tx, tenant, "audit-event", PAYLOADS),
    tx.query<{ at: Date }>("SELECT looked_at AS at FROM retention_look WHERE tenant_id = $1", [
      tenant,
    ]),
  ]);
  return {
    sinks,
    deadLetters,
    erasures,
    payloads,
    retentionLook: { at: looks[0]?.at.toISOString() ?? null, away: [] },
  };
}
