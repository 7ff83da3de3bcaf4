import { uuidv7 } from "uuidv7";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

/** A sink with all that comes of it, the canary in each text: one for each event that the walk has. */
export async function seedDelivery(
  insert: Insert,
  { canary, number, eventId }: { canary: string; number: number; eventId: string },
): Promise<void> {
  const now = new Date();
  const sinkId = uuidv7();
  const config = JSON.stringify({
    kind: "webhook",
    url: `https://${canary}.example.com/${sinkId}`,
    token: null,
    ca: "",
    format: "cloudevents",
  });
  await insert("sink", {
    sink_id: sinkId,
    // A tenant may be seeded twice, and a sink has a name of its own.
    name: `${canary} ${number} ${sinkId.slice(-12)}`,
    kind: "webhook",
    config,
    query: `payload.reason:${canary}`,
    state: "active",
    created_at: now,
    changed_at: now,
  });
  for (const kind of ["live", "redrive", "backfill"]) {
    await insert("sink_cursor", {
      cursor_id: uuidv7(),
      sink_id: sinkId,
      kind,
      state: "running",
      from_leaf: 0,
      next_leaf: 0,
      until_leaf: kind === "backfill" ? 10 : null,
      query: kind === "backfill" ? `payload.reason:${canary}` : "",
      cause_event_id: eventId,
      started_at: now,
      next_attempt_at: new Date(now.getTime() + 86_400_000),
      failures: 1,
      error_field: "url",
      error_text: canary,
      error_remedy: canary,
      error_at: now,
    });
  }
  await insert("sink_minute", { sink_id: sinkId, minute: now, delivered: 3 });
  await insert("sink_dead_letter", {
    letter_id: uuidv7(),
    sink_id: sinkId,
    event_id: eventId,
    leaf_index: number,
    envelope: JSON.stringify({ id: eventId, subject: `secret-binding/${canary}` }),
    reason: canary,
    state: "waiting",
    dead_at: now,
  });
  const actId = uuidv7();
  await insert("retention_act", {
    act_id: actId,
    kind: "erasure",
    state: "done",
    plan: "{}",
    plan_digest: Buffer.alloc(32),
    reason: canary,
    requested_by: canary,
    request_event_id: eventId,
    requested_at: now,
    due_at: now,
    destroyed_at: now,
    finished_at: now,
  });
  await insert("sink_erasure", {
    erasure_id: uuidv7(),
    sink_id: sinkId,
    act_id: actId,
    event_ids: [eventId],
    state: "by-hand",
    next_attempt_at: now,
    trouble: canary,
  });
  await insert("sink_check", {
    check_id: uuidv7(),
    config,
    state: "failed",
    error_field: "url",
    error_text: canary,
    error_remedy: canary,
    cause_event_id: eventId,
    asked_at: now,
    answered_at: now,
  });
}
