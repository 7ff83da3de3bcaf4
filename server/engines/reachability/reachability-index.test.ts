import fc from "fast-check";
import { expect, it } from "vitest";
import { edgeLines } from "./edge-text.ts";
import type { ClusterFacts, Namespace, NetworkPolicy, Pod, TierPolicy } from "./model.ts";
import { PortSet } from "./port-set.ts";
import { computeReachability, type Reachability } from "./reachability.ts";
import { type FactChange, ReachabilityIndex } from "./reachability-index.ts";
import { cluster, labels, pod, policy, tierPolicy } from "./testing/arbitrary-cluster.ts";

type Edit =
  | { what: "policy"; at: number; value: NetworkPolicy | null }
  | { what: "tier-policy"; at: number; value: TierPolicy | null }
  | { what: "pod"; at: number; value: Pod | null }
  | { what: "namespace"; at: number; value: Namespace["labels"] };

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    what: fc.constant("policy" as const),
    at: fc.nat(),
    value: fc.option(policy, { freq: 3 }),
  }),
  fc.record({
    what: fc.constant("tier-policy" as const),
    at: fc.nat(),
    value: fc.option(tierPolicy, { freq: 3 }),
  }),
  fc.record({
    what: fc.constant("pod" as const),
    at: fc.nat(),
    value: fc.option(pod, { freq: 3 }),
  }),
  fc.record({ what: fc.constant("namespace" as const), at: fc.nat(), value: labels }),
);

it("says after any edits what is computed from scratch, and tells exactly what changed", {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(cluster, fc.array(edit, { minLength: 1, maxLength: 6 }), (start, edits) => {
      const index = new ReachabilityIndex(start);
      let facts = start;
      for (const each of edits) {
        const edited = after(facts, each);
        const before = podEdges(index.view());
        const change = index.apply(edited.change);
        facts = edited.facts;
        const now = podEdges(index.view());
        for (const which of ["certain", "uncertain"] as const) {
          expect(edgeLines(index.view(), which)).toEqual(
            edgeLines(computeReachability(facts), which),
          );
        }
        if (!change.rows) continue;
        for (const { from, to, ports } of change.edges("removed")) {
          const key = `${from.index} ${to.index}`;
          const had = before.get(key) ?? PortSet.none;
          expect(ports.minus(had).isEmpty).toBe(true);
          before.set(key, had.minus(ports));
        }
        for (const { from, to, ports } of change.edges("added")) {
          const key = `${from.index} ${to.index}`;
          const had = before.get(key) ?? PortSet.none;
          expect(ports.intersect(had).isEmpty).toBe(true);
          before.set(key, had.union(ports));
        }
        expect(textsOf(before)).toEqual(textsOf(now));
      }
    }),
    { numRuns: 60 },
  );
});

it("changes nothing when a policy is at fault", () => {
  const [facts] = fc.sample(cluster, { numRuns: 1, seed: 7 });
  const [good] = fc.sample(policy, { numRuns: 1, seed: 7 });
  if (!facts || !good) throw new Error("no sample");
  const index = new ReachabilityIndex(facts);
  const before = edgeLines(index.view());
  const bad = {
    ...good,
    isolatesEgress: true,
    egress: [{ peers: [{ kind: "ip" as const, cidr: "no", except: [] }], ports: [] }],
  };
  expect(() => index.apply({ kind: "policy", before: null, after: bad })).toThrow("is not a CIDR");
  expect(edgeLines(index.view())).toEqual(before);
});

function podEdges(reach: Reachability): Map<string, PortSet> {
  const found = new Map<string, PortSet>();
  for (const { from, to, ports } of reach.edges()) {
    if (from.kind === "pods" && to.kind === "pods") {
      found.set(`${from.class.index} ${to.class.index}`, ports);
    }
  }
  return found;
}

function textsOf(edges: ReadonlyMap<string, PortSet>): string[] {
  return [...edges].flatMap(([key, ports]) => (ports.isEmpty ? [] : [`${key} ${ports}`])).sort();
}

/** The facts after an edit, and the edit as a change. An edit of something that isn't there adds it. */
function after(facts: ClusterFacts, edit: Edit): { facts: ClusterFacts; change: FactChange } {
  if (edit.what === "namespace") {
    const chosen = facts.namespaces[edit.at % facts.namespaces.length] as Namespace;
    const changed = { ...chosen, labels: edit.value };
    const namespaces = facts.namespaces.map((each) => (each === chosen ? changed : each));
    return { facts: { ...facts, namespaces }, change: { kind: "namespace", after: changed } };
  }
  const replaced = <Item>(list: readonly Item[], value: Item | null) => {
    const before = list.length > 0 ? (list[edit.at % (list.length + 1)] ?? null) : null;
    const kept = list.filter((each) => each !== before);
    return { before, list: value === null ? kept : [...kept, value] };
  };
  if (edit.what === "policy") {
    const { before, list } = replaced(facts.policies, edit.value);
    const change = { kind: "policy", before, after: edit.value } as const;
    return { facts: { ...facts, policies: list }, change };
  }
  if (edit.what === "tier-policy") {
    const { before, list } = replaced(facts.tierPolicies ?? [], edit.value);
    const change = { kind: "tier-policy", before, after: edit.value } as const;
    return { facts: { ...facts, tierPolicies: list }, change };
  }
  const { before, list } = replaced(facts.pods, edit.value);
  return { facts: { ...facts, pods: list }, change: { kind: "pod", before, after: edit.value } };
}
