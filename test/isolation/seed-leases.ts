import { uuidv7 } from "uuidv7";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

const COUNT = 10;

/**
 * References whose logins live by leases: half of them have one, half have none and may be issued
 * one; one workload has three, and there is an ended lease. The canary stands in every text.
 */
export async function seedLeases(insert: Insert, { canary }: { canary: string }): Promise<void> {
  const now = new Date();
  for (let number = 0; number < COUNT; number++) {
    const bindingId = uuidv7();
    const isOfJobs = number === 1 || number === 3 || number === 5;
    const workload = isOfJobs ? `${canary} jobs` : `${canary} reader ${number}`;
    const role = `${canary}-role-${number}`;
    await insert("secret_binding", {
      binding_id: bindingId,
      name: `${canary} login ${number}`,
      class: "dynamic-database-credential",
      environment: "prod",
      store: "openbao",
      path: `${canary}/leased/${bindingId}`,
      owner: canary,
      rotator: JSON.stringify({
        kind: "openbao-dynamic",
        mount: canary,
        role,
        workload,
        target: null,
        isExclusive: true,
      }),
      current_version: 1,
      created_at: now,
      updated_at: now,
    });
    if (number % 2 === 0 && number > 0) continue;
    const isEnded = number === 0;
    await insert("secret_lease", {
      lease_id: uuidv7(),
      binding_id: bindingId,
      workload,
      mount: canary,
      role,
      state: isEnded ? "revoked" : "active",
      lease_ref: `${canary}/creds/${bindingId}`,
      username: `v-${canary}`.slice(0, 63),
      kv_version: 1,
      ttl_seconds: 3600,
      requested_at: now,
      issued_at: now,
      expires_at: new Date(now.getTime() + 3_600_000),
      ended_at: isEnded ? now : null,
      proof: isEnded ? canary : null,
      // Not due while the walk goes on.
      due_at: new Date(now.getTime() + 86_400_000),
      error_text: canary,
      cause_event_id: uuidv7(),
      updated_at: now,
    });
  }
}
