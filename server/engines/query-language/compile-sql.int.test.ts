import { createHmac } from "node:crypto";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileDatabase } from "#test/harness/file-database.ts";
import { analyzeQuery } from "./analyze-query.ts";
import { compileSql, type SqlTarget } from "./compile-sql.ts";
import { evaluateQuery } from "./evaluate-query.ts";
import type { QueryEvent } from "./query-event.ts";
import { indexTerms, type SearchTerm, termText } from "./search-term.ts";
import { successor } from "./successor.ts";
import { arbitraryEvent, arbitraryQuery, NOW } from "./testing/arbitrary-search.ts";

const SCHEMA = `
  CREATE SCHEMA query_test;
  CREATE TABLE query_test.event (
    tenant_id text COLLATE "C" NOT NULL, event_id uuid NOT NULL, type text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL, outcome text COLLATE "C" NOT NULL, actor_kind text NOT NULL,
    actor_ref text NOT NULL, trace_id text COLLATE "C" NOT NULL, source text COLLATE "en-x-icu" NOT NULL,
    recorded_at timestamptz NOT NULL, leaf_index bigint, PRIMARY KEY (tenant_id, event_id));
  CREATE INDEX by_type ON query_test.event (tenant_id, type, recorded_at);
  CREATE INDEX by_time ON query_test.event (tenant_id, recorded_at);
  CREATE TABLE query_test.token (
    event_id uuid NOT NULL, clear text COLLATE "C" NOT NULL, hashed text COLLATE "C" NOT NULL);
  CREATE INDEX ON query_test.token (event_id, clear);
  CREATE INDEX ON query_test.token (event_id, hashed);
  ALTER TABLE query_test.event ENABLE ROW LEVEL SECURITY;
  ALTER TABLE query_test.event FORCE ROW LEVEL SECURITY;
  CREATE POLICY own ON query_test.event USING (tenant_id = current_setting('query_test.tenant'));
  GRANT USAGE ON SCHEMA query_test TO console_tenant;
  GRANT SELECT ON query_test.event, query_test.token TO console_tenant;`;

const COLUMNS: SqlTarget["columns"] = {
  eventId: "e.event_id",
  type: "e.type",
  subject: "e.subject",
  outcome: "e.outcome",
  actorKind: "e.actor_kind",
  actorRef: "e.actor_ref",
  traceId: "e.trace_id",
  source: "e.source",
  recordedAt: "e.recorded_at",
};
const hash = (term: SearchTerm) =>
  createHmac("sha256", "a key of the test").update(termText(term)).digest("hex");
const tokenWhere = (sql: string) =>
  `EXISTS (SELECT 1 FROM query_test.token t WHERE t.event_id = e.event_id AND ${sql})`;

/** An index of keyed hashes, which holds prefixes as terms of their own. */
const hashed: SqlTarget = {
  columns: COLUMNS,
  leafIndex: "e.leaf_index",
  hasTerm: (term, bind) => tokenWhere(`t.hashed = ${bind(hash(term))}::text`),
};

/** An index of clear words, which answers a prefix by a range over them. */
const clear: SqlTarget = {
  ...hashed,
  hasTerm: (term, bind) => {
    if (term.kind !== "prefix") return tokenWhere(`t.clear = ${bind(termText(term))}::text`);
    const from = termText({ ...term, kind: "word" });
    const range = `t.clear >= ${bind(from)}::text AND t.clear < ${bind(successor(from))}::text`;
    return tokenWhere(range);
  },
};

let client: pg.Client;
const events: QueryEvent[] = fc
  .sample(arbitraryEvent, { numRuns: 400, seed: 20_261_122 })
  .filter((event, at, all) => all.findIndex(({ eventId }) => eventId === event.eventId) === at);

beforeAll(async () => {
  client = new pg.Client({ connectionString: fileDatabase().urls.superuser });
  await client.connect();
  await client.query(SCHEMA);
  for (const event of events) {
    const values = [
      event.eventId,
      event.type,
      event.subject,
      event.outcome,
      event.actorKind,
      event.actorRef,
      event.traceId,
      event.source,
      event.recordedAt,
      event.leafIndex?.toString() ?? null,
    ];
    await client.query(
      "INSERT INTO query_test.event VALUES ('muscatpharmacy', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      values,
    );
    const terms = indexTerms(event);
    await client.query(
      "INSERT INTO query_test.token SELECT $1, * FROM unnest($2::text[], $3::text[])",
      [event.eventId, terms.map(termText), terms.map(hash)],
    );
  }
  await client.query("ANALYZE query_test.event, query_test.token");
});

afterAll(async () => {
  await client.query("DROP SCHEMA query_test CASCADE");
  await client.end();
});

async function found(text: string, target: SqlTarget): Promise<string[] | null> {
  const { condition } = analyzeQuery(text, { now: NOW });
  if (!condition) return null;
  const { sql, params } = compileSql(condition, target, 2);
  const rows = await client.query<{ event_id: string; fits: boolean | null }>(
    `SELECT e.event_id, ${sql} AS fits FROM query_test.event e WHERE e.tenant_id = $1`,
    ["muscatpharmacy", ...params],
  );
  if (rows.rows.some(({ fits }) => fits === null)) throw new Error(`a predicate was null: ${sql}`);
  return rows.rows.flatMap(({ event_id: id, fits }) => (fits ? [id] : [])).sort();
}

function expected(text: string): string[] | null {
  const { condition } = analyzeQuery(text, { now: NOW });
  if (!condition) return null;
  return events.flatMap((each) => (evaluateQuery(condition, each) ? [each.eventId] : [])).sort();
}

describe("SQL and the reference evaluator", () => {
  test.each([
    ["keyed hashes", hashed],
    ["clear words", clear],
  ])("find the same events with an index of %s", { timeout: 120_000 }, async (_, target) => {
    let ran = 0;
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryQuery, async (text) => {
        const reference = expected(text);
        expect(await found(text, target), text).toEqual(reference);
        if (reference) ran++;
        if (reference && reference.length > 0 && reference.length < events.length) hits++;
      }),
      { numRuns: 400 },
    );
    expect(ran).toBeGreaterThan(250);
    expect(hits).toBeGreaterThan(120);
  });

  const telling = [
    "muscat",
    '"signing key"',
    "payload.nested.city:muscat",
    'payload.region:="Muscat South"',
    "payload.tags:مسقط",
    "inter*",
    "actor:ali*",
    "type:runtime.sec*",
    "index:*",
    "-index:>10",
    "time:2026-11-20",
    "outcome:(denied OR failed) -source:worker",
    "payload.nested.count:2",
    "source:w*",
  ];
  test.each(telling)("find some, but not all, for %s", async (text) => {
    const reference = expected(text);
    expect(reference?.length).toBeGreaterThan(0);
    expect(reference?.length).toBeLessThan(events.length);
    expect(await found(text, hashed)).toEqual(reference);
    expect(await found(text, clear)).toEqual(reference);
  });
});

describe("injection", () => {
  const attacks = [
    "'; DROP SCHEMA query_test CASCADE; --",
    "$1",
    "' OR '1'='1",
    "\\'",
    "%",
    "_",
    "type) OR (1=1",
    "x::text",
  ];
  test.each(attacks)("%s stays a parameter wherever it stands", async (attack) => {
    const quoted = `"${attack.replace(/["\\]/g, "\\$&")}"`;
    for (const field of ["type", "subject", "source", "payload.region", "actor"]) {
      const { condition } = analyzeQuery(`${field}:=${quoted}`, { now: NOW });
      if (!condition) throw new Error(`${field} refuses ${attack}`);
      const { sql } = compileSql(condition, clear);
      const harmless = analyzeQuery(`${field}:=x`, { now: NOW }).condition;
      expect(sql).toBe(harmless && compileSql(harmless, clear).sql);
      expect(await found(`${field}:=${quoted}`, clear)).toEqual(expected(`${field}:=${quoted}`));
    }
    const path = `payload.${attack.replace(/[^a-z]/gi, "\\$&")}:x`;
    expect(await found(path, clear)).toEqual([]);
  });
});

describe("row-level security", () => {
  test("only operators are used that are leakproof", async () => {
    const { rows } = await client.query<{ operator: string; leakproof: boolean }>(
      `SELECT o.oid::regoperator::text AS operator, p.proleakproof AS leakproof
       FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
       WHERE o.oprleft = o.oprright AND o.oprleft::regtype::text IN ('text', 'uuid', 'bigint', 'timestamp with time zone')
         AND o.oprname IN ('=', '<', '>=')`,
    );
    expect(rows).toHaveLength(12);
    expect(rows.filter(({ leakproof }) => !leakproof)).toEqual([]);
    const text =
      "type:a* type:(b OR c) subject:x since:1d index:>3 id:0190c2f4-5a7e-7cc1-a0d3-3f6b2c9e8d10";
    const { condition } = analyzeQuery(text, { now: NOW });
    const sql = condition && compileSql(condition, hashed).sql;
    expect(new Set(sql?.match(/[=<>~@!%|&?#*]+/g))).toEqual(new Set(["=", "<", ">="]));
  });

  test.each([
    ["type:runtime.secrets.*", "by_type", /type >= 'runtime\.secrets\..*type < /],
    ["type:runtime.access.denied", "by_type", /type = /],
    ["type:(a OR b)", "by_type", /type = ANY/],
    ["since:1h", "by_time", /recorded_at >= /],
  ])("%s keeps its index under a policy", async (text, index, condition) => {
    const checked = analyzeQuery(text, { now: NOW }).condition;
    if (!checked) throw new Error(text);
    const { sql, params } = compileSql(checked, hashed);
    await client.query("BEGIN");
    try {
      await client.query("SET LOCAL ROLE console_tenant");
      await client.query("SET LOCAL query_test.tenant = 'muscatpharmacy'");
      await client.query("SET LOCAL enable_seqscan = off");
      await client.query("SET LOCAL enable_bitmapscan = off");
      const { rows } = await client.query<{ "QUERY PLAN": string }>(
        `EXPLAIN SELECT e.event_id FROM query_test.event e WHERE ${sql}`,
        [...params],
      );
      const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
      expect(plan).toContain(`using ${index}`);
      expect(plan.split("\n").find((line) => line.includes("Index Cond"))).toMatch(condition);
    } finally {
      await client.query("ROLLBACK");
    }
  });
});
