import { spawn } from "node:child_process";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { AUDIT_TENANT } from "./audit-seed.ts";

const CLIENTS = 16;
/** Changes before the measured ones. */
const WARM_UP = 400;

/**
 * Durable changes a second by sixteen clients at once, each change with its event in its own transaction,
 * while the sequencer and the indexer work in a process of their own; and how long events waited for their
 * signed head. Every commit is flushed to disk (`fsync`, `synchronous_commit` on).
 */
export async function benchAppends(superuserUrl: string, changes: number) {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query("CHECKPOINT");
  await refuseUnsafe(client);
  const sealer = spawn(
    process.execPath,
    ["--conditions=react-server", fileURLToPath(new URL("./audit-sealer.ts", import.meta.url))],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  try {
    const { runVerb } = await import("#server/platform/verb.ts");
    const { recordSearch } = await import("#server/features/audit/verbs/record-search.ts");
    const { userOf } = await import("#test/fixtures/callers.ts");
    const { mintAuthorizedTenant } = await import("#server/platform/tenancy/authorized-tenant.ts");
    const tenant = mintAuthorizedTenant(AUDIT_TENANT);
    // The same search is noted once in a while only: the names are new in a database that was measured before, too.
    const runAt = Date.now();
    const run = async (count: number, name: string) => {
      let next = 0;
      const millis: number[] = [];
      const one = async (n: number) => {
        const caller = userOf(tenant, `client-${n}`, { roles: ["compliance"] });
        while (next < count) {
          const query = `${name} ${runAt} ${next++}`;
          const begun = performance.now();
          await runVerb(recordSearch, caller, { query, act: "search" });
          millis.push(performance.now() - begun);
        }
      };
      const begun = performance.now();
      await Promise.all(Array.from({ length: CLIENTS }, (_, n) => one(n)));
      return { seconds: (performance.now() - begun) / 1_000, millis };
    };
    await run(WARM_UP, "warm");
    const { rows } = await client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
    const { seconds, millis } = await run(changes, "measured");
    const [lag] = await lagOf(client, rows[0]?.now ?? new Date(), changes);
    return {
      clients: CLIENTS,
      changes,
      changesASecond: Math.round(changes / seconds),
      millis: { p50: at(millis, 0.5), p99: at(millis, 0.99) },
      sealingLagMillis: { p50: Number(lag?.p50), p99: Number(lag?.p99) },
      fsync: true,
      load: loadavg()[0],
      aim: { changesASecond: 1_000, sealingLagMillisP99: 1_000 },
      isMet: changes / seconds >= 1_000 && Number(lag?.p99) < 1_000,
    };
  } finally {
    sealer.kill("SIGTERM");
    await new Promise((resolve) => sealer.once("exit", resolve));
    await client.end();
  }
}

/** A figure of commits that do not last is none. */
async function refuseUnsafe(client: pg.Client): Promise<void> {
  for (const name of ["fsync", "synchronous_commit", "full_page_writes"]) {
    const { rows } = await client.query<Record<string, string>>(`SHOW ${name}`);
    if (rows[0]?.[name] !== "on") throw new Error(`${name} is off: nothing durable is measured`);
  }
}

/** From the event's own time to its leaf's; waits until every one has its leaf. */
async function lagOf(client: pg.Client, since: Date, changes: number) {
  for (let tries = 0; tries < 600; tries++) {
    const { rows } = await client.query<{ sealed: string; p50: string; p99: string }>(
      `SELECT count(*) AS sealed, percentile_disc(0.5) WITHIN GROUP (ORDER BY lag) AS p50,
         percentile_disc(0.99) WITHIN GROUP (ORDER BY lag) AS p99
       FROM (SELECT round(extract(epoch FROM l.sealed_at - e.recorded_at) * 1000) AS lag FROM audit_event e
             JOIN audit_leaf l ON l.tenant_id = e.tenant_id AND l.event_id = e.event_id
             WHERE e.tenant_id = $1 AND e.recorded_at >= $2) AS each`,
      [AUDIT_TENANT, since],
    );
    if (Number(rows[0]?.sealed) >= changes) return rows;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("not every event was sealed within a minute");
}

function at(values: number[], quantile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length * quantile)] ?? Number.NaN) * 100) / 100;
}
