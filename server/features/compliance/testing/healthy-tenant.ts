import { createHash } from "node:crypto";
import pg from "pg";
import { uuidv7 } from "uuidv7";
import { sealPendingAudit } from "#server/features/audit/index.ts";
import { emitMany } from "#server/features/audit/testing/audit-fixture.ts";
import { newTenantKey } from "#server/platform/audit/tenant-keys.ts";
import { env } from "#server/platform/env/env.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { fileDatabase } from "#test/harness/file-database.ts";

const HOUR = 3_600_000;
const sha = (text: string) => createHash("sha256").update(text).digest();

export interface HealthyTenant {
  tenant: AuthorizedTenantId;
  /** As a superuser; `$1` is the tenant. */
  run(sql: string): Promise<void>;
}

/** A tenant with one good row behind every check, so that each is met until one of them is broken. */
export async function healthyTenant(): Promise<HealthyTenant & AsyncDisposable> {
  const tenant = await newTenant("healthy");
  const client = new pg.Client({ connectionString: fileDatabase().urls.superuser });
  await client.connect();
  const insertFor = (owner: string) => async (table: string, row: Record<string, unknown>) => {
    const columns = Object.keys(row);
    const places = columns.map((_, at) => `$${at + 2}`).join(", ");
    await client.query(
      `INSERT INTO ${table} (tenant_id, ${columns.join(", ")}) VALUES ($1, ${places}) ON CONFLICT DO NOTHING`,
      [owner, ...Object.values(row)],
    );
  };
  const insert = insertFor(tenant);
  const { keyId, wrapped } = newTenantKey(tenant);
  await insert("tenant_key", { key_id: keyId, wrapped, created_at: new Date() });
  const [eventId = ""] = await emitMany(tenant, 3);
  await sealPendingAudit(tenant);
  const bindingId = await seedCredentials(insert, eventId);
  await seedDeployment(insert, eventId);
  await seedAccess(insert, eventId);
  await seedPlaces(insert);
  await seedOperations(insert, bindingId);
  await seedRecords(insert, eventId);
  await client.query(
    "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'sovereign', 'Sovereign') ON CONFLICT DO NOTHING",
    [env().SOVEREIGN],
  );
  const ofSovereign = insertFor(env().SOVEREIGN);
  for (const [position, region] of ["east", "west"].entries()) {
    await ofSovereign("region", {
      region,
      region_id: uuidv7(),
      display_name: region,
      addresses: ["https://vault.example"],
      role: position === 0 ? "primary" : "read-only",
      role_since: new Date(),
      configured_role: "read-only",
      replication: "other",
      max_lag_seconds: 60,
      position,
    });
  }
  return {
    tenant,
    async run(sql) {
      await client.query("BEGIN");
      // Only a superuser may: what is append-only is altered, and history is made.
      await client.query("SET LOCAL session_replication_role = replica");
      const changed = await client
        .query(sql, sql.includes("$1") ? [tenant] : [])
        .finally(() => client.query("COMMIT"));
      if (changed.rowCount === 0) throw new Error(`changed nothing: ${sql}`);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

type Insert = (table: string, row: Record<string, unknown>) => Promise<void>;

async function seedCredentials(insert: Insert, eventId: string): Promise<string> {
  const now = new Date();
  const by = JSON.stringify({ kind: "user", issuer: "i", subject: "s", name: "n" });
  const [bindingId, rotationId] = [uuidv7(), uuidv7()];
  await insert("secret_binding", {
    binding_id: bindingId,
    name: "orders",
    class: "api-token",
    environment: "prod",
    store: "openbao",
    path: "orders/token",
    owner: "team",
    rotator: JSON.stringify({ kind: "kv-generated" }),
    last_rotated_at: now,
    next_rotation_at: new Date(now.getTime() + 24 * HOUR),
    created_at: now,
    updated_at: now,
  });
  await insert("discovery_source", { source: "openbao-kv", place: "secret", tried_at: now });
  await insert("rotation", {
    rotation_id: rotationId,
    binding_id: bindingId,
    state: "done",
    trigger: "scheduled",
    requested_by: by,
    cause_event_id: eventId,
    old_handle: JSON.stringify({ version: 1 }),
    due_at: now,
    grace_seconds: 60,
    created_at: now,
    updated_at: now,
    finished_at: now,
  });
  await insert("rotation_step", {
    rotation_id: rotationId,
    step_no: 1,
    state_from: "revoking",
    state_to: "verified_dead",
    at: now,
    event_id: eventId,
  });
  await insert("leak_incident", {
    incident_id: uuidv7(),
    binding_id: bindingId,
    rotation_id: rotationId,
    state: "contained",
    opened_at: now,
    opened_by: by,
    event_id: eventId,
    contained_at: now,
    proof_rotation_id: rotationId,
  });
  return bindingId;
}

async function seedDeployment(insert: Insert, eventId: string): Promise<void> {
  const now = new Date();
  const [deploymentId, requestId] = [uuidv7(), uuidv7()];
  const groups = [{ role: "security-officer", count: 1 }];
  const spec = JSON.stringify({
    groups,
    requiresElevation: true,
    provenance: "slsa-2",
    stepUp: "mfa",
    trustedRegistries: ["registry.example"],
  });
  await insert("environment_policy", { environment: "prod", version: 1, updated_at: now });
  await insert("environment_policy_version", {
    environment: "prod",
    version: 1,
    spec,
    spec_digest: sha(spec),
    reason: "made",
    saved_by_name: "n",
    event_id: eventId,
    saved_at: now,
  });
  const later = new Date(now.getTime() + 24 * HOUR);
  const subject = { subject_digest: sha("subject"), revision: 1 };
  const requester = { requester_kind: "user", requester_issuer: "i", requester_subject: "asker" };
  await insert("approval_request", {
    request_id: requestId,
    kind: "deployment",
    subject_ref: `deployment/${deploymentId}`,
    ...subject,
    subject: "subject",
    requirement: JSON.stringify(groups),
    reason: "wanted",
    ...requester,
    state: "executed",
    request_event_id: eventId,
    expires_at: later,
    created_at: now,
    decided_at: now,
    executed_at: now,
  });
  await insert("approval_review", {
    review_id: uuidv7(),
    request_id: requestId,
    ...subject,
    reviewer_issuer: "i",
    reviewer_subject: "officer",
    reviewer_roles: ["security-officer"],
    decision: "approve",
    created_at: now,
  });
  await insert("deployment_request", {
    deployment_id: deploymentId,
    environment: "prod",
    service: "orders",
    kind: "deploy",
    state: "succeeded",
    ...subject,
    policy_version: 1,
    approval_id: requestId,
    ...requester,
    requester_name: "n",
    request_event_id: eventId,
    created_at: now,
    revised_at: now,
    expires_at: later,
    check_due_at: now,
    claimed_at: now,
    report_due_at: later,
    claimed_by_issuer: "i",
    claimed_by_subject: "pipeline",
    claim_key: "key-0000001",
    finished_at: now,
  });
  await insert("deployment_revision", {
    deployment_id: deploymentId,
    ...subject,
    config_digest: `sha256:${"a".repeat(64)}`,
    change_ref: "main",
    reason: "wanted",
    policy_version: 1,
    provenance: "verified",
    created_at: now,
  });
  const digest = `sha256:${"b".repeat(64)}`;
  await insert("deployment_image", {
    deployment_id: deploymentId,
    revision: 1,
    image_no: 1,
    repository: "registry.example/orders",
    digest,
  });
  await insert("deployment_verdict", {
    deployment_id: deploymentId,
    revision: 1,
    image_digest: digest,
    verdict: "verified",
    reasons: "[]",
    attestation_digest: sha("attestation"),
    signer: "builder",
    policy_digest: sha("policy"),
    gate: "met",
    gate_reasons: "[]",
    vulnerabilities: "[]",
    sboms: "[]",
    event_id: eventId,
    checked_at: now,
  });
  await insert("runtime_deployment", {
    environment: "prod",
    service: "orders",
    deployment_id: deploymentId,
    revision: 1,
    running_since: now,
  });
}

async function seedAccess(insert: Insert, eventId: string): Promise<void> {
  const now = new Date();
  const earlier = new Date(now.getTime() - HOUR);
  const later = new Date(now.getTime() + 24 * HOUR);
  const spec = JSON.stringify({ maxDurationSeconds: 7_200 });
  await insert("elevation_policy", { environment: "prod", version: 1, updated_at: now });
  await insert("elevation_policy_version", {
    environment: "prod",
    version: 1,
    spec,
    spec_digest: sha(spec),
    reason: "made",
    saved_by_name: "n",
    event_id: eventId,
    saved_at: now,
  });
  const person = { person_issuer: "i", person_subject: "s" };
  const grant = async (kind: "jit" | "break-glass") => {
    const grantId = uuidv7();
    await insert("elevation_grant", {
      grant_id: grantId,
      kind,
      environment: "prod",
      ...person,
      person_name: "n",
      scopes: ["runtime.secrets.rotate"],
      reason: "needed",
      starts_at: earlier,
      ends_at: now,
      state: "expired",
      proof_method: "oidc",
      grant_event_id: eventId,
      created_at: earlier,
    });
    return grantId;
  };
  await insert("elevation_projection", {
    projection_id: uuidv7(),
    grant_id: await grant("jit"),
    kind: "keycloak-role",
    target: "{}",
    target_key: "one",
    state: "gone",
    due_at: now,
    gone_at: now,
    created_at: now,
  });
  const [principalId, alertId] = [uuidv7(), uuidv7()];
  await insert("break_glass_principal", {
    principal_id: principalId,
    ...person,
    person_name: "n",
    environment: "prod",
    scopes: ["runtime.secrets.rotate"],
    max_minutes: 60,
    reason: "needed",
    state: "active",
    declared_by_name: "n",
    declare_event_id: eventId,
    declared_at: now,
    active_since: now,
  });
  await insert("alert", {
    alert_id: alertId,
    kind: "break-glass",
    severity: "critical",
    subject_ref: `break-glass-principal/${principalId}`,
    detail: "used",
    created_at: now,
    acknowledged_at: now,
    acknowledged_by: "n",
  });
  await insert("break_glass_use", {
    use_id: uuidv7(),
    principal_id: principalId,
    grant_id: await grant("break-glass"),
    reason: "needed",
    request_digest: sha("use"),
    use_event_id: eventId,
    alert_id: alertId,
    started_at: earlier,
    ends_at: now,
    review: "justified",
    review_text: "It was.",
    reviewed_by_issuer: "i",
    reviewed_by_subject: "other",
    reviewed_by_name: "n",
    reviewed_at: now,
    ...person,
  });
  await insert("access_directory", {
    issuer: "i",
    realm: "r",
    tried_at: now,
    read_at: now,
    removes_roles: false,
    administrator: "n",
  });
  await insert("access_review_policy", {
    version: 1,
    is_enabled: true,
    period_days: 90,
    answer_days: 14,
    remind_after_days: [7],
    reviewer_roles: ["security-officer"],
    next_start_at: later,
    updated_by_name: "n",
    updated_at: now,
  });
  const campaignId = uuidv7();
  await insert("access_campaign", {
    campaign_id: campaignId,
    trigger: "schedule",
    state: "open",
    reviewer_roles: ["security-officer"],
    started_by_name: "n",
    start_event_id: eventId,
    started_at: now,
    due_at: later,
    remind_at: [],
  });
  await insert("access_item", {
    item_id: uuidv7(),
    campaign_id: campaignId,
    kind: "role",
    issuer: "i",
    subject: "s",
    person_name: "n",
    person_kind: "user",
    is_enabled: true,
    what: "developer",
    decision: "revoke",
    reason: "left",
    decided_by_issuer: "i",
    decided_by_subject: "other",
    decided_by_name: "n",
    decided_at: now,
    revocation: "gone",
    revocation_since: now,
    gone_at: now,
  });
  await insert("security_key", {
    key_id: uuidv7(),
    issuer: "i",
    subject: "s",
    credential_id: sha("credential"),
    public_key: sha("key"),
    sign_count: 1,
    transports: [],
    aaguid: "",
    is_synced: false,
    name: "key",
    created_at: now,
  });
}

async function seedPlaces(insert: Insert): Promise<void> {
  const now = new Date();
  await insert("isolation_look", { due_at: now, started_at: now, finished_at: now });
  await insert("drift_look", { due_at: now, started_at: now, finished_at: now });
  for (const layer of ["compute", "network", "data", "secrets", "quota", "residency"]) {
    await insert("isolation_cell", {
      environment: "prod",
      layer,
      state: "verified",
      since: now,
      observed_at: now,
      facts: "[]",
      facts_digest: sha("[]"),
    });
  }
  const quota = { environment: "prod", cluster: "muscat", resource: "cpu" };
  await insert("quota_usage", { ...quota, observed_at: now });
}

async function seedOperations(insert: Insert, bindingId: string): Promise<void> {
  const now = new Date();
  await insert("webhook_endpoint", {
    endpoint_id: uuidv7(),
    url: "https://receiver.example",
    enabled: true,
    created_at: now,
  });
  await insert("audit_witness", {
    witness: "witness.example",
    known_size: 1_000_000,
    asked_at: now,
  });
  await insert("region_read", {
    binding_id: bindingId,
    region: "west",
    state: "verified",
    state_since: now,
    expected_version: 1,
    checked_at: now,
    verified_at: now,
    verified_version: 1,
    next_check_at: now,
  });
}

async function seedRecords(insert: Insert, eventId: string): Promise<void> {
  const now = new Date();
  const sinkId = uuidv7();
  await insert("sink", {
    sink_id: sinkId,
    name: "siem",
    kind: "webhook",
    config: JSON.stringify({ kind: "webhook" }),
    state: "active",
    created_at: now,
    changed_at: now,
  });
  await insert("sink_dead_letter", {
    letter_id: uuidv7(),
    sink_id: sinkId,
    event_id: eventId,
    leaf_index: 0,
    envelope: "{}",
    reason: "rejected",
    state: "discarded",
    dead_at: new Date(now.getTime() - 48 * HOUR),
    settled_at: now,
  });
  const plan = JSON.stringify({ eventIds: [] });
  await insert("retention_act", {
    act_id: uuidv7(),
    kind: "erasure",
    state: "done",
    plan,
    plan_digest: sha(plan),
    reason: "asked",
    requested_by: "n",
    request_event_id: eventId,
    requested_at: now,
    due_at: now,
    finished_at: now,
  });
  await insert("retention_look", { looked_at: now });
}
