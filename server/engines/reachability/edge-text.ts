import { formatRange, type IpRange } from "./ip-range.ts";
import { PortSet } from "./port-set.ts";
import type { Edge, Peer, Reachability } from "./reachability.ts";

/**
 * The text form (sorted lines, `source => destination : connections`): replicas collapsed to their
 * owner, self edges omitted, neighbouring outside ranges with the same connections joined.
 */
export function edgeLines(reachability: Reachability): string[] {
  const pods = new Map<string, { from: string; to: string; ports: PortSet }>();
  const outside = new Map<
    string,
    { workload: string; isInbound: boolean; ranges: Map<IpRange, PortSet> }
  >();
  for (const edge of reachability.edges()) {
    for (const { from, to } of workloadPairs(edge)) {
      if (edge.from.kind === "external" || edge.to.kind === "external") {
        const isInbound = edge.from.kind === "external";
        const workload = isInbound ? to : from;
        const key = `${isInbound}|${workload}`;
        const range = rangeOf(isInbound ? edge.from : edge.to);
        const found = outside.get(key) ?? { workload, isInbound, ranges: new Map() };
        found.ranges.set(range, (found.ranges.get(range) ?? PortSet.none).union(edge.ports));
        outside.set(key, found);
      } else if (from !== to) {
        const key = `${from}|${to}`;
        const found = pods.get(key);
        pods.set(key, { from, to, ports: found ? found.ports.union(edge.ports) : edge.ports });
      }
    }
  }
  const lines = [...pods.values()].map(({ from, to, ports }) => `${from} => ${to} : ${ports}`);
  for (const { workload, isInbound, ranges } of outside.values()) {
    for (const { range, ports } of joined(reachability.externals, ranges)) {
      const external = `${formatRange(range)}[External]`;
      const [from, to] = isInbound ? [external, workload] : [workload, external];
      lines.push(`${from} => ${to} : ${ports}`);
    }
  }
  return lines.sort();
}

function* workloadPairs(edge: Edge): Generator<{ from: string; to: string }> {
  for (const from of namesOf(edge.from)) for (const to of namesOf(edge.to)) yield { from, to };
}

function namesOf(peer: Peer): readonly string[] {
  return peer.kind === "pods" ? peer.class.workloads : [""];
}

function rangeOf(peer: Peer): IpRange {
  if (peer.kind !== "external") throw new TypeError("not an external peer");
  return peer.range;
}

function joined(order: readonly IpRange[], ranges: ReadonlyMap<IpRange, PortSet>) {
  const result: { range: IpRange; ports: PortSet }[] = [];
  for (const range of order) {
    const ports = ranges.get(range);
    if (!ports) continue;
    const last = result.at(-1);
    if (
      last &&
      last.range.family === range.family &&
      last.range.to + 1n === range.from &&
      last.ports.equals(ports)
    ) {
      last.range = { ...last.range, to: range.to };
    } else result.push({ range, ports });
  }
  return result;
}
