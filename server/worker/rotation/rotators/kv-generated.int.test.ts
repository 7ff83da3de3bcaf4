import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import { type RotationFixture, rotationFixture } from "../testing/rotation-fixture.ts";
import { comesTo, forceOne, rotationState, statesOf } from "../testing/rotation-state.ts";
import { startWorker, type WorkerProcess } from "../testing/worker-process.ts";

/** Generated values in KV v2: a real worker, and a vault in a process of its own. */
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

async function valueAt(path: string, version = 0): Promise<string | undefined> {
  const found = await fixture.client.kv.read(path, version);
  return found.kind === "found" ? found.fields.value?.reveal() : undefined;
}

test("a new value, both readable during the grace, then the old one is refused by the vault", async () => {
  const { tenant } = fixture;
  const { bindingId, path } = await fixture.newSecret({
    graceSeconds: 2,
    fields: { client_id: "orders" },
  });
  const before = await valueAt(path);
  const rotationId = await forceOne(tenant, bindingId);
  await comesTo(tenant, rotationId, "grace");
  expect(await valueAt(path, 1)).toBe(before);
  await comesTo(tenant, rotationId, "done");
  const after = await fixture.client.kv.read(path);
  expect(after).toMatchObject({ kind: "found", info: { version: 2 } });
  if (after.kind !== "found") return;
  expect(after.fields.value?.reveal()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(after.fields.client_id?.reveal()).toBe("orders");
  expect((await fixture.client.kv.read(path, 1)).kind).toBe("destroyed");
  expect(await fixture.client.kv.metadata(`${path}.staged`)).toBeNull();
  expect(await statesOf(tenant, rotationId)).toEqual([
    "requested",
    "staged",
    "applied",
    "verified",
    "promoted",
    "grace",
    "revoking",
    "verified_dead",
    "done",
  ]);
});

test("a field that nobody declared stops it before anything is changed", async () => {
  const { tenant } = fixture;
  const { bindingId, path } = await fixture.newSecret({ fields: { region: "west" }, keep: [] });
  const rotationId = await forceOne(tenant, bindingId);
  await comesTo(tenant, rotationId, "rolled_back");
  expect(await rotationState(tenant, rotationId)).toMatchObject({
    error_code: "current_malformed",
    error_text: "The secret has fields nobody declared: region.",
  });
  expect((await fixture.client.kv.metadata(path))?.currentVersion).toBe(1);
});

test("the old value put back during the grace is not destroyed; a person is told", async () => {
  const { tenant } = fixture;
  const { bindingId, path } = await fixture.newSecret({ graceSeconds: 3 });
  const before = (await valueAt(path)) ?? "";
  const rotationId = await forceOne(tenant, bindingId);
  await comesTo(tenant, rotationId, "grace");
  await fixture.client.kv.write(path, { value: SecretValue.of(before) }, 2);
  await comesTo(tenant, rotationId, "orphaned");
  expect(await valueAt(path, 1)).toBe(before);
  expect(await valueAt(path)).toBe(before);
});

test("a secret that is gone is said, not made anew", async () => {
  const { tenant } = fixture;
  const { bindingId, path } = await fixture.newSecret();
  await fixture.client.kv.deleteKey(path);
  const rotationId = await forceOne(tenant, bindingId);
  await comesTo(tenant, rotationId, "rolled_back");
  expect(await rotationState(tenant, rotationId)).toMatchObject({ error_code: "current_missing" });
  expect(await fixture.client.kv.metadata(path)).toBeNull();
});
