import { IndexSet } from "#server/engines/reachability/index-set.ts";
import {
  atomicRanges,
  contains,
  formatRange,
  type IpRange,
} from "#server/engines/reachability/ip-range.ts";
import type { PodClass } from "#server/engines/reachability/pod-classes.ts";
import { PortSet } from "#server/engines/reachability/port-set.ts";
import type { Reachability, Row } from "#server/engines/reachability/reachability.ts";
import type { ClusterTenancy } from "./cluster-tenancy.ts";

/** Who is at the other end of a tenant's connection. */
export type Far =
  | { kind: "own"; workload: string }
  | { kind: "tenant"; tenant: string; workload: string }
  | { kind: "platform" | "unowned"; workload: string }
  | { kind: "outside"; range: IpRange };

/** One connection of a tenant's workload, seen from that workload. */
export interface TenantEdge {
  own: string;
  direction: "out" | "in";
  far: Far;
  ports: PortSet;
}

/**
 * Every connection of the workloads in these namespaces, also within the tenant and to outside
 * addresses. One between two of the tenant's own workloads stands once, from its source. Only the
 * tenant's own classes are asked about; `outside` may be a cluster of its pods alone, since what else
 * runs changes nothing between them and outside addresses.
 */
export function tenantEdges(
  reach: Reachability,
  tenancy: ClusterTenancy,
  namespaces: ReadonlySet<string>,
  tenant: string,
  outside: Reachability = reach,
): TenantEdge[] {
  const found = new Map<string, TenantEdge>();
  const add = (own: string, direction: "out" | "in", far: Far, ports: PortSet) => {
    if (far.kind !== "outside" && far.workload === own) return;
    const key = JSON.stringify([own, direction, farKey(far)]);
    const same = found.get(key);
    found.set(key, { own, direction, far, ports: same ? same.ports.union(ports) : ports });
  };
  const isHere = ({ namespace }: PodClass) => namespaces.has(namespace);
  const own = reach.classes.filter(isHere);
  const everybody = IndexSet.of(reach.classes.map(({ index }) => index));
  const others = everybody.minus(IndexSet.of(own.map(({ index }) => index)));
  for (const podClass of own) {
    tell("out", reach.outwardOf(podClass, everybody));
    tell("in", reach.inwardOf(podClass, others));
  }
  for (const { from, to, ports } of outside.edges()) {
    if (from.kind === "pods" && to.kind === "external" && isHere(from.class)) {
      for (const workload of from.class.workloads) {
        add(workload, "out", { kind: "outside", range: to.range }, ports);
      }
    } else if (to.kind === "pods" && from.kind === "external" && isHere(to.class)) {
      for (const workload of to.class.workloads) {
        add(workload, "in", { kind: "outside", range: from.range }, ports);
      }
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);

  function tell(direction: "out" | "in", { class: podClass, blocks }: Row) {
    for (const { peers, ports } of blocks) {
      for (const index of peers) {
        for (const far of farsOf(reach.classAt(index))) {
          for (const workload of podClass.workloads) add(workload, direction, far, ports);
        }
      }
    }
  }

  function farsOf(peer: PodClass | undefined): Far[] {
    if (!peer) return [];
    const owner = tenancy.ownerOf(peer.namespace);
    return peer.workloads.map((workload): Far => {
      if (owner.kind !== "tenant") return { kind: owner.kind, workload };
      if (owner.tenant === tenant) return { kind: "own", workload };
      return { kind: "tenant", tenant: owner.tenant, workload };
    });
  }
}

/** What a change of policies does to one connection. */
export interface EdgeChange {
  own: string;
  direction: "out" | "in";
  far: Far;
  /** As the text form has them; null where there is no connection. */
  before: string | null;
  after: string | null;
}

/** What differs, sorted; ranges of addresses are cut alike before they are compared. */
export function edgeChanges(
  before: readonly TenantEdge[],
  after: readonly TenantEdge[],
): EdgeChange[] {
  const changes: EdgeChange[] = [];
  const [old, fresh] = [byKey(before), byKey(after)];
  for (const key of new Set([...old.keys(), ...fresh.keys()])) {
    const [was, is] = [old.get(key), fresh.get(key)];
    const any = was ?? is;
    if (!any || (was && is && was.ports.equals(is.ports))) continue;
    changes.push(changeOf(any, was?.ports, is?.ports));
  }
  changes.push(...outsideChanges(before, after));
  return changes.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function byKey(edges: readonly TenantEdge[]): Map<string, TenantEdge> {
  return new Map(
    edges
      .filter(({ far }) => far.kind !== "outside")
      .map((edge) => [JSON.stringify([edge.own, edge.direction, farKey(edge.far)]), edge]),
  );
}

function outsideChanges(before: readonly TenantEdge[], after: readonly TenantEdge[]): EdgeChange[] {
  const groups = new Map<string, { was: TenantEdge[]; is: TenantEdge[] }>();
  for (const [edges, side] of [
    [before, "was"],
    [after, "is"],
  ] as const) {
    for (const edge of edges) {
      if (edge.far.kind !== "outside") continue;
      const key = `${edge.direction} ${edge.own}`;
      const group = groups.get(key) ?? { was: [], is: [] };
      group[side].push(edge);
      groups.set(key, group);
    }
  }
  return [...groups.values()].flatMap(({ was, is }) => {
    const cuts = [...was, ...is].flatMap(({ far }) => (far.kind === "outside" ? [far.range] : []));
    const changes: (EdgeChange & { far: { kind: "outside"; range: IpRange } })[] = [];
    for (const range of atomicRanges([4, 6], cuts)) {
      const [old, fresh] = [portsTo(was, range), portsTo(is, range)];
      const [any] = [...was, ...is];
      if (!any || old.equals(fresh)) continue;
      const change = changeOf({ ...any, far: { kind: "outside", range } }, old, fresh);
      const last = changes.at(-1);
      const isNext =
        last &&
        last.far.range.family === range.family &&
        last.far.range.to + 1n === range.from &&
        last.before === change.before &&
        last.after === change.after;
      if (isNext) last.far = { kind: "outside", range: { ...last.far.range, to: range.to } };
      else changes.push({ ...change, far: { kind: "outside", range } });
    }
    return changes;
  });
}

function portsTo(edges: readonly TenantEdge[], range: IpRange): PortSet {
  const edge = edges.find(({ far }) => far.kind === "outside" && contains(far.range, range));
  return edge?.ports ?? PortSet.none;
}

function changeOf(
  { own, direction, far }: TenantEdge,
  before: PortSet | undefined,
  after: PortSet | undefined,
): EdgeChange {
  const text = (ports: PortSet | undefined) => (!ports || ports.isEmpty ? null : String(ports));
  return { own, direction, far, before: text(before), after: text(after) };
}

/** As the text form writes it. */
export function farText(far: Far): string {
  return far.kind === "outside" ? `${formatRange(far.range)}[External]` : far.workload;
}

function farKey(far: Far): string {
  return `${far.kind} ${farText(far)}`;
}

function sortKey({ own, direction, far }: EdgeChange): string {
  return JSON.stringify([own, direction, far.kind, farText(far)]);
}
