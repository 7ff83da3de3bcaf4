import { contains, parseAddress } from "../ip-range.ts";
import type { ClusterFacts } from "../model.ts";
import { workloadOf } from "../pod-classes.ts";
import { PROTOCOLS } from "../port-set.ts";
import type { Edge, Peer, Reachability } from "../reachability.ts";
import { PROBED_ADDRESSES, PROBED_PORTS } from "./arbitrary-cluster.ts";
import type { End, Probe } from "./reference-evaluator.ts";

/** Each pair of pods, and of a pod and an address, at each port that policies may tell apart. */
export function* probesOf({ pods }: ClusterFacts): Generator<Probe[]> {
  const pairs: [End, End][] = pods.flatMap((pod) => [
    ...pods.map((other): [End, End] => [pod, other]),
    ...PROBED_ADDRESSES.flatMap((address): [End, End][] => [
      [pod, address],
      [address, pod],
    ]),
  ]);
  for (const [from, to] of pairs) {
    yield PROTOCOLS.flatMap((protocol) =>
      PROBED_PORTS.map((port) => ({ from, to, protocol, port })),
    );
  }
}

/** What the engine's edges say of some connections between the same two ends. */
export function engineVerdicts(edges: readonly Edge[], probes: readonly Probe[]) {
  const [first] = probes;
  if (!first) return [];
  const between = edges.filter(({ from, to }) => isEnd(from, first.from) && isEnd(to, first.to));
  return probes.map(({ protocol, port }) => ({
    may: between.some(({ ports }) => ports.has(protocol, port)),
    sure: between.some(
      ({ ports, uncertain }) => ports.has(protocol, port) && !uncertain.has(protocol, port),
    ),
  }));
}

function isEnd(peer: Peer, end: End): boolean {
  if (typeof end === "string") {
    const address = parseAddress(end);
    return peer.kind === "external" && address !== undefined && contains(peer.range, address);
  }
  return peer.kind === "pods" && peer.class.workloads.includes(workloadOf(end));
}

/** Connections between workloads, as text a port set each: independent of how pods are classed. */
export function workloadEdges(reach: Reachability): Map<string, string> {
  const result = new Map<string, string>();
  for (const { from, to, ports, uncertain } of reach.edges()) {
    if (from.kind !== "pods" || to.kind !== "pods") continue;
    for (const source of from.class.workloads) {
      for (const target of to.class.workloads) {
        result.set(`${source} => ${target}`, `${ports} (${uncertain})`);
      }
    }
  }
  return result;
}
