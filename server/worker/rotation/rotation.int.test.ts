import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { forceRotate } from "#server/features/rotation/verbs/force-rotate.ts";
import { readDatabaseCredential } from "#server/integrations/openbao/database-credential.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { type RotationFixture, rotationFixture } from "./testing/rotation-fixture.ts";
import { startWorker, type WorkerProcess } from "./testing/worker-process.ts";

let fixture: RotationFixture;
let worker: WorkerProcess;

// Generous, for a machine that does other things as well; each wait ends when its condition holds.
vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
  // No crash here: a lease that outlives a slow machine, so that a warning means something.
  worker = startWorker({ ...fixture.env, WORKER_LEASE_SECONDS: "60" });
});

afterAll(async () => {
  await worker.stop();
  await fixture.stop();
});

async function stateOf(rotationId: string) {
  const [row] = await withTenant(fixture.tenant, "tenant", (tx) =>
    tx.query<{ state: string; error_text: string | null }>(
      "SELECT state, error_text FROM rotation WHERE tenant_id = $1 AND rotation_id = $2",
      [fixture.tenant, rotationId],
    ),
  );
  return row;
}

test("a forced rotation ends with a new login that works and an old one proved dead", async () => {
  const pair = await fixture.newPair(2);
  const before = await pair.login();
  const officer = userOf(fixture.tenant, "officer");
  const { rotationId } = await runVerb(forceRotate, officer, {
    bindingId: pair.bindingId,
    reason: "seen in a ticket attachment",
  });
  await waitFor(async () => (await stateOf(rotationId))?.state === "grace", { timeout: 60_000 });
  const during = await pair.login();
  expect(during.username).not.toBe(before.username);
  expect(await pair.probe(during)).toEqual({ kind: "accepted" });
  expect(await pair.probe(before)).toEqual({ kind: "accepted" });
  await waitFor(async () => (await stateOf(rotationId))?.state === "done", { timeout: 60_000 });
  expect(await pair.probe(await pair.login())).toEqual({ kind: "accepted" });
  expect(await pair.probe(before)).toMatchObject({ kind: "refused" });
  expect((await fixture.client.kv.read(pair.path, 1)).kind).toBe("destroyed");
  expect(await fixture.client.kv.metadata(`${pair.path}.staged`)).toBeNull();
  const events = (await eventsOf(fixture.tenant)).filter(
    (event) => event.payload.rotationId === rotationId,
  );
  const types = events.map((event) => event.type.replace("runtime.secrets.", ""));
  expect(types.filter((type) => !/claimed|step-begun|consumers-observed/.test(type))).toEqual([
    "rotation-requested",
    "rotation-staged",
    "rotation-applied",
    "rotation-verified",
    "rotated",
    "rotation-grace",
    "rotation-revoking",
    "rotation-verified-dead",
    "rotation-done",
  ]);
  const requested = events[0];
  expect(events.slice(1).every((e) => e.envelope.causationid === requested?.eventId)).toBe(true);
});

test("what is due by its schedule rotates by itself", async () => {
  const pair = await fixture.newPair(0);
  await asSuperuser(
    "UPDATE secret_binding SET next_rotation_at = clock_timestamp() WHERE binding_id = $1",
    [pair.bindingId],
  );
  const finished = async () => {
    const [row] = await asSuperuser<{ state: string; trigger: string }>(
      "SELECT state, trigger FROM rotation WHERE binding_id = $1",
      [pair.bindingId],
    );
    return row?.state === "done" && row;
  };
  expect(await waitFor(finished, { timeout: 60_000 })).toMatchObject({ trigger: "scheduled" });
  expect(await pair.probe(await pair.login())).toEqual({ kind: "accepted" });
});

test("no value is in any table, event, log or error, ours or the target's", async () => {
  await asSuperuser("ALTER SYSTEM SET log_statement = 'all'");
  await asSuperuser("SELECT pg_reload_conf()");
  const pair = await fixture.newPair(1);
  const values = [(await pair.login()).password.reveal()];
  const officer = userOf(fixture.tenant, "officer");
  const input = { bindingId: pair.bindingId, reason: "looking for leaks" };
  const { rotationId } = await runVerb(forceRotate, officer, input);
  await waitFor(async () => (await stateOf(rotationId))?.state === "done", { timeout: 60_000 });
  values.push((await pair.login()).password.reveal());
  await asSuperuser("ALTER SYSTEM RESET log_statement");
  await asSuperuser("SELECT pg_reload_conf()");
  const rotator = await readDatabaseCredential(
    fixture.client.kv,
    `${fixture.tenant}/rotators/${fixture.target.database}`,
  );
  if (rotator.kind === "found") values.push(rotator.credential.password.reveal());
  expect(new Set(values).size).toBe(3);
  const serverLog = readFileSync(fileDatabase().cluster.logFile, "utf8");
  expect(serverLog).toContain(`ALTER ROLE "${pair.roles[1]}" LOGIN PASSWORD 'SCRAM-SHA-256$`);
  const places: Record<string, string> = {
    "the worker's log": worker.output(),
    "the database server's log": serverLog,
    "the opened events": JSON.stringify(await eventsOf(fixture.tenant)),
  };
  const tables = await asSuperuser<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'pgboss', 'app')",
  );
  for (const { name } of tables) {
    places[name] = JSON.stringify(await asSuperuser(`SELECT t::text FROM ${name} t`));
  }
  expect(tables.length).toBeGreaterThan(20);
  for (const [place, text] of Object.entries(places)) {
    for (const value of values) expect(text.includes(value), place).toBe(false);
  }
});

test("every event is sealed, and the worker had nothing to complain about", async () => {
  await waitFor(async () => {
    const [row] = await asSuperuser<{ open: number }>(
      "SELECT count(*)::int AS open FROM audit_pending WHERE tenant_id = $1",
      [fixture.tenant],
    );
    return row?.open === 0;
  });
  expect(worker.output()).not.toMatch(/"level":"(error|warn)"/);
});

test("asked to stop, it ends what is under way and then itself", async () => {
  const pair = await fixture.newPair(60);
  const officer = userOf(fixture.tenant, "officer");
  const input = { bindingId: pair.bindingId, reason: "while the worker is stopping" };
  const { rotationId } = await runVerb(forceRotate, officer, input);
  await waitFor(async () => (await stateOf(rotationId))?.state !== "requested", {
    timeout: 60_000,
  });
  await worker.stop();
  expect(worker.child.exitCode).toBe(0);
  expect(await stateOf(rotationId)).toMatchObject({ state: "grace" });
});
