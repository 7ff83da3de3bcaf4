import { randomBytes } from "node:crypto";
import fc from "fast-check";
import pg from "pg";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { newTenant } from "#test/fixtures/tenants.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { type ContextKind, signContext } from "./signed-context.ts";

let ours: string;
let theirs: string;
const open: pg.Client[] = [];

beforeAll(async () => {
  ours = await newTenant("ours");
  theirs = await newTenant("theirs");
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.end()));
});

type Login = "tenant" | "worker" | "search" | "overview";

async function connect(login: Login): Promise<pg.Client & { processID: number }> {
  const client = new pg.Client({ connectionString: fileDatabase().urls[login] });
  await client.connect();
  open.push(client);
  return client as pg.Client & { processID: number };
}

const key = () => Buffer.from(fileDatabase().cluster.tenantContextKey, "hex");
const soon = () => Date.now() + 60_000;

function contextFor(
  client: { processID: number },
  change: Partial<{
    key: Buffer;
    kind: ContextKind;
    tenants: string[];
    expires: number;
    pid: number;
  }> = {},
): string {
  return signContext(
    change.key ?? key(),
    change.kind ?? "tenant",
    change.tenants ?? [ours],
    change.expires ?? soon(),
    change.pid ?? client.processID,
  );
}

/** The tenants that `client` sees under `context`; rejects when the database refuses the context. */
async function seen(client: pg.Client, context: string, table = "tenant"): Promise<string[]> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT app.enter($1, 5000)", [context]);
    const { rows } = await client.query(`SELECT tenant_id FROM ${table} ORDER BY 1`);
    return rows.map((row) => row.tenant_id);
  } finally {
    await client.query("ROLLBACK");
  }
}

const refused = { code: "42501", message: "tenant context refused" };

describe("a genuine context", () => {
  test("opens its own tenant and nothing else", async () => {
    const client = await connect("tenant");
    expect(await seen(client, contextFor(client))).toEqual([ours]);
  });

  test("of an overview opens exactly its signed set", async () => {
    const client = await connect("overview");
    const context = contextFor(client, { kind: "overview", tenants: [ours, theirs] });
    expect(await seen(client, context)).toEqual([ours, theirs].sort());
    expect(await seen(client, contextFor(client, { kind: "overview" }))).toEqual([ours]);
  });
});

describe("a forged context is refused", () => {
  test.each<[string, Parameters<typeof contextFor>[1]]>([
    ["signed with another key", { key: randomBytes(32) }],
    ["made for another backend", { pid: 1 }],
    ["expired", { expires: Date.now() - 1_000 }],
    ["of another kind: worker", { kind: "worker" }],
    ["of another kind: search", { kind: "search" }],
    ["of another kind: overview", { kind: "overview" }],
  ])("%s", async (_, change) => {
    const client = await connect("tenant");
    await expect(seen(client, contextFor(client, change))).rejects.toMatchObject(refused);
  });

  test.each<[Login, ContextKind]>([
    ["worker", "tenant"],
    ["search", "tenant"],
    ["overview", "tenant"],
    ["overview", "worker"],
    ["worker", "overview"],
  ])("by the login %s with a context of kind %s", async (login, kind) => {
    const client = await connect(login);
    const table = login === "search" ? "audit_event" : "tenant";
    const context = contextFor(client, { kind });
    if (table === "tenant") {
      await expect(seen(client, context)).rejects.toMatchObject(refused);
    } else {
      await client.query("BEGIN");
      await client.query("SELECT app.enter($1, 5000)", [context]);
      await expect(client.query("SELECT app.current_tenant()")).rejects.toMatchObject(refused);
    }
  });

  test("a tenant login that asks for the overview's set", async () => {
    const client = await connect("tenant");
    await client.query("BEGIN");
    const context = contextFor(client, { kind: "overview", tenants: [ours, theirs] });
    await client.query("SELECT app.enter($1, 5000)", [context]);
    await expect(client.query("SELECT app.current_tenant_set()")).rejects.toMatchObject(refused);
  });

  test("replayed on another connection of the same login", async () => {
    const first = await connect("tenant");
    const second = await connect("tenant");
    const stolen = contextFor(first);
    expect(await seen(first, stolen)).toEqual([ours]);
    await expect(seen(second, stolen)).rejects.toMatchObject(refused);
  });

  test("several tenants in a context of one open none of them", async () => {
    const client = await connect("tenant");
    expect(await seen(client, contextFor(client, { tenants: [ours, theirs] }))).toEqual([]);
  });

  test("any single character changed", async () => {
    const client = await connect("tenant");
    const genuine = contextFor(client);
    const place = fc.nat({ max: genuine.length - 1 });
    const letter = fc.constantFrom(..."0123456789abcdef|,-v");
    await fc.assert(
      fc.asyncProperty(place, letter, async (at, replacement) => {
        fc.pre(genuine[at] !== replacement);
        const changed = genuine.slice(0, at) + replacement + genuine.slice(at + 1);
        await expect(seen(client, changed)).rejects.toThrow();
      }),
      { numRuns: 150 },
    );
  });
});

describe("SQL injection inside a genuine transaction", () => {
  test("cannot switch to another tenant by setting the context itself", async () => {
    const client = await connect("tenant");
    await client.query("BEGIN");
    await client.query("SELECT app.enter($1, 5000)", [contextFor(client)]);
    const raw = contextFor(client).replace(ours, theirs);
    await client.query(`SELECT set_config('app.context', '${raw}', true)`);
    await expect(client.query("SELECT tenant_id FROM tenant")).rejects.toMatchObject(refused);
  });

  test("cannot switch in the middle of a statement", async () => {
    const client = await connect("tenant");
    await client.query("BEGIN");
    await client.query("SELECT app.enter($1, 5000)", [contextFor(client)]);
    const raw = contextFor(client).replace(ours, theirs);
    const rows = await client
      .query(
        `SELECT t.tenant_id FROM tenant t, LATERAL (SELECT set_config('app.context', '${raw}', true) AS c OFFSET 0) x
         WHERE x.c <> '' UNION ALL SELECT tenant_id FROM tenant`,
      )
      .then(
        (result) => result.rows,
        () => [],
      );
    expect(rows.map((row) => row.tenant_id)).not.toContain(theirs);
  });

  test.each(["app.context_key", "pg_authid", "session", "rate_limit"])(
    "cannot read %s",
    async (table) => {
      const client = await connect("tenant");
      await client.query("BEGIN");
      await client.query("SELECT app.enter($1, 5000)", [contextFor(client)]);
      await expect(client.query(`SELECT * FROM ${table}`)).rejects.toMatchObject({ code: "42501" });
    },
  );

  test.each([
    "SELECT app.verified_tenants('overview')",
    "SELECT app.set_context_key(decode(repeat('00', 32), 'hex'))",
    "SELECT * FROM app.due_rotations(10)",
    "SET ROLE console_guard",
    "SET ROLE console_overview",
    "SET SESSION AUTHORIZATION console_overview",
    "ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY",
    "CREATE TABLE public.mine (x int)",
    "CREATE SCHEMA mine",
    "CREATE TEMPORARY TABLE tenant (tenant_id text)",
    "COPY tenant TO PROGRAM 'cat'",
    "SELECT pg_read_file('postgresql.conf')",
    "TRUNCATE audit_event",
    "LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE",
  ])("cannot run %s", async (statement) => {
    const client = await connect("tenant");
    await client.query("BEGIN");
    await client.query("SELECT app.enter($1, 5000)", [contextFor(client)]);
    await expect(client.query(statement)).rejects.toMatchObject({ code: "42501" });
  });

  test("switching row security off hides rows behind an error, it does not show them", async () => {
    const client = await connect("tenant");
    await client.query("BEGIN");
    await client.query("SET LOCAL row_security = off");
    await expect(client.query("SELECT * FROM tenant")).rejects.toMatchObject({ code: "42501" });
  });
});

describe("no context at all", () => {
  test("raises on a fresh connection", async () => {
    const client = await connect("tenant");
    await expect(client.query("SELECT * FROM tenant")).rejects.toMatchObject({
      code: "42501",
      message: "no tenant context",
    });
  });

  test("raises after COMMIT, when the setting reads '' and not NULL", async () => {
    const client = await connect("tenant");
    await client.query("BEGIN");
    await client.query("SELECT app.enter($1, 5000)", [contextFor(client)]);
    await client.query("COMMIT");
    const { rows } = await client.query("SELECT current_setting('app.context', true) AS left");
    expect(rows).toEqual([{ left: "" }]);
    await expect(client.query("SELECT * FROM tenant")).rejects.toMatchObject({
      message: "no tenant context",
    });
  });

  test("raises for a write too", async () => {
    const client = await connect("tenant");
    await expect(
      client.query(
        "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ('x', 'organization', 'x')",
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });
});

test("an expired context stops a transaction that is still open", async () => {
  const client = await connect("tenant");
  await client.query("BEGIN");
  await client.query("SELECT app.enter($1, 5000)", [
    contextFor(client, { expires: Date.now() + 400 }),
  ]);
  await client.query("SELECT pg_sleep(0.5)");
  await expect(client.query("SELECT * FROM tenant")).rejects.toMatchObject(refused);
});

test("the database verifies what it is told by a key the login cannot read", async () => {
  const { urls } = fileDatabase();
  for (const login of ["tenant", "worker", "search", "overview", "identity"] as const) {
    const client = new pg.Client({ connectionString: urls[login] });
    await client.connect();
    open.push(client);
    await expect(client.query("TABLE app.context_key")).rejects.toMatchObject({ code: "42501" });
  }
});
