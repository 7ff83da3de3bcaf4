import pg from "pg";
import { uuidv7 } from "uuidv7";

const TENANTS = 40;
const ROWS_EACH = 250;

/** Forty tenants of 250 credentials and alerts each; gives one tenant and one of its credentials. */
export async function seedBenchmark(
  superuserUrl: string,
): Promise<{ tenant: string; bindingId: string }> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  let bindingId = "";
  for (let number = 0; number < TENANTS; number++) {
    const tenant = `tenant-${number}`;
    await client.query(
      "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'organization', $1)",
      [tenant],
    );
    const ids = Array.from({ length: ROWS_EACH }, () => uuidv7());
    bindingId = ids[7] ?? "";
    await client.query(
      `INSERT INTO secret_binding (tenant_id, binding_id, name, class, environment, store, path, owner, rotator, created_at, updated_at)
       SELECT $1, id, 'credential ' || n, 'api-token', 'prod', 'openbao', 'apps/' || id, 'team', '{"kind":"none"}', now(), now()
       FROM unnest($2::uuid[]) WITH ORDINALITY AS u (id, n)`,
      [tenant, ids],
    );
    await client.query(
      `INSERT INTO alert (tenant_id, alert_id, kind, severity, subject_ref, detail, created_at)
       SELECT $1, id, 'overdue', CASE WHEN n % 10 = 0 THEN 'critical' ELSE 'info' END, 'secret-binding/' || id, '', now() - n * interval '1 minute'
       FROM unnest($2::uuid[]) WITH ORDINALITY AS u (id, n)`,
      [tenant, ids],
    );
  }
  await client.query("ANALYZE");
  await client.end();
  return { tenant: `tenant-${TENANTS - 1}`, bindingId };
}
