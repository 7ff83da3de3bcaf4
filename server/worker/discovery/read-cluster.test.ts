import { join } from "node:path";
import { expect, test } from "vitest";
import { DEMO_SOVEREIGNS } from "#server/features/identity/realms/demo-sovereigns.ts";
import { snapshotSource } from "#server/integrations/kubernetes/snapshot-source.ts";
import { clusterReadingOf, readCluster } from "./read-cluster.ts";

const CLUSTERS = join(import.meta.dirname, "../../../deploy/demo-cluster");

const ONLY = { whole: [], isOnly: true };

test.each(DEMO_SOVEREIGNS)(
  "the demo's cluster of $name reads without a problem",
  async (sovereign) => {
    const cluster = await readCluster(snapshotSource({ path: join(CLUSTERS, sovereign.name) }));
    expect(cluster.failure).toBeNull();
    expect(cluster.read.unresolved).toEqual([]);
    for (const tenant of [sovereign.name, ...sovereign.tenants.map(({ id }) => id)]) {
      const { references, sources } = clusterReadingOf(cluster, tenant, ONLY);
      expect(references.map(({ path }) => path)).toContain(`${tenant}/prod/orders-db`);
      expect(references.every(({ path }) => path.startsWith(`${tenant}/`))).toBe(true);
      expect(sources).toMatchObject([{ source: "external-secret", place: sovereign.name }]);
    }
  },
);

test("a folder that isn't there is a failing source, and a kind that may not be read makes it one", async () => {
  const gone = await readCluster(snapshotSource({ path: join(CLUSTERS, "no-such-sovereign") }));
  expect(clusterReadingOf(gone, "acme", ONLY)).toMatchObject({
    sources: [{ failure: { code: "absent" } }],
    references: [],
  });
  const kind = "external-secrets.io/ExternalSecret";
  const unread = [{ kind, reason: "list: permission_denied (HTTP 403)", since: new Date(0) }];
  const source = snapshotSource({ path: join(CLUSTERS, "omantel") });
  const forbidden = { ...source, read: async () => ({ ...(await source.read()), unread }) };
  expect((await readCluster(forbidden)).failure).toMatchObject({
    code: "kinds-unread",
    text: expect.stringContaining(kind),
  });
});

test("with several clusters each is a source of its own, and objects say in which they are", async () => {
  const source = snapshotSource({ path: join(CLUSTERS, "omantel"), name: "salalah" });
  const { sources, references } = clusterReadingOf(await readCluster(source), "acme-shop", {
    whole: [],
    isOnly: false,
  });
  expect(sources).toMatchObject([{ place: "salalah", failure: null }]);
  expect(references.length).toBeGreaterThan(0);
  expect(references.every(({ place }) => place.endsWith("(salalah)"))).toBe(true);
});
