import type { ClusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import {
  isNetworkPolicy,
  policyName,
  withPolicies,
} from "#server/engines/isolation/policy-change.ts";
import { runningWorkloads } from "#server/engines/isolation/running-workloads.ts";
import { sameFamilies } from "#server/engines/isolation/same-families.ts";
import {
  type EdgeChange,
  edgeChanges,
  farText,
  tenantEdges,
} from "#server/engines/isolation/tenant-edges.ts";
import { namespaceOf } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { matchesSelector } from "#server/engines/reachability/label-selector.ts";
import type { ClusterFacts, NetworkPolicy } from "#server/engines/reachability/model.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { additionsOf, type ClusterComparison } from "./compare-cluster.ts";
import { loosens } from "./loosens.ts";

/** What a live policy lets through that the desired one doesn't. */
export interface PolicyMeaning {
  isWeaker: boolean;
  /** Over a tenant's border, or out of the cluster. */
  crosses: boolean;
  edges: number;
  /** One of the connections; null where the rules alone say it. */
  example: { from: string; to: string; ports: string } | null;
}

/** More policies than these in one namespace are judged together. */
const MOST_APART = 20;

/**
 * What changed, missing and widened NetworkPolicies of a cluster open: the connections of the running
 * pods under the live policies that there would not be under the desired ones. A policy that selects no
 * pod is judged by its rules. Gives null for a policy that can't be judged so (law 7).
 */
export function policyMeanings({
  parts,
  tenancy,
}: ClusterComparison): (policy: Manifest) => PolicyMeaning | null {
  const changed = new Map<string, { want: Manifest; have: Manifest | null }>();
  for (const part of parts.values()) {
    for (const { want, have, diff } of part.compared) {
      const isSpec = [...diff.differences, ...additionsOf(diff)].some(({ path }) =>
        path.startsWith("/spec"),
      );
      if (isNetworkPolicy(have) && diff.status !== "unknown" && isSpec) {
        changed.set(policyName(have), { want, have });
      }
    }
    for (const want of part.missing) {
      if (isNetworkPolicy(want)) changed.set(policyName(want), { want, have: null });
    }
  }
  let meanings: Map<string, PolicyMeaning> | undefined;
  return (policy) => {
    if (!isNetworkPolicy(policy)) return null;
    if (!changed.has(policyName(policy)))
      return { isWeaker: false, crosses: false, edges: 0, example: null };
    meanings ??= judged(changed, tenancy);
    return meanings.get(policyName(policy)) ?? null;
  };
}

type Changed = Map<string, { want: Manifest; have: Manifest | null }>;

function judged(changed: Changed, tenancy: ClusterTenancy): Map<string, PolicyMeaning> {
  const { manifests } = tenancy.evidence;
  const before = factsFromManifests(runningWorkloads(manifests)).facts;
  const byNamespace = new Map<string, string[]>();
  for (const [name, { want }] of changed) {
    const namespace = namespaceOf(want);
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), name]);
  }
  const result = new Map<string, PolicyMeaning>();
  for (const names of byNamespace.values()) {
    const sets = names.length > MOST_APART ? [names] : names.map((name) => [name]);
    for (const set of sets) {
      const pairs = set.flatMap((name) => changed.get(name) ?? []);
      const meaning = pairs.some((pair) => selectsSomething(pair, before))
        ? byEdges(pairs, tenancy, before)
        : byRules(pairs);
      for (const name of set) result.set(name, meaning);
    }
  }
  return result;
}

interface Pair {
  want: Manifest;
  have: Manifest | null;
}

function policiesIn(pair: Pair): readonly NetworkPolicy[] {
  return factsFromManifests(pair.have ? [pair.want, pair.have] : [pair.want]).facts.policies;
}

function selectsSomething(pair: Pair, { pods }: ClusterFacts): boolean {
  const policies = policiesIn(pair);
  return pods.some(
    (pod) =>
      !pod.isHostNetwork &&
      policies.some(
        (each) => each.namespace === pod.namespace && matchesSelector(each.podSelector, pod.labels),
      ),
  );
}

/** The namespace's connections as they are, beside those under the desired policies. */
function byEdges(
  pairs: readonly Pair[],
  tenancy: ClusterTenancy,
  live: ClusterFacts,
): PolicyMeaning {
  const change = { set: pairs.map(({ want }) => want), remove: [] };
  const wished = withPolicies(tenancy.evidence.manifests, change).manifests;
  const desired = factsFromManifests(runningWorkloads(wished)).facts;
  const [was, is] = sameFamilies(desired, live);
  const namespaces = new Set(pairs.map(({ want }) => namespaceOf(want)));
  const edgesOf = (facts: ClusterFacts) =>
    tenantEdges(computeReachability(facts), tenancy, namespaces, ownerOf(pairs, tenancy));
  const opened = edgeChanges(edgesOf(was), edgesOf(is)).filter(isOpened);
  const crossing = opened.filter(
    ({ far }) => far.kind === "tenant" || far.kind === "unowned" || far.kind === "outside",
  );
  const [example] = [...crossing, ...opened];
  return {
    isWeaker: opened.length > 0,
    crosses: crossing.length > 0,
    edges: opened.length,
    example: example ? worded(example) : null,
  };
}

function ownerOf(pairs: readonly Pair[], tenancy: ClusterTenancy): string {
  const [first] = pairs;
  const owner = first && tenancy.ownerOf(namespaceOf(first.want));
  return owner?.kind === "tenant" ? owner.tenant : "";
}

function isOpened({ before, after }: EdgeChange): boolean {
  if (after === null) return false;
  if (before === null) return true;
  const had = new Set(portsIn(before));
  return !had.has("*") && portsIn(after).some((each) => !had.has(each) && !within(each, had));
}

/** `TCP 80,8080-8090,UDP 53` as `TCP 80-80`, …; all is `*`. */
function portsIn(text: string): string[] {
  if (text === "All Connections") return ["*"];
  let protocol = "";
  return text.split(",").map((item) => {
    const [word = "", rest] = item.trim().split(" ");
    if (rest !== undefined) protocol = word;
    const range = rest ?? word;
    return `${protocol} ${range.includes("-") ? range : `${range}-${range}`}`;
  });
}

function within(item: string, had: ReadonlySet<string>): boolean {
  const parse = (text: string) => {
    const [protocol = "", range = ""] = text.split(" ");
    const [from = Number.NaN, to = Number.NaN] = range.split("-").map(Number);
    return { protocol, from, to };
  };
  const one = parse(item);
  return [...had]
    .map(parse)
    .some((each) => each.protocol === one.protocol && each.from <= one.from && one.to <= each.to);
}

function worded({ own, direction, far, before, after }: EdgeChange) {
  const other = far.kind === "tenant" ? "another tenant" : farText(far);
  const [from, to] = direction === "out" ? [own, other] : [other, own];
  return { from, to, ports: before === null ? (after ?? "") : `${after} (was ${before})` };
}

/** A policy that is gone lets everything through that it would have stopped. */
function byRules(pairs: readonly Pair[]): PolicyMeaning {
  const isWeaker = pairs.some((pair) => pair.have === null || loosens(pair.want, pair.have));
  return { isWeaker, crosses: isWeaker, edges: 0, example: null };
}
