import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type DevelopmentApiServer,
  startApiServer,
} from "#server/embedded/kubernetes/api-server.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import type { LAYERS } from "#server/engines/isolation/declaration.ts";
import { SAMPLE } from "#server/engines/isolation/testing/sample-cluster.ts";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { cellDetail } from "#server/features/isolation/queries.ts";
import { declareIsolation } from "#server/features/isolation/verbs/declare-isolation.ts";
import { LiveSource } from "#server/integrations/kubernetes/live-source.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { isolationLoop } from "../jobs/isolation.ts";

/** The loop as the worker runs it, over a cluster that is read live; a turn comes once an hour. */
let folder: string;
let server: DevelopmentApiServer;
let source: LiveSource;
let vault: OpenBaoClient;
let tenant: AuthorizedTenantId;
let looping: Promise<void>;
const stopping = new AbortController();
const PATIENCE = { timeout: 60_000, interval: 200 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "live-isolation-"));
  server = await startApiServer({ users: { console: { name: "console", rules: "all" } } });
  writeFileSync(join(folder, "kubeconfig"), server.kubeconfig("console"));
  const neighbour = await newTenant("neighbour");
  tenant = await newTenant("pool");
  const text = SAMPLE.replaceAll("tenant: acme", `tenant: ${neighbour}`).replaceAll(
    "tenant: lulu",
    `tenant: ${tenant}`,
  );
  for (const manifest of readManifests("sample.yaml", text).manifests) {
    server.store.load(manifest as unknown as JsonObject);
  }
  await runVerb(declareIsolation, userOf(tenant, "admin", { roles: ["sovereign-admin"] }), {
    environment: "prod",
    declaration: {
      compute: { model: "pool", namespaces: ["lulu-prod"], nodePool: null },
      network: { model: "pool", network: null },
      data: { model: "shared", database: "console" },
      secrets: { model: "pool", vaultPath: `${tenant}/prod` },
      quota: { model: "pool", hard: { "requests.cpu": "4" } },
      regions: ["muscat"],
    },
    basedOn: 0,
    reason: "as agreed with the organization",
  });
  const access = { kind: "kubeconfig", file: join(folder, "kubeconfig") } as const;
  const timing = { baseMillis: 50, slowMillis: 300, graceMillis: 500, mostMillis: 500 };
  source = new LiveSource({ name: "live", region: "muscat", access, timing });
  // Nobody is there: Secrets are unknown, and nothing else waits for it.
  vault = new OpenBaoClient({ address: "http://127.0.0.1:9", token: SecretValue.of("none") });
  const look = {
    vault,
    clusters: [source],
    platformReaders: [],
    owner: "test",
    everySeconds: 3_600,
  };
  looping = isolationLoop(look, async (once) => {
    while (!stopping.signal.aborted) {
      await once();
      await delay(100, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  });
}, 120_000);

afterAll(async () => {
  stopping.abort();
  await looping;
  await source.close();
  await server.close();
  await vault.close();
  rmSync(folder, { recursive: true });
});

test("a change through the API flips a cell long before its turn, and a right that is taken makes it unknown", async () => {
  await expect.poll(() => stateOf("network"), PATIENCE).toBe("verified");
  expect(await stateOf("quota")).toBe("verified");
  expect((await detail("network")).sources).toContainEqual(
    expect.objectContaining({ kind: "cluster", name: "live", awaySince: null }),
  );
  // Both sides must let it through.
  await openPolicy("acme-prod", "egress");
  await openPolicy("lulu-prod", "ingress");
  await expect.poll(() => stateOf("network"), PATIENCE).toBe("violated");

  await patch("/api/v1/namespaces/lulu-prod/resourcequotas/quota", {
    spec: { hard: { "requests.cpu": "5" } },
  });
  await expect.poll(() => stateOf("quota"), PATIENCE).toBe("violated");

  // Quotas may not be read any more: what was seen of them before is no evidence.
  const rules = [{ apiGroups: ["*"], resources: namesBut("resourcequotas"), verbs: ["*"] }];
  server.users.set("console", { name: "console", rules });
  server.dropConnections();
  await expect.poll(() => stateOf("quota"), PATIENCE).toBe("unknown");
  expect((await detail("quota")).facts).toContainEqual(
    expect.objectContaining({
      code: "kind-unread",
      params: expect.objectContaining({ kind: "ResourceQuota" }),
    }),
  );
  // Said on screen with since when.
  const unread = async () =>
    (await detail("quota")).sources.find(({ name }) => name === "live")?.unread;
  await expect.poll(unread, PATIENCE).toEqual([
    {
      kind: "ResourceQuota",
      reason: "Kubernetes ResourceQuota list: permission_denied (HTTP 403)",
      since: expect.any(Date),
    },
  ]);
  expect(await stateOf("network")).toBe("violated");
  server.users.set("console", { name: "console", rules: "all" });
  await expect.poll(() => stateOf("quota"), PATIENCE).toBe("violated");
}, 240_000);

function stateOf(layer: (typeof LAYERS)[number]): Promise<string | undefined> {
  return detail(layer).then(
    ({ state }) => state,
    () => undefined,
  );
}

function detail(layer: (typeof LAYERS)[number]) {
  return withTenant(tenant, "tenant", (tx) =>
    cellDetail(tx, tenant, { environment: "prod", layer }, [tenant]),
  );
}

function namesBut(left: string): string[] {
  return server.store.types.map(({ resource }) => resource).filter((name) => name !== left);
}

function openPolicy(namespace: string, direction: "ingress" | "egress"): Promise<void> {
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/own-only`;
  return patch(path, { spec: { [direction]: [{}] } });
}

async function patch(path: string, body: unknown): Promise<void> {
  const response = await fetch(server.url + path, {
    method: "PATCH",
    headers: { authorization: "Bearer console", "content-type": "application/merge-patch+json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}
