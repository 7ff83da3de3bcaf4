import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import type { ClusterFacts } from "#server/engines/reachability/model.ts";
import {
  computeReachability,
  type Reachability,
} from "#server/engines/reachability/reachability.ts";
import { clusterTenancy } from "./cluster-tenancy.ts";
import { crossings } from "./crossing-edges.ts";
import type { CellState, Fact } from "./fact.ts";
import {
  type IsolationEvidence,
  type JudgedCluster,
  type JudgedTenant,
  judgeIsolation,
} from "./judge-isolation.ts";
import { type PolicyChange, policyName, withPolicies } from "./policy-change.ts";
import { runningWorkloads } from "./running-workloads.ts";
import { sameFamilies } from "./same-families.ts";
import { type EdgeChange, edgeChanges, tenantEdges } from "./tenant-edges.ts";

export interface ClusterOutcome {
  cluster: string;
  added: readonly string[];
  replaced: readonly string[];
  removed: readonly string[];
  edges: readonly EdgeChange[];
}

export interface NetworkOutcome {
  state: CellState;
  /** Facts that violate. */
  violations: readonly Fact[];
}

export interface WhatIf {
  clusters: ClusterOutcome[];
  before: NetworkOutcome;
  after: NetworkOutcome;
  /** Why nothing, or not all, could be told: each names what it is about. */
  problems: WhatIfProblem[];
}

export type WhatIfProblem =
  /** Not a namespace of this tenant in this environment, or none at all: nobody learns which. */
  | { code: "namespace-not-own"; what: string }
  | { code: "policy-absent"; what: string }
  | { code: "policy-invalid"; what: string; message: string }
  | { code: "cluster-away"; what: string; message: string };

/**
 * What a change of the tenant's own NetworkPolicies would do to its connections and to its network cell,
 * on the last reading of each cluster that the tenant is in. Nothing is applied. The same reading and
 * change give the same answer (law 11).
 */
export function whatIf(
  evidence: Pick<IsolationEvidence, "clusters">,
  asked: JudgedTenant,
  change: PolicyChange,
): WhatIf {
  const { tenant, environment } = asked;
  const problems: WhatIfProblem[] = [];
  const found = new Set<string>();
  const outcomes: ClusterOutcome[] = [];
  const clusters = evidence.clusters.map((each) => {
    if (!("tenancy" in each)) {
      problems.push({ code: "cluster-away", what: each.name, message: each.reason });
      return each;
    }
    const own = new Set(each.tenancy.namespacesOf(tenant, environment));
    const here = (name: string) => own.has(name.split("/")[0] ?? "");
    const part = {
      set: change.set.filter((policy) => here(policyName(policy))),
      remove: change.remove.filter(here),
    };
    for (const name of [...part.set.map(policyName), ...part.remove]) found.add(name);
    if (part.set.length + part.remove.length === 0) return each;
    const { outcome, after, faults } = tried(each, own, tenant, part);
    problems.push(...faults);
    outcomes.push(outcome);
    return after;
  });
  for (const name of [...change.set.map(policyName), ...change.remove]) {
    if (!found.has(name)) problems.push({ code: "namespace-not-own", what: name });
  }
  const network = (all: IsolationEvidence["clusters"]): NetworkOutcome => {
    const cells = judgeIsolation({ clusters: all, vault: null, catalog: null }, asked);
    const cell = cells.find(({ layer }) => layer === "network");
    const violations = cell?.facts.filter(({ verdict }) => verdict === "violates") ?? [];
    return { state: cell?.state ?? "unknown", violations };
  };
  const before = network(evidence.clusters);
  return { clusters: outcomes, before, after: network(clusters), problems };
}

function tried(
  cluster: JudgedCluster,
  own: ReadonlySet<string>,
  tenant: string,
  part: PolicyChange,
): { outcome: ClusterOutcome; after: JudgedCluster; faults: WhatIfProblem[] } {
  const { evidence } = cluster.tenancy;
  const { manifests, added, replaced, removed, absent } = withPolicies(evidence.manifests, part);
  const ours = new Set(part.set.map((each) => `NetworkPolicy ${policyName(each)}`));
  const facts = { before: factsOf(evidence.manifests), after: factsOf(manifests) };
  const faults: WhatIfProblem[] = [
    ...absent.map((what) => ({ code: "policy-absent", what }) as const),
    ...facts.after.problems
      .filter(({ object }) => ours.has(object))
      .map(({ object, message }) => ({ code: "policy-invalid", what: object, message }) as const),
  ];
  const [was, is] = sameFamilies(facts.before.facts, facts.after.facts);
  const tenancy = clusterTenancy({ ...evidence, manifests });
  const reach = computeReachability(is);
  const edges = edgeChanges(
    tenantEdges(computeReachability(was), cluster.tenancy, own, tenant, aloneOf(was, own)),
    tenantEdges(reach, tenancy, own, tenant, aloneOf(is, own)),
  );
  return {
    outcome: { cluster: evidence.name, added, replaced, removed, edges },
    after: { ...cluster, tenancy, reach, ...crossings(reach, tenancy) },
    faults,
  };
}

/** The tenant's own pods and policies: all that their connections with outside addresses depend on. */
function aloneOf(facts: ClusterFacts, own: ReadonlySet<string>): Reachability {
  const isOwn = ({ namespace }: { namespace: string }) => own.has(namespace) || namespace === "";
  return computeReachability({
    ...facts,
    pods: facts.pods.filter(isOwn),
    policies: facts.policies.filter(isOwn),
  });
}

function factsOf(manifests: readonly Manifest[]) {
  return factsFromManifests(runningWorkloads(manifests));
}
