import { spawnSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { clusterDrift } from "#server/engines/drift/find-drift.ts";
import { KeptDiffs } from "#server/engines/drift/kept-diffs.ts";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { driftCluster } from "./drift-cluster.ts";

/*
 * `npm run bench:drift [-- --rounds 3]`: a whole comparison of clusters of three sizes with what is asked
 * for, judged for every owner, each in a process of its own. Prints JSON: seconds by the clock, of the
 * processor, peak memory, and how time grows with objects; the best of the rounds counts. Then one object
 * changes, as a source tells it, and the cluster is judged again by what is kept. Ends with 1 when
 * something that was made to drift is not found.
 */
const SIZES = [5_000, 25_000, 50_000] as const;
const AIM = { seconds: 5, growth: 1.3 };

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "2" }, one: { type: "string" } },
});
if (values.one !== undefined) {
  process.stdout.write(JSON.stringify(benchOne(Number(values.one))));
} else benchAll(Number(values.rounds));

function benchOne(objects: number) {
  const { desired, live, drifted } = driftCluster(objects);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const diffs = new KeptDiffs();
  const findings = look(desired, live, diffs);
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    objects,
    seconds: rounded(seconds),
    cpuSeconds: rounded((user + system) / 1e6),
    secondsAfterOneChange: rounded(changeOne(desired, live, diffs)),
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1_000),
    drifted,
    findings,
  };
}

/** A whole look; gives how many findings it tells. */
function look(desired: Manifest[], live: Manifest[], diffs: KeptDiffs): number {
  const tenancy = clusterTenancy({ name: "bench", manifests: live, isComplete: true });
  const drift = clusterDrift({ tenancy, desired, isDesiredComplete: true, edges: [], diffs });
  const demands = { approved: new Map(), registries: new Map(), ignore: [] };
  let findings = 0;
  for (const owner of drift.owners) findings += drift.judge(owner, demands).findings.length;
  return findings;
}

function changeOne(desired: Manifest[], live: Manifest[], diffs: KeptDiffs): number {
  const before = look(desired, live, diffs);
  const compared = diffs.compared;
  const start = performance.now();
  const at = live.findIndex(({ kind }) => kind === "ResourceQuota");
  const changed = structuredClone(live[at] as Manifest);
  Object.assign(changed, { spec: { hard: { pods: "4000" } } });
  const after = look(desired, live.with(at, changed), diffs);
  const seconds = (performance.now() - start) / 1_000;
  if (after !== before + 1 || diffs.compared !== compared + 1) {
    throw new Error(
      `one change: ${before} then ${after} findings, ${diffs.compared - compared} compared`,
    );
  }
  return seconds;
}

function benchAll(rounds: number): void {
  const loadBefore = loadavg()[0];
  const sizes = SIZES.map((objects) => {
    const runs = Array.from({ length: rounds }, () => inOwnProcess(objects));
    return runs.reduce((a, b) => (b.seconds < a.seconds ? b : a));
  });
  const [small, , large] = sizes as [Figures, Figures, Figures];
  // Times as many seconds, for each time as many objects: 1 is linear.
  const perObject = (each: Figures) => each.cpuSeconds / each.objects;
  const growth = rounded(perObject(large) / perObject(small));
  const isFound = sizes.every(({ drifted, findings }) => findings >= drifted);
  const isMet = isFound && large.seconds < AIM.seconds && growth < AIM.growth;
  const machine = { cpus: cpus().length, loadBefore, loadAfter: loadavg()[0] };
  process.stdout.write(`${JSON.stringify({ sizes, growth, aim: AIM, isMet, machine }, null, 2)}\n`);
  if (!isFound) process.exitCode = 1;
}

type Figures = ReturnType<typeof benchOne>;

function inOwnProcess(objects: number): Figures {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--conditions=react-server", import.meta.filename, "--one", String(objects)],
    { encoding: "utf8", maxBuffer: 1e8 },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Figures;
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
