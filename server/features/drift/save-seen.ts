import "server-only";
import { uuidv7 } from "uuidv7";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { SeenFinding } from "./look-schema.ts";
import { type Ours, oursOf } from "./ours-of.ts";
import type { FindingState, STORED_STATES } from "./schema.ts";

/** What became of a finding by being seen or not seen. */
export interface Moved {
  act: "found" | "changed" | "reopened" | "resolved";
  finding_id: string;
  group_id: string;
  rule: string;
  severity: string;
  severityBefore: string | null;
  kind: string;
  name: string;
  before: FindingState | null;
  state: (typeof STORED_STATES)[number];
  differences: SeenFinding["differences"];
}

interface Before {
  [column: string]: unknown;
  fingerprint: string;
  finding_id: string;
  state: (typeof STORED_STATES)[number];
  severity: string;
}

const WEIGHT = ["critical", "high", "medium", "low"];

/**
 * Writes findings that are new, changed or back. One that is back keeps its history, one that got worse
 * is open again, whatever was said of it when it was less.
 */
export async function saveSeen(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  seen: readonly SeenFinding[],
  eventIdOf: (act: Moved["act"], groupId: string) => string,
): Promise<Moved[]> {
  if (seen.length === 0) return [];
  const before = await tx.query<Before>(
    `SELECT encode(fingerprint, 'hex') AS fingerprint, finding_id, state, severity FROM drift_finding
     WHERE tenant_id = $1 AND fingerprint = ANY (SELECT decode(x, 'hex') FROM unnest($2::text[]) x)
     ORDER BY finding_id FOR UPDATE`,
    [tenant, seen.map(({ fingerprint }) => fingerprint)],
  );
  const known = new Map(before.map((each) => [each.fingerprint, each]));
  const ours = await oursOf(tx, tenant, seen);
  const moved: Moved[] = [];
  const rows = seen.map((finding) => {
    const old = known.get(finding.fingerprint);
    const act = !old ? "found" : old.state === "resolved" ? "reopened" : "changed";
    const isWorse =
      old !== undefined && WEIGHT.indexOf(finding.severity) < WEIGHT.indexOf(old.severity);
    const isKept = act === "changed" && !(isWorse && old?.state === "acknowledged");
    const state = isKept && old ? old.state : ("open" as const);
    const findingId = old?.finding_id ?? uuidv7();
    moved.push({
      act,
      finding_id: findingId,
      group_id: finding.groupId,
      rule: finding.rule,
      severity: finding.severity,
      severityBefore: act === "changed" ? (old?.severity ?? null) : null,
      kind: finding.kind,
      name: finding.name,
      before: old?.state ?? null,
      state,
      differences: finding.differences,
    });
    return {
      ...finding,
      findingId,
      state,
      isWorse,
      isReopened: act === "reopened",
      ours: (ours.get(finding.fingerprint) ?? null) satisfies Ours | null,
      eventId: act === "changed" ? null : eventIdOf(act, finding.groupId),
    };
  });
  await tx.query(
    `INSERT INTO drift_finding AS f (tenant_id, finding_id, fingerprint, group_id, rule, severity, environment, cluster,
       api_version, kind, namespace, name, managers, ours, reason, params, differences, difference_count, search_text,
       content_digest, state, first_seen_at, last_seen_at, event_id)
     SELECT $1, s."findingId", decode(s.fingerprint, 'hex'), s."groupId", s.rule, s.severity, s.environment, s.cluster,
       s."apiVersion", s.kind, s.namespace, s.name, s.managers, s.ours, s.reason, s.params, s.differences,
       s."differenceCount", s."searchText", decode(s."contentDigest", 'hex'), s.state, clock_timestamp(), clock_timestamp(),
       s."eventId"
     FROM jsonb_to_recordset($2::jsonb) AS s ("findingId" uuid, fingerprint text, "groupId" text, rule text, severity text,
       environment text, cluster text, "apiVersion" text, kind text, namespace text, name text, managers jsonb, ours jsonb,
       reason text, params jsonb, differences jsonb, "differenceCount" integer, "searchText" text, "contentDigest" text,
       state text, "eventId" uuid)
     ON CONFLICT (tenant_id, fingerprint) DO UPDATE SET group_id = excluded.group_id, severity = excluded.severity,
       environment = excluded.environment, api_version = excluded.api_version, managers = excluded.managers,
       ours = excluded.ours, reason = excluded.reason, params = excluded.params, differences = excluded.differences,
       difference_count = excluded.difference_count, search_text = excluded.search_text,
       content_digest = excluded.content_digest, state = excluded.state, last_seen_at = excluded.last_seen_at,
       resolved_at = NULL, reopened_count = f.reopened_count + CASE WHEN f.state = 'resolved' THEN 1 ELSE 0 END,
       event_id = coalesce(excluded.event_id, f.event_id)`,
    [tenant, JSON.stringify(rows)],
  );
  // What was said of them was said of less: it no longer counts.
  const isNews = rows.filter((row) => row.isWorse || row.isReopened);
  await tx.query(
    `UPDATE drift_finding SET acknowledged_by_name = NULL, acknowledged_at = NULL
     WHERE tenant_id = $1 AND finding_id = ANY ($2::uuid[])`,
    [tenant, isNews.map(({ findingId }) => findingId)],
  );
  await tx.query(
    `UPDATE drift_finding SET suppressed_until = NULL, suppress_reason = NULL, suppressed_by_name = NULL
     WHERE tenant_id = $1 AND finding_id = ANY ($2::uuid[])`,
    [tenant, isNews.filter(({ isWorse }) => isWorse).map(({ findingId }) => findingId)],
  );
  return moved;
}

/** Resolves what is not there any more. */
export async function saveGone(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  goneIds: readonly string[],
): Promise<Moved[]> {
  if (goneIds.length === 0) return [];
  const rows = await tx.query<
    Omit<Moved, "act" | "state" | "differences" | "severityBefore"> & Record<string, unknown>
  >(
    `WITH gone AS (SELECT finding_id, state AS before FROM drift_finding
         WHERE tenant_id = $1 AND finding_id = ANY ($2::uuid[]) AND state <> 'resolved' ORDER BY finding_id FOR UPDATE)
     UPDATE drift_finding f SET state = 'resolved', resolved_at = clock_timestamp(), last_seen_at = coalesce(
         (SELECT CASE WHEN f.rule IN ('unexpected-image', 'isolation-violated') THEN c.live_seen_at ELSE c.compared_at END
          FROM drift_cluster c WHERE c.tenant_id = $1 AND c.cluster = f.cluster), f.last_seen_at)
     FROM gone WHERE f.tenant_id = $1 AND f.finding_id = gone.finding_id
     RETURNING f.finding_id, f.group_id, f.rule, f.severity, f.kind, f.name, gone.before`,
    [tenant, goneIds],
  );
  return rows.map((row) => ({
    ...row,
    act: "resolved" as const,
    state: "resolved" as const,
    severityBefore: null,
    differences: [],
  }));
}
