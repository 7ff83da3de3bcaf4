import {
  atomicRanges,
  contains,
  formatRange,
  type IpRange,
} from "#server/engines/reachability/ip-range.ts";
import { PortSet } from "#server/engines/reachability/port-set.ts";
import type { Edge, Peer, Reachability } from "#server/engines/reachability/reachability.ts";
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
 * addresses. One between two of the tenant's own workloads stands once, from its source.
 */
export function tenantEdges(
  reach: Reachability,
  tenancy: ClusterTenancy,
  namespaces: ReadonlySet<string>,
  tenant: string,
): TenantEdge[] {
  const found = new Map<string, TenantEdge>();
  const add = (own: string, direction: "out" | "in", far: Far, ports: PortSet) => {
    if (far.kind !== "outside" && far.workload === own) return;
    const key = JSON.stringify([own, direction, farKey(far)]);
    const same = found.get(key);
    found.set(key, { own, direction, far, ports: same ? same.ports.union(ports) : ports });
  };
  const isHere = (peer: Peer) => peer.kind === "pods" && namespaces.has(peer.class.namespace);
  for (const edge of reach.edges()) {
    const [from, to] = [isHere(edge.from), isHere(edge.to)];
    if (from) each(edge, "out", (own, far) => add(own, "out", far, edge.ports));
    else if (to) each(edge, "in", (own, far) => add(own, "in", far, edge.ports));
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);

  function each(edge: Edge, direction: "out" | "in", tell: (own: string, far: Far) => void) {
    const [own, other] = direction === "out" ? [edge.from, edge.to] : [edge.to, edge.from];
    if (own.kind !== "pods") return;
    for (const workload of own.class.workloads) {
      for (const far of farsOf(other)) tell(workload, far);
    }
  }

  function farsOf(peer: Peer): Far[] {
    if (peer.kind === "external") return [{ kind: "outside", range: peer.range }];
    const owner = tenancy.ownerOf(peer.class.namespace);
    return peer.class.workloads.map((workload): Far => {
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
