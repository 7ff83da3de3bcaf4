import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import type { ClusterFacts } from "#server/engines/reachability/model.ts";
import type { FactChange } from "#server/engines/reachability/reachability-index.ts";
import { runningWorkloads } from "./running-workloads.ts";

export interface FactsStep {
  /** From what was read last to what is read now; null when all is to be looked at anew. */
  changes: readonly FactChange[] | null;
  /** How many objects are not what the API allows. */
  problems: number;
  /** All facts as they are now, made when asked for. */
  facts(): ClusterFacts;
}

/** Beyond that many changes at once the whole is done sooner anew. */
const MOST_CHANGES = 500;

/**
 * What changed of the facts that reachability needs, from one reading of a cluster to the next. A source
 * that follows its cluster gives the same object for what is as it was: only others are looked at. One that
 * reads files gives new objects each time; what they say is compared.
 */
export class FollowedFacts {
  #running: ReadonlySet<Manifest> | null = null;
  #problems = 0;
  /** How many objects have a name: of two with one name nobody can say which of them changed. */
  readonly #names = new Map<string, number>();
  #doubled = 0;

  read(manifests: readonly Manifest[]): FactsStep {
    const list = runningWorkloads(manifests);
    const before = this.#running;
    const running = new Set(list);
    this.#running = running;
    if (before === null) return this.#begin(list);
    const gone = factsOf([...before].filter((each) => !running.has(each)));
    const come = factsOf(list.filter((each) => !before.has(each)));
    this.#problems += come.problems - gone.problems;
    this.#count(gone, -1);
    this.#count(come, 1);
    const changes = this.#doubled > 0 ? null : changesOf(gone, come);
    return { changes, problems: this.#problems, facts: () => factsOf(list).facts };
  }

  /** The next reading is a first one. */
  forget(): void {
    this.#running = null;
  }

  #begin(list: readonly Manifest[]): FactsStep {
    const all = factsOf(list);
    this.#problems = all.problems;
    this.#names.clear();
    this.#doubled = 0;
    this.#count(all, 1);
    return { changes: null, problems: this.#problems, facts: () => all.facts };
  }

  #count({ facts: { namespaces, policies, tierPolicies = [] } }: Facts, by: 1 | -1): void {
    const names = [
      ...namespaces.map(({ name }) => `namespace ${name}`),
      ...policies.map((each) => `policy ${policyName(each)}`),
      ...tierPolicies.map((each) => `tier ${tierName(each)}`),
    ];
    for (const name of names) {
      const was = this.#names.get(name) ?? 0;
      const is = was + by;
      if (is === 0) this.#names.delete(name);
      else this.#names.set(name, is);
      this.#doubled += Number(is > 1) - Number(was > 1);
    }
  }
}

interface Facts {
  facts: ClusterFacts;
  problems: number;
}

/** Without the namespaces that only other objects name: they have no labels that could change. */
function factsOf(manifests: readonly Manifest[]): Facts {
  const { facts, problems } = factsFromManifests(manifests);
  const told = new Set(
    manifests.flatMap(({ kind, metadata }) => (kind === "Namespace" ? [metadata.name] : [])),
  );
  const namespaces = facts.namespaces.filter(({ name }) => told.has(name));
  return { facts: { ...facts, namespaces }, problems: problems.length };
}

function changesOf({ facts: gone }: Facts, { facts: come }: Facts): FactChange[] | null {
  // A policy with a tier may mean nodes by their labels: which pods it means then, all are asked anew.
  if (differing(gone.nodes ?? [], come.nodes ?? [], ({ name }) => name).length > 0) return null;
  const changes: FactChange[] = [
    ...differing(gone.namespaces, come.namespaces, ({ name }) => name).map(({ before, after }) => ({
      kind: "namespace" as const,
      after: after ?? { name: before?.name ?? "", labels: {} },
    })),
    ...differing(gone.policies, come.policies, policyName).map((each) => ({
      kind: "policy" as const,
      ...each,
    })),
    ...differing(gone.tierPolicies ?? [], come.tierPolicies ?? [], tierName).map((each) => ({
      kind: "tier-policy" as const,
      ...each,
    })),
    ...differing(gone.pods, come.pods, podName).map((each) => ({ kind: "pod" as const, ...each })),
  ];
  return changes.length > MOST_CHANGES ? null : changes;
}

/** What went and what came, without what is the same in both; those of one name are one change. */
function differing<Item>(
  gone: readonly Item[],
  come: readonly Item[],
  nameOf: (item: Item) => string,
): { before: Item | null; after: Item | null }[] {
  const left = new Map<string, Item[]>();
  for (const item of gone) {
    const text = JSON.stringify(item);
    left.set(text, [...(left.get(text) ?? []), item]);
  }
  const fresh = come.filter((item) => left.get(JSON.stringify(item))?.pop() === undefined);
  const old = new Map<string, Item[]>();
  for (const item of [...left.values()].flat()) {
    old.set(nameOf(item), [...(old.get(nameOf(item)) ?? []), item]);
  }
  const changes = fresh.map((after) => ({ before: old.get(nameOf(after))?.pop() ?? null, after }));
  return [...changes, ...[...old.values()].flat().map((before) => ({ before, after: null }))];
}

function policyName({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

function tierName({ kind, name }: { kind: string; name: string }): string {
  return `${kind} ${name}`;
}

type Named = { namespace: string; workload: string; workloadKind: string };

function podName({ namespace, workload, workloadKind }: Named): string {
  return `${namespace}/${workloadKind}/${workload}`;
}
