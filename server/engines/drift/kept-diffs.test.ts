import fc from "fast-check";
import { expect, test } from "vitest";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { driftCluster } from "../../../bench/drift-cluster.ts";
import { clusterDrift } from "./find-drift.ts";
import { KeptDiffs } from "./kept-diffs.ts";

interface Cluster {
  desired: Manifest[];
  live: Manifest[];
}

const step = fc.record({
  act: fc.constantFrom("label", "spec", "gone", "twin", "asked", "reread"),
  at: fc.nat(),
  value: fc.integer({ min: 0, max: 3 }),
});

test("what is kept from reading to reading tells the same as comparing everything, for what changed alone", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const cluster: Cluster = driftCluster(50);
      const diffs = new KeptDiffs();
      expect(told(cluster, diffs)).toEqual(told(cluster));
      for (const each of steps) {
        const before = diffs.compared;
        const changed = change(cluster, each);
        expect(told(cluster, diffs)).toEqual(told(cluster));
        expect(diffs.compared - before).toBeLessThanOrEqual(changed);
      }
    }),
    { numRuns: 25 },
  );
});

/** Changes the cluster as a source would: with new objects. Gives how many of them say something else. */
function change(cluster: Cluster, { act, at, value }: { act: string; at: number; value: number }) {
  const { live, desired } = cluster;
  const place = at % live.length;
  const copy = structuredClone(live[place] as Manifest);
  switch (act) {
    case "label":
      copy.metadata.labels = { ...copy.metadata.labels, drifted: `${value}` };
      live[place] = copy;
      return 1;
    case "spec":
      Object.assign(copy, { spec: { ...(copy.spec as object), replicas: value } });
      live[place] = copy;
      return 1;
    case "gone":
      live.splice(place, 1);
      return 0;
    case "twin":
      copy.metadata.name += `-${value}-${at}`;
      live.push(copy);
      return 1;
    case "asked": {
      const asked = structuredClone(desired[at % desired.length] as Manifest);
      asked.metadata.labels = { ...asked.metadata.labels, asked: `${value}` };
      desired[at % desired.length] = asked;
      return 1;
    }
    default:
      // A commit that touches nothing: each object anew, saying the same.
      cluster.desired = structuredClone(desired);
      return 0;
  }
}

function told({ desired, live }: Cluster, diffs?: KeptDiffs): unknown {
  const tenancy = clusterTenancy({ name: "c", manifests: live, isComplete: true });
  const kept = diffs ? { diffs } : {};
  const drift = clusterDrift({ tenancy, desired, isDesiredComplete: true, edges: [], ...kept });
  const demands = { approved: new Map(), registries: new Map(), ignore: [] };
  const owners = [...drift.owners].sort();
  return JSON.parse(JSON.stringify(owners.map((owner) => [owner, drift.judge(owner, demands)])));
}
