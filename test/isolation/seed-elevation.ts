import { createHash } from "node:crypto";
import type pg from "pg";
import { uuidv7 } from "uuidv7";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import { ENVIRONMENTS } from "#server/engines/deployments/environment-policy.ts";
import { GRANTABLE_SCOPES, ROLES } from "#server/platform/authz/scopes.ts";
import { issuerOf } from "./identity-file.ts";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

/** What the walk's people may ask for: anything, for any time. */
export const WALK_OFFER = {
  maxDurationSeconds: 7 * 86_400,
  maxAheadSeconds: 30 * 86_400,
  maxLivePerPerson: 20,
  offers: [{ roles: [...ROLES], scopes: [...GRANTABLE_SCOPES] }],
  groups: [{ role: "security-officer", count: 1 }],
  expirySeconds: 86_400,
  stepUp: { level: "none", whenAsking: false, whenApproving: false, withinSeconds: 300 },
  projections: [],
};

interface Seed {
  client: pg.Client;
  tenantId: string;
  canary: string;
  eventId: string;
  now: Date;
}

/** Policies of elevation, grants of the walk's first person, and requests that wait. */
export async function seedElevation(insert: Insert, seed: Seed): Promise<void> {
  const { client, tenantId, canary, eventId, now } = seed;
  const before = await client.query("SELECT FROM elevation_policy WHERE tenant_id = $1", [
    tenantId,
  ]);
  if (before.rows.length > 0) return;
  const spec = JSON.stringify(WALK_OFFER);
  for (const environment of ENVIRONMENTS) {
    await insert("elevation_policy", { environment, version: 1, updated_at: now });
    await insert("elevation_policy_version", {
      environment,
      version: 1,
      spec,
      spec_digest: createHash("sha256").update(spec).digest(),
      reason: canary,
      saved_by_name: canary,
      event_id: eventId,
      saved_at: now,
    });
  }
  const person = {
    person_issuer: issuerOf(tenantId),
    person_subject: "asker",
    person_name: canary,
    scopes: ["runtime.secrets.override"],
    reason: canary,
  };
  for (let number = 0; number < 8; number++) {
    const grantId = uuidv7();
    await insert("elevation_grant", {
      grant_id: grantId,
      kind: "jit",
      environment: "prod",
      ...person,
      starts_at: now,
      ends_at: new Date(now.getTime() + 3_600_000),
      state: "granted",
      grant_event_id: eventId,
      created_at: now,
    });
    await insert("elevation_projection", {
      projection_id: uuidv7(),
      grant_id: grantId,
      kind: "keycloak-role",
      target: JSON.stringify({ role: canary }),
      target_key: `${canary}/${number}`,
      state: "projected",
      trouble: canary,
      due_at: new Date(now.getTime() + 86_400_000),
      created_at: now,
    });
    const requestId = uuidv7();
    await seedRequest(insert, seed, { requestId, person });
    await insert("elevation_history", {
      entry_id: uuidv7(),
      request_id: requestId,
      grant_id: grantId,
      act: "requested",
      actor_kind: "user",
      actor_name: canary,
      note: canary,
      event_id: eventId,
      at: now,
    });
  }
}

async function seedRequest(
  insert: Insert,
  { tenantId, canary, eventId, now }: Seed,
  { requestId, person }: { requestId: string; person: Record<string, unknown> },
): Promise<void> {
  const approvalId = uuidv7();
  const subject = canonicalJson({
    elevationRequest: requestId,
    environment: "prod",
    tenant: tenantId,
  });
  const digest = createHash("sha256").update(subject).digest();
  const expiresAt = new Date(now.getTime() + 86_400_000);
  await insert("approval_request", {
    request_id: approvalId,
    kind: "elevation",
    subject_ref: `elevation-request/${requestId}`,
    revision: 1,
    subject_digest: digest,
    subject,
    requirement: JSON.stringify(WALK_OFFER.groups),
    reason: canary,
    requester_kind: "user",
    requester_issuer: issuerOf(tenantId),
    requester_subject: "asker",
    requester_name: canary,
    state: "open",
    request_event_id: eventId,
    expires_at: expiresAt,
    created_at: now,
  });
  await insert("elevation_request", {
    request_id: requestId,
    environment: "prod",
    kind: "grant",
    ...person,
    duration_seconds: 3_600,
    policy_version: 1,
    request_digest: digest,
    approval_id: approvalId,
    state: "waiting",
    request_event_id: eventId,
    created_at: now,
    expires_at: expiresAt,
  });
}
