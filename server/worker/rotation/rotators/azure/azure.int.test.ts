import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import { type AzureFixture, azureFixture } from "../../testing/azure-fixture.ts";
import { type RotationFixture, rotationFixture } from "../../testing/rotation-fixture.ts";
import {
  approveOne,
  comesTo,
  forceOne,
  rotationState,
  statesOf,
} from "../../testing/rotation-state.ts";
import { startWorker, type WorkerProcess } from "../../testing/worker-process.ts";

/** Azure Key Vault: a real worker with a managed identity, and a server that speaks its protocol. */
let fixture: RotationFixture;
let azure: AzureFixture;
let worker: WorkerProcess;

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
  azure = await azureFixture(fixture.tenant);
  worker = startWorker({ ...fixture.env, ...azure.env, WORKER_LOOPS: "rotations" });
});
afterAll(async () => {
  await worker.stop();
  await azure.stop();
  await fixture.stop();
});

test("a key waits for a second officer, both versions work in the grace, then the old one is refused", async () => {
  const { tenant } = fixture;
  const { keys } = azure.keyVault;
  const { bindingId, name } = await azure.newKey({ graceSeconds: 3 });
  const old = await keys.findByRotation(name, "first");
  const rotationId = await forceOne(tenant, bindingId);
  expect((await rotationState(tenant, rotationId)).state).toBe("awaiting_approval");
  expect(await keys.versions(name)).toHaveLength(1);
  await approveOne(tenant, rotationId);
  await comesTo(tenant, rotationId, "grace");
  const fresh = await keys.findByRotation(name, rotationId);
  expect((await keys.shape(name))?.version).toBe(fresh?.version);
  expect(await keys.probe(name, old?.version ?? "")).toBe("alive");
  await comesTo(tenant, rotationId, "done");
  expect(await keys.probe(name, old?.version ?? "")).toBe("dead");
  expect(await keys.probe(name, fresh?.version ?? "")).toBe("alive");
  expect(await keys.versions(name)).toHaveLength(2);
  expect((await statesOf(tenant, rotationId)).slice(-2)).toEqual(["verified_dead", "done"]);
});

test("a key that only unwraps is tried by unwrapping, and its successor is of its kind", async () => {
  const { tenant } = fixture;
  const { keys } = azure.keyVault;
  const { bindingId, name } = await azure.newKey({ type: "RSA" });
  const old = await keys.shape(name);
  const rotationId = await forceOne(tenant, bindingId);
  await approveOne(tenant, rotationId);
  await comesTo(tenant, rotationId, "done");
  const now = await keys.shape(name);
  expect(now?.version).not.toBe(old?.version);
  expect({ ...now, version: "" }).toEqual({ ...old, version: "" });
  if (!old) throw new Error("no key");
  expect(await keys.probe(name, old.version, old)).toBe("dead");
});

test("a generated value: one new version, the old one disabled and refused", async () => {
  const { tenant } = fixture;
  const { secrets } = azure.keyVault;
  const { bindingId, name } = await azure.newSecret({ graceSeconds: 2, value: "the-first-value" });
  const rotationId = await forceOne(tenant, bindingId);
  await comesTo(tenant, rotationId, "done");
  const now = await secrets.read(name);
  expect(now?.value.reveal()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const old = await secrets.findByRotation(name, "first");
  expect(await secrets.probe(name, old?.version ?? "")).toBe("dead");
  expect(await secrets.versions(name)).toHaveLength(2);
});

test("the old value put back during the grace is not disabled; a person is told", async () => {
  const { tenant } = fixture;
  const { secrets } = azure.keyVault;
  const { bindingId, name } = await azure.newSecret({ graceSeconds: 3, value: "taken-back" });
  const rotationId = await forceOne(tenant, bindingId);
  await comesTo(tenant, rotationId, "grace");
  await secrets.set(name, SecretValue.of("taken-back"), { rotationId: "by-hand" });
  await comesTo(tenant, rotationId, "orphaned");
  const old = await secrets.findByRotation(name, "first");
  expect(await secrets.probe(name, old?.version ?? "")).toBe("alive");
});

test("a worker without a Key Vault says which setting is missing, and changes nothing", async () => {
  const { tenant } = fixture;
  await worker.stop();
  worker = startWorker({ ...fixture.env, WORKER_LOOPS: "rotations" });
  const { bindingId, name } = await azure.newSecret();
  const rotationId = await forceOne(tenant, bindingId);
  await vi.waitFor(
    async () =>
      expect(await rotationState(tenant, rotationId)).toMatchObject({
        error_code: "store_not_configured",
        error_text: "Azure Key Vault is not configured: set AZURE_KEYVAULT_URL for the worker.",
      }),
    { timeout: 90_000, interval: 200 },
  );
  expect(await azure.keyVault.secrets.versions(name)).toHaveLength(1);
});
