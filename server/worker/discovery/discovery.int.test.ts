import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ENGINE_MOUNT,
  ensureDatabaseEngine,
  ensureStaticRole,
} from "#server/embedded/demo/ensure-database-engine.ts";
import { ensureDatabase } from "#server/embedded/demo/role-pair.ts";
import { startApiServer } from "#server/embedded/kubernetes/api-server.ts";
import { type SpawnedVault, spawnVault } from "#server/embedded/vault/spawn-vault.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { discoveryState, sightingsOf } from "#server/features/discovery/queries.ts";
import { dueNow, standings } from "#server/features/discovery/testing/discovery-rig.ts";
import { register } from "#server/features/rotation-targets/testing/target-fixture.ts";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import { LiveSource } from "#server/integrations/kubernetes/live-source.ts";
import { snapshotSource } from "#server/integrations/kubernetes/snapshot-source.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { staticCredential } from "#test/contract/key-vault/key-vault-peer.ts";
import { startWireServer } from "#test/contract/key-vault/wire-server.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { keyVaultStore, NO_STORES, type WorkerStores } from "../stores/worker-stores.ts";
import { discoverTenant } from "./discover-tenant.ts";
import { readCluster } from "./read-cluster.ts";

/** A real vault in its own process, a folder of manifests, and the worker's own run. */
let directory: string;
let vault: SpawnedVault;
let token: SecretValue;
let client: OpenBaoClient;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "discovery-"));
  vault = await spawnVault(directory);
  token = SecretValue.of(readFileSync(vault.tokenFile, "utf8").trim());
  client = new OpenBaoClient({ address: vault.address, token });
});
afterAll(async () => {
  await client.close();
  await vault.stop();
  rmSync(directory, { recursive: true });
});

const put = (path: string) => client.kv.write(path, { value: SecretValue.of(`canary-${path}`) }, 0);

async function look(
  tenant: AuthorizedTenantId,
  with_: Pick<OpenBaoClient, "kv" | "database"> = client,
  cluster?: string | ClusterSource,
  stores: Pick<WorkerStores, "keyVaults"> = NO_STORES,
) {
  const recorded = await discoverTenant(
    {
      vault: with_,
      stores,
      clusters: () => Promise.all(clustersOf(cluster).map(readCluster)),
      owner: "test",
      everySeconds: 300,
    },
    tenant,
  );
  await dueNow(tenant);
  return recorded;
}

function clustersOf(given: string | ClusterSource | undefined): ClusterSource[] {
  if (given === undefined) return [];
  return [typeof given === "string" ? snapshotSource({ path: given }) : given];
}

const sourcesOf = async (tenant: AuthorizedTenantId) =>
  (await withTenant(tenant, "tenant", (tx) => discoveryState(tx, tenant))).sources;

function call(path: string, body: unknown, asToken = token): Promise<Response> {
  return fetch(`${vault.address}/v1/${path}`, {
    method: "POST",
    headers: { "x-vault-token": asToken.reveal(), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

test("finds what lies below the tenant's prefix, deep and shallow, and nothing of its neighbour's", async () => {
  const tenant = await newTenant("look");
  await put(`${tenant}/prod/orders-db`);
  await put(`${tenant}/staging/deep/er/token`);
  await put(`${tenant}-x/prod/theirs`);
  expect(await look(tenant)).toMatchObject({ unmanaged: 2 });
  expect(await standings(tenant)).toEqual({
    [`${tenant}/prod/orders-db`]: "unmanaged",
    [`${tenant}/staging/deep/er/token`]: "unmanaged",
  });
  await client.kv.deleteKey(`${tenant}/prod/orders-db`);
  await look(tenant);
  expect(await standings(tenant)).toMatchObject({ [`${tenant}/prod/orders-db`]: "retired" });
});

test("a sealed store changes nothing, and is shown since when; unsealed, it goes on", async () => {
  const tenant = await newTenant("look");
  await put(`${tenant}/prod/token`);
  await look(tenant);
  await call("sys/seal", {});
  try {
    expect(await look(tenant)).toMatchObject({ missing: 0 });
    expect(await sourcesOf(tenant)).toMatchObject([
      { source: "openbao-kv", failureCode: "sealed", failingSince: expect.any(Date), found: 1 },
    ]);
    expect(await standings(tenant)).toEqual({ [`${tenant}/prod/token`]: "unmanaged" });
  } finally {
    await call("sys/unseal", { key: readFileSync(join(directory, "unseal.key"), "utf8") });
  }
  await look(tenant);
  expect(await sourcesOf(tenant)).toMatchObject([{ failureCode: null, failingSince: null }]);
});

test("a token that may list one folder and not another: nothing there is missing", async () => {
  const tenant = await newTenant("look");
  await put(`${tenant}/prod/seen`);
  await put(`${tenant}/staging/hidden`);
  await look(tenant);
  const policy = `path "secret/metadata/${tenant}/" { capabilities = ["list"] }
path "secret/metadata/${tenant}/prod/" { capabilities = ["list"] }`;
  await call(`sys/policies/acl/${tenant}`, { policy });
  const made = await call("auth/token/create", { policies: [tenant] });
  const { auth } = (await made.json()) as { auth: { client_token: string } };
  const narrow = new OpenBaoClient({
    address: vault.address,
    token: SecretValue.of(auth.client_token),
  });
  await look(tenant, narrow);
  await narrow.close();
  expect(await sourcesOf(tenant)).toMatchObject([
    {
      failureCode: "permission_denied",
      failureText: expect.stringContaining(`${tenant}/staging/`),
    },
  ]);
  expect(Object.values(await standings(tenant))).toEqual(["unmanaged", "unmanaged"]);
});

test.each([
  ["a half answer", 200, '{"data": {"ke', "malformed"],
  ["an answer of another shape", 200, '{"data": {}}', "malformed"],
  ["a proxy's page", 200, "<html>welcome</html>", "malformed"],
  ["a mount that isn't there", 404, '{"errors": ["no handler for route"]}', "not_found"],
])("%s is no empty list: nothing becomes missing", async (_, status, body, code) => {
  const tenant = await newTenant("look");
  await put(`${tenant}/prod/token`);
  await look(tenant);
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const odd = new OpenBaoClient({ address: `http://127.0.0.1:${port}`, token, maxAttempts: 1 });
  await look(tenant, odd);
  await odd.close();
  server.close();
  expect(await sourcesOf(tenant)).toMatchObject([{ failureCode: code, found: 1 }]);
  expect(await standings(tenant)).toEqual({ [`${tenant}/prod/token`]: "unmanaged" });
});

test("a cluster's manifests say where a secret is used; a bad file makes nothing gone", async () => {
  const tenant = await newTenant("look");
  const folder = mkdtempSync(join(tmpdir(), "manifests-"));
  await put(`${tenant}/prod/token`);
  writeFileSync(join(folder, "shop.yaml"), manifests(tenant));
  await look(tenant, client, folder);
  expect(await standings(tenant)).toEqual({
    [`${tenant}/prod/token`]: "unmanaged",
    [`${tenant}/prod/nowhere`]: "missing",
  });
  expect(await sourcesOf(tenant)).toMatchObject([
    { source: "external-secret", found: 2, takenAt: expect.any(Date) },
    { source: "openbao-kv", found: 1 },
  ]);
  writeFileSync(join(folder, "shop.yaml"), "kind: [");
  await look(tenant, client, folder);
  expect(await sourcesOf(tenant)).toMatchObject([
    {
      source: "external-secret",
      failureCode: "bad-files",
      failureText: expect.stringContaining("shop.yaml"),
    },
    {},
  ]);
  const [row] = await withTenant(tenant, "tenant", (tx) =>
    tx.query<{ binding_id: string }>(
      "SELECT binding_id FROM secret_binding WHERE tenant_id = $1 AND path = $2",
      [tenant, `${tenant}/prod/token`],
    ),
  );
  const { sightings } = await withTenant(tenant, "tenant", (tx) =>
    sightingsOf(tx, tenant, row?.binding_id ?? ""),
  );
  expect(sightings).toMatchObject([
    { place: "ExternalSecret shop/token", detail: "Secret token, SecretSynced", goneAt: null },
  ]);
  rmSync(folder, { recursive: true });
});

test("a cluster that is followed live says the same; what it doesn't let us read makes nothing gone", async () => {
  const tenant = await newTenant("look");
  await put(`${tenant}/prod/token`);
  const all = [{ apiGroups: ["*"], resources: ["*"], verbs: ["list", "watch"] }];
  const user = { name: "console", rules: all };
  const server = await startApiServer({ users: { console: user } });
  for (const manifest of readManifests("shop.yaml", manifests(tenant)).manifests) {
    server.store.load(manifest as unknown as JsonObject);
  }
  const file = join(directory, "live-kubeconfig");
  writeFileSync(file, server.kubeconfig("console"));
  const live = () =>
    new LiveSource({ name: "live", region: null, access: { kind: "kubeconfig", file } });
  const open = live();
  await look(tenant, client, open);
  await open.close();
  expect(await standings(tenant)).toEqual({
    [`${tenant}/prod/token`]: "unmanaged",
    [`${tenant}/prod/nowhere`]: "missing",
  });
  expect(await sourcesOf(tenant)).toMatchObject([
    { source: "external-secret", place: "live", found: 2, failureCode: null },
    {},
  ]);
  user.rules = [{ apiGroups: [""], resources: ["*"], verbs: ["list", "watch"] }];
  const narrow = live();
  await look(tenant, client, narrow);
  await narrow.close();
  await server.close();
  expect(await sourcesOf(tenant)).toMatchObject([
    {
      source: "external-secret",
      failureCode: "kinds-unread",
      failureText: expect.stringContaining("ExternalSecret"),
    },
    {},
  ]);
});

test("static roles of a registered engine, this tenant's alone; one that is gone is retired", async () => {
  const tenant = await newTenant("look");
  const adminUrl = fileDatabase().urls.superuser;
  const database = `static_${tenant.replaceAll("-", "_")}`;
  await ensureDatabase(adminUrl, database);
  const { hostname: host, port } = new URL(adminUrl);
  const target = { host, port: Number(port), database, tls: "disable" } as const;
  const engine = { vault: { client, address: vault.address, token }, adminUrl, target, tenant };
  await ensureDatabaseEngine(engine);
  await register({
    tenants: [tenant],
    address: { kind: "openbao", mount: ENGINE_MOUNT, engine: "database", prefix: "{tenant}." },
  });
  const [own, strange] = [`${tenant}.orders`, `${tenant}x.orders`];
  await ensureStaticRole(engine, { role: own, username: `${tenant}-orders` });
  await ensureStaticRole(engine, { role: strange, username: `${tenant}x-orders` });
  expect(await look(tenant)).toMatchObject({ unmanaged: 1 });
  const path = `${ENGINE_MOUNT}/static-roles/${own}`;
  expect(await standings(tenant)).toEqual({ [path]: "unmanaged" });
  expect(await sourcesOf(tenant)).toContainEqual(
    expect.objectContaining({ source: "openbao-static-role", failureCode: null, found: 1 }),
  );
  const deleted = await fetch(`${vault.address}/v1/${path}`, {
    method: "DELETE",
    headers: { "x-vault-token": token.reveal() },
  });
  expect(deleted.ok).toBe(true);
  await look(tenant);
  expect(await standings(tenant)).toEqual({ [path]: "retired" });
});

test("a Key Vault's listings, page by page: this tenant's secrets and keys, and no value", async () => {
  const tenant = await newTenant("look");
  const wire = await startWireServer();
  try {
    const credential = staticCredential(wire.token);
    const keyVault = keyVaultStore({ vaultUrl: wire.url, ca: wire.ca, credential });
    const prefix = `${tenant}-`;
    for (const name of ["a", "b", "c"]) {
      await keyVault.secrets.set(`${prefix}${name}`, SecretValue.of(`canary-${name}`), {
        rotationId: "first",
      });
    }
    await keyVault.secrets.set("strange-token", SecretValue.of("canary"), { rotationId: "first" });
    const like = { type: "EC" as const, curve: "P-256", bits: null, operations: ["sign"] };
    await keyVault.keys.createVersion(`${prefix}sign`, { rotationId: "first", like });
    const { name } = keyVault;
    await register({
      tenants: [tenant],
      address: { kind: "azure-key-vault", vault: name, prefix },
    });
    const before = wire.calls().length;
    expect(await look(tenant, client, undefined, { keyVaults: [keyVault] })).toMatchObject({
      unmanaged: 4,
    });
    expect(Object.keys(await standings(tenant)).sort()).toEqual([
      `${name}/keys/${prefix}sign`,
      ...["a", "b", "c"].map((each) => `${name}/secrets/${prefix}${each}`),
    ]);
    // Listings only: no secret was opened.
    const asked = wire.calls().slice(before);
    expect(asked.every((call) => /^GET \/(secrets|keys)\/?$/.test(call))).toBe(true);
    await wire.stop();
    await look(tenant, client, undefined, { keyVaults: [keyVault] });
    expect(Object.values(await standings(tenant))).toEqual(Array(4).fill("unmanaged"));
    expect(await sourcesOf(tenant)).toContainEqual(
      expect.objectContaining({ source: "azure-key-vault", failureCode: "unreachable", found: 4 }),
    );
  } finally {
    await wire.stop();
  }
});

test("one run finds more than one transaction takes", { timeout: 120_000 }, async () => {
  const tenant = await newTenant("look");
  const names = Array.from({ length: 1_200 }, (_, at) => `s${at}`);
  const kv = Object.assign(Object.create(client.kv), {
    list: async (folder: string) => (folder === tenant ? names : []),
  });
  const vaultOf = { kv, database: (mount?: string) => client.database(mount) };
  expect(await look(tenant, vaultOf)).toEqual({
    unmanaged: 1_200,
    missing: 0,
    back: 0,
    isMore: false,
  });
  expect(await sourcesOf(tenant)).toMatchObject([{ found: 1_200, failureCode: null }]);
});

test("static roles of a registered engine that can't be asked fail by name, beside the rest", async () => {
  const tenant = await newTenant("look");
  await put(`${tenant}/prod/token`);
  await register({
    tenants: [tenant],
    address: { kind: "openbao", mount: "no-such-engine", engine: "database", prefix: "{tenant}." },
  });
  await register({
    tenants: [tenant],
    address: { kind: "azure-key-vault", vault: "not-configured", prefix: "x-" },
  });
  await look(tenant);
  const sources = await sourcesOf(tenant);
  expect(
    sources.map(({ source, place, failureCode }) => [source, place, failureCode !== null]),
  ).toEqual([
    ["azure-key-vault", "not-configured/x-", true],
    ["openbao-static-role", `no-such-engine/static-roles/${tenant}.`, true],
    ["openbao-kv", `${tenant}/`, false],
  ]);
});

const manifests = (tenant: string) => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { catalyst.openova.io/tenant: ${tenant}, catalyst.openova.io/environment: prod } }
---
apiVersion: v1
kind: Namespace
metadata: { name: strangers, labels: { catalyst.openova.io/tenant: somebody-else } }
---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: openbao }
spec: { provider: { vault: { path: secret, version: v2 } } }
${["shop", "strangers"]
  .flatMap((namespace) => ["token", "nowhere"].map((name) => [namespace, name]))
  .map(
    ([namespace, name]) => `---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  secretStoreRef: { name: openbao, kind: ClusterSecretStore }
  data: [{ secretKey: value, remoteRef: { key: ${tenant}/prod/${name}, property: value } }]
status: { conditions: [{ type: Ready, status: "True", reason: SecretSynced }] }
`,
  )
  .join("")}`;
