import pg from "pg";
import { ruleInForce } from "#server/engines/secret-policy/rule-in-force.ts";
import { SECRET_CLASSES } from "#server/features/rotation/rules.ts";

export const DASHBOARD_TENANT = "dashboard";

/**
 * So many credentials in one tenant, of every class, age and state, 200 of them in rotation; and as
 * many again in four others, which the indexes hold as well.
 */
export async function seedDashboard(superuserUrl: string, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  const rules = Object.fromEntries(SECRET_CLASSES.map((each) => [each, ruleInForce([], each)]));
  const tenants = [DASHBOARD_TENANT, "other-1", "other-2", "other-3", "other-4"];
  for (const [number, tenant] of tenants.entries()) {
    await client.query(
      "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'organization', $1)",
      [tenant],
    );
    await client.query(BINDINGS, [
      tenant,
      number === 0 ? rows : Math.ceil(rows / 4),
      JSON.stringify(rules),
      SECRET_CLASSES,
    ]);
    await client.query(ROTATIONS, [tenant]);
  }
  // As autovacuum leaves the tables, so that what an index holds is read from the index.
  await client.query("VACUUM ANALYZE secret_binding, secret_binding_text, rotation");
  await client.end();
}

const BINDINGS = `
  INSERT INTO secret_binding (tenant_id, binding_id, name, class, environment, store, path, owner, region,
    rotator, current_version, last_rotated_at, next_rotation_at, state, rule, rule_digest, created_at, updated_at)
  SELECT $1, gen_random_uuid(), (ARRAY['orders', 'billing', 'ledger', 'portal', 'gateway', 'archive'])[1 + n % 6] || '-' || class || '-' || n,
    class, (ARRAY['prod', 'prod', 'staging', 'test', 'dev'])[1 + n % 5], 'openbao', 'apps/service-' || n % 4000 || '/secret-' || n,
    'team-' || n % 240, (ARRAY['muscat', 'salalah', 'sohar', NULL])[1 + n % 4],
    CASE WHEN n % 50 = 0 THEN '{"kind":"none","missing":"no provider is connected"}'
      ELSE '{"kind":"kv-generated","field":"value","bytes":32,"keep":[]}' END::jsonb,
    1 + n % 40, CASE WHEN n % 97 <> 0 THEN rotated END, CASE WHEN n % 11 <> 0 THEN rotated + ttl * 0.9 END,
    CASE WHEN n % 400 = 0 THEN 'failed' WHEN n % 1100 = 0 THEN 'missing' WHEN n % 900 = 0 THEN 'retired' ELSE 'active' END,
    $3::jsonb -> class, repeat('0', 64), now(), now()
  FROM (SELECT n, class, ttl, now() - ttl * (n % 1000) / 960.0 AS rotated FROM (
    SELECT n, class, make_interval(secs => coalesce(($3::jsonb -> class ->> 'maxTtlSeconds')::int, 86400 * 400)) AS ttl
    FROM (SELECT n, ($4::text[])[1 + (n / 7) % array_length($4::text[], 1)] AS class FROM generate_series(1, $2::int) n) a) b) c`;

const ROTATIONS = `
  INSERT INTO rotation (tenant_id, rotation_id, binding_id, state, trigger, requested_by, cause_event_id, due_at,
    grace_seconds, created_at, updated_at)
  SELECT $1, gen_random_uuid(), binding_id, (ARRAY['requested', 'staged', 'grace', 'awaiting_approval'])[1 + row_number() OVER () % 4],
    'scheduled', '{"kind":"system","issuer":null,"subject":null,"name":"seed"}', gen_random_uuid(), now(), 3600, now(), now()
  FROM secret_binding WHERE tenant_id = $1 AND state = 'active' ORDER BY path LIMIT 200`;
