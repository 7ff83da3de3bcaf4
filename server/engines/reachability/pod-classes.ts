import type { Labels } from "./label-selector.ts";
import type { NamedPort, Pod } from "./model.ts";

/**
 * Pods that no policy can tell apart: same namespace, same labels (those that count), same named ports.
 * Reachability is a matter of classes, not of pods.
 */
export interface PodClass {
  readonly index: number;
  readonly namespace: string;
  readonly labels: Labels;
  readonly namedPorts: readonly NamedPort[];
  readonly isHostNetwork: boolean;
  /** Distinct workloads of the class, as `namespace/name[Kind]`, sorted. */
  readonly workloads: readonly string[];
}

/** What makes pods one class, and a text that is equal for pods of one class. */
export interface Traits {
  key: string;
  labels: Labels;
  /** Node of a pod on its node's network: a policy may name nodes. Null: not known. */
  node: string | null;
  /** For each network that a policy names, whether the pod's addresses are in it: `1`, `0` or `?`. */
  networks: string;
}

/** `counting`: the label keys that any selector looks at, sorted; null for all labels. */
export function traitsOf(
  pod: Pod,
  counting: readonly string[] | null,
  networksOf: (pod: Pod) => string,
): Traits {
  const keys = counting ?? Object.keys(pod.labels).sort();
  const labels: Record<string, string> = {};
  const parts: string[] = [pod.namespace];
  for (const key of keys) {
    const value = Object.hasOwn(pod.labels, key) ? pod.labels[key] : undefined;
    if (value === undefined) continue;
    labels[key] = value;
    parts.push(key, value);
  }
  parts.push("");
  for (const { name, protocol, port } of [...pod.namedPorts].sort(byName)) {
    parts.push(`${name}=${protocol}/${port}`);
  }
  const node = pod.isHostNetwork ? (pod.node ?? null) : null;
  const networks = networksOf(pod);
  parts.push("", pod.isHostNetwork ? `host ${node ?? ""}` : "", networks);
  return { key: parts.join("\n"), labels, node, networks };
}

function byName(a: NamedPort, b: NamedPort): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.port - b.port || (a.protocol < b.protocol ? -1 : 1);
}

export function workloadOf({ namespace, workload, workloadKind }: Pod): string {
  return `${namespace}/${workload}[${workloadKind}]`;
}

/** A class that pods join and leave. */
export class KnownClass implements PodClass {
  readonly index: number;
  readonly namespace: string;
  readonly labels: Labels;
  readonly namedPorts: readonly NamedPort[];
  readonly isHostNetwork: boolean;
  readonly traits: Traits;
  /** Most classes have one workload: only others need a map. */
  #only: string | null = null;
  #onlyCount = 0;
  #pods: Map<string, number> | null = null;
  #workloads: readonly string[] | null = null;

  constructor(index: number, pod: Pod, traits: Traits) {
    this.index = index;
    this.namespace = pod.namespace;
    this.labels = traits.labels;
    this.namedPorts = pod.namedPorts;
    this.isHostNetwork = pod.isHostNetwork;
    this.traits = traits;
  }

  get workloads(): readonly string[] {
    this.#workloads ??= this.#pods
      ? [...this.#pods.keys()].sort()
      : this.#only === null
        ? []
        : [this.#only];
    return this.#workloads;
  }

  get isEmpty(): boolean {
    return this.#pods ? this.#pods.size === 0 : this.#only === null;
  }

  /** Whether the workload was not in the class before. */
  join(pod: Pod): boolean {
    const workload = workloadOf(pod);
    if (!this.#pods && (this.#only === null || this.#only === workload)) {
      this.#only = workload;
      this.#onlyCount += 1;
      if (this.#onlyCount === 1) this.#workloads = null;
      return this.#onlyCount === 1;
    }
    this.#pods ??= new Map(this.#only === null ? [] : [[this.#only, this.#onlyCount]]);
    const before = this.#pods.get(workload) ?? 0;
    this.#pods.set(workload, before + 1);
    if (before === 0) this.#workloads = null;
    return before === 0;
  }

  /** Whether the workload is not in the class any more. */
  leave(pod: Pod): boolean {
    const workload = workloadOf(pod);
    this.#pods ??= new Map(this.#only === null ? [] : [[this.#only, this.#onlyCount]]);
    const left = (this.#pods.get(workload) ?? 0) - 1;
    if (left > 0) {
      this.#pods.set(workload, left);
      return false;
    }
    this.#pods.delete(workload);
    this.#workloads = null;
    return true;
  }
}
