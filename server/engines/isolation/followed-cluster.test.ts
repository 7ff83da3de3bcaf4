import fc from "fast-check";
import { expect, test } from "vitest";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { clusterTenancy } from "./cluster-tenancy.ts";
import { CROSSING_LIMITS, type CrossingLimits, crossings } from "./crossing-edges.ts";
import type { Declaration } from "./declaration.ts";
import { FollowedCluster } from "./followed-cluster.ts";
import { type JudgedCluster, judgeIsolation } from "./judge-isolation.ts";
import { runningWorkloads } from "./running-workloads.ts";
import { type Placed, placed } from "./testing/arbitrary-manifests.ts";

const DECLARED: Declaration = {
  compute: { model: "shared", namespaces: ["a"], nodePool: null },
  network: { model: "shared", network: null },
  data: { model: "shared", database: null },
  secrets: { model: "shared", vaultPath: null },
  quota: { model: "shared", hard: {} },
  regions: [],
};

/** An object that comes or becomes another, or (without a manifest) one that goes. */
const edit = fc.record({
  each: placed,
  isGone: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
});
const start = fc.array(placed, { minLength: 10, maxLength: 30, size: "max" });
const edits = fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 8,
});

test("after any changes it says what is computed from the last reading alone", {
  timeout: 120_000,
}, () => {
  let followedLooks = 0;
  let edges = 0;
  fc.assert(
    fc.property(start, edits, fc.boolean(), (first, all, isFile) => {
      const cluster = new FollowedCluster();
      for (const manifests of readings(first, all)) {
        // A source of files gives new objects at every reading.
        const read = isFile ? structuredClone(manifests) : manifests;
        const { judged, changes } = cluster.look(read, tenancyOf(read));
        if (changes !== null) {
          followedLooks += 1;
          edges += judged.edges.length;
        }
        const fresh = wholeOf(manifests);
        expect(judged.edges).toEqual(fresh.edges);
        expect(judged.unlisted).toEqual(fresh.unlisted);
        expect(cellsOf(judged)).toEqual(cellsOf(fresh));
      }
    }),
    { numRuns: 200 },
  );
  expect(followedLooks).toBeGreaterThan(200);
  expect(edges).toBeGreaterThan(1_000);
});

test("what must be left off a list is left off as in a first reading", { timeout: 120_000 }, () => {
  const limits: CrossingLimits = { ofTenant: 3, inAll: 6, atLeast: 1 };
  fc.assert(
    fc.property(start, edits, (first, all) => {
      const cluster = new FollowedCluster(limits);
      for (const manifests of readings(first, all)) {
        const { judged } = cluster.look(manifests, tenancyOf(manifests));
        const first = new FollowedCluster(limits).look(manifests, tenancyOf(manifests)).judged;
        expect(judged.edges).toEqual(first.edges);
        expect(judged.unlisted).toEqual(first.unlisted);
      }
    }),
    { numRuns: 60 },
  );
});

/** A network that a tier names for the first time has the whole computed anew. */
const untiered = placed.filter(({ manifest }) => manifest.kind !== "ClusterNetworkPolicy");

test("what was given does not change with later readings", () => {
  const [start, later] = fc.sample(fc.array(untiered, { minLength: 14, maxLength: 14 }), {
    numRuns: 2,
    seed: 3,
  });
  const [first, second] = [[start ?? []], [start ?? [], later ?? []]].map(
    (list) =>
      readings(
        [],
        list.map((each) => each.map((one) => ({ each: one, isGone: false }))),
      ).at(-1) ?? [],
  );
  if (!first || !second) throw new Error("no sample");
  const cluster = new FollowedCluster();
  const { judged } = cluster.look(first, tenancyOf(first));
  const [edges, cells] = [structuredClone(judged.edges), cellsOf(judged)];
  const next = cluster.look(second, tenancyOf(second));
  expect(next.changes).toBeGreaterThan(0);
  expect(judged.edges).toEqual(edges);
  expect(cellsOf(judged)).toEqual(cells);
});

/** The cluster at first, and after each group of edits. Objects that stay are the same ones. */
function readings(
  start: readonly Placed[],
  edits: readonly (readonly { each: Placed; isGone: boolean }[])[],
): Manifest[][] {
  const now = new Map(start.map(({ place, manifest }) => [place, manifest]));
  const list = () => [...now].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, manifest]) => manifest);
  return [
    list(),
    ...edits.map((group) => {
      for (const { each, isGone } of group) {
        if (isGone) now.delete(each.place);
        else now.set(each.place, each.manifest);
      }
      return list();
    }),
  ];
}

function tenancyOf(manifests: readonly Manifest[]) {
  return (isComplete: boolean) => clusterTenancy({ name: "x", manifests, isComplete });
}

function wholeOf(manifests: Manifest[]): JudgedCluster {
  const { facts, problems } = factsFromManifests(runningWorkloads(manifests));
  const reach = computeReachability(facts);
  const tenancy = tenancyOf(manifests)(problems.length === 0);
  return { tenancy, reach, ...crossings(reach, tenancy, CROSSING_LIMITS) };
}

function cellsOf(judged: JudgedCluster) {
  return ["acme", "lulu"].flatMap((tenant) =>
    (["prod", "dev"] as const).map((environment) =>
      judgeIsolation(
        { clusters: [judged], vault: null, catalog: null },
        { tenant, environment, declaration: DECLARED, secretPaths: [] },
      ),
    ),
  );
}
