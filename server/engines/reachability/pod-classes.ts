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
  readonly #pods: Pod[] = [];
  #workloads: readonly string[] | null = null;

  constructor(index: number, pod: Pod, traits: Traits) {
    this.index = index;
    this.namespace = pod.namespace;
    this.labels = traits.labels;
    this.namedPorts = pod.namedPorts;
    this.isHostNetwork = pod.isHostNetwork;
    this.traits = traits;
  }

  get pods(): readonly Pod[] {
    return this.#pods;
  }

  get workloads(): readonly string[] {
    this.#workloads ??= [...new Set(this.#pods.map(workloadOf))].sort();
    return this.#workloads;
  }

  join(pod: Pod): void {
    this.#pods.push(pod);
    this.#workloads = null;
  }

  /** One that is the same as this pod goes. */
  leave(pod: Pod): void {
    const at = this.#pods.findIndex((each) => memberKey(each) === memberKey(pod));
    if (at >= 0) this.#pods.splice(at, 1);
    this.#workloads = null;
  }
}

/** What tells pods of one class apart. */
function memberKey({ workload, workloadKind, node, addresses = [] }: Pod): string {
  return [workloadKind, workload, node ?? "", ...addresses].join("\n");
}
