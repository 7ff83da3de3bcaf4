import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reportConsumer } from "#server/features/rotation/verbs/report-consumer.ts";
import { credentialFields } from "#server/integrations/openbao/database-credential.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { runVerb } from "#server/platform/verb.ts";
import { appRouter } from "#server/trpc/root.ts";
import { azureFixture } from "#server/worker/rotation/testing/azure-fixture.ts";
import {
  newDynamicRole,
  newStaticRole,
} from "#server/worker/rotation/testing/database-engine-fixture.ts";
import { keycloakOf } from "#server/worker/rotation/testing/keycloak-fixture.ts";
import { newAuthorities } from "#server/worker/rotation/testing/pki-fixture.ts";
import {
  type RotationFixture,
  rotationFixture,
} from "#server/worker/rotation/testing/rotation-fixture.ts";
import { approveOne } from "#server/worker/rotation/testing/rotation-state.ts";
import { storageFixture } from "#server/worker/rotation/testing/storage-fixture.ts";
import { startWorker, type WorkerProcess } from "#server/worker/rotation/testing/worker-process.ts";
import { serviceOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { arbitraryInput } from "../isolation/arbitrary-input.ts";
import { callProcedure, proceduresOf } from "../isolation/call-procedure.ts";
import { captureLogs } from "../isolation/captured-logs.ts";
import { identityFile, type Persona, signIn } from "../isolation/persona.ts";
import { poolOf } from "../isolation/pools.ts";
import { fillIn } from "../isolation/slots.ts";
import { valuesIn } from "./spellings.ts";

/*
 * Law 6. Canary values are planted as the secrets; rotations succeed and fail, everything is read
 * and asked wrongly; then every place that anything is written to is searched for every value.
 * The server logs each statement with its parameters here, and the worker logs at its most talkative.
 */
const { cluster, urls, name: database } = fileDatabase();
const values = new Map<string, string>();
const canary = (name: string) => {
  const value = `cnry-${name}-${randomBytes(12).toString("hex")}`;
  values.set(name, value);
  return value;
};
const places = new Map<string, string>();
/** Names by which a lease can be ended: they stand in the ledger and nowhere else. */
const leaseNames: string[] = [];
const logs = captureLogs();
const admin = new pg.Client({ connectionString: urls.superuser });
let fixture: RotationFixture;
let worker: WorkerProcess;
let officer: Persona;

beforeAll(async () => {
  await admin.connect();
  await admin.query(`ALTER DATABASE ${database} SET log_statement = 'all'`);
  await admin.query(`ALTER DATABASE ${database} SET log_parameter_max_length_on_error = -1`);
  fixture = await rotationFixture();
  await admin.query(`ALTER DATABASE ${fixture.target.database} SET log_statement = 'all'`);
  process.env.IDENTITY_CONFIG = join(process.env.DATA_DIR ?? "", "identity.json");
  writeFileSync(process.env.IDENTITY_CONFIG, identityFile([fixture.tenant]));
  values.set("the vault's root token", readFileSync(fixture.vault.tokenFile, "utf8").trim());
  for (const name of ["SESSION_KEY", "PAYLOAD_KEY", "NEXTAUTH_SECRET"] as const) {
    values.set(name, env()[name]);
  }
  officer = await signIn(admin, fixture.tenant, "officer");
  worker = startWorker({
    ...fixture.env,
    LOG_LEVEL: "trace",
    IDENTITY_CONFIG: process.env.IDENTITY_CONFIG,
  });
}, 120_000);
afterAll(async () => {
  await worker.stop();
  await fixture.stop();
  await admin.end();
  await closePools();
  await closeIdentityPools();
});

let responses = 0;
async function call(path: string, input: unknown): Promise<string> {
  const type = proceduresOf(appRouter).get(path)?.type ?? "query";
  const answer = await callProcedure(appRouter, path, type, input, officer.headers());
  responses += 1;
  places.set(`answer ${responses} of ${path}`, answer.text);
  return answer.text;
}

/** A pair whose first login is a planted value, in the vault and in the target. */
async function plantedPair(name: string, isRight: boolean) {
  const pair = await fixture.newPair(1);
  const password = canary(name);
  const current = await fixture.client.kv.metadata(pair.path);
  const login = await pair.login();
  values.set(`${name}: the value before`, login.password.reveal());
  if (isRight) {
    // Not in the log of this test's own making: the server gets it over a connection that logs nothing.
    const quiet = new pg.Client({
      connectionString: urls.superuser.replace(/\/[^/]*$/, "/postgres"),
    });
    await quiet.connect();
    await quiet.query(`SET log_statement = 'none'`);
    await quiet.query(`ALTER ROLE "${pair.roles[0]}" PASSWORD '${password}'`);
    await quiet.end();
  }
  await fixture.client.kv.write(
    pair.path,
    credentialFields({ ...login, password: SecretValue.of(password), rotationId: null }),
    current?.currentVersion ?? 0,
  );
  return pair;
}

const rotationsOf = (bindingId: string) =>
  asSuperuser<{ state: string; finished_at: Date | null; attempt: number }>(
    "SELECT state, finished_at, attempt FROM rotation WHERE binding_id = $1",
    [bindingId],
  );

test("a rotation of a planted value goes through", async () => {
  const pair = await plantedPair("right", true);
  await call("rotation.forceRotate", {
    bindingId: pair.bindingId,
    reason: "a canary is planted here",
  });
  await waitFor(async () => (await rotationsOf(pair.bindingId))[0]?.finished_at, {
    timeout: 90_000,
    message: `the end of the rotation; the worker said ${worker.output().slice(-2_000)}`,
  });
  values.set("the value after", (await pair.login()).password.reveal());
}, 120_000);

test("a rotation with a wrong value and one without its roles fail in their own ways", async () => {
  const wrong = await plantedPair("wrong", false);
  const gone = await plantedPair("gone", true);
  await admin.query(`ALTER ROLE "${gone.roles[1]}" RENAME TO "${gone.roles[1]}-gone"`);
  for (const { bindingId } of [wrong, gone]) {
    await call("rotation.forceRotate", { bindingId, reason: "this one is meant to fail" });
  }
  await waitFor(
    async () => {
      const [row] = await rotationsOf(gone.bindingId);
      return row && (row.finished_at || row.attempt > 0 || row.state !== "requested");
    },
    { timeout: 60_000, message: "a setback" },
  );
  await waitFor(async () => (await rotationsOf(wrong.bindingId))[0]?.state !== "requested", {
    timeout: 60_000,
  });
}, 150_000);

test("values of other stores: a Key Vault, a storage account, authorities", async () => {
  const azure = await azureFixture(fixture.tenant);
  const storage = await storageFixture(fixture);
  const ended = async (bindingId: string) => {
    await call("rotation.forceRotate", { bindingId, reason: "a canary is planted here" });
    const [row] = await asSuperuser<{ rotation_id: string; state: string }>(
      "SELECT rotation_id, state FROM rotation WHERE binding_id = $1",
      [bindingId],
    );
    if (row?.state === "awaiting_approval") await approveOne(fixture.tenant, row.rotation_id);
    await waitFor(async () => (await rotationsOf(bindingId))[0]?.state === "done", {
      timeout: 60_000,
      message: `the end of the rotation; the worker said ${worker.output().slice(-2_000)}`,
    });
  };
  const use = async (name: string, env: Record<string, string>) => {
    await worker.stop();
    places.set(`the log of the worker before ${name}`, worker.output());
    worker = startWorker({
      ...fixture.env,
      ...env,
      LOG_LEVEL: "trace",
      IDENTITY_CONFIG: process.env.IDENTITY_CONFIG ?? "",
    });
  };
  try {
    await use("the Key Vault", azure.env);
    const secret = await azure.newSecret({ value: canary("Key Vault") });
    await ended(secret.bindingId);
    const fresh = await azure.keyVault.secrets.read(secret.name);
    values.set("the Key Vault's value after", fresh?.value.reveal() ?? "");
    values.set("the managed identity's header", azure.env.IDENTITY_HEADER ?? "");
    await ended((await azure.newKey()).bindingId);

    await use("the storage account", storage.env);
    const account = await storage.newAccount();
    const noteKeys = async (when: string) => {
      for (const { name, value } of await account.keys()) {
        values.set(`${name} ${when}`, value.reveal());
      }
    };
    await noteKeys("before");
    await ended(account.bindingId);
    await noteKeys("after");

    const { root, intermediate } = await newAuthorities(fixture);
    for (const { bindingId } of [root, intermediate]) await ended(bindingId);
    await use("the end", {});
  } finally {
    await azure.stop();
    await storage.stop();
  }
}, 180_000);

test("values that the target itself makes: engine logins, leases, a client's secret", async () => {
  const ended = async (bindingId: string) => {
    await call("rotation.forceRotate", { bindingId, reason: "its value must stand nowhere" });
    await waitFor(async () => (await rotationsOf(bindingId))[0]?.state === "done", {
      timeout: 120_000,
      message: `the end of a rotation; the worker said ${worker.output().slice(-2_000)}`,
    });
  };
  const role = await newStaticRole(fixture);
  values.set("the static role's value before", (await role.login()).password.reveal());
  await ended(role.bindingId);
  values.set("the static role's value after", (await role.login()).password.reveal());

  const dynamic = await newDynamicRole(fixture);
  const lease = { bindingId: dynamic.bindingId, reason: "a workload without a login" };
  await call("leases.issue", lease);
  const note = async (when: string) => {
    const login = await dynamic.login();
    values.set(`the leased login ${when}`, login.password.reveal());
    leaseNames.push(login.leaseRef);
  };
  await waitFor(
    async () => {
      const [row] = await asSuperuser<{ state: string }>(
        "SELECT state FROM secret_lease WHERE binding_id = $1",
        [dynamic.bindingId],
      );
      return row?.state === "active";
    },
    { timeout: 60_000, message: "the login to be issued" },
  );
  await note("before");
  await ended(dynamic.bindingId);
  await note("after");

  const keycloak = await keycloakOf(fixture);
  const client = await keycloak.newClient();
  values.set("the client's secret before", (await client.value())?.reveal() ?? "");
  await ended(client.bindingId);
  values.set("the client's secret after", (await client.value())?.reveal() ?? "");
  const account = await fixture.client.kv.read(`${fixture.tenant}/rotators/keycloak`);
  if (account.kind !== "found") throw new Error("there is no account");
  values.set("the realm's account", account.fields.client_secret?.reveal() ?? "");
}, 400_000);

test("a leaked value is replaced and its incident told, a session with it included", async () => {
  const pair = await plantedPair("leaked", true);
  const login = { user: pair.roles[0], password: values.get("leaked") ?? "" };
  const open = new pg.Client({ ...fixture.target, ...login, application_name: "psql" });
  open.on("error", () => undefined);
  await open.connect();
  const reason = "a canary was seen outside its cage";
  await call("incidents.markLeaked", { bindingId: pair.bindingId, reason });
  const incidents = () =>
    asSuperuser<{ incident_id: string; state: string; pursue_at: Date | null }>(
      "SELECT incident_id, state, pursue_at FROM leak_incident WHERE binding_id = $1",
      [pair.bindingId],
    );
  await waitFor(async () => (await incidents())[0]?.pursue_at === null, {
    timeout: 90_000,
    message: `the incident to be contained; the worker said ${worker.output().slice(-2_000)}`,
  });
  const [incident] = await incidents();
  expect(incident?.state).toBe("contained");
  const page = await call("incidents.byId", { incidentId: incident?.incident_id });
  expect(page).toContain("vault-policies");
  values.set("leaked: the value after", (await pair.login()).password.reveal());
}, 120_000);

test("a worker with a token that the vault refuses says so without the token", async () => {
  const tokenFile = join(process.env.DATA_DIR ?? "", "refused-token");
  writeFileSync(tokenFile, canary("refused token"));
  await worker.stop();
  places.set("the first worker's log", worker.output());
  const pair = await plantedPair("unreachable", true);
  worker = startWorker({
    ...fixture.env,
    OPENBAO_TOKEN_FILE: tokenFile,
    LOG_LEVEL: "trace",
    IDENTITY_CONFIG: process.env.IDENTITY_CONFIG ?? "",
  });
  await call("rotation.forceRotate", {
    bindingId: pair.bindingId,
    reason: "the vault will refuse",
  });
  await waitFor(async () => ((await rotationsOf(pair.bindingId))[0]?.attempt ?? 0) > 0, {
    timeout: 60_000,
    message: "a refused attempt",
  });
}, 120_000);

test("a value in a report of a consumer is refused and kept nowhere", async () => {
  const { bindingId } = await fixture.newPair();
  const value = canary("reported by mistake");
  const reporter = serviceOf(fixture.tenant, "reporter", "unknown", ["runtime.consumers.report"]);
  const valid = { binding: { bindingId }, workload: { name: "orders-api" }, version: 1 };
  const wrong: unknown[] = [
    { ...valid, workload: { name: value } },
    { ...valid, workload: { name: "orders-api", cluster: value } },
    { ...valid, binding: { store: "openbao", path: value } },
    { ...valid, password: value },
    { ...valid, [value]: 1 },
  ];
  for (const [at, body] of wrong.entries()) {
    const refusal = await runVerb(reportConsumer, reporter, body as never).catch((error) => error);
    expect(refusal).toMatchObject({ code: "invalid" });
    places.set(`refused report ${at}`, `${refusal.stack} ${JSON.stringify(refusal)}`);
  }
}, 60_000);

test("every page is read, and asked wrongly too", async () => {
  const { pool } = await poolOf(admin, fixture.tenant);
  const resolver = {
    canary: "text",
    tenant: fixture.tenant,
    id: ({ kind, pick }: { kind: keyof typeof pool; pick: number }) =>
      pool[kind][pick % Math.max(1, pool[kind].length)] ?? crypto.randomUUID(),
    cursor: () => "rubbish",
  };
  for (const [path, { inputs, type }] of proceduresOf(appRouter)) {
    await call(path, { surely: ["wrong"] });
    if (type !== "query") continue;
    const schema = inputs[0];
    const samples = schema
      ? fc.sample(arbitraryInput(schema), { numRuns: 12, seed: 3 })
      : [undefined];
    for (const sample of samples) await call(path, fillIn(sample, resolver));
  }
  expect(responses).toBeGreaterThan(100);
  expect([...places.values()].filter((text) => text.includes('"result"')).length).toBeGreaterThan(
    40,
  );
}, 120_000);

test("no value stands anywhere", async () => {
  await worker.stop();
  places.set("the second worker's log", worker.output());
  places.set("our own log", logs.since(0).join(""));
  places.set("the database server's log", readFileSync(cluster.logFile, "utf8"));
  for (const file of filesUnder(dirname(fixture.vault.tokenFile))) {
    if (file !== fixture.vault.tokenFile)
      places.set(`the vault's ${file}`, readFileSync(file, "latin1"));
  }
  let tables = 0;
  for (const url of [urls.superuser, urls.superuser.replace(database, fixture.target.database)]) {
    const found = await asSuperuser<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      [],
      url,
    );
    for (const { name } of found) {
      const rows = await asSuperuser<{ row: string }>(
        `SELECT t::text AS row FROM ${name} t`,
        [],
        url,
      );
      places.set(`the table ${name}`, rows.map(({ row }) => row).join("\n"));
      tables += 1;
    }
  }
  expect(tables).toBeGreaterThan(25);
  expect(values.size).toBeGreaterThan(10);
  expect(
    places.get("the table pgboss.job_common") ?? places.get("the table pgboss.job"),
  ).toBeDefined();
  // The search itself works: what is surely written is surely found.
  const written = new Map([["the tenant", fixture.tenant]]);
  for (const place of ["the table public.rotation", "the database server's log"]) {
    expect(valuesIn(places.get(place) ?? "", written), place).toEqual(["the tenant"]);
  }
  expect(places.get("our own log")).toContain("call refused");
  const leaks = [...places].flatMap(([place, text]) =>
    valuesIn(text, values).map((name) => `${name} stands in ${place}`),
  );
  expect(leaks).toEqual([]);
  const named = [...places]
    .filter(([place, text]) => leaseNames.some((name) => text.includes(name)) && !isOurs(place))
    .map(([place]) => place);
  expect(leaseNames).toHaveLength(2);
  expect(named).toEqual([]);
}, 120_000);

/** The ledger itself, and the server's log of the statements that write it. */
function isOurs(place: string): boolean {
  return place === "the table public.secret_lease" || place === "the database server's log";
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((file) => join(directory, file))
    .filter((file) => statSync(file).isFile());
}
