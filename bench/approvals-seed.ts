import pg from "pg";

export const APPROVALS_TENANT = "approvals";

const SPEC = {
  groups: [
    { role: "sovereign-admin", count: 2 },
    { role: "security-officer", count: 1 },
  ],
  windows: [],
  waitingSeconds: 0,
  expirySeconds: 86_400,
  requiresElevation: false,
  provenance: "none",
  trustedRegistries: ["registry.example"],
  supersedesWaiting: false,
};

/** How many requests still wait for a decision: the inbox. */
export const WAITING = 200;
export const SERVICES = 2_000;

/**
 * So many deployment requests of the last two years in one tenant, each with revision, image, approval, review and
 * history; the newest 200 wait for a decision, and 2,000 services run. Loaded without foreign keys looking on.
 */
export async function seedApprovals(superuserUrl: string, requests: number): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await load(client, requests);
  } finally {
    await client.end();
  }
}

async function load(client: pg.Client, requests: number): Promise<void> {
  await client.query("SET session_replication_role = replica");
  await client.query("SET synchronous_commit = off");
  await client.query(
    "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'organization', $1)",
    [APPROVALS_TENANT],
  );
  await client.query(ENVIRONMENTS, [APPROVALS_TENANT, JSON.stringify(SPEC)]);
  await client.query(NUMBERS, [requests, WAITING, SERVICES, APPROVALS_TENANT]);
  for (const statement of TABLES)
    await client.query(statement, [APPROVALS_TENANT, JSON.stringify(SPEC.groups)]);
  await client.query("DROP TABLE numbered");
  // As autovacuum leaves the tables.
  await client.query(
    "VACUUM ANALYZE approval_request, approval_review, deployment_request, deployment_revision, deployment_image, deployment_history, runtime_deployment",
  );
}

const ENVIRONMENTS = `
  WITH e AS (SELECT unnest(ARRAY['dev', 'test', 'staging', 'prod']) AS environment), head AS (
    INSERT INTO environment_policy (tenant_id, environment, version, updated_at) SELECT $1, environment, 1, now() FROM e)
  INSERT INTO environment_policy_version (tenant_id, environment, version, spec, spec_digest, reason, saved_by_name, event_id, saved_at)
  SELECT $1, environment, 1, $2::text::jsonb, sha256(convert_to($2::text, 'UTF8')), 'Seed', 'seed', uuidv7(), now() FROM e`;

const NUMBERS = `
  CREATE UNLOGGED TABLE numbered AS
  SELECT *, sha256(convert_to(subject, 'UTF8')) AS subject_digest FROM (
    SELECT *, format('{"configDigest":"%s","environment":"%s","images":["%s"],"policyVersion":1,"provenance":{"verdict":"unknown"},"requester":{"issuer":"https://sso.example/realms/%s","subject":"%s"},"service":"%s","tenant":"%s"}',
      digest, environment, digest, $4::text, requester, service, $4::text) AS subject
    FROM (SELECT n, uuidv7(age) AS id, uuidv7(age) AS approval_id, now() + age AS at, 'service-' || n % $3::int AS service,
        (ARRAY['prod', 'prod', 'staging', 'test'])[1 + (n / $3::int) % 4] AS environment,
        'developer-' || n % 300 AS requester, 'sha256:' || encode(sha256(int4send(n)), 'hex') AS digest,
        CASE WHEN n > $1::int - $2::int THEN 'awaiting_approval'
          ELSE (ARRAY['succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'failed', 'rejected', 'expired'])[1 + n % 8] END AS state
      FROM (SELECT n, make_interval(secs => -63072000.0 * ($1::int - n) / $1::int - 60) AS age FROM generate_series(1, $1::int) n) a) b) c`;

const TABLES = [
  `INSERT INTO approval_request (tenant_id, request_id, kind, subject_ref, revision, subject_digest, subject, requirement, reason,
     requester_kind, requester_issuer, requester_subject, requester_name, state, request_event_id, expires_at, created_at, decided_at)
   SELECT $1, approval_id, 'deployment', 'deployment/' || id, 1, subject_digest, subject, $2::text::jsonb, 'Release ' || n,
     'user', 'https://sso.example/realms/' || $1, requester, requester,
     CASE state WHEN 'awaiting_approval' THEN 'open' WHEN 'rejected' THEN 'rejected' WHEN 'expired' THEN 'expired' ELSE 'executed' END,
     id, CASE WHEN state = 'awaiting_approval' THEN now() + interval '1 day' ELSE at + interval '1 day' END, at,
     CASE WHEN state <> 'awaiting_approval' THEN at + interval '1 hour' END FROM numbered`,
  `INSERT INTO approval_review (tenant_id, review_id, request_id, revision, subject_digest, reviewer_issuer, reviewer_subject,
     reviewer_roles, decision, comment, created_at, reviewer_name)
   SELECT $1, uuidv7(), approval_id, 1, subject_digest, 'https://sso.example/realms/' || $1, 'admin-' || n % 20, '{sovereign-admin}',
     CASE state WHEN 'rejected' THEN 'reject' ELSE 'approve' END, '', at, 'admin-' || n % 20 FROM numbered`,
  `INSERT INTO deployment_request (tenant_id, deployment_id, environment, service, kind, state, revision, subject_digest, policy_version,
     approval_id, requester_kind, requester_issuer, requester_subject, requester_name, request_event_id, created_at, revised_at,
     expires_at, check_due_at, claimed_at, claimed_by_issuer, claimed_by_subject, report_due_at, finished_at, history_no, announced_no)
   SELECT $1, id, environment, service, 'deploy', state, 1, subject_digest, 1, approval_id, 'user', 'https://sso.example/realms/' || $1,
     requester, requester, id, at, at, CASE WHEN state = 'awaiting_approval' THEN now() + interval '1 day' ELSE at + interval '1 day' END, at,
     CASE WHEN state IN ('succeeded', 'failed') THEN at END, CASE WHEN state IN ('succeeded', 'failed') THEN 'https://sso.example' END,
     CASE WHEN state IN ('succeeded', 'failed') THEN 'pipeline' END, CASE WHEN state IN ('succeeded', 'failed') THEN at + interval '1 hour' END, CASE WHEN state <> 'awaiting_approval' THEN at END, 1, 1 FROM numbered`,
  `INSERT INTO deployment_revision (tenant_id, deployment_id, revision, config_digest, change_ref, reason, policy_version, provenance,
     subject_digest, created_at)
   SELECT $1, id, 1, digest, 'bank/' || service || '#' || n, 'Release ' || n, 1, 'unknown', subject_digest, at FROM numbered`,
  `INSERT INTO deployment_image (tenant_id, deployment_id, revision, image_no, repository, tag, digest)
   SELECT $1, id, 1, 1, 'registry.example/' || service, 'r' || n, digest FROM numbered`,
  `INSERT INTO deployment_history (tenant_id, deployment_id, entry_no, act, state_from, state_to, revision, actor_kind, actor_name, event_id, at)
   SELECT $1, id, 1, 'requested', 'requested', 'requested', 1, 'user', requester, id, at FROM numbered`,
  `INSERT INTO runtime_deployment (tenant_id, environment, service, deployment_id, revision, running_since)
   SELECT DISTINCT ON (environment, service) $1, environment, service, id, 1, at FROM numbered
   WHERE state = 'succeeded' AND environment = 'prod' AND $2::text <> '' ORDER BY environment, service, id DESC`,
].map((statement) => (statement.includes("$2") ? statement : `${statement} WHERE $2::text <> ''`));
