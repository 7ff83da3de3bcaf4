import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

/** What a look and an audit of the log leave behind: the canary stands in parameters, evidence and faults. */
export async function seedCompliance(
  { insert, ensure }: Record<"insert" | "ensure", Insert>,
  { canary, eventId }: { canary: string; eventId: string },
): Promise<void> {
  const now = new Date();
  const later = new Date(now.getTime() + 86_400_000);
  await ensure("compliance_look", { due_at: later, looked_at: now });
  const check = {
    check_id: "log-witnessed",
    state: "failing",
    reason: "witness-contradicts",
    params: JSON.stringify({ witness: canary, trouble: "forked" }),
    evidence: JSON.stringify([{ kind: "witness", id: canary, at: now.toISOString() }]),
    digest: createHash("sha256").update(canary).digest(),
  };
  await ensure("compliance_check_state", { ...check, since: now });
  await insert("compliance_state_change", {
    ...check,
    change_id: uuidv7(),
    state_before: "met",
    changed_at: now,
    event_id: eventId,
  });
  await ensure("compliance_log_audit", {
    begun_at: now,
    audited_at: now,
    log_size: 1,
    note: canary,
    fault_count: 1,
    faults: [canary],
    event_id: eventId,
  });
}
