import { uuidv7 } from "uuidv7";
import { CHECKLISTS } from "#server/engines/dr-promotion/checklist.ts";
import { approvalSubject } from "#server/features/approvals/approval-subject.ts";
import { promotionFields } from "#server/features/regions/promotion-subject.ts";
import type { SeededTenant } from "./seed-tenant.ts";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

/** The same in every run: what is approved depends on it. */
const ROLE_SINCE = new Date("2026-01-01T00:00:00Z");

/**
 * Regions as only the Sovereign has them, and promotions in each state that a person acts on. What an
 * organization does with rows like these touches nothing: only the Sovereign's are in force. The regions
 * of a tenant that was seeded before stay as they are (`ensure`).
 */
export async function seedRegions(
  { insert, ensure }: { insert: Insert; ensure: Insert },
  { tenantId, canary }: SeededTenant,
): Promise<void> {
  const now = new Date();
  const regions = ["east", "west", "north"].map((region, position) => ({
    region,
    region_id: uuidv7(),
    display_name: `${canary} ${region}`,
    addresses: [`https://${canary}.example.com:8200`],
    role: position === 0 ? ("primary" as const) : ("read-only" as const),
    role_since: ROLE_SINCE,
    configured_role: "read-only",
    replication: "other",
    max_lag_seconds: 60,
    position,
  }));
  for (const region of regions) {
    await ensure("region", region);
    await ensure("store_observation", {
      store_id: `openbao/${region.region}`,
      kind: "openbao",
      region: region.region,
      state: "unknown",
      state_since: now,
      facts: JSON.stringify({ clusterName: canary }),
      detail: canary,
      lag_since: now,
      next_observation_at: new Date(now.getTime() + 86_400_000),
    });
  }
  const by = { kind: "user", issuer: canary, subject: canary, name: canary };
  const stores = regions.map(({ region }) => ({
    region,
    state: "unknown" as const,
    digest: "",
    lag: "unknown" as const,
    lag_reason: "not-observed" as const,
    marker_sequence: null,
  }));
  // Of each that a person acts on enough for every try; one under way comes of executing.
  const states = [...Array(6).fill("requested"), ...Array(3).fill("approved")];
  for (const state of states) {
    const promotion = {
      promotion_id: uuidv7(),
      kind: "planned-switchover" as const,
      from_region: "east",
      target_region: "west",
      reason: canary,
    };
    const checks = CHECKLISTS[promotion.kind].map((item) => ({
      item,
      evidence: canary,
      ticked_by: by,
    }));
    const { digest } = approvalSubject(
      tenantId,
      by,
      promotionFields(promotion, regions, stores, checks),
    );
    await insert("dr_promotion", {
      ...promotion,
      state,
      requested_by: JSON.stringify(by),
      cause_event_id: uuidv7(),
      subject_digest: state === "requested" ? null : digest,
      due_at: now,
      error_text: canary,
      created_at: now,
      updated_at: now,
    });
    for (const check of checks) {
      await insert("dr_promotion_check", {
        promotion_id: promotion.promotion_id,
        ...check,
        ticked_by: JSON.stringify(by),
        ticked_at: now,
      });
    }
  }
}
