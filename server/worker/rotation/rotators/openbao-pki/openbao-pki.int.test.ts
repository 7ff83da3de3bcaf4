import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { PROBE } from "#server/embedded/demo/ensure-pki.ts";
import { newAuthorities } from "../../testing/pki-fixture.ts";
import { type RotationFixture, rotationFixture } from "../../testing/rotation-fixture.ts";
import { approveOne, comesTo, forceOne, rotationState } from "../../testing/rotation-state.ts";
import { startWorker, type WorkerProcess } from "../../testing/worker-process.ts";

/** Authorities of the PKI engine: a real worker, and a vault in a process of its own. */
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

test("a root waits for a second officer, is certified by the old one, and the old one issues no more", async () => {
  const { tenant, client } = fixture;
  const { root } = await newAuthorities(fixture, 3);
  const pki = client.pkiSuccession(root.mount);
  const old = await pki.issuers.issuer("default");
  const rotationId = await forceOne(tenant, root.bindingId);
  expect((await rotationState(tenant, rotationId)).state).toBe("awaiting_approval");
  expect(await pki.issuers.issuers()).toHaveLength(1);
  await approveOne(tenant, rotationId);
  await comesTo(tenant, rotationId, "grace");
  const now = await pki.issuers.issuer("default");
  expect(now).toMatchObject({ name: `rotation-${rotationId}`, isSelfSigned: true });
  // In the grace both issue.
  expect(await pki.probe(old?.issuerId ?? "", PROBE.role, PROBE.probeName)).toBe("issues");
  const cross = await pki.issuers.issuer(`rotation-${rotationId}-by-old`);
  const crossed = new X509Certificate(cross?.certificatePem ?? "");
  const leaf = new X509Certificate(await pki.issueFrom("default", PROBE.role, PROBE.probeName));
  expect(leaf.verify(crossed.publicKey)).toBe(true);
  expect(crossed.verify(new X509Certificate(old?.certificatePem ?? "").publicKey)).toBe(true);
  await comesTo(tenant, rotationId, "done");
  expect(await pki.probe(old?.issuerId ?? "", PROBE.role, PROBE.probeName)).toBe("refused");
  expect(await pki.issuers.issuers()).toHaveLength(3);
});

test("an intermediate is signed anew, the old one is on its root's list and issues no more", async () => {
  const { tenant, client } = fixture;
  const { root, intermediate } = await newAuthorities(fixture);
  const pki = client.pkiSuccession(intermediate.mount);
  const above = client.pkiSuccession(root.mount);
  const old = await pki.issuers.issuer("default");
  const rotationId = await forceOne(tenant, intermediate.bindingId);
  await approveOne(tenant, rotationId);
  await comesTo(tenant, rotationId, "done");
  const now = await pki.issuers.issuer("default");
  const rootCertificate = (await above.issuers.issuer("default"))?.certificatePem ?? "";
  const certificate = new X509Certificate(now?.certificatePem ?? "");
  expect(certificate.verify(new X509Certificate(rootCertificate).publicKey)).toBe(true);
  expect(await above.isRevoked(old?.serialNumber ?? "")).toBe(true);
  expect(await above.isRevoked(now?.serialNumber ?? "")).toBe(false);
  expect(await pki.probe(old?.issuerId ?? "", PROBE.role, PROBE.probeName)).toBe("refused");
});

test("the old root made the default again in the grace is not revoked; a person is told", async () => {
  const { tenant, client } = fixture;
  const { root } = await newAuthorities(fixture, 3);
  const pki = client.pkiSuccession(root.mount);
  const old = await pki.issuers.issuer("default");
  const rotationId = await forceOne(tenant, root.bindingId);
  await approveOne(tenant, rotationId);
  await comesTo(tenant, rotationId, "grace");
  await pki.issuers.setDefault(old?.issuerId ?? "");
  await comesTo(tenant, rotationId, "orphaned");
  expect(await pki.probe("default", PROBE.role, PROBE.probeName)).toBe("issues");
});

test("an intermediate bound as a root is refused, and nothing is made", async () => {
  const { tenant, client } = fixture;
  const { intermediate } = await newAuthorities(fixture);
  const pki = client.pkiSuccession(intermediate.mount);
  const before = await pki.issuers.issuers();
  await rebindAsRoot(intermediate.mount);
  const rotationId = await forceOne(tenant, intermediate.bindingId);
  await approveOne(tenant, rotationId);
  await comesTo(tenant, rotationId, "rolled_back");
  expect(await rotationState(tenant, rotationId)).toMatchObject({ error_code: "issuer_unfit" });
  expect(await pki.issuers.issuers()).toEqual(before);
});

async function rebindAsRoot(mount: string): Promise<void> {
  const { bindSecret } = await import("#server/features/rotation/verbs/bind-secret.ts");
  const { systemCaller } = await import("#server/platform/system-caller.ts");
  const { runVerb } = await import("#server/platform/verb.ts");
  await runVerb(bindSecret, systemCaller(fixture.tenant, "test"), {
    name: "issuing-ca",
    class: "intermediate-ca",
    environment: "prod",
    store: "openbao",
    path: `${mount}/issuer/default`,
    owner: "team-platform",
    rotator: {
      kind: "openbao-pki-root",
      mount,
      commonName: "Not A Root",
      ttlSeconds: 86_400,
      crossSign: false,
      ...PROBE,
    },
    currentVersion: 1,
    graceSeconds: 0,
    lastRotatedAt: new Date(),
  });
}
