import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { PROBE } from "#server/embedded/demo/ensure-pki.ts";
import { rollBackRotation } from "#server/features/rotation/verbs/roll-back-rotation.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { azureFixture } from "../testing/azure-fixture.ts";
import { newAuthorities } from "../testing/pki-fixture.ts";
import { type RotationFixture, rotationFixture } from "../testing/rotation-fixture.ts";
import { approveOne, comesTo, forceOne, rotationState } from "../testing/rotation-state.ts";
import { storageFixture } from "../testing/storage-fixture.ts";
import { startWorker } from "../testing/worker-process.ts";

/** Taken back within the grace, by kinds that live in other stores: a real worker each. */
let fixture: RotationFixture;
const GRACE_SECONDS = 3_600;

vi.setConfig({ testTimeout: 180_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
});
afterAll(() => fixture.stop());

async function takenBack(bindingId: string, env: Record<string, string> = {}): Promise<void> {
  const { tenant } = fixture;
  const worker = startWorker({ ...fixture.env, ...env, WORKER_LOOPS: "rotations" });
  try {
    const rotationId = await forceOne(tenant, bindingId);
    const { state } = await rotationState(tenant, rotationId);
    if (state === "awaiting_approval") await approveOne(tenant, rotationId);
    await comesTo(tenant, rotationId, "grace");
    const reason = "the new value does not do what the old did";
    await runVerb(rollBackRotation, userOf(tenant, "officer"), { rotationId, reason });
    await comesTo(tenant, rotationId, "rolled_back");
  } finally {
    await worker.stop();
  }
}

test("a secret of Key Vault: the old value is current again, the new version is disabled; a key is never taken back", async () => {
  const azure = await azureFixture(fixture.tenant);
  fixture.alsoStop(azure.stop);
  const { secrets } = azure.keyVault;
  const { bindingId, name } = await azure.newSecret({
    graceSeconds: GRACE_SECONDS,
    value: "the-one-before",
  });
  await takenBack(bindingId, azure.env);
  expect((await secrets.read(name))?.value.reveal()).toBe("the-one-before");
  const states = (await secrets.versions(name)).map(({ isEnabled }) => isEnabled);
  expect(states.filter((isEnabled) => !isEnabled)).toHaveLength(1);
  expect(states).toHaveLength(3);
});

test("a cloud resource: the slot before is used again, the new key is refused", async () => {
  const storage = await storageFixture(fixture);
  fixture.alsoStop(storage.stop);
  const account = await storage.newAccount(GRACE_SECONDS);
  const before = await fixture.client.kv.read(account.path);
  await takenBack(account.bindingId, storage.env);
  const now = await fixture.client.kv.read(account.path);
  if (before.kind !== "found" || now.kind !== "found") throw new Error("no key in the vault");
  expect(now.fields.key?.reveal()).toBe(before.fields.key?.reveal());
  if (now.fields.key) expect(await account.client.tryOut(now.fields.key)).toBe("accepted");
  expect(account.renewals()).toEqual({ key2: 2 });
  expect((await fixture.client.kv.read(account.path, 2)).kind).toBe("destroyed");
});

test("an intermediate authority: the old issuer signs again, the new one is revoked by its root", async () => {
  const { root, intermediate } = await newAuthorities(fixture, GRACE_SECONDS);
  const pki = fixture.client.pkiSuccession(intermediate.mount);
  const old = await pki.issuers.issuer("default");
  await takenBack(intermediate.bindingId);
  expect((await pki.issuers.issuer("default"))?.issuerId).toBe(old?.issuerId);
  expect(await pki.probe("default", PROBE.role, PROBE.probeName)).toBe("issues");
  const issuers = await pki.issuers.issuers();
  const fresh = issuers.find(({ name }) => name.startsWith("rotation-"));
  expect(await pki.probe(fresh?.issuerId ?? "", PROBE.role, PROBE.probeName)).toBe("refused");
  const above = fixture.client.pkiSuccession(root.mount);
  const issuer = await pki.issuers.issuer(fresh?.issuerId ?? "");
  expect(await above.isRevoked(issuer?.serialNumber ?? "")).toBe(true);
});
