import type pg from "pg";
import { uuidv7 } from "uuidv7";
import type { EntityKind } from "#server/platform/entity-id.ts";

/** Where the records of each kind live: the compiler asks for a line when a kind is added. */
const HOME: Record<EntityKind, readonly [table: string, column: string]> = {
  "secret binding": ["secret_binding", "binding_id"],
  rotation: ["rotation", "rotation_id"],
  "certificate renewal": ["certificate_renewal", "renewal_id"],
  "manual completion": ["manual_completion", "completion_id"],
  "leak incident": ["leak_incident", "incident_id"],
  lease: ["secret_lease", "lease_id"],
  "secret policy": ["secret_policy", "policy_id"],
  "audit event": ["audit_event", "event_id"],
  "approval request": ["approval_request", "request_id"],
  "approval review": ["approval_review", "review_id"],
  "policy decision": ["policy_decision", "decision_id"],
  alert: ["alert", "alert_id"],
  "webhook endpoint": ["webhook_endpoint", "endpoint_id"],
  "webhook delivery": ["webhook_delivery", "delivery_id"],
  "saved view": ["saved_view", "view_id"],
  "deployment request": ["deployment_request", "deployment_id"],
  "deployment comment": ["deployment_comment", "comment_id"],
  "elevation request": ["elevation_request", "request_id"],
  "elevation grant": ["elevation_grant", "grant_id"],
  "elevation projection": ["elevation_projection", "projection_id"],
  region: ["region", "region_id"],
  "region promotion": ["dr_promotion", "promotion_id"],
  "step-up attempt": ["step_up_attempt", "attempt_id"],
  "security key": ["security_key", "key_id"],
  "access campaign": ["access_campaign", "campaign_id"],
  "access item": ["access_item", "item_id"],
  "tenant lifecycle": ["tenant_lifecycle", "lifecycle_id"],
  "break-glass principal": ["break_glass_principal", "principal_id"],
  "break-glass use": ["break_glass_use", "use_id"],
  "drift finding": ["drift_finding", "finding_id"],
  "drift ignore rule": ["drift_ignore_rule", "rule_id"],
  remediation: ["remediation", "remediation_id"],
  "remediation breaker": ["remediation_breaker", "breaker_id"],
  "isolation what-if": ["isolation_what_if", "what_if_id"],
  "legal hold": ["legal_hold", "hold_id"],
  "evidence pack": ["evidence_pack", "pack_id"],
  "audit export": ["audit_export", "export_id"],
  "event dead letter": ["event_dead_letter", "dead_letter_id"],
  sink: ["sink", "sink_id"],
  "sink erasure": ["sink_erasure", "erasure_id"],
  "sink backfill": ["sink_cursor", "cursor_id"],
  "sink check": ["sink_check", "check_id"],
  "dead letter": ["sink_dead_letter", "letter_id"],
};

export type Pool = Record<EntityKind, string[]>;
/** The digests of a record, as hex, in the words of inputs: `subjectDigest` for `subject_digest`. */
type Hint = Record<string, string>;
export type Hints = Map<string, Hint>;

const MOST = 60;
const statements = new WeakMap<pg.Client, Promise<string>>();

/** Every record of a tenant by kind, newest first, and the digests that are known of each. */
export async function poolOf(
  client: pg.Client,
  tenant: string,
): Promise<{ pool: Pool; hints: Hints }> {
  const known = statements.get(client) ?? statementOf(client);
  statements.set(client, known);
  const { rows } = await client.query<{ kind: EntityKind; id: string; hints: Hint }>({
    name: "pool-of-ids",
    text: await known,
    values: [tenant],
  });
  const pool = Object.fromEntries(Object.keys(HOME).map((kind) => [kind, [] as string[]])) as Pool;
  for (const { kind, id } of rows) pool[kind].push(id);
  return { pool, hints: new Map(rows.map(({ id, hints }) => [id, hints])) };
}

/** One statement for all kinds, prepared once for a connection: it runs after every change of a walk. */
async function statementOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ table: string; column: string; value: string }>(
    `SELECT c.relname AS table, a.attname AS column,
       CASE WHEN a.atttypid = 'bytea'::regtype THEN format('encode(%s, ''hex'')', a.attname) ELSE a.attname END AS value
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace AND a.attname LIKE '%\\_digest'`,
  );
  const parts = Object.entries(HOME).map(([kind, [table, id]]) => {
    const digests = rows.filter((row) => row.table === table);
    const fields = digests.map(({ column, value }) => `'${inWordsOfInputs(column)}', ${value}`);
    return `(SELECT '${kind}' AS kind, ${id}::text AS id, jsonb_build_object(${fields.join(", ")}) AS hints
      FROM ${table} WHERE tenant_id = $1 ORDER BY ${table}.${id} DESC LIMIT ${MOST})`;
  });
  return parts.join(" UNION ALL ");
}

const inWordsOfInputs = (column: string) =>
  column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Ids that no record has, the same for the same pick. */
const absent = new Map<number, string>();
export function absentId(pick: number): string {
  let id = absent.get(pick);
  if (!id) {
    id = uuidv7();
    absent.set(pick, id);
  }
  return id;
}

/** An id that nothing has, as near in order as can be: a cursor cuts a page at the same place. */
export function nextTo(id: string): string {
  const last = Number.parseInt(id.slice(-3), 16) ^ 1;
  return id.slice(0, -3) + last.toString(16).padStart(3, "0");
}
