import { createHash } from "node:crypto";
import type pg from "pg";
import { uuidv7 } from "uuidv7";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import { ENVIRONMENTS } from "#server/engines/deployments/environment-policy.ts";
import { issuerOf } from "./persona.ts";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

/** Trusted in every environment of the walk: what `arbitraryInput` makes of an image lies below it. */
export const WALK_REGISTRY = "registry.example";

const SPEC = {
  groups: [{ role: "sovereign-admin", count: 1 }],
  windows: [],
  waitingSeconds: 0,
  expirySeconds: 86_400,
  requiresElevation: false,
  provenance: "none",
  trustedRegistries: [WALK_REGISTRY],
  supersedesWaiting: false,
};

interface Seed {
  client: pg.Client;
  tenantId: string;
  canary: string;
  eventId: string;
  now: Date;
}

/** Environments with policies, requests that wait for a decision, and what runs. */
export async function seedDeployments(insert: Insert, seed: Seed): Promise<void> {
  const { client, tenantId, canary, eventId, now } = seed;
  // A tenant has one policy an environment, however often it is seeded.
  const before = await client.query("SELECT FROM environment_policy WHERE tenant_id = $1", [
    tenantId,
  ]);
  if (before.rows.length > 0) return;
  const spec = JSON.stringify(SPEC);
  for (const environment of ENVIRONMENTS) {
    await insert("environment_policy", { environment, version: 1, updated_at: now });
    await insert("environment_policy_version", {
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
  for (let number = 0; number < 12; number++) await seedRequest(insert, seed, number);
}

async function seedRequest(insert: Insert, seed: Seed, number: number): Promise<void> {
  const { tenantId, canary, eventId, now } = seed;
  const deploymentId = uuidv7();
  const approvalId = uuidv7();
  const digest = `sha256:${createHash("sha256").update(deploymentId).digest("hex")}`;
  // The walk's first person asked: he may change them, and the second decides.
  const requester = { issuer: issuerOf(tenantId), subject: "asker" };
  const subject = canonicalJson({
    configDigest: digest,
    environment: "prod",
    images: [digest],
    policyVersion: 1,
    provenance: { verdict: "unknown" },
    requester,
    service: `service-${number}`,
    tenant: tenantId,
  });
  const subjectDigest = createHash("sha256").update(subject).digest();
  const expiresAt = new Date(now.getTime() + 86_400_000);
  await insert("approval_request", {
    request_id: approvalId,
    kind: "deployment",
    subject_ref: `deployment/${deploymentId}`,
    revision: 1,
    subject_digest: subjectDigest,
    subject,
    requirement: JSON.stringify(SPEC.groups),
    reason: canary,
    requester_kind: "user",
    requester_issuer: requester.issuer,
    requester_subject: requester.subject,
    requester_name: canary,
    state: "open",
    request_event_id: eventId,
    expires_at: expiresAt,
    created_at: now,
  });
  await insert("deployment_request", {
    deployment_id: deploymentId,
    environment: "prod",
    service: `service-${number}`,
    kind: "deploy",
    state: "awaiting_approval",
    revision: 1,
    subject_digest: subjectDigest,
    policy_version: 1,
    approval_id: approvalId,
    requester_kind: "user",
    requester_issuer: requester.issuer,
    requester_subject: requester.subject,
    requester_name: canary,
    request_event_id: eventId,
    created_at: now,
    revised_at: now,
    expires_at: expiresAt,
    check_due_at: now,
    outcome_note: canary,
    history_no: 1,
    announced_no: 1,
  });
  await insert("deployment_revision", {
    deployment_id: deploymentId,
    revision: 1,
    config_digest: digest,
    change_ref: canary,
    reason: canary,
    policy_version: 1,
    provenance: "unknown",
    subject_digest: subjectDigest,
    created_at: now,
  });
  await insert("deployment_image", {
    deployment_id: deploymentId,
    revision: 1,
    image_no: 1,
    repository: `${WALK_REGISTRY}/${canary}`,
    digest,
  });
  await insert("deployment_history", {
    deployment_id: deploymentId,
    entry_no: 1,
    act: "requested",
    state_from: "requested",
    state_to: "requested",
    revision: 1,
    actor_kind: "user",
    actor_name: canary,
    note: canary,
    event_id: eventId,
    at: now,
  });
  await insert("deployment_comment", {
    comment_id: uuidv7(),
    deployment_id: deploymentId,
    author_issuer: canary,
    author_subject: canary,
    author_name: canary,
    body: canary,
    mentions: [canary],
    created_at: now,
  });
  const body = JSON.stringify({ Payload: canary, Base64Signature: "AA==" });
  const attachment = createHash("sha256").update(body).digest();
  await insert("deployment_attachment", {
    deployment_id: deploymentId,
    digest: attachment,
    kind: "attestation",
    body,
    attached_by_name: canary,
    event_id: eventId,
    attached_at: now,
  });
  await insert("deployment_verdict", {
    deployment_id: deploymentId,
    revision: 1,
    image_digest: digest,
    verdict: "refused",
    reasons: JSON.stringify([
      { code: "key-unknown", got: canary, wanted: canary, attachment: attachment.toString("hex") },
    ]),
    policy_digest: attachment,
    gate: "none",
    gate_reasons: "[]",
    vulnerabilities: "[]",
    sboms: "[]",
    event_id: eventId,
    checked_at: now,
  });
  if (number > 0) return;
  await insert("runtime_deployment", {
    environment: "prod",
    service: "service-0",
    deployment_id: deploymentId,
    revision: 1,
    running_since: now,
  });
}
