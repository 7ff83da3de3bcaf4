import { createHash } from "node:crypto";
import type pg from "pg";
import { uuidv7 } from "uuidv7";
import { seedAccess } from "./seed-access.ts";
import { seedCompliance } from "./seed-compliance.ts";
import { seedConsumers } from "./seed-consumers.ts";
import { seedDelivery } from "./seed-delivery.ts";
import { seedDeployments } from "./seed-deployments.ts";
import { seedDrift } from "./seed-drift.ts";
import { seedElevation } from "./seed-elevation.ts";
import { seedIsolation } from "./seed-isolation.ts";
import { seedLeases } from "./seed-leases.ts";
import { seedOwnWays } from "./seed-own-ways.ts";
import { seedReceived } from "./seed-received.ts";
import { seedRegions } from "./seed-regions.ts";
import { seedRemediation } from "./seed-remediation.ts";
import { seedRetention } from "./seed-retention.ts";
import { seedTenantLife } from "./seed-tenant-life.ts";

export interface SeededTenant {
  tenantId: string;
  /** Stands in every free text of the tenant, and nowhere else. */
  canary: string;
}

/**
 * Rows that no procedure can make (bindings, rotations, deliveries, decisions), with the canary in
 * every column that takes free text or JSON. Everything else the walk itself makes, through verbs.
 */
export async function seedTenant(
  client: pg.Client,
  { tenantId, canary }: SeededTenant,
): Promise<void> {
  const write = (table: string, row: Record<string, unknown>, otherwise: string) => {
    const columns = Object.keys(row);
    return client.query(
      `INSERT INTO ${table} (tenant_id, ${columns.join(", ")})
       VALUES ($1, ${columns.map((_, at) => `$${at + 2}`).join(", ")}) ${otherwise}`,
      [tenantId, ...Object.values(row)],
    );
  };
  const insert = (table: string, row: Record<string, unknown>) => write(table, row, "");
  const ensure = (table: string, row: Record<string, unknown>) =>
    write(table, row, "ON CONFLICT DO NOTHING");
  await seedRegions({ insert, ensure }, { tenantId, canary });
  await seedLeases(insert, { canary });
  await seedIsolation(ensure, { canary });
  await seedDrift({ insert, ensure }, { canary });
  const now = new Date();
  for (let number = 0; number < 12; number++) {
    const eventId = uuidv7();
    const bindingId = uuidv7();
    await seedEvent(insert, tenantId, eventId, canary, now);
    if (number === 0) await seedCompliance({ insert, ensure }, { canary, eventId });
    if (number === 0) await seedTenantLife({ insert, ensure }, { canary, eventId });
    if (number === 0) await seedRetention({ insert, ensure }, { tenantId, canary, eventId });
    await insert("secret_binding", {
      binding_id: bindingId,
      name: `${canary} credential ${number}`,
      class: "database-credential",
      environment: "prod",
      store: "openbao",
      path: `${canary}/${bindingId}`,
      owner: canary,
      rotator: JSON.stringify({
        kind: "postgres-dual-user",
        target: { host: canary, port: 5432, database: canary, tls: "disable" },
        activeRole: `${canary}_a`,
        standbyRole: `${canary}_b`,
        rotatorPath: `${canary}/rotator`,
      }),
      current_version: 3,
      last_rotated_at: now,
      next_rotation_at: new Date(now.getTime() + 86_400_000),
      created_at: now,
      updated_at: now,
    });
    await insert("region_read", {
      binding_id: bindingId,
      region: "east",
      state: "unknown",
      reason: canary,
      state_since: now,
      expected_version: 3,
      checked_at: now,
      next_check_at: new Date(now.getTime() + 86_400_000),
    });
    await insert("secret_sighting", {
      binding_id: bindingId,
      source: "external-secret",
      place: `ExternalSecret ${canary}/${number}`,
      detail: canary,
      first_seen_at: now,
      last_seen_at: now,
    });
    await insert("discovery_source", {
      source: "openbao-kv",
      place: `${canary}/${bindingId}`,
      tried_at: now,
      failing_since: now,
      failure_code: "sealed",
      failure_text: canary,
    });
    const rotationId = uuidv7();
    // The last one has met trouble and waits for another attempt.
    const isUnfinished = number === 11;
    // Two are in grace, their end held back.
    const isHeld = number === 9 || number === 10;
    await insert("rotation", {
      rotation_id: rotationId,
      binding_id: bindingId,
      state: isUnfinished ? "staged" : isHeld ? "grace" : "done",
      attempt: isUnfinished ? 2 : 0,
      trigger: "forced",
      requested_by: JSON.stringify({ kind: "user", issuer: canary, subject: canary, name: canary }),
      cause_event_id: eventId,
      old_handle: JSON.stringify({ role: `${canary}_a`, version: 1 }),
      new_handle: JSON.stringify({
        role: `${canary}_b`,
        stagedPath: `${canary}/staged`,
        version: 2,
      }),
      due_at: isUnfinished || isHeld ? new Date(now.getTime() + 86_400_000) : now,
      grace_seconds: 60,
      error_code: "vault-unreachable",
      error_text: canary,
      created_at: now,
      updated_at: now,
      finished_at: isUnfinished || isHeld ? null : now,
    });
    await insert("rotation_step", {
      rotation_id: rotationId,
      step_no: 1,
      state_from: "requested",
      state_to: "staged",
      at: now,
      event_id: eventId,
      note: canary,
    });
    const held = { canary, number, bindingId, rotationId, eventId, isHeld, now };
    await seedConsumers(insert, held);
    await seedDelivery(insert, { canary, number, eventId });
    const alertId = uuidv7();
    await insert("alert", {
      alert_id: alertId,
      kind: "rotation-overdue",
      severity: "warning",
      subject_ref: `secret-binding/${bindingId}`,
      detail: canary,
      event_id: eventId,
      created_at: now,
    });
    await insert("evidence_pack", {
      pack_id: uuidv7(),
      state: "failed",
      failure: "error",
      disclosure: "matches",
      sealed_key: canary,
      sealed: Buffer.from(canary),
      as_of: now,
      range_from: 0,
      range_to: 0,
      tree_size: 1,
      checkpoint: canary,
      asked_by_name: canary,
      event_id: eventId,
      asked_at: now,
      kept_days: 1,
    });
    const endpointId = uuidv7();
    await insert("webhook_endpoint", {
      endpoint_id: endpointId,
      url: `https://${canary}.example.com/${endpointId}`,
      description: canary,
      created_at: now,
    });
    await insert("webhook_delivery", {
      delivery_id: uuidv7(),
      endpoint_id: endpointId,
      alert_id: alertId,
      state: "dead",
      next_attempt_at: now,
      last_error: "timeout",
      finished_at: now,
    });
  }
  const deploymentEventId = uuidv7();
  await seedEvent(insert, tenantId, deploymentEventId, canary, now);
  await seedOwnWays(insert, { tenantId, canary, eventId: deploymentEventId, now });
  await seedReceived(insert, { canary, eventId: deploymentEventId, now });
  await seedAccess(insert, { client, tenantId, canary, eventId: deploymentEventId, now });
  await seedDeployments(insert, { client, tenantId, canary, eventId: deploymentEventId, now });
  await seedRemediation({ insert, ensure }, { canary, eventId: deploymentEventId });
  await seedElevation(insert, { client, tenantId, canary, eventId: deploymentEventId, now });
}

/** An event as the log keeps it; its envelope has no free text, so the canary is its subject. */
async function seedEvent(
  insert: (table: string, row: Record<string, unknown>) => Promise<unknown>,
  tenantId: string,
  eventId: string,
  canary: string,
  at: Date,
): Promise<void> {
  const commitment = createHash("sha256").update(eventId).digest();
  const envelope = JSON.stringify({
    id: eventId,
    outcome: "succeeded",
    payloadcommitment: commitment.toString("hex"),
    principal: `system:${canary}`,
    principalkind: "system",
    specversion: "1.0",
    subject: `secret-binding/${canary}`,
    tenant: tenantId,
    time: at.toISOString(),
    traceparent: `00-${"0".repeat(32)}-${"0".repeat(16)}-00`,
    type: "runtime.secrets.rotated",
  });
  await insert("audit_event", {
    event_id: eventId,
    type: "runtime.secrets.rotated",
    subject: `secret-binding/${canary}`,
    outcome: "succeeded",
    actor_kind: "system",
    actor_ref: `system:${canary}`,
    trace_id: "0".repeat(32),
    recorded_at: at,
    envelope,
    commitment,
  });
}
