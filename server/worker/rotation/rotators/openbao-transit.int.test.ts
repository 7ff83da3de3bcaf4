import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type RotationFixture, rotationFixture } from "../testing/rotation-fixture.ts";
import {
  approveOne,
  comesTo,
  forceOne,
  rotationState,
  statesOf,
} from "../testing/rotation-state.ts";
import { startWorker, type WorkerProcess } from "../testing/worker-process.ts";

/** Keys of the transit engine: a real worker, and a vault in a process of its own. */
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

test("nothing happens without a second officer; then old signatures verify in the grace, and no more after it", async () => {
  const { tenant, client } = fixture;
  const transit = client.transit();
  const { bindingId, key } = await fixture.newKey({ graceSeconds: 3 });
  const signature = await transit.sign(key, "an order");
  const rotationId = await forceOne(tenant, bindingId);
  expect((await rotationState(tenant, rotationId)).state).toBe("awaiting_approval");
  await approveOne(tenant, rotationId);
  await comesTo(tenant, rotationId, "grace");
  expect(await transit.verify(key, "an order", signature)).toBe(true);
  expect((await transit.read(key))?.latestVersion).toBe(2);
  await comesTo(tenant, rotationId, "done");
  await expect(transit.verify(key, "an order", signature)).rejects.toMatchObject({
    failure: "invalid",
  });
  expect(await transit.sign(key, "an order")).toMatch(/^vault:v2:/);
  expect(await transit.read(key)).toMatchObject({ minDecryptionVersion: 2, latestVersion: 2 });
  expect(await statesOf(tenant, rotationId)).toEqual([
    "requested",
    "awaiting_approval",
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

test("with trim the old version of an encryption key is destroyed after its proof", async () => {
  const { tenant, client } = fixture;
  const { bindingId, key } = await fixture.newKey({ type: "aes256-gcm96", trim: true });
  const rotationId = await forceOne(tenant, bindingId);
  await approveOne(tenant, rotationId);
  await comesTo(tenant, rotationId, "done");
  expect(await client.transit().read(key)).toMatchObject({
    latestVersion: 2,
    minDecryptionVersion: 2,
    minAvailableVersion: 2,
  });
});
