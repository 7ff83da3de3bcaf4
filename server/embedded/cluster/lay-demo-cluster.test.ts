import fs, { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import git from "isomorphic-git";
import { afterEach, beforeEach, expect, test } from "vitest";
import { diffObjects } from "#server/engines/differ/diff.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { crossings } from "#server/engines/isolation/crossing-edges.ts";
import { judgeIsolation } from "#server/engines/isolation/judge-isolation.ts";
import { runningWorkloads } from "#server/engines/isolation/running-workloads.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { DEMO_SOVEREIGNS } from "#server/features/identity/realms/demo-sovereigns.ts";
import { DesiredConfig } from "#server/integrations/desired/desired-config.ts";
import { gitSource } from "#server/integrations/desired/git/git-source.ts";
import { readSnapshot } from "#server/integrations/kubernetes/snapshot.ts";
import { declarationFor } from "../demo/demo-declaration.ts";
import { layDemoCluster } from "./lay-demo-cluster.ts";

const DEPLOY = join(import.meta.dirname, "../../../deploy");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "demo-drift-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const keyOf = ({ kind, metadata }: Manifest) =>
  `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;

async function laid(sovereign: string) {
  const repository = join(folder, "repository");
  const live = join(folder, "live");
  await layDemoCluster({
    sovereign,
    source: join(DEPLOY, "demo-cluster", sovereign),
    drift: join(DEPLOY, "demo-drift", sovereign),
    live,
    repository,
  });
  const parsed = DesiredConfig.parse({ git: { repository, path: `clusters/${sovereign}` } });
  if (!("git" in parsed)) throw new Error("no Git source");
  const source = gitSource({
    cluster: sovereign,
    config: parsed.git,
    credential: null,
    cacheDir: folder,
  });
  const desired = await source.read();
  const { objects, problems } = await readSnapshot(live);
  expect([...problems, ...desired.problems]).toEqual([]);
  return { desired, live: objects.map(({ manifest }) => manifest) };
}

test.each([
  ["omantel", "muscatpharmacy", "acme-shop", "lulu-hypermarket"],
  ["bankdhofar", "core-banking", "digital-channels", "analytics"],
])(
  "%s differs from its repository in what is written down, and in nothing else",
  async (sovereign, silo, second, third) => {
    const { desired, live } = await laid(sovereign);
    const wanted = new Map(desired.manifests.map((each) => [keyOf(each), each]));
    const found = new Map(live.map((each) => [keyOf(each), each]));
    expect([...wanted.keys()].filter((key) => !found.has(key))).toEqual([
      `ConfigMap ${third}-prod/inventory-settings`,
    ]);
    const byNobody = ["Node", "Pod", "ReplicaSet"];
    expect(
      live
        .filter((each) => !wanted.has(keyOf(each)) && !byNobody.includes(each.kind))
        .map(keyOf)
        .sort(),
    ).toEqual([
      `NetworkPolicy ${second}-prod/allow-databases`,
      `Role ${second}-prod/night-debugging`,
    ]);
    const changed = [...wanted].flatMap(([key, want]) => {
      const have = found.get(key);
      if (!have) return [];
      const diff = diffObjects({
        desired: want as unknown as JsonObject,
        live: have as unknown as JsonObject,
      });
      return [...diff.differences, ...diff.additions].map(
        ({ path, manager }) => `${key} ${path} ${manager}`,
      );
    });
    const quota = "/spec/hard/requests.memory cost-report";
    expect(changed.sort()).toEqual(
      [
        `Deployment ${second}-prod/storefront /spec/replicas kubectl`,
        `Deployment ${third}-prod/payments /spec/template/spec/containers/payments/securityContext kubectl-patch`,
        `NetworkPolicy ${third}-staging/own-namespace-only /spec/ingress/0/from/2 kubectl-edit`,
        ...[silo, second, third].flatMap((tenant) => [
          `ResourceQuota ${tenant}-staging/agreed ${quota}`,
          `ResourceQuota ${tenant}-test/agreed ${quota}`,
        ]),
      ].sort(),
    );
  },
);

test("a start leaves repository and cluster as they are, and so does somebody else's commit", async () => {
  const first = (await laid("omantel")).desired.revision;
  const mended = join(folder, "live/by-hand.yaml");
  rmSync(mended);
  expect((await laid("omantel")).desired.revision).toBe(first);
  expect(existsSync(mended)).toBe(false);
  const dir = join(folder, "repository");
  writeFileSync(join(dir, "README.md"), "Ours now.\n");
  await git.add({ fs, dir, filepath: "README.md" });
  const author = { name: "Operations", email: "operations@example.om" };
  const theirs = await git.commit({ fs, dir, message: "Say whose it is", author });
  expect((await laid("omantel")).desired.revision).toBe(theirs);
  expect(readFileSync(join(dir, "README.md"), "utf8")).toBe("Ours now.\n");
});

test.each(["omantel", "bankdhofar"])(
  "what drifted in %s leaves each cell of its isolation matrix in the state it was in",
  async (sovereign) => {
    const source = join(DEPLOY, "demo-cluster", sovereign);
    const { objects } = await readSnapshot(source);
    const before = objects.map(({ manifest }) => manifest);
    const { live } = await laid(sovereign);
    const tenants = DEMO_SOVEREIGNS.find(({ name }) => name === sovereign)?.tenants ?? [];
    expect(tenants.length).toBeGreaterThan(2);
    for (const [at, { id }] of tenants.entries()) {
      for (const environment of ["prod", "staging", "test"] as const) {
        const isSilo = at === 0 && environment === "prod";
        const asked = {
          tenant: id,
          environment,
          declaration: declarationFor(sovereign, id, environment, isSilo),
          secretPaths: [],
        };
        const states = (manifests: readonly Manifest[]) =>
          judgeIsolation(evidenceOf(sovereign, manifests), asked).map(({ layer, state }) => [
            layer,
            state,
          ]);
        expect([id, environment, states(live)]).toEqual([id, environment, states(before)]);
      }
    }
  },
);

function evidenceOf(name: string, manifests: readonly Manifest[]) {
  const tenancy = clusterTenancy({ name, manifests, isComplete: true });
  const reach = computeReachability(factsFromManifests(runningWorkloads(manifests)).facts);
  const cluster = { tenancy, reach, ...crossings(reach, tenancy) };
  return { clusters: [cluster], vault: null, catalog: null };
}
