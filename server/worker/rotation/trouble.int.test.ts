import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg, { escapeIdentifier } from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { forceRotate } from "#server/features/rotation/verbs/force-rotate.ts";
import { credentialFields } from "#server/integrations/openbao/database-credential.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { type CuttingProxy, cuttingProxy } from "./testing/cutting-proxy.ts";
import { type Pair, type RotationFixture, rotationFixture } from "./testing/rotation-fixture.ts";
import { startWorker, type WorkerProcess } from "./testing/worker-process.ts";

/** What goes wrong outside, on a real target and a vault in its own process. */
let fixture: RotationFixture;
let network: CuttingProxy;
let vaultNetwork: CuttingProxy;
let worker: WorkerProcess;

// Generous, for a machine that does other things as well; each wait ends when its condition holds.
vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
  network = await cuttingProxy(fixture.target.port);
  vaultNetwork = await cuttingProxy(Number(new URL(fixture.vault.address).port));
  worker = startWorker({
    ...fixture.env,
    OPENBAO_ADDR: `http://127.0.0.1:${vaultNetwork.port}`,
    WORKER_LOOPS: "rotations",
    WORKER_LEASE_SECONDS: "10",
  });
});

afterAll(async () => {
  await worker.stop();
  await network.close();
  await vaultNetwork.close();
  await fixture.stop();
});

afterEach(async () => {
  expect(worker.child.exitCode, worker.output()).toBeNull();
});

test("the answer to the change at the target is lost: it is asked, not guessed", async () => {
  const pair = await fixture.newPair(0, network.port);
  network.cutAfter("ALTER ROLE");
  const rotationId = await rotate(pair);
  await ends(rotationId, "done");
  expect(network.cuts()).toBe(1);
  expect(await states(rotationId)).toEqual([
    "requested",
    "staged",
    "indeterminate",
    "applied",
    ...REST,
  ]);
  expect(await pair.probe(await pair.login())).toEqual({ kind: "accepted" });
});

test("the answer to the promotion is lost: the vault is asked, and written once", async () => {
  const pair = await fixture.newPair();
  const path = `/v1/secret/data/${pair.path} `;
  vaultNetwork.cutAfter(`POST ${path}`);
  const rotationId = await rotate(pair);
  await ends(rotationId, "done");
  expect(vaultNetwork.cuts()).toBe(1);
  expect(await states(rotationId)).toEqual([
    "requested",
    "staged",
    "applied",
    "verified",
    "indeterminate",
    ...REST.slice(1),
  ]);
  expect((await fixture.client.kv.metadata(pair.path))?.currentVersion).toBe(2);
});

test("the answer to the locking is lost: nothing is revoked from doubt, and the old user ends dead", async () => {
  const pair = await fixture.newPair(0, network.port);
  const before = await pair.login();
  network.cutAfter("NOLOGIN PASSWORD NULL");
  const rotationId = await rotate(pair);
  await ends(rotationId, "done");
  expect(await states(rotationId)).toEqual([
    "requested",
    "staged",
    "applied",
    "verified",
    "promoted",
    "grace",
    "revoking",
    "indeterminate",
    "revoking",
    "verified_dead",
    "done",
  ]);
  expect(await pair.probe(before)).toMatchObject({ kind: "refused" });
});

test("the target refuses the change: everything is undone, consumers never noticed", async () => {
  const pair = await fixture.newPair();
  const before = await pair.login();
  const [, standby] = pair.roles;
  const rotator = `${fixture.tenant}-rotator`;
  await admin(`REVOKE ${escapeIdentifier(standby)} FROM ${escapeIdentifier(rotator)} CASCADE`);
  const rotationId = await rotate(pair);
  // The undoing can't lock the standby either: it goes on trying, and says why.
  await waitFor(async () => (await row(rotationId)).error_code === "target_refused", {
    timeout: 60_000,
  });
  expect(await pair.probe(before)).toEqual({ kind: "accepted" });
  await admin(
    `GRANT ${escapeIdentifier(standby)} TO ${escapeIdentifier(rotator)} WITH ADMIN TRUE, INHERIT TRUE, SET FALSE`,
  );
  await ends(rotationId, "rolled_back");
  expect(await pair.login()).toEqual(before);
  expect(await fixture.client.kv.metadata(`${pair.path}.staged`)).toBeNull();
  expect(await alertsOf(pair)).toEqual(["rotation-rolled-back"]);
});

test("a standby that somebody uses is left alone", async () => {
  const pair = await fixture.newPair();
  const standby = escapeIdentifier(pair.roles[1]);
  await admin(`ALTER ROLE ${standby} LOGIN`);
  const open = await openAs(pair.roles[1]);
  const rotationId = await rotate(pair);
  await ends(rotationId, "rolled_back");
  expect(await row(rotationId)).toMatchObject({ error_code: "standby_in_use" });
  expect((await open.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await open.end();
});

test("somebody else writes the main path meanwhile: it is theirs, and the standby is shut again", async () => {
  const pair = await fixture.newPair(0, network.port);
  const before = await pair.login();
  network.cutAfter("ALTER ROLE");
  const rotationId = await rotate(pair);
  await waitFor(async () => (await states(rotationId)).includes("indeterminate"), {
    timeout: 60_000,
  });
  const theirs = { ...before, rotationId: null };
  await fixture.client.kv.write(pair.path, credentialFields(theirs), 1);
  await ends(rotationId, "rolled_back");
  expect(await row(rotationId)).toMatchObject({ error_code: "vault_moved_on" });
  expect((await fixture.client.kv.metadata(pair.path))?.currentVersion).toBe(2);
  expect(await pair.probe(before)).toEqual({ kind: "accepted" });
  const [standby] = await asSuperuser<{ rolcanlogin: boolean }>(
    "SELECT rolcanlogin FROM pg_roles WHERE rolname = $1",
    [pair.roles[1]],
  );
  expect(standby?.rolcanlogin).toBe(false);
});

test("somebody puts the old user back during the grace: nobody is locked, people are told", async () => {
  const pair = await fixture.newPair(3);
  const before = await pair.login();
  const rotationId = await rotate(pair);
  await waitFor(async () => (await row(rotationId)).state === "grace", { timeout: 60_000 });
  await fixture.client.kv.write(pair.path, credentialFields({ ...before, rotationId: null }), 2);
  await ends(rotationId, "orphaned");
  expect(await pair.probe(before)).toEqual({ kind: "accepted" });
  expect(await alertsOf(pair)).toEqual(["rotation-orphaned"]);
});

test("a revocation that fails is visible, told once, and succeeds when the cause is gone", async () => {
  const pair = await fixture.newPair(2);
  const before = await pair.login();
  const rotationId = await rotate(pair);
  await waitFor(async () => (await row(rotationId)).state === "grace", { timeout: 60_000 });
  const old = escapeIdentifier(pair.roles[0]);
  const rotator = escapeIdentifier(`${fixture.tenant}-rotator`);
  await admin(`REVOKE ${old} FROM ${rotator} CASCADE`);
  await waitFor(async () => (await row(rotationId)).state === "revoke_failed", { timeout: 60_000 });
  expect(await row(rotationId)).toMatchObject({ error_code: "target_42501" });
  expect((await row(rotationId)).error_text).toContain("permission denied");
  await admin(`GRANT ${old} TO ${rotator} WITH ADMIN TRUE, INHERIT TRUE, SET FALSE`);
  await ends(rotationId, "done");
  expect(await pair.probe(before)).toMatchObject({ kind: "refused" });
  expect(await alertsOf(pair)).toEqual(["rotation-revoke-failed"]);
});

test("a sealed vault stops it where it is; unsealed, it goes on", async () => {
  const pair = await fixture.newPair(2);
  const rotationId = await rotate(pair);
  await waitFor(async () => (await row(rotationId)).state === "grace", { timeout: 60_000 });
  await vaultCall("sys/seal");
  await waitFor(async () => (await row(rotationId)).error_code === "vault_sealed", {
    timeout: 60_000,
  });
  const directory = join(fixture.vault.tokenFile, "..");
  await vaultCall("sys/unseal", { key: readFileSync(join(directory, "unseal.key"), "utf8") });
  await ends(rotationId, "done");
});

test("no value was written to the worker's log", () => {
  expect(worker.output()).not.toMatch(/[A-Za-z0-9_-]{43}/);
});

const REST = ["verified", "promoted", "grace", "revoking", "verified_dead", "done"];

async function rotate(pair: Pair): Promise<string> {
  const input = { bindingId: pair.bindingId, reason: "to see what trouble does" };
  return (await runVerb(forceRotate, userOf(fixture.tenant, "officer"), input)).rotationId;
}

function ends(rotationId: string, state: string) {
  return waitFor(
    async () => {
      const found = await row(rotationId);
      if (found.finished_at && found.state !== state) {
        throw new Error(`it ended ${found.state}: ${found.error_text}`);
      }
      return found.state === state;
    },
    { timeout: 60_000, message: `${state}; the worker said ${worker.output()}` },
  );
}

async function row(rotationId: string) {
  const rows = await query<{
    state: string;
    finished_at: Date | null;
    error_code: string | null;
    error_text: string | null;
  }>("SELECT * FROM rotation WHERE tenant_id = $1 AND rotation_id = $2", rotationId);
  if (!rows[0]) throw new Error("no such rotation");
  return rows[0];
}

async function states(rotationId: string): Promise<string[]> {
  const rows = await query<{ state_to: string }>(
    "SELECT state_to FROM rotation_step WHERE tenant_id = $1 AND rotation_id = $2 ORDER BY step_no",
    rotationId,
  );
  return rows.map((each) => each.state_to);
}

async function alertsOf({ bindingId }: Pair): Promise<string[]> {
  const rows = await query<{ kind: string }>(
    "SELECT kind FROM alert WHERE tenant_id = $1 AND subject_ref = 'secret-binding/' || $2",
    bindingId,
  );
  return rows.map((each) => each.kind);
}

function query<Row extends pg.QueryResultRow>(text: string, id: string): Promise<Row[]> {
  return withTenant(fixture.tenant, "tenant", (tx) => tx.query<Row>(text, [fixture.tenant, id]));
}

function admin(text: string) {
  return asSuperuser(text);
}

/** A session of a role, as an application would hold one. */
async function openAs(role: string): Promise<pg.Client> {
  await admin(`ALTER ROLE ${escapeIdentifier(role)} PASSWORD 'in-use-elsewhere'`);
  const client = new pg.Client({ ...fixture.target, user: role, password: "in-use-elsewhere" });
  await client.connect();
  return client;
}

async function vaultCall(path: string, body?: unknown): Promise<void> {
  await fetch(`${fixture.vault.address}/v1/${path}`, {
    method: "POST",
    headers: { "x-vault-token": readFileSync(fixture.vault.tokenFile, "utf8") },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}
