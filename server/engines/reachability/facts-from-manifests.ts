import { type ManifestPlace, placeOf } from "#server/engines/kubernetes/manifest-place.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { contains, parseCidr } from "./ip-range.ts";
import type { Labels } from "./label-selector.ts";
import type {
  ClusterFacts,
  NamedPort,
  NetworkPolicy,
  Node,
  Pod,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
  TierPolicy,
} from "./model.ts";
import {
  type Fields,
  fieldsOf,
  labelsOf,
  listOf,
  protocolOf,
  selectorOf,
  statedFields,
  statedList,
} from "./policy-fields.ts";
import { isTierPolicy, tierPolicyOf } from "./tier-policy-of.ts";

const TEMPLATE_PATHS: Record<string, readonly string[]> = {
  Deployment: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

const DEFAULT_NAMESPACE = "default";

export interface FactsProblem {
  object: string;
  message: string;
  /** Where the object was read, when it was in a file. */
  place?: ManifestPlace;
}

/** `file:line: NetworkPolicy shop/web: what is wrong` */
export function factsProblemText({ object, message, place }: FactsProblem): string {
  return `${place ? `${place.file}:${place.line}: ` : ""}${object}: ${message}`;
}

/**
 * The facts that reachability needs, from Kubernetes objects of any kinds. An object whose fields
 * are not what the API allows is a problem and left out; the rest is still used. Of a policy only the
 * rules at fault are left out: it still isolates what it selects, and what it would allow is unknown.
 */
export function factsFromManifests(manifests: readonly Manifest[]): {
  facts: ClusterFacts;
  problems: FactsProblem[];
} {
  const namespaces = new Map<string, Labels>();
  const pods: Pod[] = [];
  const policies: NetworkPolicy[] = [];
  const tierPolicies: TierPolicy[] = [];
  const nodes: Node[] = [];
  const problems: FactsProblem[] = [];
  for (const manifest of manifests) {
    const namespace = manifest.metadata.namespace ?? DEFAULT_NAMESPACE;
    const report = (message: string) => {
      const { name } = manifest.metadata;
      const object = `${manifest.kind} ${isTierPolicy(manifest) ? name : `${namespace}/${name}`}`;
      const place = placeOf(manifest);
      problems.push({ object, message, ...(place ? { place } : {}) });
    };
    try {
      if (manifest.kind === "Namespace") {
        namespaces.set(manifest.metadata.name, labelsOf(manifest.metadata.labels));
      } else if (manifest.kind === "Pod") {
        if (!hasEnded(manifest)) pods.push(podOf(manifest, namespace));
      } else if (manifest.kind === "Node") nodes.push(nodeOf(manifest));
      else if (Object.hasOwn(TEMPLATE_PATHS, manifest.kind))
        pods.push(templateOf(manifest, namespace));
      else if (manifest.kind === "NetworkPolicy" && isCoreNetworking(manifest)) {
        policies.push(policyOf(manifest, namespace, report));
      } else if (isTierPolicy(manifest)) tierPolicies.push(tierPolicyOf(manifest, report));
    } catch (error) {
      report((error as Error).message);
    }
  }
  // A namespace may be named by a pod only.
  for (const list of [pods, policies]) {
    for (const { namespace } of list) {
      if (!namespaces.has(namespace)) namespaces.set(namespace, {});
    }
  }
  return {
    facts: {
      namespaces: [...namespaces].map(([name, labels]) => ({ name, labels })),
      pods,
      policies,
      tierPolicies,
      nodes,
    },
    problems,
  };
}

/** A pod that has ended has no address any more. */
function hasEnded(manifest: Manifest): boolean {
  const { phase } = fieldsOf(manifest.status);
  return phase === "Succeeded" || phase === "Failed";
}

function nodeOf(manifest: Manifest): Node {
  const addresses = listOf(fieldsOf(manifest.status).addresses)
    .map(fieldsOf)
    .flatMap(({ type, address }) =>
      (type === "InternalIP" || type === "ExternalIP") && typeof address === "string"
        ? [address]
        : [],
    );
  return { name: manifest.metadata.name, labels: labelsOf(manifest.metadata.labels), addresses };
}

function isCoreNetworking(manifest: Manifest): boolean {
  return (
    manifest.apiVersion === "networking.k8s.io/v1" || manifest.apiVersion === "extensions/v1beta1"
  );
}

function podOf(manifest: Manifest, namespace: string): Pod {
  const owners = listOf(manifest.metadata.ownerReferences).map(fieldsOf);
  const owner = owners.find((each) => each.controller === true) ?? owners[0];
  return {
    namespace,
    workload: owner && typeof owner.name === "string" ? owner.name : manifest.metadata.name,
    workloadKind: owner && typeof owner.kind === "string" ? owner.kind : "Pod",
    labels: labelsOf(manifest.metadata.labels),
    ...podSpecFacts(fieldsOf(manifest.spec)),
    ...placeFacts(fieldsOf(manifest.spec), fieldsOf(manifest.status)),
  };
}

function placeFacts(spec: Fields, status: Fields): Pick<Pod, "node" | "addresses"> {
  const addresses = [...listOf(status.podIPs).map((each) => fieldsOf(each).ip), status.podIP];
  const known = addresses.filter((each): each is string => typeof each === "string" && each !== "");
  return {
    ...(typeof spec.nodeName === "string" && spec.nodeName !== "" ? { node: spec.nodeName } : {}),
    ...(known.length > 0 ? { addresses: [...new Set(known)] } : {}),
  };
}

function templateOf(manifest: Manifest, namespace: string): Pod {
  const template = (TEMPLATE_PATHS[manifest.kind] ?? []).reduce<Fields>(
    (at, step) => fieldsOf(at[step]),
    manifest,
  );
  return {
    namespace,
    workload: manifest.metadata.name,
    workloadKind: manifest.kind,
    labels: labelsOf(fieldsOf(template.metadata).labels),
    ...podSpecFacts(fieldsOf(template.spec)),
  };
}

function podSpecFacts(spec: Fields): Pick<Pod, "namedPorts" | "isHostNetwork"> {
  const sidecars = listOf(spec.initContainers)
    .map(fieldsOf)
    .filter((each) => each.restartPolicy === "Always");
  const containers = [...listOf(spec.containers).map(fieldsOf), ...sidecars];
  const namedPorts: NamedPort[] = containers
    .flatMap((container) => listOf(container.ports).map(fieldsOf))
    .flatMap((port) =>
      typeof port.name === "string" && typeof port.containerPort === "number"
        ? [{ name: port.name, port: port.containerPort, protocol: protocolOf(port.protocol) }]
        : [],
    );
  return { namedPorts, isHostNetwork: spec.hostNetwork === true };
}

/** policyTypes default (API reference): Ingress always, Egress when there is an egress rule. */
function policyOf(
  manifest: Manifest,
  namespace: string,
  report: (message: string) => void,
): NetworkPolicy {
  const spec = statedFields(manifest.spec, "spec");
  const types = statedList(spec.policyTypes, "spec.policyTypes");
  const rules = {
    ingress: statedList(spec.ingress, "spec.ingress"),
    egress: statedList(spec.egress, "spec.egress"),
  };
  const rulesOf = (direction: "ingress" | "egress", side: "from" | "to") =>
    rules[direction].flatMap((rule, at) => {
      try {
        return [ruleOf(statedFields(rule, "rule"), side)];
      } catch (error) {
        report(`spec.${direction}[${at}].${(error as Error).message}`);
        return [];
      }
    });
  return {
    namespace,
    name: manifest.metadata.name,
    podSelector: selectorOf(spec.podSelector, "spec.podSelector"),
    isolatesIngress: types.length === 0 || types.includes("Ingress"),
    isolatesEgress: types.length === 0 ? rules.egress.length > 0 : types.includes("Egress"),
    ingress: rulesOf("ingress", "from"),
    egress: rulesOf("egress", "to"),
  };
}

function ruleOf(rule: Fields, side: "from" | "to"): PolicyRule {
  return {
    peers: statedList(rule[side], side).map((peer) => peerOf(statedFields(peer, side), side)),
    ports: statedList(rule.ports, "ports").map((port) => portOf(statedFields(port, "ports"))),
  };
}

function peerOf(peer: Fields, side: string): PolicyPeer {
  if (peer.ipBlock !== undefined && peer.ipBlock !== null) {
    if (peer.podSelector || peer.namespaceSelector)
      throw new Error(`${side}: ipBlock stands alone in a peer`);
    const block = fieldsOf(peer.ipBlock);
    const { cidr } = block;
    if (typeof cidr !== "string") throw new Error(`${side}.ipBlock.cidr is missing`);
    const except = statedList(block.except, `${side}.ipBlock.except`).map(String);
    const [whole, ...parts] = [cidr, ...except].map((text) => {
      const range = parseCidr(text);
      if (!range) throw new Error(`${side}.ipBlock: "${text.slice(0, 60)}" is not a CIDR`);
      return range;
    });
    if (whole && !parts.every((part) => contains(whole, part)))
      throw new Error(`${side}.ipBlock: an exception is outside of ${cidr}`);
    return { kind: "ip", cidr, except };
  }
  const hasPods = peer.podSelector !== undefined && peer.podSelector !== null;
  const hasNamespaces = peer.namespaceSelector !== undefined && peer.namespaceSelector !== null;
  if (!hasPods && !hasNamespaces)
    throw new Error(`${side}: a peer must name pods, namespaces or an ipBlock`);
  return {
    kind: "pods",
    podSelector: hasPods ? selectorOf(peer.podSelector, `${side}.podSelector`) : {},
    ...(hasNamespaces
      ? { namespaceSelector: selectorOf(peer.namespaceSelector, `${side}.namespaceSelector`) }
      : {}),
  };
}

function portOf(port: Fields): PolicyPort {
  const protocol = protocolOf(port.protocol);
  if (port.port === undefined || port.port === null) return { protocol };
  if (typeof port.port === "string" && !/^\d+$/.test(port.port)) {
    if (port.endPort !== undefined) throw new Error("ports: endPort needs a numeric port");
    return { protocol, port: port.port };
  }
  const number = Number(port.port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new Error(`ports: ${String(port.port)} is not a port`);
  if (port.endPort === undefined || port.endPort === null) return { protocol, port: number };
  const endPort = Number(port.endPort);
  if (!Number.isInteger(endPort) || endPort < number || endPort > 65_535) {
    throw new Error(`ports: endPort ${String(port.endPort)} is below port ${number} or not a port`);
  }
  return { protocol, port: number, endPort };
}
