import { AsyncResource } from "node:async_hooks";
import { readFileSync } from "node:fs";
import type pg from "pg";
import { uuidv7 } from "uuidv7";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { type AuthorizedTenantId, mintAuthorizedTenantSet } from "../tenancy/authorized-tenant.ts";
import { closePools, type TenantTx, withTenant, withTenantSet } from "./tenant-transaction.ts";

// One connection in each pool, so that consecutive calls surely share it.
process.env.DATABASE_POOL_SIZE = "1";
process.env.STATEMENT_TIMEOUT_MILLIS = "300";

const leftBehind = new AsyncResource("code left behind by an ended call");

let ours: AuthorizedTenantId;
let theirs: AuthorizedTenantId;
beforeAll(async () => {
  ours = await newTenant("ours");
  theirs = await newTenant("theirs");
});
afterAll(closePools);

const pool = () =>
  (globalThis as unknown as { consolePools: { tenant: pg.Pool } }).consolePools.tenant;

const backend = (tx: TenantTx) =>
  tx.query<{ pid: number }>("SELECT pg_backend_pid() AS pid").then(([row]) => row?.pid);

function newAlert(tenantId: string) {
  return {
    tenantId,
    alertId: uuidv7(),
    kind: "test",
    severity: "info",
    subjectRef: "test/1",
    detail: "",
    createdAt: new Date(),
  };
}

const alertsOf = (tenant: string) =>
  asSuperuser<{ alert_id: string }>("SELECT alert_id FROM alert WHERE tenant_id = $1", [tenant]);

/** What a session may carry from one call to the next. */
async function residue(): Promise<object> {
  const { rows } =
    await pool().query(`SELECT coalesce(current_setting('app.context', true), '') AS context,
    current_setting('statement_timeout') AS timeout, current_user = session_user AS own_role,
    current_setting('search_path') AS path, current_setting('row_security') AS row_security,
    current_setting('lock_timeout') AS lock_timeout`);
  return rows[0] as object;
}

const clean = {
  context: "",
  timeout: "0",
  own_role: true,
  path: '"$user", public',
  row_security: "on",
  lock_timeout: "0",
};

const sessionLocks = (tx: TenantTx) =>
  tx.query("SELECT 1 FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'");

describe("a pooled connection is clean and stays", () => {
  let before: number | undefined;
  beforeAll(async () => {
    before = await withTenant(ours, "tenant", backend);
  });
  afterEach(async () => {
    expect(await residue()).toEqual(clean);
    expect(await withTenant(theirs, "tenant", backend)).toBe(before);
    expect(await withTenant(theirs, "tenant", sessionLocks)).toEqual([]);
  });

  test("after a commit", () => withTenant(ours, "tenant", (tx) => tx.db.alert.findMany()));

  test("after an error of the caller's", () =>
    expect(
      withTenant(ours, "tenant", async (tx) => {
        await tx.db.alert.create({ data: newAlert(ours) });
        throw new Error("changed my mind");
      }),
    ).rejects.toThrow("changed my mind"));

  test("after an error of the database's", () =>
    expect(withTenant(ours, "tenant", (tx) => tx.query("SELECT 1/0"))).rejects.toMatchObject({
      code: "22012",
    }));

  test("after the statement timeout", () =>
    expect(
      withTenant(ours, "tenant", (tx) => tx.query("SELECT pg_sleep(5)")),
    ).rejects.toMatchObject({ code: "57014" }));

  test("after an error while other statements are under way", () =>
    expect(
      withTenant(ours, "tenant", (tx) =>
        Promise.all([tx.db.alert.findMany(), tx.query("SELECT 1/0"), tx.db.tenant.findMany()]),
      ),
    ).rejects.toMatchObject({ code: "22012" }));

  test.each([
    "SELECT set_config('search_path', 'app', false)",
    "SELECT set_config('row_security', 'off', false)",
    "SELECT set_config('statement_timeout', '1', false)",
    "SELECT set_config('app.context', current_setting('app.context'), false)",
    "SELECT pg_advisory_lock(1)",
  ])("after a statement that meant to stay: %s", async (statement) => {
    await withTenant(ours, "tenant", (tx) => tx.query(statement));
  });
});

test("a connection that is not clean at checkout is refused once and destroyed", async () => {
  const before = await withTenant(ours, "tenant", backend);
  await pool().query("SELECT set_config('app.context', 'left over', false)");
  await expect(withTenant(ours, "tenant", backend)).rejects.toThrow("connection is not clean");
  const after = await withTenant(ours, "tenant", backend);
  expect(after).not.toBe(before);
});

describe("one transaction", () => {
  test("is seen alike by Prisma and by raw statements", async () => {
    const data = newAlert(ours);
    await withTenant(ours, "tenant", async (tx) => {
      const transaction = "SELECT pg_current_xact_id()::text AS id";
      const [raw] = await tx.query<{ id: string }>(transaction);
      await tx.db.alert.create({ data });
      const prisma = await tx.db.$queryRawUnsafe<{ id: string }[]>(transaction);
      expect(prisma).toEqual([raw]);
      expect(
        await tx.query("SELECT alert_id FROM alert WHERE tenant_id = $1 AND alert_id = $2", [
          ours,
          data.alertId,
        ]),
      ).toHaveLength(1);
    });
    expect(await alertsOf(ours)).toContainEqual({ alert_id: data.alertId });
  });

  test("does not commit after a failure that was swallowed, and says so", async () => {
    const data = newAlert(ours);
    await expect(
      withTenant(ours, "tenant", async (tx) => {
        await tx.db.alert.create({ data });
        await tx.query("SELECT 1/0").catch(() => undefined);
        return "all well";
      }),
    ).rejects.toThrow("the transaction had failed");
    expect(await alertsOf(ours)).not.toContainEqual({ alert_id: data.alertId });
  });

  test("is undone whole when its work fails", async () => {
    const data = newAlert(ours);
    await expect(
      withTenant(ours, "tenant", async (tx) => {
        await tx.db.alert.create({ data });
        throw new Error("late");
      }),
    ).rejects.toThrow("late");
    expect(await alertsOf(ours)).not.toContainEqual({ alert_id: data.alertId });
  });

  test("refuses to write when it is a read", async () => {
    const read = withTenant(
      ours,
      "tenant",
      (tx) => tx.query("UPDATE alert SET detail = 'x' WHERE tenant_id = $1", [ours]),
      { readOnly: true },
    );
    await expect(read).rejects.toMatchObject({ code: "25006" });
  });

  test("takes one statement at a time: nothing rides behind a semicolon", async () => {
    await expect(
      withTenant(ours, "tenant", (tx) => tx.query("SELECT 1; COMMIT; SELECT 2")),
    ).rejects.toMatchObject({ code: "42601" });
  });
});

describe("Prisma's own transactions", () => {
  test("become a savepoint of ours", async () => {
    const sent: string[] = [];
    const data = newAlert(ours);
    await withTenant(ours, "tenant", async (tx) => {
      const client = await currentClient();
      const original = client.query;
      client.query = ((first: string | { text: string }, ...rest: never[]) => {
        sent.push(typeof first === "string" ? first : first.text);
        return (original as (...all: unknown[]) => unknown).call(client, first, ...rest);
      }) as typeof client.query;
      try {
        // Another row than the one sought: Prisma then reads and writes in a transaction.
        await tx.db.alert.upsert({
          where: { tenantId_alertId: { tenantId: ours, alertId: uuidv7() } },
          create: data,
          update: { detail: "found" },
        });
      } finally {
        client.query = original;
      }
    });
    expect(sent.filter((text) => /SAVEPOINT/.test(text))).toEqual([
      "SAVEPOINT prisma_operation",
      "RELEASE SAVEPOINT prisma_operation",
    ]);
    expect(sent.filter((text) => /^(BEGIN|COMMIT|ROLLBACK)$/i.test(text))).toEqual([]);
    expect(await alertsOf(ours)).toContainEqual({ alert_id: data.alertId });
  });

  test("that fail undo themselves only", async () => {
    const first = newAlert(ours);
    await withTenant(ours, "tenant", async (tx) => {
      await tx.db.alert.create({ data: first });
      const failing = tx.db.alert.upsert({
        where: { tenantId_alertId: { tenantId: ours, alertId: uuidv7() } },
        create: first,
        update: { detail: "found" },
      });
      await expect(failing).rejects.toMatchObject({ code: "P2002" });
    });
    expect(await alertsOf(ours)).toContainEqual({ alert_id: first.alertId });
  });

  async function currentClient(): Promise<pg.Client> {
    const clients = (pool() as unknown as { _clients: pg.Client[] })._clients;
    expect(clients).toHaveLength(1);
    return clients[0] as pg.Client;
  }
});

describe("a call that outlives its transaction", () => {
  test("cannot run a statement, neither raw nor through Prisma", async () => {
    let late: TenantTx | undefined;
    await withTenant(ours, "tenant", async (tx) => {
      late = tx;
    });
    await expect(late?.query("SELECT 1")).rejects.toThrow("has ended");
    await expect(late?.db.tenant.findMany()).rejects.toThrow("has ended");
  });

  test("cannot run one inside the next tenant's transaction, even one made in time", async () => {
    let late: PromiseLike<unknown> | undefined;
    let lateTx: TenantTx | undefined;
    await withTenant(ours, "tenant", async (tx) => {
      lateTx = tx;
      late = tx.db.tenant.findMany();
    });
    await withTenant(theirs, "tenant", async (tx) => {
      await tx.query("SELECT 1");
      // As code left behind by the first call would: outside this call's asynchronous context.
      await leftBehind.runInAsyncScope(async () => {
        await expect(lateTx?.query("SELECT tenant_id FROM tenant")).rejects.toThrow("has ended");
        await expect(Promise.resolve(late)).rejects.toThrow("has ended");
      });
    });
  });
});

describe("tenants at once", () => {
  test("never share a Prisma batch", async () => {
    delete process.env.DATABASE_POOL_SIZE;
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const [own, other] = index % 2 ? [ours, theirs] : [theirs, ours];
        return withTenant(own, "tenant", async (tx) => {
          const find = (tenantId: string) => tx.db.tenant.findUnique({ where: { tenantId } });
          const [found, foreign] = await Promise.all([find(own), find(other)]);
          expect(found?.tenantId).toBe(own);
          expect(foreign).toBeNull();
        });
      }),
    );
  });

  test("of an overview are read together, and never written", async () => {
    const set = mintAuthorizedTenantSet([ours, theirs]);
    const seen = await withTenantSet(set, (tx) =>
      tx.db.tenant.findMany({ orderBy: { tenantId: "asc" } }),
    );
    expect(seen.map((row) => row.tenantId)).toEqual([ours, theirs].sort());
    const write = withTenantSet(set, (tx) =>
      tx.query("UPDATE alert SET detail = '' WHERE tenant_id = ANY ($1)", [[ours]]),
    );
    await expect(write).rejects.toMatchObject({ code: expect.stringMatching(/25006|42501/) });
  });
});

describe("the signed context stays out of sight", () => {
  const secretOf = (tx: TenantTx) =>
    tx
      .query<{ context: string }>("SELECT current_setting('app.context') AS context")
      .then(([row]) => row?.context as string);

  test("of pg_stat_activity", async () => {
    await withTenant(ours, "tenant", async (tx) => {
      const context = await secretOf(tx);
      expect(context).toMatch(/^v1\|tenant\|/);
      const activity = await asSuperuser<{ query: string }>(
        "SELECT query FROM pg_stat_activity WHERE datname = current_database()",
      );
      expect(activity.length).toBeGreaterThan(0);
      expect(JSON.stringify(activity)).not.toContain(context.split("|")[5]);
      expect(JSON.stringify(activity)).not.toContain("v1|");
    });
  });

  test("of the database server's log, errors included", async () => {
    await closePools();
    const { name, cluster } = fileDatabase();
    // As a careful administrator has it, whatever another test asks of the whole server meanwhile.
    await asSuperuser(`ALTER DATABASE ${name} SET log_statement = 'none'`);
    const before = readFileSync(cluster.logFile, "utf8").length;
    const marker = `marker_${uuidv7().replaceAll("-", "")}`;
    let context = "";
    await expect(
      withTenant(ours, "tenant", async (tx) => {
        context = await secretOf(tx);
        await tx.query(`SELECT ${marker}`);
      }),
    ).rejects.toThrow(marker);
    const log = await waitFor(
      () => {
        const entries = readFileSync(cluster.logFile, "utf8")
          .slice(before)
          .split(/\n(?=\d{4}-)/);
        const text = entries.filter((entry) => entry.includes(`@${name} `)).join("\n");
        return text.includes(marker) && text;
      },
      { message: "the error in the server's log" },
    );
    expect(log).not.toContain(context.split("|")[5]);
    expect(log).not.toMatch(/v1\|tenant\|/);
  });
});

test("a server that ends the connection in mid-transaction fails the call and nothing else", async () => {
  const call = withTenant(ours, "tenant", async (tx) => {
    await asSuperuser("SELECT pg_terminate_backend($1)", [await backend(tx)]);
    await waitFor(() =>
      tx.query("SELECT 1").then(
        () => false,
        () => true,
      ),
    );
    return tx.query("SELECT 1");
  });
  await expect(call).rejects.toThrow();
  expect(await withTenant(ours, "tenant", backend)).toEqual(expect.any(Number));
});

test("an unreachable database is `unavailable`, not an internal error", async () => {
  await closePools();
  const adminUrl = fileDatabase().urls.superuser.replace(/\/[^/]*$/, "/postgres");
  await asSuperuser(
    `ALTER DATABASE ${fileDatabase().name} WITH ALLOW_CONNECTIONS false`,
    [],
    adminUrl,
  );
  try {
    await expect(withTenant(ours, "tenant", backend)).rejects.toMatchObject({
      code: "unavailable",
    });
  } finally {
    await asSuperuser(
      `ALTER DATABASE ${fileDatabase().name} WITH ALLOW_CONNECTIONS true`,
      [],
      adminUrl,
    );
  }
});

test("a second copy of this module, as a bundler makes it, prepares on the same connections", async () => {
  vi.resetModules();
  const copy = (await import(
    "./tenant-transaction.ts"
  )) as typeof import("./tenant-transaction.ts");
  expect(copy.withTenant).not.toBe(withTenant);
  for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const [first] = await withTenant(ours, "tenant", (tx) =>
      tx.prepared<{ is: number }>(`SELECT ${number} AS is`),
    );
    const [second] = await copy.withTenant(ours, "tenant", (tx) =>
      tx.prepared<{ is: number }>(`SELECT ${number * 100} AS is`),
    );
    expect([first?.is, second?.is]).toEqual([number, number * 100]);
  }
});
