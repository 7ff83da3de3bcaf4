import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newRig, type Rig } from "#server/features/rotation/testing/rotation-rig.ts";
import {
  askRenewal,
  certificateRig,
  watchOf,
} from "#server/features/rotation/testing/watched-rig.ts";
import { CertificatesApi } from "#server/integrations/kubernetes/certificates-api.ts";
import { snapshotSource } from "#server/integrations/kubernetes/snapshot-source.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import {
  type CertificateServer,
  startCertificateServer,
} from "#test/contract/kubernetes/certificate-server.ts";
import { makeTestAuthority } from "#test/contract/test-authority.ts";
import { askForRenewals } from "./ask-for-renewals.ts";
import { watchCredentials } from "./watch-credentials.ts";
import type { WatchSources } from "./watch-sources.ts";

let cluster: CertificateServer;
let sources: WatchSources;
const directory = mkdtempSync(join(tmpdir(), "watch-"));
const vault = new OpenBaoClient({ address: "http://127.0.0.1:1" });

beforeAll(async () => {
  cluster = await startCertificateServer();
  sources = {
    vault,
    certificatesDir: join(directory, "certificates"),
    clusters: [snapshotSource({ path: join(directory, "cluster") })],
    certificates: new CertificatesApi({ kind: "kubeconfig", file: cluster.kubeconfig }),
  };
  mkdirSync(join(directory, "certificates"));
  mkdirSync(join(directory, "cluster"));
});
afterAll(async () => {
  await cluster.stop();
  await vault.close();
  rmSync(directory, { recursive: true, force: true });
});

test("a certificate's dates come from the cluster; a renewal is asked for there once, and seen through", async () => {
  const certificate = cluster.newCertificate("shop");
  const rig = await certificateRig({ namespace: "shop", certificate });
  await watchCredentials(sources);
  expect(await watchOf(rig)).toMatchObject({
    facts: { revision: 1, isReady: true },
    errorCode: null,
  });
  const patches = cluster.patches();
  await askRenewal(rig);
  await askForRenewals(sources);
  await askForRenewals(sources);
  expect(cluster.patches()).toBe(patches + 1);
  expect((await watchOf(rig)).renewals).toMatchObject([{ state: "asked" }]);
  cluster.issue("shop", certificate);
  await watchCredentials(sources);
  expect(await watchOf(rig)).toMatchObject({
    facts: { revision: 2 },
    renewals: [{ state: "renewed" }],
  });
});

test("without the cluster's API the dates come from its snapshot, and a renewal is refused with the command", async () => {
  const file = {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "front", namespace: "shop" },
    spec: { secretName: "front-tls", issuerRef: { name: "internal" } },
    status: {
      revision: 4,
      notBefore: "2026-11-01T00:00:00Z",
      notAfter: "2027-01-30T00:00:00Z",
      renewalTime: "2026-12-31T00:00:00Z",
      conditions: [],
    },
  };
  writeFileSync(join(directory, "cluster", "front.json"), JSON.stringify(file));
  const rig = await certificateRig();
  const blind = { ...sources, certificates: null };
  await watchCredentials(blind);
  expect(await watchOf(rig)).toMatchObject({
    renewsAt: new Date("2026-12-31T00:00:00Z"),
    facts: { revision: 4, isReady: false },
  });
  await askRenewal(rig);
  await askForRenewals(blind);
  expect((await watchOf(rig)).renewals).toMatchObject([
    { state: "refused", errorText: expect.stringContaining("cmctl renew --namespace shop front") },
  ]);
});

test("a worker that knows no cluster says which setting is missing", async () => {
  const rig = await certificateRig();
  await watchCredentials({ ...sources, certificates: null, clusters: [] });
  expect(await watchOf(rig)).toMatchObject({
    errorCode: "not_configured",
    errorText: expect.stringContaining("CLUSTERS_FILE"),
  });
});

test("files: a certificate's dates, a workload's identity, another's identity, a file that is gone", async () => {
  const authority = await makeTestAuthority("Watch");
  const leaf = await authority.issue({ commonName: "shop.test", dns: "shop.test" });
  const svid = await authority.issue({ commonName: "orders", uri: "spiffe://shop/orders" });
  const put = (name: string, pem: string) =>
    writeFileSync(join(directory, "certificates", name), pem);
  put("shop.pem", leaf.certificate);
  put("orders.pem", svid.certificate);
  const file = await fileRig({ kind: "certificate-file", file: "shop.pem" });
  const own = await fileRig(identity("spiffe://shop/orders"));
  const foreign = await fileRig(identity("spiffe://shop/payments"));
  const gone = await fileRig({ kind: "certificate-file", file: "nowhere.pem" });
  await watchCredentials(sources);
  expect(await watchOf(file)).toMatchObject({ facts: { dnsNames: "shop.test" }, errorCode: null });
  expect(await watchOf(own)).toMatchObject({ facts: { spiffeId: "spiffe://shop/orders" } });
  expect((await watchOf(own)).notAfter).toBeInstanceOf(Date);
  expect(await watchOf(foreign)).toMatchObject({ errorCode: "another_identity" });
  expect(await watchOf(gone)).toMatchObject({ errorCode: "absent" });
});

test("a realm that nobody may look at is said to be so", async () => {
  const rig = await newRig({
    class: "user-password",
    store: "keycloak",
    rotator: { kind: "realm-passwords", realm: "shop" },
    currentVersion: null,
  });
  await watchCredentials(sources);
  expect(await watchOf(rig)).toMatchObject({ errorCode: "not_configured" });
});

function identity(spiffeId: string) {
  return { kind: "spiffe-svid", spiffeId, form: "x509", file: "orders.pem" } as const;
}

function fileRig(
  rotator: ReturnType<typeof identity> | { kind: "certificate-file"; file: string },
): Promise<Rig> {
  const secretClass = rotator.kind === "spiffe-svid" ? "workload-identity" : "tls-certificate";
  return newRig({
    class: secretClass,
    store: "file",
    rotator,
    currentVersion: null,
    lastRotatedAt: null,
  });
}
