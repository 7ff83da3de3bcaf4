import { createHash, randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

/** Sources of received events and what was refused of them. */
export async function seedReceived(
  insert: Insert,
  { canary, eventId, now }: { canary: string; eventId: string; now: Date },
): Promise<void> {
  const sourceId = uuidv7();
  const at = { created_at: now, updated_at: now };
  const source = {
    source_id: sourceId,
    how: "webhook",
    kind: "falco",
    name: `${canary} ${sourceId}`,
  };
  await insert("event_source", { ...source, description: canary, cursor: canary, ...at });
  await insert("event_source_token", {
    source_id: sourceId,
    token_hash: randomBytes(32),
    added_by_name: canary,
    event_id: eventId,
    added_at: now,
  });
  await insert("event_tally", {
    source_id: sourceId,
    day: now,
    shard: 0,
    received: 1,
    repeated: 0,
    refused: 1,
    masked: 0,
    last_at: now,
  });
  await insert("received_event", {
    event_key: createHash("sha256").update(sourceId).digest(),
    content: createHash("sha256").update(`${sourceId}|content`).digest(),
    event_id: eventId,
  });
  for (let number = 0; number < 12; number++) {
    await insert("event_dead_letter", {
      dead_letter_id: uuidv7(),
      source_id: sourceId,
      state: "waiting",
      reason: "malformed",
      field: canary,
      detail: canary,
      digest: createHash("sha256").update(`${sourceId}|${number}`).digest(),
      size_bytes: 1,
      is_cut: false,
      is_masked: false,
      key_id: "payload-1",
      ciphertext: randomBytes(40),
      attempts: 1,
      event_id: eventId,
      received_at: now,
      last_at: now,
    });
  }
}
