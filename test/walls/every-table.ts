import type pg from "pg";
import { uuidv7 } from "uuidv7";
import { newTenantKey } from "#server/platform/audit/tenant-keys.ts";
import { type SeededTenant, seedTenant } from "../isolation/seed-tenant.ts";

/** Every table with row security, as the catalog has them. */
export async function tenantTables(admin: pg.Client): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity ORDER BY 1",
  );
  return rows.map((row) => row.name);
}

/** Rows of a tenant in every tenant table, the foreign canary in all free text. */
export async function seedEveryTable(admin: pg.Client, seeded: SeededTenant): Promise<void> {
  const { tenantId, canary } = seeded;
  await admin.query(
    "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'organization', $2)",
    [tenantId, canary],
  );
  await seedTenant(admin, seeded);
  const { rows } = await admin.query<{ event_id: string }>(
    "SELECT event_id FROM audit_event WHERE tenant_id = $1",
    [tenantId],
  );
  const eventId = rows[0]?.event_id;
  const requestId = uuidv7();
  const policyId = uuidv7();
  const rest: [string, unknown[]][] = [
    [
      `INSERT INTO secret_policy (tenant_id, policy_id, name, version, source, parsed, saved_at)
       VALUES ($1, $2, $3, 1, $3, '{"organizationLabels": {}, "rules": []}', now())`,
      [tenantId, policyId, canary],
    ],
    [
      `INSERT INTO secret_policy_version (tenant_id, policy_id, version, source, digest, event_id, saved_at)
       VALUES ($1, $2, 1, $3, sha256(convert_to($3, 'UTF8')), $4, now())`,
      [tenantId, policyId, canary, eventId],
    ],
    [
      "INSERT INTO audit_payload VALUES ($1, $2, 'k', '\\x00', '\\x00') ON CONFLICT DO NOTHING",
      [tenantId, eventId],
    ],
    [
      "INSERT INTO policy_set (tenant_id, digest, body) VALUES ($1, sha256(convert_to($2, 'UTF8')), $2)",
      [tenantId, canary],
    ],
    ["INSERT INTO audit_leaf VALUES ($1, 0, $2, sha256('a'), now())", [tenantId, eventId]],
    ["INSERT INTO audit_tile VALUES ($1, 0, 0, 1, sha256('a'))", [tenantId]],
    ["INSERT INTO audit_checkpoint VALUES ($1, 1, sha256('a'), $2, now())", [tenantId, canary]],
    [
      "INSERT INTO audit_cosignature VALUES ($1, 1, $2, now(), '— ' || $2, now())",
      [tenantId, canary],
    ],
    ["INSERT INTO audit_witness VALUES ($1, $2, 1, now(), NULL, NULL)", [tenantId, canary]],
    [
      "INSERT INTO denial_window (tenant_id, denial_key, window_ends_at, last_at) VALUES ($1, $2, now(), now())",
      [tenantId, canary],
    ],
    [
      "INSERT INTO idempotency_key (tenant_id, actor_ref, key, verb, request_digest, response) VALUES ($1, $2, 'key-0000001', 'v', '\\x00', '{}')",
      [tenantId, canary],
    ],
    [
      `INSERT INTO policy_decision (tenant_id, decision_id, action, outcome, policy_set_digest, schema_digest,
         engine_version, request, entities, reasons, errors, digest, decided_at)
       VALUES ($1, $2, 'RotateSecret', 'allow', '\\x00', '\\x00', '4', $3, '[]', '{}', '{}', '\\x00', now())`,
      [tenantId, uuidv7(), canary],
    ],
    [
      `INSERT INTO approval_request (tenant_id, request_id, kind, subject_ref, subject_digest, subject, requirement,
         reason, requester_kind, requester_issuer, requester_subject, state, request_event_id, expires_at, created_at)
       VALUES ($1, $2, 'rotation', $3, sha256(convert_to($3, 'UTF8')), $3, '[]', $3, 'user', $3, $3, 'open', $4,
         now() + interval '1 day', now())`,
      [tenantId, requestId, canary, eventId],
    ],
    [
      `INSERT INTO approval_review (tenant_id, review_id, request_id, revision, subject_digest, reviewer_issuer,
         reviewer_subject, reviewer_roles, decision, comment, created_at)
       VALUES ($1, $2, $3, 1, '\\x00', $4, $4, '{}', 'approve', $4, now())`,
      [tenantId, uuidv7(), requestId, canary],
    ],
  ];
  const { keyId, wrapped } = newTenantKey(tenantId);
  rest.push([
    "INSERT INTO tenant_key (tenant_id, key_id, wrapped, created_at) VALUES ($1, $2, $3, now())",
    [tenantId, keyId, wrapped],
  ]);
  for (const [text, values] of rest) await admin.query(text, values);
  await seedSearchIndex(admin, tenantId);
  await seedRotationRest(admin, seeded);
  await seedSupplyChain(admin, seeded);
  await seedStepUp(admin, seeded, eventId);
}

/** A proof, what it came of, and a key. */
async function seedStepUp(
  admin: pg.Client,
  { tenantId, canary }: SeededTenant,
  eventId: string | undefined,
): Promise<void> {
  const attemptId = uuidv7();
  await admin.query(
    `INSERT INTO step_up_attempt (tenant_id, attempt_id, kind, issuer, subject, session_id, act, digest, seed, return_to,
       began_at, expires_at)
     VALUES ($1, $2, 'oidc', $3, $3, $2, 'deployments.review', sha256('a'), sha256('b'), '/' || $3, now(), now())`,
    [tenantId, attemptId, canary],
  );
  await admin.query(
    `INSERT INTO step_up_proof (tenant_id, proof_id, attempt_id, issuer, subject, session_id, act, digest, method, acr, amr,
       auth_time, made_at, expires_at, event_id)
     VALUES ($1, $2, $2, $3, $3, $2, 'deployments.review', sha256('a'), 'oidc', $3, '{}', now(), now(), now(), $4)`,
    [tenantId, attemptId, canary, eventId],
  );
  await admin.query(
    `INSERT INTO security_key (tenant_id, key_id, issuer, subject, credential_id, public_key, sign_count, transports,
       aaguid, is_synced, name, created_at)
     VALUES ($1, $2, $3, $3, sha256('c'), '\\x00', 0, '{}', '', false, $3, now())`,
    [tenantId, attemptId, canary],
  );
}

/** What the indexer makes of a log. */
async function seedSearchIndex(admin: pg.Client, tenantId: string): Promise<void> {
  for (const text of [
    "INSERT INTO audit_segment VALUES ($1, 0, 0, 1, now(), now(), '\\x00', '{}')",
    "INSERT INTO audit_segment_page VALUES ($1, 0, 0, 1, 0, '\\x00')",
    "INSERT INTO audit_segment_column VALUES ($1, 0, 0, 1, 'type', '\\x00')",
    "INSERT INTO audit_granule VALUES ($1, 0, '\\x00')",
    "INSERT INTO audit_index_head VALUES ($1, 1, now())",
    "INSERT INTO audit_search_window VALUES ($1, 'user:x', repeat('a', 64), now())",
  ]) {
    await admin.query(text, [tenantId]);
  }
}

async function seedRotationRest(
  admin: pg.Client,
  { tenantId, canary }: SeededTenant,
): Promise<void> {
  const rows: [string, unknown[]][] = [
    [
      `INSERT INTO store_login (tenant_id, address, worker, method, since, seen_at)
       VALUES ($1, $2, $2, 'jwt', now(), now())`,
      [tenantId, canary],
    ],
    [
      `INSERT INTO saved_view (tenant_id, view_id, issuer, subject, page, name, params, saved_at)
       VALUES ($1, $2, $3, $3, 'rotations', $3, $3, now())`,
      [tenantId, uuidv7(), canary],
    ],
    [
      `INSERT INTO runtime_tenant_binding (tenant_id, environment, version, declaration, reason, saved_by_name, event_id, saved_at)
       VALUES ($1, 'prod', 1, '{}', $2, $2, $3, now())`,
      [tenantId, canary, uuidv7()],
    ],
    [
      "INSERT INTO isolation_look (tenant_id, due_at) VALUES ($1, now()) ON CONFLICT DO NOTHING",
      [tenantId],
    ],
    [
      `INSERT INTO isolation_cell (tenant_id, environment, layer, state, since, observed_at, facts, facts_digest)
       VALUES ($1, 'prod', 'data', 'unknown', now(), now(), jsonb_build_array($2::text), sha256('f')) ON CONFLICT DO NOTHING`,
      [tenantId, canary],
    ],
    [
      `INSERT INTO isolation_change (tenant_id, change_id, environment, layer, state, facts, changed_at)
       VALUES ($1, $3, 'prod', 'data', 'unknown', jsonb_build_array($2::text), now())`,
      [tenantId, canary, uuidv7()],
    ],
    [
      `INSERT INTO isolation_edge (tenant_id, edge_id, direction, environment, cluster, workload, ports, allowed_by, other, first_seen_at)
       VALUES ($1, substr(sha256('e'), 1, 16), 'in', 'prod', 'c', $2, 'TCP 1', '{}', $2, now())`,
      [tenantId, canary],
    ],
    [
      `INSERT INTO isolation_what_if (tenant_id, what_if_id, environment, state, question_key, question, asked_by_name, event_id, asked_at, erase_at)
       VALUES ($1, $3, 'prod', 'requested', 'k', convert_to($2, 'UTF8'), $2, $3, now(), now())`,
      [tenantId, canary, uuidv7()],
    ],
    [
      `INSERT INTO evidence_pack (tenant_id, pack_id, state, disclosure, sealed_key, sealed, as_of, range_from, range_to,
         tree_size, checkpoint, asked_by_name, event_id, asked_at, kept_days)
       VALUES ($1, $3, 'requested', 'matches', 'k', convert_to($2, 'UTF8'), now(), 0, 0, 1, $2, $2, $3, now(), 1)`,
      [tenantId, canary, uuidv7()],
    ],
    [
      `INSERT INTO audit_export (tenant_id, export_id, format, state, query_key, query, as_of, tree_size, event_id, begun_at, seen_at)
       VALUES ($1, $3, 'csv', 'begun', 'k', convert_to($2, 'UTF8'), now(), 0, $3, now(), now())`,
      [tenantId, canary, uuidv7()],
    ],
    ["INSERT INTO audit_tile_copy VALUES ($1, 0, 0, sha256('a'), now())", [tenantId]],
    [
      `INSERT INTO admission_cluster (tenant_id, cluster, description, for_every, tenants, created_at, updated_at)
       VALUES ($1, 'c', $2, true, '{}', now(), now())`,
      [tenantId, canary],
    ],
    [
      `INSERT INTO admission_credential (tenant_id, cluster, token_hash, added_by_name, event_id, added_at)
       SELECT $1, 'c', sha256('t'), $2, event_id, now() FROM audit_event WHERE tenant_id = $1 LIMIT 1`,
      [tenantId, canary],
    ],
    [
      `INSERT INTO admission_namespace (tenant_id, cluster, namespace, rule, reason, saved_by_name, event_id, saved_at)
       SELECT $1, 'c', 'n', 'exempt', $2, $2, event_id, now() FROM audit_event WHERE tenant_id = $1 LIMIT 1`,
      [tenantId, canary],
    ],
    [
      `INSERT INTO mention_read (tenant_id, issuer, subject, comment_id, read_at)
       SELECT $1, $2, $2, comment_id, now() FROM deployment_comment WHERE tenant_id = $1 LIMIT 1`,
      [tenantId, canary],
    ],
    [
      `INSERT INTO rotation_target (tenant_id, target_id, name, kind, address, for_every, tenants, environments, created_at, updated_at)
       VALUES ($1, $2, $3, 'postgres', '{"kind":"postgres"}', true, '{}', '{prod}', now(), now())`,
      [tenantId, uuidv7(), canary],
    ],
    [
      `INSERT INTO manual_reminder (tenant_id, binding_id, due_at, stage, reminded_at)
       SELECT $1, binding_id, now(), 'due', now() FROM secret_binding WHERE tenant_id = $1 LIMIT 1`,
      [tenantId],
    ],
    [
      "INSERT INTO discovery_run (tenant_id, due_at) VALUES ($1, now()) ON CONFLICT DO NOTHING",
      [tenantId],
    ],
    [
      `INSERT INTO change_window (tenant_id, window_id, environment, days, start_time, end_time, time_zone, created_at)
       VALUES ($1, $2, 'prod', '{1}', '01:00', '02:00', 'Asia/Muscat', now())`,
      [tenantId, uuidv7()],
    ],
  ];
  for (const [text, values] of rows) await admin.query(text, values);
}

async function seedSupplyChain(
  admin: pg.Client,
  { tenantId, canary }: SeededTenant,
): Promise<void> {
  await admin.query(
    `INSERT INTO deployment_attachment (tenant_id, deployment_id, digest, kind, body, attached_by_name, event_id, attached_at)
     SELECT $1, d.deployment_id, sha256(convert_to($2, 'UTF8')), 'sbom', $2, $2, e.event_id, now()
     FROM deployment_request d, audit_event e WHERE d.tenant_id = $1 AND e.tenant_id = $1 LIMIT 1`,
    [tenantId, canary],
  );
  await admin.query(
    `INSERT INTO deployment_verdict (tenant_id, deployment_id, revision, image_digest, verdict, reasons, policy_digest,
       gate, gate_reasons, vulnerabilities, sboms, event_id, checked_at)
     SELECT $1, r.deployment_id, r.revision, 'sha256:' || repeat('a', 64), 'unknown', '[]', sha256('a'),
       'none', '[]', '[]', '[]', e.event_id, now()
     FROM deployment_revision r, audit_event e WHERE r.tenant_id = $1 AND e.tenant_id = $1 LIMIT 1`,
    [tenantId],
  );
}

/** The columns of a table that a statement may set. */
export async function settableColumns(admin: pg.Client, table: string): Promise<string> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [table],
  );
  return rows.map((row) => row.name).join(", ");
}

/** Takes the database's wall away: for a throwaway database only. */
export async function withoutRowSecurity(admin: pg.Client): Promise<void> {
  for (const table of await tenantTables(admin)) {
    await admin.query(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`);
  }
}
