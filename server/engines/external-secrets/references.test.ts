import fc from "fast-check";
import { expect, test } from "vitest";
import { readManifests } from "../kubernetes/read-manifests.ts";
import { externalSecretReferences } from "./references.ts";

const STORES = `
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: openbao }
spec: { provider: { vault: { server: "https://bao.test", path: secret, version: v2 } } }
---
apiVersion: external-secrets.io/v1beta1
kind: SecretStore
metadata: { name: azure, namespace: shop }
spec: { provider: { azurekv: { vaultUrl: "https://acme-vault.vault.azure.net" } } }
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: mountless, namespace: shop }
spec: { provider: { vault: { server: "https://bao.test" } } }
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: elsewhere, namespace: shop }
spec: { provider: { vault: { path: other-kv, version: v2 } } }
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: aws, namespace: shop }
spec: { provider: { aws: { service: SecretsManager } } }
---
`;

function read(text: string) {
  const { manifests, problems } = readManifests("test.yaml", STORES + text);
  expect(problems).toEqual([]);
  return externalSecretReferences(manifests, { kvMount: "secret" });
}

const secret = (spec: string, more = "") => `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: orders, namespace: shop }
spec:
${spec.replace(/^/gm, "  ")}
${more}
`;
const ref = (store: string, kind = "SecretStore") =>
  `secretStoreRef: { name: ${store}, kind: ${kind} }`;

test("data, dataFrom and a source of its own; status in its own words", () => {
  const { references, unresolved } = read(
    secret(
      `${ref("openbao", "ClusterSecretStore")}
target: { name: orders-login }
data:
  - { secretKey: a, remoteRef: { key: acme/prod/orders-db, property: username } }
  - { secretKey: b, remoteRef: { key: acme/prod/orders-db, property: password } }
  - { secretKey: c, remoteRef: { key: token }, sourceRef: { storeRef: { name: azure } } }
dataFrom:
  - extract: { key: secret/data/acme/prod/all }`,
      "status: { refreshTime: '2026-11-22T06:00:00Z', conditions: [{ type: Ready, status: 'True', reason: SecretSynced }] }",
    ),
  );
  const common = {
    namespace: "shop",
    object: "ExternalSecret shop/orders",
    detail: "Secret orders-login, SecretSynced at 2026-11-22T06:00:00Z",
  };
  expect(references).toEqual([
    { ...common, store: "openbao", path: "acme/prod/orders-db" },
    { ...common, store: "azure-key-vault", path: "acme-vault/secrets/token" },
    { ...common, store: "openbao", path: "acme/prod/all" },
  ]);
  expect(unresolved).toEqual([]);
});

test.each([
  ["mountless", "secret/acme/x", "acme/x"],
  ["mountless", "secret/data/acme/x", "acme/x"],
  ["mountless", "other/acme/x", null],
  ["elsewhere", "acme/x", null],
  ["aws", "acme/x", null],
  ["gone", "acme/x", null],
  ["azure", "cert/tls", "acme-vault/certificates/tls"],
  ["azure", "key/sign", "acme-vault/keys/sign"],
  ["azure", "not a name", null],
  ["mountless", "secret/../sys/x", null],
])("a key of %s, %s, is %s", (store, key, path) => {
  const { references, unresolved } = read(
    secret(`${ref(store)}\ndata:\n  - { secretKey: a, remoteRef: { key: "${key}" } }`),
  );
  expect(references.map((each) => each.path)).toEqual(path ? [path] : []);
  expect(unresolved).toHaveLength(path ? 0 : 1);
});

test("what leads nowhere is told: searches, generators, entries without a key", () => {
  const { references, unresolved } = read(
    secret(`${ref("mountless")}
data:
  - { secretKey: a }
dataFrom:
  - find: { name: { regexp: ".*" } }
  - sourceRef: { generatorRef: { kind: Password, name: p } }
  - { extract: {} }`),
  );
  expect(references).toEqual([]);
  expect(unresolved.map(({ why }) => why)).toEqual([
    "an entry of data without remoteRef.key",
    "dataFrom.find: searches by pattern",
    "dataFrom a generator",
    "an entry of dataFrom without extract.key",
  ]);
});

test("a ClusterExternalSecret counts in each namespace that it selects, names or was made in", () => {
  const text = `
apiVersion: v1
kind: Namespace
metadata: { name: a, labels: { tier: shop } }
---
apiVersion: v1
kind: Namespace
metadata: { name: b, labels: { tier: other } }
---
apiVersion: external-secrets.io/v1beta1
kind: ClusterExternalSecret
metadata: { name: shared }
spec:
  namespaceSelectors: [{ matchLabels: { tier: shop } }]
  namespaces: [c]
  externalSecretSpec:
    secretStoreRef: { name: openbao, kind: ClusterSecretStore }
    dataFrom: [{ extract: { key: acme/prod/shared } }]
status: { provisionedNamespaces: [d] }
`;
  expect(read(text).references.map(({ namespace, object }) => [namespace, object])).toEqual(
    ["a", "c", "d"].map((namespace) => [namespace, "ClusterExternalSecret shared"]),
  );
});

test("other versions and other groups are not ours", () => {
  const text = secret(`${ref("mountless")}\ndata: [{ remoteRef: { key: secret/x } }]`);
  expect(read(text.replace("io/v1", "io/v1alpha1")).references).toEqual([]);
  expect(read(text.replace("external-secrets.io", "example.io")).references).toEqual([]);
});

test("never throws, whatever stands in an object", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (spec, status) => {
      for (const kind of ["ExternalSecret", "ClusterExternalSecret", "SecretStore"]) {
        const apiVersion = "external-secrets.io/v1";
        const object = { apiVersion, kind, metadata: { name: "x", namespace: "y" }, spec, status };
        externalSecretReferences([object], { kvMount: "secret" });
      }
    }),
  );
});
