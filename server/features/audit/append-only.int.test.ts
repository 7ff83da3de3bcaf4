import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { sealPendingAudit } from "./sealing/seal-pending-audit.ts";
import { asSuperuser, connectedTo } from "./testing/as-superuser.ts";
import { emitMany, freshTenant } from "./testing/audit-fixture.ts";
import { checkLog } from "./testing/check-log.ts";
import { closeConnections } from "./testing/close-connections.ts";

afterAll(closeConnections);

const tenant = freshTenant();
const TABLES = ["audit_event", "audit_leaf", "audit_checkpoint"] as const;
const CHANGES = [
  ["UPDATE", (table: string) => `UPDATE ${table} SET tenant_id = tenant_id`],
  ["DELETE", (table: string) => `DELETE FROM ${table}`],
  ["TRUNCATE", (table: string) => `TRUNCATE ${table} CASCADE`],
] as const;
const CASES = TABLES.flatMap((table) =>
  CHANGES.map(([change, statement]) => [change, table, statement(table)] as const),
);
const REFUSED = { code: "42501" };

beforeAll(async () => {
  await emitMany(tenant, 3);
  await sealPendingAudit(tenant);
});

const wholeLog = () => checkLog(tenant);

describe("the log is append-only for", () => {
  it.each(CASES)("the tenant login: %s on %s", async (_, __, statement) => {
    const before = await wholeLog();
    await expect(withTenant(tenant, "tenant", (tx) => tx.query(statement))).rejects.toMatchObject(
      REFUSED,
    );
    expect(await wholeLog()).toEqual(before);
  });

  it.each(CASES)("the worker login: %s on %s", async (_, __, statement) => {
    const before = await wholeLog();
    await expect(withTenant(tenant, "worker", (tx) => tx.query(statement))).rejects.toMatchObject(
      REFUSED,
    );
    expect(await wholeLog()).toEqual(before);
  });

  it.each(["overview", "search", "identity"] as const)("the %s login", async (login) => {
    await connectedTo(fileDatabase().urls[login], async (client) => {
      for (const [, , statement] of CASES) {
        await expect(client.query(statement), statement).rejects.toMatchObject(REFUSED);
      }
    });
  });

  it.each(CASES)("the owner's ordinary session: %s on %s", async (_, __, statement) => {
    const before = await wholeLog();
    await connectedTo(fileDatabase().urls.migrator, async (owner) => {
      await expect(owner.query(statement)).rejects.toMatchObject({
        ...REFUSED,
        message: expect.stringContaining("append-only"),
      });
    });
    expect(await wholeLog()).toEqual(before);
  });

  it.each(CASES)("a superuser's ordinary session: %s on %s", async (_, __, statement) => {
    await asSuperuser(async (client) => {
      await expect(client.query(statement)).rejects.toMatchObject(REFUSED);
    });
  });

  it("nobody writes into another tenant's log", async () => {
    const foreign = freshTenant();
    for (const login of ["tenant", "worker"] as const) {
      const write = withTenant(foreign, login, (tx) =>
        tx.query(
          `INSERT INTO audit_pending (tenant_id, event_id, recorded_at)
           VALUES ($1, '01900000-0000-7000-8000-000000000000', clock_timestamp())`,
          [tenant],
        ),
      );
      await expect(write).rejects.toMatchObject(REFUSED);
    }
  });

  it("the tenant login writes no leaf, tile or head", async () => {
    for (const table of ["audit_leaf", "audit_tile", "audit_checkpoint"]) {
      const write = withTenant(tenant, "tenant", (tx) =>
        tx.query(`INSERT INTO ${table} DEFAULT VALUES`),
      );
      await expect(write, table).rejects.toMatchObject(REFUSED);
    }
  });
});
