import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { logVerifier } from "#server/features/audit/sealing/log-key.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { FormSlot } from "./slots.ts";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

const EACH = 6;

/** What the walk asks to erase: events that no hold of the walk covers. */
export const WALK_ERASURE = {
  eventIds: [],
  subject: new FormSlot("erasable/%canary%"),
  actorRef: null,
  from: null,
  until: null,
};
/** What the walk holds: nothing that is erased. */
export const WALK_HOLD = {
  classes: null,
  subject: new FormSlot("held/%canary%"),
  actorRef: null,
  from: null,
  until: null,
};

/** Rules, holds, acts and keys of retention, and an event whose content can be erased. */
export async function seedRetention(
  { insert, ensure }: { insert: Insert; ensure: Insert },
  { tenantId, canary, eventId }: { tenantId: string; canary: string; eventId: string },
): Promise<void> {
  const now = new Date();
  const digest = createHash("sha256").update(canary).digest();
  const erasable = uuidv7();
  await insert("audit_event", {
    event_id: erasable,
    type: "runtime.things.happened",
    subject: `erasable/${canary}`,
    outcome: "succeeded",
    actor_kind: "system",
    actor_ref: `system:${canary}`,
    trace_id: "0".repeat(32),
    recorded_at: now,
    envelope: JSON.stringify({
      id: erasable,
      outcome: "succeeded",
      payloadcommitment: digest.toString("hex"),
      principal: `system:${canary}`,
      principalkind: "system",
      source: `//isolation/${tenantId}`,
      specversion: "1.0",
      subject: `erasable/${canary}`,
      tenant: tenantId,
      time: now.toISOString(),
      traceparent: `00-${"0".repeat(32)}-${"0".repeat(16)}-01`,
      type: "runtime.things.happened",
    }),
    commitment: digest,
  });
  await insert("audit_payload", { event_id: erasable, key_id: "k", ciphertext: digest });
  await ensure("retention_look", { looked_at: now });
  // Destroyed: it wraps nothing, and no process asks a keeper for it.
  await ensure("audit_wrap_key", {
    version: 1,
    keeper: "local",
    root_version: 1,
    origin: "generated",
    created_at: now,
    destroyed_at: now,
  });
  await ensure("audit_data_key", {
    key_id: "data-0000000000000000",
    class: "secrets",
    period: "2020-01-01",
    wrap_version: 1,
    created_at: now,
    destroyed_at: now,
  });
  // The log's own first key, as it is before it is ever changed: sealing goes on with it.
  await ensure("audit_log_key", {
    number: 1,
    public_key: Buffer.from(logVerifier(mintAuthorizedTenant(tenantId)).publicKey),
    state: "current",
    first_size: 0,
    begins_at: now,
  });
  await ensure("audit_log_key_due", { number: 1, told_at: now });
  await ensure("retention_rule", {
    class: "isolation",
    days: 1_000,
    reason: canary,
    saved_by: canary,
    saved_at: now,
    event_id: eventId,
  });
  for (let number = 0; number < EACH; number++) {
    await insert("legal_hold", {
      hold_id: uuidv7(),
      case_ref: canary,
      reason: canary,
      classes: [],
      subject: `held/${canary}`,
      actor_ref: canary,
      placed_by: canary,
      placed_at: now,
      placed_event_id: eventId,
    });
  }
  await insert("retention_act", {
    act_id: uuidv7(),
    kind: "erasure",
    state: "done",
    plan: JSON.stringify({ eventIds: [], subject: canary }),
    plan_digest: digest,
    reason: canary,
    requested_by: canary,
    request_event_id: eventId,
    requested_at: now,
    due_at: now,
    trouble: canary,
    outcome: JSON.stringify({ payloads: 0, note: canary }),
    destroyed_at: now,
    finished_at: now,
  });
}
