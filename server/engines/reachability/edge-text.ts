import { atomicRanges, contains, formatRange, type IpRange } from "./ip-range.ts";
import { PortSet } from "./port-set.ts";
import type { Edge, Peer, Reachability } from "./reachability.ts";

interface Outside {
  workload: string;
  isInbound: boolean;
  ranges: { range: IpRange; ports: PortSet }[];
}

/**
 * The text form (sorted lines, `source => destination : connections`): replicas collapsed to their
 * owner, self edges omitted, neighbouring outside ranges with the same connections joined. Of ports
 * those that are certain, or those of which nobody can tell.
 */
export function edgeLines(
  reachability: Reachability,
  which: "certain" | "uncertain" = "certain",
): string[] {
  const pods = new Map<string, { from: string; to: string; ports: PortSet }>();
  const outside = new Map<string, Outside>();
  for (const edge of reachability.edges()) {
    const ports = which === "certain" ? edge.ports.minus(edge.uncertain) : edge.uncertain;
    if (ports.isEmpty) continue;
    for (const { from, to } of workloadPairs(edge)) {
      if (edge.from.kind === "external" || edge.to.kind === "external") {
        const isInbound = edge.from.kind === "external";
        const workload = isInbound ? to : from;
        const key = `${isInbound}|${workload}`;
        const found = outside.get(key) ?? { workload, isInbound, ranges: [] };
        found.ranges.push({ range: rangeOf(isInbound ? edge.from : edge.to), ports });
        outside.set(key, found);
      } else if (from !== to) {
        const key = `${from}|${to}`;
        const found = pods.get(key);
        pods.set(key, { from, to, ports: found ? found.ports.union(ports) : ports });
      }
    }
  }
  const lines = [...pods.values()].map(({ from, to, ports }) => `${from} => ${to} : ${ports}`);
  for (const { workload, isInbound, ranges } of outside.values()) {
    for (const { range, ports } of joined(ranges)) {
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

/** Classes of one workload may cut the outside differently: brought to common ranges, then joined. */
function joined(ranges: Outside["ranges"]): Outside["ranges"] {
  const families = [4, 6] as const;
  const atoms = atomicRanges(
    families.filter((family) => ranges.some(({ range }) => range.family === family)),
    ranges.map(({ range }) => range),
  );
  const result: Outside["ranges"] = [];
  for (const atom of atoms) {
    const ports = ranges.reduce(
      (sum, each) => (contains(each.range, atom) ? sum.union(each.ports) : sum),
      PortSet.none,
    );
    if (ports.isEmpty) continue;
    const last = result.at(-1);
    if (
      last &&
      last.range.family === atom.family &&
      last.range.to + 1n === atom.from &&
      last.ports.equals(ports)
    ) {
      last.range = { ...last.range, to: atom.to };
    } else result.push({ range: atom, ports });
  }
  return result;
}
