import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import { type RotationFixture, rotationFixture } from "../../testing/rotation-fixture.ts";
import { comesTo, forceOne, rotationState, statesOf } from "../../testing/rotation-state.ts";
import { type StorageFixture, storageFixture } from "../../testing/storage-fixture.ts";
import { startWorker, type WorkerProcess } from "../../testing/worker-process.ts";

/** The two keys of a storage account: a real worker, and servers that speak Azure's protocols. */
let fixture: RotationFixture;
let storage: StorageFixture;
let worker: WorkerProcess;

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
  storage = await storageFixture(fixture);
  worker = startWorker({ ...fixture.env, ...storage.env, WORKER_LOOPS: "rotations" });
});
afterAll(async () => {
  await worker.stop();
  await storage.stop();
  await fixture.stop();
});

async function keyAt(path: string): Promise<SecretValue> {
  const found = await fixture.client.kv.read(path);
  if (found.kind !== "found" || !found.fields.key) throw new Error(`${path} is ${found.kind}`);
  return found.fields.key;
}

test("the slot at rest is made anew and used, both work in the grace, then the old value is refused; the next time they swap", async () => {
  const { tenant } = fixture;
  const account = await storage.newAccount(2);
  const before = await keyAt(account.path);
  const rotationId = await forceOne(tenant, account.bindingId);
  await comesTo(tenant, rotationId, "grace");
  const now = await keyAt(account.path);
  expect(account.renewals()).toEqual({ key2: 1 });
  expect((await account.keys()).find(({ name }) => name === "key2")?.value.reveal()).toBe(
    now.reveal(),
  );
  for (const key of [before, now]) expect(await account.client.tryOut(key)).toBe("accepted");
  await comesTo(tenant, rotationId, "done");
  expect(account.renewals()).toEqual({ key1: 1, key2: 1 });
  expect(await account.client.tryOut(before)).toBe("refused");
  expect(await account.client.tryOut(now)).toBe("accepted");
  expect((await fixture.client.kv.read(account.path, 1)).kind).toBe("destroyed");
  const second = await forceOne(tenant, account.bindingId);
  await comesTo(tenant, second, "done");
  expect(await account.client.tryOut(now)).toBe("refused");
  const swapped = await keyAt(account.path);
  expect((await account.keys()).find(({ name }) => name === "key1")?.value.reveal()).toBe(
    swapped.reveal(),
  );
});

test("a making whose answer was lost is looked at, and not done twice", async () => {
  const { tenant } = fixture;
  const account = await storage.newAccount();
  storage.dropRenewal();
  const rotationId = await forceOne(tenant, account.bindingId);
  await comesTo(tenant, rotationId, "done");
  expect(await statesOf(tenant, rotationId)).toContain("indeterminate");
  expect(account.renewals()).toEqual({ key1: 1, key2: 1 });
});

test("a vault that holds neither key is said, and no key is made anew", async () => {
  const { tenant, client } = fixture;
  const account = await storage.newAccount();
  const other = SecretValue.of(Buffer.from("neither of the two").toString("base64"));
  await client.kv.write(account.path, { account: SecretValue.of("x"), key: other }, 1);
  const rotationId = await forceOne(tenant, account.bindingId);
  await comesTo(tenant, rotationId, "rolled_back");
  expect(await rotationState(tenant, rotationId)).toMatchObject({ error_code: "current_unknown" });
  expect(account.renewals()).toEqual({});
});

test("the old value put back in the grace is left alone; a person is told", async () => {
  const { tenant, client } = fixture;
  const account = await storage.newAccount(3);
  const before = await keyAt(account.path);
  const rotationId = await forceOne(tenant, account.bindingId);
  await comesTo(tenant, rotationId, "grace");
  await client.kv.write(account.path, { account: SecretValue.of("x"), key: before }, 2);
  await comesTo(tenant, rotationId, "orphaned");
  expect(await account.client.tryOut(before)).toBe("accepted");
});
