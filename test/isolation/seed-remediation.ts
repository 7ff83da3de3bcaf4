import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

const EACH = 6;
const sha = (text: string) => createHash("sha256").update(text).digest();

/** Remediations with their steps, breakers and a policy: the canary stands in each text. */
export async function seedRemediation(
  { insert, ensure }: { insert: Insert; ensure: Insert },
  { canary, eventId }: { canary: string; eventId: string },
): Promise<void> {
  const now = new Date();
  const later = new Date(now.getTime() + 86_400_000);
  const change = { path: `/data/${canary}`, kind: "changed", desired: canary, live: canary };
  await ensure("remediation_policy", {
    rule: "missing",
    version: 1,
    mode: "review",
    spec: JSON.stringify({
      mode: "review",
      safeKinds: [],
      mostPerHour: 1,
      breakerCount: 1,
      breakerWindowSeconds: 60,
    }),
    reason: canary,
    saved_by_name: canary,
    event_id: eventId,
    saved_at: now,
  });
  for (let number = 0; number < EACH; number++) {
    const findingId = uuidv7();
    const remediationId = uuidv7();
    const object = {
      cluster: canary,
      api_version: "v1",
      kind: "ConfigMap",
      namespace: canary,
      name: `${canary}-mended-${number}`,
    };
    await insert("drift_finding", {
      ...object,
      finding_id: findingId,
      fingerprint: sha(`mended ${findingId}`),
      group_id: "e".repeat(32),
      rule: "field-drift",
      severity: "low",
      environment: "dev",
      reason: "none",
      search_text: canary,
      content_digest: sha(canary),
      state: "remediating",
      first_seen_at: now,
      last_seen_at: now,
    });
    // What is to be done by hand, anybody who may propose takes back.
    await insert("remediation", {
      ...object,
      remediation_id: remediationId,
      finding_id: findingId,
      rule: "field-drift",
      mode: "auto",
      policy_version: 1,
      action: "apply",
      environment: "dev",
      object_digest: sha(`object ${findingId}`),
      state: "by_hand",
      plan: JSON.stringify({
        changes: [change],
        overrides: [canary],
        source: canary,
        revision: canary,
        uid: null,
        command: canary,
      }),
      desired_digest: sha(canary),
      live_digest: sha(canary),
      difference_digest: sha(canary),
      proposed_by: JSON.stringify({ kind: "worker", name: canary, causedBy: null }),
      proposed_by_name: canary,
      reason: canary,
      event_id: eventId,
      due_at: later,
      created_at: now,
      updated_at: now,
      expires_at: later,
    });
    await insert("remediation_step", {
      step_id: uuidv7(),
      remediation_id: remediationId,
      state_to: "by_hand",
      note: canary,
      actor_kind: "worker",
      actor_name: canary,
      event_id: eventId,
      at: now,
    });
    await insert("remediation_breaker", {
      ...object,
      breaker_id: uuidv7(),
      object_digest: sha(`breaker ${findingId}`),
      rule: "field-drift",
      count: 3,
      window_seconds: 60,
      opened_at: now,
      event_id: eventId,
    });
  }
}
