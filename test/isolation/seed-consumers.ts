import { uuidv7 } from "uuidv7";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

interface Seeded {
  canary: string;
  number: number;
  bindingId: string;
  rotationId: string;
  eventId: string;
  /** Whether the rotation is in grace. */
  isHeld: boolean;
  now: Date;
}

/** Consumers of a credential, what holds its revocation back, and an incident that is contained. */
export async function seedConsumers(insert: Insert, seeded: Seeded): Promise<void> {
  const { canary, number, bindingId, rotationId, eventId, isHeld, now } = seeded;
  const consumerId = uuidv7();
  const seen = { state: "moved", reason: "refreshed", seen_version: 3, seen_at: now };
  await insert("secret_consumer", {
    consumer_id: consumerId,
    binding_id: bindingId,
    kind: "workload",
    cluster: canary,
    namespace: canary,
    name: `Deployment/${canary}`,
    ...seen,
    state_since: now,
    checked_at: now,
    created_at: now,
  });
  const observed = { rotation_id: rotationId, at: now, event_id: eventId };
  await insert("consumer_observation", {
    consumer_id: consumerId,
    observation_no: 1,
    ...seen,
    ...observed,
  });
  await insert("old_value_use", {
    rotation_id: rotationId,
    source: "sessions",
    state: "in-use",
    uses: 2,
    checked_at: now,
    event_id: eventId,
  });
  await insert("rotation_watch", {
    rotation_id: rotationId,
    looked_at: now,
    due_at: now,
    ...(isHeld ? { held_since: now, held_code: "old_value_in_use" } : {}),
  });
  if (isHeld || number % 2 === 1) return;
  const incidentId = uuidv7();
  const by = { kind: "user", issuer: canary, subject: canary, name: canary };
  await insert("leak_incident", {
    incident_id: incidentId,
    binding_id: bindingId,
    rotation_id: rotationId,
    state: "contained",
    leaked_version: 2,
    opened_at: now,
    opened_by: JSON.stringify(by),
    event_id: eventId,
    contained_at: now,
    proof_rotation_id: rotationId,
  });
  await insert("incident_source", {
    incident_id: incidentId,
    source: "vault-policies",
    state: "unknown",
    reason: canary.slice(0, 60),
    looked_at: now,
    event_id: eventId,
  });
}
