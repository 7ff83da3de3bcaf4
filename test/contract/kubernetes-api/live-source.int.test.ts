import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AccessRule } from "#server/embedded/kubernetes/access-rules.ts";
import {
  type DevelopmentApiServer,
  startApiServer,
} from "#server/embedded/kubernetes/api-server.ts";
import { LiveSource } from "#server/integrations/kubernetes/live-source.ts";
import { clientContract, shippedRules } from "./client-contract.ts";

let folder: string;
let server: DevelopmentApiServer;
const file = (token: string) => join(folder, token);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "live-source-"));
  server = await startApiServer({
    bookmarkMillis: 100,
    users: {
      admin: { name: "admin", rules: "all" },
      reader: { name: "console-reader", rules: shippedRules() as unknown as AccessRule[] },
    },
  });
  for (const token of ["admin", "reader", "stranger"]) {
    writeFileSync(file(token), server.kubeconfig(token));
  }
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe("the client's contract", () => {
  clientContract(() => ({
    kubeconfig: { admin: file("admin"), reader: file("reader"), stranger: file("stranger") },
  }));
});

const timing = { baseMillis: 30, slowMillis: 200, pageSize: 2, graceMillis: 300, mostMillis: 200 };

function opened(): LiveSource {
  const access = { kind: "kubeconfig", file: file("admin") } as const;
  return new LiveSource({ name: "live", region: "muscat", access, timing });
}

function put(name: string, data: Record<string, string>) {
  return server.store.load({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
}

async function dataOf(source: LiveSource, name: string): Promise<unknown> {
  const { manifests } = await source.read();
  return manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === name)
    ?.data;
}

test("a broken watch goes on from the last bookmark; what is compacted away is listed anew", async () => {
  const source = opened();
  const asked: string[] = [];
  try {
    put("broken", { at: "1" });
    await source.read();
    // Something else in the cluster moves the version; only a bookmark tells of it.
    server.store.pass();
    const passed = server.store.revision;
    server.onRequest = (_, url) => {
      if (url.pathname.endsWith("/configmaps"))
        asked.push(`${url.searchParams.get("watch")} ${url.searchParams.get("resourceVersion")}`);
    };
    await expect
      .poll(
        () => {
          server.dropConnections();
          return asked.some((each) => each === `true ${passed}`);
        },
        { timeout: 30_000, interval: 250 },
      )
      .toBe(true);
    put("broken", { at: "2" });
    await expect.poll(() => dataOf(source, "broken"), { timeout: 30_000 }).toEqual({ at: "2" });
    // Lists are none of these: the watch went on.
    expect(asked.filter((each) => each.startsWith("null"))).toEqual([]);
    server.dropConnections();
    put("broken", { at: "3" });
    server.store.pass();
    server.store.compact();
    await expect.poll(() => dataOf(source, "broken"), { timeout: 30_000 }).toEqual({ at: "3" });
  } finally {
    server.onRequest = null;
    await source.close();
  }
}, 90_000);

test("a list that is compacted away between two chunks begins again and is whole", async () => {
  const source = opened();
  let chunks = 0;
  for (const name of ["p1", "p2", "p3", "p4", "p5"]) put(name, { at: "1" });
  server.onRequest = (_, url) => {
    if (!url.pathname.endsWith("/configmaps") || !url.searchParams.has("continue")) return;
    chunks += 1;
    if (chunks !== 2) return;
    server.store.pass();
    server.store.compact();
  };
  try {
    const { manifests } = await source.read();
    const names = manifests
      .filter(({ kind }) => kind === "ConfigMap")
      .map((each) => each.metadata.name);
    expect(chunks).toBeGreaterThanOrEqual(2);
    for (const name of ["p1", "p2", "p3", "p4", "p5"]) {
      expect(names.filter((each) => each === name)).toEqual([name]);
    }
  } finally {
    server.onRequest = null;
    await source.close();
  }
}, 60_000);

test("a kind of which the right is taken away is unread with since when, and read again when given back", async () => {
  server.users.set("turned", { name: "turned", rules: "all" });
  writeFileSync(file("turned"), server.kubeconfig("turned"));
  const access = { kind: "kubeconfig", file: file("turned") } as const;
  const source = new LiveSource({ name: "live", region: null, access, timing });
  const policies = async () =>
    (await source.read()).unread.find(({ kind }) => kind === "networking.k8s.io/NetworkPolicy");
  try {
    await source.read();
    expect(await policies()).toBeUndefined();
    const others = { apiGroups: ["", "apps"], resources: ["*"], verbs: ["*"] };
    server.users.set("turned", { name: "turned", rules: [others] });
    server.dropConnections();
    await expect.poll(policies, { timeout: 30_000 }).toMatchObject({
      reason: "Kubernetes networking.k8s.io/NetworkPolicy list: permission_denied (HTTP 403)",
    });
    const since = (await policies())?.since;
    await expect.poll(async () => (await policies())?.since, { timeout: 5_000 }).toEqual(since);
    server.users.set("turned", { name: "turned", rules: "all" });
    await expect.poll(policies, { timeout: 30_000 }).toBeUndefined();
  } finally {
    await source.close();
  }
}, 90_000);

test("a cluster that is away is away, and its contents come back with it", async () => {
  const port = Number(new URL(server.url).port);
  const source = opened();
  try {
    put("stays", { at: "1" });
    expect(await dataOf(source, "stays")).toEqual({ at: "1" });
    await server.close();
    await expect
      .poll(() => source.read().catch((error: Error) => error.message), { timeout: 30_000 })
      .toMatch(/^Kubernetes .*: unreachable$/);
    server = await startApiServer({
      port,
      store: server.store,
      users: Object.fromEntries(server.users),
      bookmarkMillis: 100,
    });
    await expect
      .poll(() => dataOf(source, "stays").catch(() => null), { timeout: 30_000 })
      .toEqual({ at: "1" });
  } finally {
    await source.close();
  }
}, 90_000);

test("a kind that is defined later is followed from then on", async () => {
  const source = opened();
  try {
    await source.read();
    const spec = {
      group: "later.example",
      scope: "Namespaced",
      names: { plural: "gadgets", kind: "Gadget" },
      versions: [{ name: "v1", served: true, storage: true }],
    };
    server.store.load({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "gadgets.later.example" },
      spec,
    });
    server.store.load({
      apiVersion: "later.example/v1",
      kind: "Gadget",
      metadata: { name: "g", namespace: "default" },
      spec: {},
    });
    await expect
      .poll(async () => (await source.read()).manifests.some(({ kind }) => kind === "Gadget"), {
        timeout: 30_000,
      })
      .toBe(true);
  } finally {
    await source.close();
  }
}, 60_000);
