import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type CertificateServer,
  startCertificateServer,
} from "#test/contract/kubernetes/certificate-server.ts";
import { hasRenewed, readManagedCertificate } from "../certificates/cert-manager.ts";
import { CertificatesApi } from "./certificates-api.ts";

let server: CertificateServer;
let api: CertificatesApi;

beforeAll(async () => {
  server = await startCertificateServer();
  api = new CertificatesApi({ kind: "kubeconfig", file: server.kubeconfig });
});
afterAll(() => server.stop());

test("a renewal is asked for once, and is through when cert-manager has issued again", async () => {
  const name = server.newCertificate("shop");
  const before = readManagedCertificate(await api.read("shop", name));
  expect(await api.askForRenewal("shop", name, new Date())).toBe("asked");
  const asked = readManagedCertificate(await api.read("shop", name));
  expect(asked).toMatchObject({ isIssuing: true, isReady: true, revision: 1 });
  expect(await api.askForRenewal("shop", name, new Date())).toBe("under-way");
  expect(server.patches()).toBe(1);
  server.issue("shop", name);
  const after = readManagedCertificate(await api.read("shop", name));
  expect(hasRenewed(before, after)).toBe(true);
  expect(await api.revision("shop", name)).toBe(2);
});

test("what isn't there is absent; a change in between and a refused identity are told apart", async () => {
  expect(await api.read("shop", "nobody")).toBeNull();
  expect(await api.askForRenewal("shop", "nobody", new Date())).toBe("absent");
  const name = server.newCertificate("shop");
  server.changeBeforeNextPatch();
  await expect(api.askForRenewal("shop", name, new Date())).rejects.toMatchObject({
    failure: "conflict",
  });
  server.refuseNext();
  await expect(api.read("shop", name)).rejects.toMatchObject({ failure: "permission_denied" });
});
