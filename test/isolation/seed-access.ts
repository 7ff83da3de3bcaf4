import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

const DAY = 86_400_000;

/** Reviews of access, one open and decided, one closed; and declarations and uses of break-glass. */
export async function seedAccess(
  insert: Insert,
  { canary, eventId, now }: { canary: string; eventId: string; now: Date },
): Promise<void> {
  const issuer = `https://${canary}.example/realms/one`;
  const later = new Date(now.getTime() + 14 * DAY);
  await insert("access_directory_run", { due_at: later, lease_owner: canary });
  await insert("access_directory", {
    issuer,
    realm: canary,
    tried_at: now,
    failing_since: now,
    failure_code: "unreachable",
    removes_roles: false,
    administrator: canary,
  });
  await insert("access_standing_role", {
    issuer,
    subject: canary,
    role: "developer",
    person_name: canary,
    person_kind: "user",
    is_enabled: true,
    first_seen_at: now,
  });
  await insert("access_review_policy", {
    version: 1,
    is_enabled: true,
    period_days: 90,
    answer_days: 14,
    remind_after_days: [7],
    reviewer_roles: ["security-officer"],
    next_start_at: later,
    updated_by_name: canary,
    updated_at: now,
  });
  for (const state of ["closed", "open"] as const) {
    const campaignId = uuidv7();
    const record = JSON.stringify({ items: [], note: canary });
    await insert("access_campaign", {
      campaign_id: campaignId,
      trigger: "schedule",
      state,
      reviewer_roles: ["security-officer"],
      started_by_name: canary,
      start_event_id: eventId,
      started_at: now,
      due_at: later,
      remind_at: [],
      ...(state === "open"
        ? {}
        : {
            closed_at: now,
            closed_by_name: canary,
            close_note: canary,
            record,
            record_digest: createHash("sha256").update(record).digest(),
          }),
    });
    await insert("access_campaign_source", {
      campaign_id: campaignId,
      issuer,
      realm: canary,
      read_at: now,
    });
    for (let number = 0; number < (state === "open" ? 12 : 1); number++) {
      await insert("access_item", {
        item_id: uuidv7(),
        campaign_id: campaignId,
        kind: "role",
        issuer,
        subject: `${canary}-${number}`,
        person_name: canary,
        person_kind: "user",
        is_enabled: true,
        what: "developer",
        decision: "keep",
        reason: canary,
        decided_by_issuer: issuer,
        decided_by_subject: `${canary}-reviewer`,
        decided_by_name: canary,
        decided_at: now,
      });
    }
  }
  await seedBreakGlass(insert, { canary, issuer, eventId, now });
}

async function seedBreakGlass(
  insert: Insert,
  { canary, issuer, eventId, now }: { canary: string; issuer: string; eventId: string; now: Date },
): Promise<void> {
  for (let number = 0; number < 8; number++) {
    const principalId = uuidv7();
    const person = { person_issuer: issuer, person_subject: `${canary}-glass-${number}` };
    await insert("break_glass_principal", {
      principal_id: principalId,
      ...person,
      person_name: canary,
      environment: "prod",
      scopes: ["runtime.secrets.rotate"],
      max_minutes: 30,
      reason: canary,
      state: "active",
      declared_by_name: canary,
      declare_event_id: eventId,
      declared_at: now,
      active_since: now,
    });
    const grantId = uuidv7();
    const ends = new Date(now.getTime() + 1_800_000);
    await insert("elevation_grant", {
      grant_id: grantId,
      kind: "break-glass",
      environment: "prod",
      ...person,
      person_name: canary,
      scopes: ["runtime.secrets.rotate"],
      reason: canary,
      starts_at: now,
      ends_at: ends,
      state: "expired",
      grant_event_id: eventId,
      created_at: now,
    });
    const alertId = uuidv7();
    await insert("alert", {
      alert_id: alertId,
      kind: "break-glass",
      severity: "critical",
      subject_ref: `break-glass-principal/${principalId}`,
      detail: canary,
      created_at: now,
    });
    await insert("break_glass_use", {
      use_id: uuidv7(),
      principal_id: principalId,
      grant_id: grantId,
      reason: canary,
      request_digest: createHash("sha256").update(canary).digest(),
      use_event_id: eventId,
      alert_id: alertId,
      started_at: now,
      ends_at: ends,
      review: "due",
      ...person,
    });
  }
}
