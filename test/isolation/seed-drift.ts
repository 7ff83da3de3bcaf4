import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

/** The group that the seeded findings are of. */
export const WALK_GROUP = "d".repeat(32);
const EACH = 10;

const sha = (text: string) => createHash("sha256").update(text).digest();

/** Findings with a history, ignore rules and what they hide: the canary stands in each text. */
export async function seedDrift(
  { insert, ensure }: { insert: Insert; ensure: Insert },
  { canary }: { canary: string },
): Promise<void> {
  const now = new Date();
  const later = new Date(now.getTime() + 86_400_000);
  const differences = JSON.stringify([{ path: `/data/${canary}`, kind: "extra", live: canary }]);
  const object = { api_version: "v1", kind: "ConfigMap", namespace: canary };
  const source = {
    kind: "cluster",
    cluster: canary,
    name: canary,
    digest: null,
    revision: null,
    takenAt: null,
    reason: canary,
    problems: 1,
    firstProblems: [canary],
    awaySince: now,
  };
  await ensure("drift_look", {
    due_at: later,
    finished_at: now,
    sources: JSON.stringify([source]),
  });
  await ensure("drift_cluster", { cluster: canary, inputs_digest: sha(canary), live_seen_at: now });
  for (let number = 0; number < EACH; number++) {
    const findingId = uuidv7();
    const state = number < 2 ? "acknowledged" : number < 3 ? "resolved" : "open";
    await insert("drift_finding", {
      ...object,
      finding_id: findingId,
      fingerprint: sha(findingId),
      group_id: WALK_GROUP,
      rule: "field-drift",
      severity: number === 0 ? "critical" : "medium",
      environment: "prod",
      cluster: canary,
      name: `${canary}-${number}`,
      managers: JSON.stringify([canary]),
      reason: "none",
      params: JSON.stringify({ why: canary }),
      differences,
      difference_count: 1,
      search_text: canary,
      content_digest: sha(canary),
      state,
      suppressed_until: number > 7 ? later : null,
      suppress_reason: number > 7 ? canary : null,
      suppressed_by_name: number > 7 ? canary : null,
      first_seen_at: now,
      last_seen_at: now,
      resolved_at: state === "resolved" ? now : null,
    });
    await insert("drift_change", {
      change_id: uuidv7(),
      finding_id: findingId,
      kind: "found",
      state: "open",
      severity: "medium",
      differences,
      note: canary,
      by_name: canary,
      at: now,
    });
  }
  for (let number = 0; number < 4; number++) {
    const ruleId = uuidv7();
    const rule = {
      rule_id: ruleId,
      version: 1,
      spec: JSON.stringify({
        kind: "manager",
        expression: canary,
        apiGroup: null,
        objectKind: null,
        namespace: null,
        name: null,
      }),
      owner: canary,
      reason: canary,
      expires_at: later,
      saved_by_name: canary,
      saved_at: now,
      event_id: uuidv7(),
    };
    await insert("drift_ignore_rule", rule);
    await insert("drift_ignore_rule_version", rule);
    await insert("drift_ignored", {
      ...object,
      rule_id: ruleId,
      cluster: canary,
      object_digest: sha(`${canary} ${number}`),
      name: canary,
      differences,
      difference_count: 1,
      since: now,
    });
  }
}
