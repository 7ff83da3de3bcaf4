import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pg from "pg";
import { AUDIT_TENANT, OTHER_TENANTS, seedTenant } from "./audit-seed.ts";

/** What makes a commit last (`audit-appends.ts` checks that it is on). */
const UNSAFE = ["fsync", "synchronous_commit", "full_page_writes"];

export interface LoadSeconds {
  load: number;
  sealing: number;
  indexing: number;
}

/**
 * Fills the log in two processes, one for the measured tenant and one for the rest: events as they are
 * always written, then the console's own sequencer and indexer. Gives the seconds of each.
 */
export async function loadAudit(superuserUrl: string, events: number) {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  for (const setting of [
    "max_wal_size = '6GB'",
    "checkpoint_timeout = '30min'",
    "autovacuum = off",
    // Nothing waits for the disk while the log is filled; what is measured does.
    ...UNSAFE.map((name) => `${name} = off`),
  ])
    await client.query(`ALTER SYSTEM SET ${setting}`);
  await client.query("SELECT pg_reload_conf()");
  await client.query(
    "CREATE TABLE clear_text (event_id uuid, recorded_at timestamptz, region text, ticket text, words tsvector)",
  );
  await client.query(
    "INSERT INTO tenant (tenant_id, kind, display_name) SELECT id, 'organization', id FROM unnest($1::text[]) AS id",
    [[AUDIT_TENANT, ...OTHER_TENANTS]],
  );
  const [own, others] = await Promise.all([
    loadIn([AUDIT_TENANT], Math.ceil(events / 2), superuserUrl),
    loadIn(OTHER_TENANTS, Math.floor(events / 8), superuserUrl),
  ]);
  await client.query("SET maintenance_work_mem = '512MB'");
  await client.query("CREATE INDEX ON clear_text USING gin (words)");
  await client.query("CREATE INDEX ON clear_text (region, recorded_at DESC)");
  await client.query("CREATE INDEX ON clear_text (ticket)");
  await client.query("ALTER SYSTEM RESET ALL");
  await client.query("SELECT pg_reload_conf()");
  await client.query("VACUUM ANALYZE");
  await client.query("CHECKPOINT");
  await client.end();
  return { [AUDIT_TENANT]: own, others };
}

function loadIn(
  tenants: readonly string[],
  eventsEach: number,
  superuserUrl: string,
): Promise<LoadSeconds> {
  const args = [...tenants, "--events", String(eventsEach), "--url", superuserUrl];
  const child = spawn(
    process.execPath,
    ["--conditions=react-server", fileURLToPath(import.meta.url), ...args],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve(JSON.parse(said) as LoadSeconds);
      else reject(new Error(`loading ${tenants.join(", ")} ended with ${code}`));
    });
  });
}

async function timed(act: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await act();
  return Math.round((performance.now() - begun) / 100) / 10;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { events: { type: "string" }, url: { type: "string" } },
  });
  const url = values.url ?? "";
  const { sealPendingAudit } = await import("#server/features/audit/sealing/seal-pending-audit.ts");
  const { indexTenant, tidyIndex } = await import(
    "#server/features/audit/search/indexing/index-tenant.ts"
  );
  const { mintAuthorizedTenant } = await import("#server/platform/tenancy/authorized-tenant.ts");
  const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const tenants = positionals.map(mintAuthorizedTenant);
  const load = await timed(async () => {
    for (const tenant of tenants) await seedTenant(client, tenant, Number(values.events));
  });
  for (const table of ["audit_event", "audit_payload", "audit_pending"])
    await client.query(`ANALYZE ${table}`);
  const sealing = await timed(async () => {
    for (const tenant of tenants) while ((await sealPendingAudit(tenant, 10_000))?.sealed) {}
  });
  await client.query("ANALYZE audit_leaf");
  const indexing = await timed(async () => {
    for (const tenant of tenants) {
      for (let pass = 0; await indexTenant(tenant); pass++) if (pass % 64 === 63) await sweep();
    }
    await sweep();
  });
  await client.end();
  await closePools();
  process.stdout.write(JSON.stringify({ load, sealing, indexing }));

  /** What was merged goes at once: nobody searches yet. */
  async function sweep(): Promise<void> {
    await client.query(
      "UPDATE audit_segment SET retired_at = retired_at - interval '1 hour' WHERE tenant_id = ANY ($1)",
      [tenants],
    );
    for (const tenant of tenants) while (await tidyIndex(tenant)) {}
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
