import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contentOf, ERASED } from "#server/engines/erasure/erased-content.ts";
import { closePools, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { seedEveryTable } from "#test/walls/every-table.ts";
import { COPY_COLUMNS, columnsOf } from "./copy-columns.ts";
import { type CopiesFound, redactCopies } from "./redact-copies.ts";

const SAID = "wordsthatgo";
const [ours, theirs] = [mintAuthorizedTenant("copies-ours"), mintAuthorizedTenant("copies-theirs")];
let found: CopiesFound;
let before: Record<string, number>;

beforeAll(async () => {
  const admin = new pg.Client({ connectionString: fileDatabase().urls.superuser });
  await admin.connect();
  for (const tenantId of [ours, theirs]) await seedEveryTable(admin, { tenantId, canary: SAID });
  await admin.end();
  before = await holding(ours);
  const people = (await identities()).map((each) => ({ ...each, name: SAID }));
  expect(people.length).toBeGreaterThan(2);
  const payloads = people.map((actor) => ({ reason: SAID, actor: { kind: "user", ...actor } }));
  // The seed writes it into longer texts too, as one word.
  const content = { ...contentOf(payloads, { ofActor: true }), passages: [SAID] };
  found = await withTenant(ours, "worker", (tx) => redactCopies(tx, ours, content));
});
afterAll(() => closePools());

test("what every feature keeps of the words goes, from each column that is said to give it up", async () => {
  // The seed has them in nearly all of these: an empty list would prove nothing.
  expect(Object.keys(before).length).toBeGreaterThan(60);
  expect(await holding(ours)).toEqual({});
  for (const place of Object.keys(before))
    expect(found.redacted[place]).toBeGreaterThanOrEqual(before[place] ?? 1);
});

test("another organization keeps its own, word for word", async () => {
  expect(await holding(theirs)).toEqual(before);
});

test("what is in force or proved as it stands is named, and stays", async () => {
  expect(found.remaining["sink.name"]).toBeGreaterThan(0);
  expect(found.remaining["secret_binding.name"]).toBeGreaterThan(0);
  const [sink] = await asSuperuser<{ name: string }>(
    "SELECT name FROM sink WHERE tenant_id = $1 LIMIT 1",
    [ours],
  );
  expect(sink?.name).toContain(SAID);
});

test("the worker may take words out of what it only adds to, and change nothing else there", async () => {
  const change = (set: string) =>
    withTenant(ours, "worker", (tx) =>
      tx.query(`UPDATE approval_review SET ${set} WHERE tenant_id = $1`, [ours]),
    );
  await change(`comment = '${ERASED}'`);
  await expect(change("comment = 'other words'")).rejects.toThrow(/only what an erasure takes/);
  await expect(change("decision = 'reject'")).rejects.toThrow(/only what an erasure takes/);
});

/** Who stands beside a name anywhere, as if they were all one person under several accounts. */
function identities(): Promise<{ issuer: string; subject: string }[]> {
  const beside = Object.entries(COPY_COLUMNS).flatMap(([table, columns]) =>
    columnsOf(columns, "people").flatMap(([, issuer, subject]) =>
      issuer && subject ? `SELECT ${issuer} AS issuer, ${subject} AS subject FROM ${table}` : [],
    ),
  );
  return asSuperuser(`SELECT DISTINCT * FROM (${beside.join(" UNION ALL ")}) AS each
    WHERE issuer IS NOT NULL AND subject IS NOT NULL`);
}

/** How many rows of a tenant hold the words, by `table.column` of those that an erasure changes. */
async function holding(tenant: string): Promise<Record<string, number>> {
  const places = Object.entries(COPY_COLUMNS).flatMap(([table, columns]) =>
    (["text", "named", "params", "people"] as const).flatMap((kind) =>
      columnsOf(columns, kind).map(([column = ""]) => ({ table, column })),
    ),
  );
  const rows = await asSuperuser<{ place: string; rows: number }>(
    `SELECT * FROM (${places
      .map(
        ({ table, column }) =>
          `SELECT '${table}.${column}' AS place, count(*)::int AS rows FROM ${table}
           WHERE tenant_id = $1 AND ${column} LIKE '%${SAID}%'`,
      )
      .join(" UNION ALL ")}) AS each WHERE rows > 0 ORDER BY place`,
    [tenant],
  );
  return Object.fromEntries(rows.map((row) => [row.place, row.rows]));
}
