import { join } from "node:path";
import { expect, test } from "vitest";
import { DEMO_SOVEREIGNS } from "#server/features/identity/realms/demo-sovereigns.ts";
import { clusterReadingOf, readCluster } from "./read-cluster.ts";

const CLUSTERS = join(import.meta.dirname, "../../../deploy/demo-cluster");

test.each(DEMO_SOVEREIGNS)(
  "the demo's cluster of $name reads without a problem",
  async (sovereign) => {
    const cluster = await readCluster(join(CLUSTERS, sovereign.name));
    expect(cluster?.failure).toBeNull();
    expect(cluster?.read.unresolved).toEqual([]);
    for (const tenant of [sovereign.name, ...sovereign.tenants.map(({ id }) => id)]) {
      const { references, sources } = clusterReadingOf(cluster, tenant, []);
      expect(references.map(({ path }) => path)).toContain(`${tenant}/prod/orders-db`);
      expect(references.every(({ path }) => path.startsWith(`${tenant}/`))).toBe(true);
      expect(sources).toMatchObject([{ source: "external-secret", place: sovereign.name }]);
    }
  },
);

test("no folder configured is no source; one that isn't there is a failing one", async () => {
  expect(clusterReadingOf(await readCluster(undefined), "acme", [])).toMatchObject({ sources: [] });
  const gone = await readCluster(join(CLUSTERS, "no-such-sovereign"));
  expect(clusterReadingOf(gone, "acme", [])).toMatchObject({
    sources: [{ failure: { code: "absent" } }],
    references: [],
  });
});
