import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closePools, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { markOfRows } from "../isolation/foreign-rows.ts";
import {
  seedEveryTable,
  settableColumns,
  tenantTables,
  withoutRowSecurity,
} from "./every-table.ts";

/*
 * The first wall alone: statements without any tenant in them, as if the code had forgotten it, as
 * each login that may run them. Row security must keep them to the tenant of the transaction.
 */
const OURS = "walls-ours";
const THEIRS = "walls-theirs";
const admin = new pg.Client({ connectionString: fileDatabase().urls.superuser });
await admin.connect();
await seedEveryTable(admin, { tenantId: OURS, canary: "canaryours" });
await seedEveryTable(admin, { tenantId: THEIRS, canary: "canarytheirs" });
const tables = await tenantTables(admin);

let before = "";
beforeAll(async () => {
  before = await markOfRows(admin, THEIRS);
});
afterAll(async () => {
  await closePools();
  await admin.end();
});

type Login = "tenant" | "worker" | "search";
const may = async (login: Login, table: string, privilege: string) => {
  const { rows } = await admin.query<{ may: boolean }>(
    "SELECT has_table_privilege($1, $2, $3) AS may",
    [`console_${login}`, table, privilege],
  );
  return rows[0]?.may === true;
};

/** Which tenants' rows a predicate-free read shows; undefined when the login may not read at all. */
async function tenantsSeen(login: Login, table: string): Promise<string[] | undefined> {
  if (!(await may(login, table, "SELECT"))) return undefined;
  const rows = await withTenant(mintAuthorizedTenant(OURS), login, (tx) =>
    tx.query<{ tenant_id: string }>(`SELECT DISTINCT tenant_id FROM ${table}`),
  );
  return rows.map((row) => row.tenant_id);
}

const LOGINS: Login[] = ["tenant", "worker", "search"];

test("every tenant table holds rows of both tenants, or this proves nothing", async () => {
  expect(tables.length).toBeGreaterThan(15);
  for (const table of tables) {
    const { rows } = await admin.query(
      `SELECT DISTINCT tenant_id FROM ${table} WHERE tenant_id = ANY ($1)`,
      [[OURS, THEIRS]],
    );
    expect({ table, tenants: rows.length }).toEqual({ table, tenants: 2 });
  }
});

describe.each(tables)("%s, without a tenant in the statement", (table) => {
  test("a read shows own rows only", async () => {
    for (const login of LOGINS) {
      const seen = await tenantsSeen(login, table);
      if (seen) expect({ login, seen }).toEqual({ login, seen: [OURS] });
    }
  });

  test("changes and deletions reach own rows only, and no row can be planted or moved", async () => {
    for (const login of LOGINS) {
      const attempt = (text: string) =>
        withTenant(mintAuthorizedTenant(OURS), login, async (tx) => {
          await tx.query(text);
          throw new Error("ran");
        }).catch((error: Error & { code?: string }) => error.code ?? error.message);
      if (await may(login, table, "UPDATE")) {
        expect(await attempt(`UPDATE ${table} SET tenant_id = tenant_id`)).toBe("ran");
        expect(await attempt(`UPDATE ${table} SET tenant_id = '${THEIRS}'`)).toBe("42501");
      }
      if (await may(login, table, "DELETE")) await attempt(`DELETE FROM ${table}`);
      if (await may(login, table, "INSERT")) {
        const columns = await settableColumns(admin, table);
        const planted = `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM (
          SELECT (jsonb_populate_record(NULL::${table}, to_jsonb(t) || '{"tenant_id": "${THEIRS}"}')).* FROM ${table} t) moved`;
        expect(await attempt(planted)).toBe("42501");
      }
    }
    expect(await markOfRows(admin, THEIRS)).toBe(before);
  });
});

test("an overview without a predicate shows exactly the signed set", async () => {
  for (const table of tables) {
    const { rows } = await admin.query<{ may: boolean }>(
      "SELECT has_table_privilege('console_overview', $1, 'SELECT') AS may",
      [table],
    );
    if (!rows[0]?.may) continue;
    const { withTenantSet } = await import("#server/platform/db/tenant-transaction.ts");
    const { mintAuthorizedTenantSet } = await import(
      "#server/platform/tenancy/authorized-tenant.ts"
    );
    const seen = await withTenantSet(mintAuthorizedTenantSet([mintAuthorizedTenant(OURS)]), (tx) =>
      tx.query(`SELECT DISTINCT tenant_id FROM ${table}`),
    );
    expect({ table, seen }).toEqual({ table, seen: [{ tenant_id: OURS }] });
  }
});

test("with this wall removed as well, every one of these reads is red", async () => {
  await withoutRowSecurity(admin);
  for (const table of tables) {
    const seen = await tenantsSeen("tenant", table);
    if (seen) expect({ table, seen: seen.sort() }).toEqual({ table, seen: [OURS, THEIRS] });
  }
});
