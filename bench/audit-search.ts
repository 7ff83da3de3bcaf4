import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { loadAudit } from "./audit-load.ts";
import { AUDIT_TENANT, RARE_TICKET, RARE_WORD } from "./audit-seed.ts";
import { startProcedureServer } from "./procedure-server.ts";

/*
 * The search of the audit log: signed in, over HTTP, through the procedures, under row security and
 * over encrypted payloads, against statements by hand over the same rows by a superuser, with a
 * clear copy of the words and indexes made for them. Rounds alternate. Prints JSON.
 */

interface Case {
  path: "audit.search" | "audit.overview";
  /** What is asked in a round: nobody asks for the same deep page again and again. */
  input: Record<string, unknown> | ((round: number) => Record<string, unknown>);
  sql: string | ((round: number) => string);
  /** Aim for p95, milliseconds. */
  aim: number;
  /** How many must be found: another number is a fault of the search, and ends the run. */
  finds?: number;
}

const HERE = `tenant_id = '${AUDIT_TENANT}'`;
const PAGE = `SELECT event_id, type, subject, outcome, actor_ref, recorded_at FROM audit_event WHERE ${HERE}`;
const NEWEST = "ORDER BY recorded_at DESC, event_id DESC LIMIT 51";
const matching = (where: string) =>
  `SELECT e.event_id, e.type, e.subject, e.outcome, e.actor_ref, e.recorded_at FROM clear_text t
   JOIN audit_event e ON ${HERE} AND e.event_id = t.event_id WHERE ${where} ORDER BY t.recorded_at DESC LIMIT 51`;

function casesOf(leaves: number): Record<string, Case> {
  const deepLeaf = (round: number) => (Math.floor(leaves / 2) + (round + WARM_UP) * 997) % leaves;
  // Another one each round: what was looked up before would be in memory.
  const absent = (round: number) => `quagmiresque${round + WARM_UP}`;
  return {
    firstPage: { path: "audit.search", input: { query: "" }, sql: `${PAGE} ${NEWEST}`, aim: 5 },
    deepPage: {
      path: "audit.search",
      input: (round) => ({ query: "", cursor: `leaf:${deepLeaf(round)}` }),
      sql: (
        round,
      ) => `${PAGE} AND (recorded_at, event_id) < (SELECT e.recorded_at, e.event_id FROM audit_leaf l
        JOIN audit_event e USING (tenant_id, event_id) WHERE l.${HERE} AND l.leaf_index = ${deepLeaf(round)}) ${NEWEST}`,
      aim: 5,
    },
    denied: {
      path: "audit.search",
      input: { query: "outcome:denied type:runtime.access.*" },
      sql: `${PAGE} AND outcome = 'denied' AND type LIKE 'runtime.access.%' ${NEWEST}`,
      aim: 5,
    },
    rareWord: {
      path: "audit.search",
      input: { query: RARE_WORD },
      sql: matching(`words @@ to_tsquery('simple', '${RARE_WORD}')`),
      finds: 5,
      aim: 20,
    },
    absentWord: {
      path: "audit.search",
      input: (round) => ({ query: absent(round) }),
      sql: (round) => matching(`words @@ to_tsquery('simple', '${absent(round)}')`),
      finds: 0,
      aim: 20,
    },
    payloadField: {
      path: "audit.search",
      input: { query: `payload.ticket:=${RARE_TICKET}` },
      sql: matching(`ticket = '${RARE_TICKET}'`),
      finds: 5,
      aim: 20,
    },
    payloadWord: {
      path: "audit.search",
      input: { query: "payload.region:nizwa" },
      sql: matching("region = 'nizwa'"),
      aim: 20,
    },
    facetsAndHistogram: {
      path: "audit.overview",
      input: { query: "" },
      sql: `SELECT type, outcome, date_bin('1 day', recorded_at, '2020-01-01') AS day, count(*) FROM audit_event WHERE ${HERE} GROUP BY 1, 2, 3`,
      aim: 100,
    },
    facetsOfAQuery: {
      path: "audit.overview",
      input: { query: "outcome:denied payload.region:muscat" },
      sql: `SELECT e.type, e.outcome, date_bin('1 day', e.recorded_at, '2020-01-01') AS day, count(*) FROM clear_text t
        JOIN audit_event e ON e.${HERE} AND e.event_id = t.event_id
        WHERE t.region = 'muscat' AND e.outcome = 'denied' GROUP BY 1, 2, 3`,
      aim: 100,
    },
  };
}

/** Rounds before the measured ones: a console that has been up for a minute. */
const WARM_UP = 30;
/** Of them those in which the statements by hand run too, which are compiled at once and take seconds. */
const WARM_UP_BY_HAND = 5;

/** Measures every case on a log of `events` in five tenants, which it makes unless `directory` has one. */
export async function benchAuditSearch({
  superuserUrl,
  directory,
  events,
  rounds,
}: {
  superuserUrl: string;
  directory: string;
  events: number;
  rounds: number;
}): Promise<Record<string, unknown>> {
  const loaded = join(directory, `loaded-${events}.json`);
  const isLoaded = existsSync(loaded);
  const seconds = isLoaded
    ? JSON.parse(readFileSync(loaded, "utf8"))
    : await loadAudit(superuserUrl, events);
  if (!isLoaded) writeFileSync(loaded, JSON.stringify(seconds));
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  const { rows } = await client.query<{ relname: string; bytes: string }>(
    `SELECT relname, pg_total_relation_size(oid) AS bytes FROM pg_class
     WHERE relkind = 'r' AND relname LIKE 'audit\\_%' AND relname <> 'audit_pending' ORDER BY 2 DESC`,
  );
  const [size] = (
    await client.query<{ leaves: string }>(
      "SELECT max(tree_size) AS leaves FROM audit_checkpoint WHERE tenant_id = $1",
      [AUDIT_TENANT],
    )
  ).rows;
  await client.end();
  const server = await startProcedureServer(superuserUrl, AUDIT_TENANT);
  const { sealPendingAudit } = await import("#server/features/audit/sealing/seal-pending-audit.ts");
  const { indexTenant, tidyIndex } = await import(
    "#server/features/audit/search/indexing/index-tenant.ts"
  );
  const { mintAuthorizedTenant } = await import("#server/platform/tenancy/authorized-tenant.ts");
  const tenant = mintAuthorizedTenant(AUDIT_TENANT);
  const settle = async () => {
    while ((await sealPendingAudit(tenant))?.sealed) {}
    while (await indexTenant(tenant)) {}
  };
  while (await tidyIndex(tenant)) {}
  const cases: Record<string, unknown> = {};
  try {
    for (const [name, each] of Object.entries(casesOf(Number(size?.leaves)))) {
      cases[name] = await measure(name, each);
    }
  } finally {
    await server.close();
  }
  return {
    events,
    leavesOfTheTenant: Number(size?.leaves),
    seconds,
    bytesPerEvent: {
      total: Math.round(rows.reduce((sum, { bytes }) => sum + Number(bytes), 0) / events),
      ...Object.fromEntries(
        rows
          .map(({ relname, bytes }) => [relname, Math.round(Number(bytes) / events)] as const)
          .filter(([, bytes]) => bytes > 0),
      ),
    },
    cases,
  };

  async function measure(name: string, { path, input, sql, aim, finds }: Case) {
    const times = { console: [] as number[], sql: [] as number[] };
    let found = 0;
    const begun = performance.now();
    for (let round = -WARM_UP; round < rounds; round++) {
      await server.forgetCalls();
      const asked = typeof input === "function" ? input(round) : input;
      const statement = typeof sql === "function" ? sql(round) : sql;
      for (const which of ["console", "sql"] as const) {
        if (which === "sql" && round < -WARM_UP_BY_HAND) continue;
        const start = performance.now();
        if (which === "console") {
          const answer = await server.ask(path, asked);
          if (round >= 0) times.console.push(performance.now() - start);
          const data = server.read<{ events?: unknown[]; total?: number }>(answer);
          found = data.events?.length ?? data.total ?? 0;
        } else {
          await server.byHand({ statements: [statement] });
          if (round >= 0) times.sql.push(performance.now() - start);
        }
      }
      // The search itself was recorded: as in a living console, it is sealed and indexed soon.
      if (round === -WARM_UP) await settle();
      // A statement that takes seconds by hand is measured a few times only.
      if (round > 4 && performance.now() - begun > 30_000) break;
    }
    if (finds !== undefined && found !== finds) {
      throw new Error(`${name} finds ${found} instead of ${finds}`);
    }
    const both = (values: number[]) => ({ p50: at(values, 0.5), p95: at(values, 0.95) });
    const ours = both(times.console);
    const byHand = both(times.sql);
    const ratio = Math.round((ours.p50 / byHand.p50) * 100) / 100;
    process.stderr.write(`${name}: ${JSON.stringify(ours)} by hand ${JSON.stringify(byHand)}\n`);
    const load = Math.round((loadavg()[0] ?? 0) * 10) / 10;
    return { found, load, millis: ours, byHandMillis: byHand, ratio, aim, isMet: ours.p95 <= aim };
  }
}

function at(values: number[], quantile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length * quantile)] ?? Number.NaN) * 100) / 100;
}
