import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type CertificateServer,
  startCertificateServer,
} from "#test/contract/kubernetes/certificate-server.ts";
import { ExternalSecretsApi } from "./external-secrets-api.ts";

let server: CertificateServer;
let api: ExternalSecretsApi;

beforeAll(async () => {
  server = await startCertificateServer();
  api = new ExternalSecretsApi({ kind: "kubeconfig", file: server.kubeconfig });
});
afterAll(() => server.stop());

test.each(["v1", "v1beta1"] as const)(
  "an ExternalSecret of %s is asked by its annotation",
  async (version) => {
    server.newExternalSecret("shop", `token-${version}`, version);
    expect(await api.askForFetch("shop", `token-${version}`, "1700000000-1")).toBe("asked");
    expect(server.annotationsOf("shop", `token-${version}`)).toEqual({
      "force-sync": "1700000000-1",
    });
  },
);

test("one that isn't there is absent; a refused identity is told apart", async () => {
  expect(await api.askForFetch("shop", "nobody", "1")).toBe("absent");
  server.newExternalSecret("shop", "token");
  server.refuseNext();
  await expect(api.askForFetch("shop", "token", "1")).rejects.toMatchObject({
    failure: "permission_denied",
  });
  expect(server.annotationsOf("shop", "token")).toEqual({});
});
