import { spawnSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { crossings } from "#server/engines/isolation/crossing-edges.ts";
import { FollowedCluster } from "#server/engines/isolation/followed-cluster.ts";
import { runningWorkloads } from "#server/engines/isolation/running-workloads.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import type { NetworkPolicy } from "#server/engines/reachability/model.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import {
  type FactChange,
  ReachabilityIndex,
} from "#server/engines/reachability/reachability-index.ts";
import { type ClusterSize, generatedCluster, policy } from "./reachability-cluster.ts";

/*
 * `npm run bench:reachability [-- --rounds 3]`: clusters of three sizes, each in a process of its own, as
 * the worker looks at them: objects as an API server lists them in, facts, classes, rows, and every edge
 * between tenants out. Then single changes of one policy, pod and namespace against the kept index, with
 * the changed edges counted; and readings of the whole cluster in which one policy or pod is another, as the
 * worker follows it from objects to listed edges. Prints JSON; the best of the rounds counts, and all are printed. `seconds` are
 * of the clock, `cpuSeconds` of the processor.
 */
const SIZES: readonly ClusterSize[] = [
  { pods: 1_000, policies: 100, namespaces: 33 },
  { pods: 10_000, policies: 1_000, namespaces: 333 },
  { pods: 100_000, policies: 75_000, namespaces: 25_000 },
];
const AIM = { wholeSeconds: 6, peakMegabytes: 1_500, changeMillis: 50 };
const CHANGES = 200;

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "2" }, one: { type: "string" } },
});
if (values.one !== undefined) {
  const [part, at] = values.one.split(":");
  const size = SIZES[Number(at)] as ClusterSize;
  const benches = { whole: benchWhole, changes: benchChanges, followed: benchFollowed };
  const figures = benches[part as keyof typeof benches](size);
  process.stdout.write(JSON.stringify(figures));
} else benchAll(Number(values.rounds));

function benchAll(rounds: number): void {
  const before = loadavg()[0];
  const sizes = SIZES.map((size, at) => {
    const whole = Array.from({ length: rounds }, () => inOwnProcess<Whole>(`whole:${at}`));
    const best = whole.reduce((a, b) => (b.seconds.whole < a.seconds.whole ? b : a));
    return { ...size, ...best, rounds: whole.map(({ seconds }) => seconds.whole) };
  });
  const last = SIZES.length - 1;
  const change = inOwnProcess<Changes>(`changes:${last}`);
  const followed = inOwnProcess<ReturnType<typeof benchFollowed>>(`followed:${last}`);
  const growth = sizes.slice(1).map((size, at) => {
    const small = sizes[at] as (typeof sizes)[0];
    const things = (each: ClusterSize) => each.pods + each.policies + each.namespaces;
    return {
      things: Number((things(size) / things(small)).toFixed(1)),
      seconds: Number((size.seconds.whole / small.seconds.whole).toFixed(1)),
    };
  });
  const biggest = sizes[last] as (typeof sizes)[0];
  const machine = {
    cpus: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1e9),
    loadBefore: before,
    loadAfter: loadavg()[0],
  };
  const isMet =
    biggest.seconds.whole < AIM.wholeSeconds &&
    biggest.peakMegabytes < AIM.peakMegabytes &&
    change.policy.p95Millis < AIM.changeMillis;
  process.stdout.write(
    `${JSON.stringify({ sizes, growth, change, followed, aim: AIM, isMet, machine }, null, 2)}\n`,
  );
}

/** Its memory is nobody else's: a peak is that of one case. */
function inOwnProcess<Figures>(one: string): Figures {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--conditions=react-server", import.meta.filename, "--one", one],
    { encoding: "utf8", maxBuffer: 1e8 },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Figures;
}

type Whole = ReturnType<typeof benchWhole>;
type Changes = ReturnType<typeof benchChanges>;

function benchWhole(size: ClusterSize) {
  const manifests = generatedCluster(size);
  const laps: Record<string, number> = {};
  const start = performance.now();
  const cpuBefore = cpuSeconds();
  let last = start;
  const lap = (name: string) => {
    const now = performance.now();
    laps[name] = seconds(now - last);
    last = now;
  };
  const { facts } = factsFromManifests(runningWorkloads(manifests));
  const tenancy = clusterTenancy({ name: "bench", manifests, isComplete: true });
  lap("facts");
  const reach = computeReachability(facts);
  lap("index");
  const { edges, unlisted } = crossings(reach, tenancy);
  lap("crossings");
  return {
    seconds: { whole: seconds(performance.now() - start), ...laps },
    cpuSeconds: Number((cpuSeconds() - cpuBefore).toFixed(3)),
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1_000),
    classes: reach.classes.length,
    crossingEdges: edges.length,
    unlisted: [...unlisted.values()].reduce((sum, count) => sum + count, 0),
  };
}

function benchChanges(size: ClusterSize) {
  const { facts } = factsFromManifests(generatedCluster(size));
  const started = performance.now();
  const index = new ReachabilityIndex(facts);
  const built = seconds(performance.now() - started);
  const time = (change: FactChange) => {
    const start = performance.now();
    const { rows } = index.apply(change);
    const edges = (rows ?? []).reduce(
      (sum, { added, removed }) => sum + added.peers.size + removed.peers.size,
      0,
    );
    return { millis: performance.now() - start, edges };
  };
  const policyAt = (at: number) => {
    const place = (at * 7_919) % size.namespaces;
    return factsFromManifests([policy(place, at % 3, size.namespaces)]).facts
      .policies[0] as NetworkPolicy;
  };
  const turns = Array.from({ length: CHANGES }, (_, at) => at);
  const policies = turns.flatMap((at) => {
    const one = policyAt(at);
    return [
      time({ kind: "policy", before: one, after: null }),
      time({ kind: "policy", before: null, after: one }),
    ];
  });
  const pods = turns.flatMap((at) => {
    const one = facts.pods[(at * 7_919) % facts.pods.length] ?? null;
    return [
      time({ kind: "pod", before: one, after: null }),
      time({ kind: "pod", before: null, after: one }),
    ];
  });
  const namespaces = turns.map((at) => {
    const { name } = facts.namespaces[1 + ((at * 7_919) % (facts.namespaces.length - 1))] ?? {
      name: "",
    };
    const labels = { "catalyst.openova.io/tenant": `tenant-${at}` };
    return time({ kind: "namespace", after: { name, labels } });
  });
  return {
    indexSeconds: built,
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1_000),
    policy: summary(policies),
    pod: summary(pods),
    namespace: summary(namespaces),
  };
}

/** A reading in which one object is another: what the worker does when a watch tells of it. */
function benchFollowed(size: ClusterSize) {
  const manifests = generatedCluster(size);
  const cluster = new FollowedCluster();
  const look = () => {
    const start = performance.now();
    let tenancyMillis = 0;
    const { judged, changes } = cluster.look(manifests, (isComplete) => {
      const began = performance.now();
      const tenancy = clusterTenancy({ name: "bench", manifests, isComplete });
      tenancyMillis = performance.now() - began;
      return tenancy;
    });
    const millis = performance.now() - start;
    return { millis, tenancyMillis, edges: judged.edges.length, changes };
  };
  const first = look();
  const runs = Array.from({ length: 30 }, (_, turn) => {
    const kind = turn % 2 === 0 ? "NetworkPolicy" : "Pod";
    const at = manifests.findIndex((each, index) => index > turn * 2_333 && each.kind === kind);
    const each = manifests[at] as (typeof manifests)[0];
    const labels = { ...each.metadata.labels, turn: String(turn) };
    const spec = kind === "Pod" ? each.spec : { ...(each.spec as object), ingress: [{}] };
    manifests[at] = { ...each, metadata: { ...each.metadata, labels }, spec };
    return look();
  });
  return {
    firstSeconds: seconds(first.millis),
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1_000),
    ofThatTenancy: summary(
      runs.map(({ tenancyMillis, edges }) => ({ millis: tenancyMillis, edges })),
    ),
    reading: summary(runs),
    computedWhole: runs.filter(({ changes }) => changes === null).length,
  };
}

function summary(runs: readonly { millis: number; edges: number }[]) {
  const sorted = runs.map(({ millis }) => millis).sort((a, b) => a - b);
  const at = (share: number) =>
    Number(
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1),
    );
  return {
    changes: runs.length,
    p50Millis: at(0.5),
    p95Millis: at(0.95),
    mostMillis: at(1),
    mostEdges: Math.max(...runs.map(({ edges }) => edges)),
  };
}

/** Of this thread alone: on a machine that others use too, what it would take without them. */
function cpuSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

function seconds(millis: number): number {
  return Number((millis / 1_000).toFixed(3));
}
