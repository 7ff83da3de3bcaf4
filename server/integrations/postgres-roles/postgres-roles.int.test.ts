import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { scramVerifier } from "#server/platform/db/scram-verifier.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import type { PostgresTarget, TargetLogin } from "./postgres-target.ts";
import { probeLogin } from "./probe-login.ts";
import { applyStandby, lockRole, readRoleState } from "./role-admin.ts";

const database = fileDatabase();
const suffix = randomBytes(4).toString("hex");
const role = `app"${suffix}_a`;
const rotatorName = `rotator_${suffix}`;
const target: PostgresTarget = {
  host: "127.0.0.1",
  port: database.cluster.port,
  database: database.name,
  tls: "disable",
};
const rotator: TargetLogin = { username: rotatorName, password: fresh() };
let admin: pg.Client;

beforeAll(async () => {
  admin = new pg.Client({ connectionString: database.urls.superuser });
  await admin.connect();
  const verifier = scramVerifier(rotator.password.reveal());
  await admin.query(`CREATE ROLE ${rotatorName} LOGIN CREATEROLE PASSWORD '${verifier}'`);
  await admin.query(`CREATE ROLE ${pg.escapeIdentifier(role)} NOLOGIN`);
  await admin.query(
    `GRANT ${pg.escapeIdentifier(role)} TO ${rotatorName} WITH ADMIN TRUE, INHERIT TRUE, SET FALSE`,
  );
});

beforeEach(async () => {
  await admin.query(`ALTER ROLE ${pg.escapeIdentifier(role)} NOLOGIN PASSWORD NULL`);
});

afterAll(async () => {
  await admin.query(`DROP ROLE ${pg.escapeIdentifier(role)}, ${rotatorName}`);
  await admin.end();
});

test("a role is opened with a verifier, logs in by SCRAM, and the server never saw the password", async () => {
  const password = fresh();
  const login = { username: role, password };
  expect(await probeLogin(target, login)).toMatchObject({ kind: "refused" });
  await admin.query("ALTER SYSTEM SET log_statement = 'all'; ");
  await admin.query("SELECT pg_reload_conf()");
  expect(await applyStandby(target, rotator, role, password)).toEqual({ kind: "done" });
  expect(await probeLogin(target, login)).toEqual({ kind: "accepted" });
  const log = readFileSync(database.cluster.logFile, "utf8");
  expect(log.includes(password.reveal())).toBe(false);
  await admin.query("ALTER SYSTEM RESET log_statement");
  await admin.query("SELECT pg_reload_conf()");
  const wrong = { username: role, password: fresh() };
  expect(await probeLogin(target, wrong)).toMatchObject({ kind: "refused", code: "28P01" });
});

test("locking ends the sessions and the login, and doing it again is harmless", async () => {
  const password = fresh();
  await applyStandby(target, rotator, role, password);
  const open = new pg.Client({ ...target, user: role, password: password.reveal() });
  const ended = new Promise((resolve) => open.on("error", resolve));
  await open.connect();
  expect(await readRoleState(target, rotator, role)).toEqual({
    kind: "done",
    exists: true,
    canLogin: true,
    sessions: 1,
  });
  expect(await lockRole(target, rotator, role)).toEqual({ kind: "done", sessions: 1 });
  await ended;
  expect(await probeLogin(target, { username: role, password })).toMatchObject({ kind: "refused" });
  expect(await lockRole(target, rotator, role)).toEqual({ kind: "done", sessions: 0 });
  expect(await readRoleState(target, rotator, role)).toMatchObject({ canLogin: false });
});

test("a role that may not log in is a refusal even with the right password", async () => {
  const password = fresh();
  await applyStandby(target, rotator, role, password);
  await admin.query(`ALTER ROLE ${pg.escapeIdentifier(role)} NOLOGIN`);
  expect(await probeLogin(target, { username: role, password })).toMatchObject({
    kind: "refused",
    code: "28000",
  });
});

test("the rotator reaches its own roles only", async () => {
  const foreign = `foreign_${suffix}`;
  await admin.query(`CREATE ROLE ${foreign} LOGIN`);
  const refused = { kind: "refused", code: "42501" };
  expect(await applyStandby(target, rotator, foreign, fresh())).toMatchObject(refused);
  expect(await lockRole(target, rotator, foreign)).toMatchObject(refused);
  expect(await applyStandby(target, rotator, "console_worker", fresh())).toMatchObject(refused);
  await admin.query(`DROP ROLE ${foreign}`);
});

test("a database that is not there and a wrong rotator are no proof about the role", async () => {
  const login = { username: role, password: fresh() };
  await applyStandby(target, rotator, role, login.password);
  const elsewhere = { ...target, database: "no_such_database" };
  expect(await probeLogin(elsewhere, login)).toMatchObject({ kind: "unknown" });
  const closed = { ...target, port: await closedPort() };
  expect(await probeLogin(closed, login)).toMatchObject({ kind: "unknown" });
  expect(await applyStandby(closed, rotator, role, fresh())).toMatchObject({ kind: "unreachable" });
});

test.each([
  ["the password", [82, 0, 0, 0, 8, 0, 0, 0, 3]],
  ["MD5", [82, 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4]],
  ["nothing", [82, 0, 0, 0, 8, 0, 0, 0, 0, 90, 0, 0, 0, 5, 73]],
])("a server that asks for %s gets no password and proves nothing", async (what, message) => {
  const received: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => received.push(chunk));
    socket.once("data", () => socket.write(Buffer.from(message)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const password = fresh();
  const result = await probeLogin({ ...target, port }, { username: role, password });
  expect(result).toEqual({
    kind: "unknown",
    text: `the target asked for ${what} instead of SCRAM-SHA-256`,
  });
  expect(Buffer.concat(received).includes(password.reveal())).toBe(false);
  server.close();
});

function fresh(): SecretValue {
  return SecretValue.of(randomBytes(32).toString("base64url"));
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
