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
/** The columns of a record in the words of inputs: `subjectDigest` for `subject_digest`. */
export type Hints = Map<string, Record<string, unknown>>;

/** Every record of a tenant by kind, newest first, and what is known of each. */
export async function poolOf(
  client: pg.Client,
  tenant: string,
): Promise<{ pool: Pool; hints: Hints }> {
  const hints: Hints = new Map();
  const entries: [string, string[]][] = [];
  for (const [kind, [table, column]] of Object.entries(HOME)) {
    const { rows } = await client.query<Record<string, unknown>>(
      `SELECT * FROM ${table} WHERE tenant_id = $1 ORDER BY ${column} DESC LIMIT 60`,
      [tenant],
    );
    for (const row of rows) hints.set(String(row[column]), inWordsOfInputs(row));
    entries.push([kind, rows.map((row) => String(row[column]))]);
  }
  return { pool: Object.fromEntries(entries) as Pool, hints };
}

function inWordsOfInputs(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      Buffer.isBuffer(value) ? value.toString("hex") : value,
    ]),
  );
}

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
