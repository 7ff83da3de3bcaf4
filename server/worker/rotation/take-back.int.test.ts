import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { rollBackRotation } from "#server/features/rotation/verbs/roll-back-rotation.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { type RotationFixture, rotationFixture } from "./testing/rotation-fixture.ts";
import { comesTo, forceOne, rotationState, statesOf } from "./testing/rotation-state.ts";
import { startWorker, type WorkerProcess } from "./testing/worker-process.ts";

/** A person takes a promoted rotation back: a real worker, vault and Postgres. */
let fixture: RotationFixture;
let worker: WorkerProcess;

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
  worker = startWorker({ ...fixture.env, WORKER_LOOPS: "rotations" });
});
afterAll(async () => {
  await worker.stop();
  await fixture.stop();
});

async function takeBack(bindingId: string): Promise<string> {
  const { tenant } = fixture;
  const rotationId = await forceOne(tenant, bindingId);
  await comesTo(tenant, rotationId, "grace");
  const reason = "the new value does not do what the old did";
  await runVerb(rollBackRotation, userOf(tenant, "officer"), { rotationId, reason });
  return rotationId;
}

async function binding(bindingId: string) {
  const [row] = await asSuperuser<{ current_version: number; state: string; rotator: object }>(
    "SELECT current_version, state, rotator FROM secret_binding WHERE binding_id = $1",
    [bindingId],
  );
  return row;
}

test("a pair of roles: the old login is current again, the new one is refused, and it can rotate anew", async () => {
  const { tenant } = fixture;
  const pair = await fixture.newPair(3_600);
  const before = await pair.login();
  const rotationId = await takeBack(pair.bindingId);
  await comesTo(tenant, rotationId, "rolled_back");
  const now = await pair.login();
  expect(now.username).toBe(pair.roles[0]);
  expect(now.password.reveal()).toBe(before.password.reveal());
  expect((await pair.probe(now)).kind).toBe("accepted");
  expect((await fixture.client.kv.read(pair.path, 2)).kind).toBe("destroyed");
  const [role] = await asSuperuser<{ rolcanlogin: boolean }>(
    "SELECT rolcanlogin FROM pg_roles WHERE rolname = $1",
    [pair.roles[1]],
  );
  expect(role).toEqual({ rolcanlogin: false });
  expect((await statesOf(tenant, rotationId)).slice(-2)).toEqual(["grace", "rolled_back"]);
  expect(await binding(pair.bindingId)).toMatchObject({
    current_version: 3,
    state: "active",
    rotator: { activeRole: pair.roles[0], standbyRole: pair.roles[1] },
  });

  const again = await forceOne(tenant, pair.bindingId);
  await comesTo(tenant, again, "grace");
  expect((await pair.login()).username).toBe(pair.roles[1]);
});

test("a generated value: the old value is current again, the new one can't be read", async () => {
  const { tenant, client } = fixture;
  const { bindingId, path } = await fixture.newSecret({
    graceSeconds: 3_600,
    fields: { client_id: "orders" },
  });
  const current = async () => {
    const found = await client.kv.read(path);
    return found.kind === "found" ? found.fields.value?.reveal() : undefined;
  };
  const before = await current();
  const rotationId = await takeBack(bindingId);
  await comesTo(tenant, rotationId, "rolled_back");
  expect(await current()).toBe(before);
  expect((await client.kv.read(path, 2)).kind).toBe("destroyed");
  expect(await binding(bindingId)).toMatchObject({ current_version: 3, state: "active" });
});

test("somebody else's value since then is left alone, and a person must look", async () => {
  const { tenant, client } = fixture;
  const { bindingId, path } = await fixture.newSecret({ graceSeconds: 3_600 });
  const rotationId = await forceOne(tenant, bindingId);
  await comesTo(tenant, rotationId, "grace");
  await client.kv.write(path, { value: SecretValue.of("put there by hand") }, 2);
  const reason = "the new value does not do what the old did";
  await runVerb(rollBackRotation, userOf(tenant, "officer"), { rotationId, reason });
  await comesTo(tenant, rotationId, "orphaned");
  expect(await rotationState(tenant, rotationId)).toMatchObject({ error_code: "vault_moved_on" });
  expect((await client.kv.metadata(path))?.currentVersion).toBe(3);
  const alerts = await asSuperuser("SELECT kind FROM alert WHERE subject_ref = $1", [
    `secret-binding/${bindingId}`,
  ]);
  expect(alerts).toEqual([{ kind: "rotation-orphaned" }]);
});

test("an old login that was ended meanwhile stops it: consumers keep the new one, and the reason is shown", async () => {
  const { tenant } = fixture;
  const pair = await fixture.newPair(3_600);
  const rotationId = await forceOne(tenant, pair.bindingId);
  await comesTo(tenant, rotationId, "grace");
  await asSuperuser(`ALTER ROLE "${pair.roles[0]}" NOLOGIN`);
  const reason = "the new value does not do what the old did";
  await runVerb(rollBackRotation, userOf(tenant, "officer"), { rotationId, reason });
  await vi.waitFor(
    async () =>
      expect(await rotationState(tenant, rotationId)).toMatchObject({
        state: "grace",
        error_code: "old_login_refused",
      }),
    { timeout: 30_000, interval: 100 },
  );
  const now = await pair.login();
  expect(now.username).toBe(pair.roles[1]);
  expect((await pair.probe(now)).kind).toBe("accepted");
});
