import fc from "fast-check";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import type { LabelSelector } from "#server/engines/reachability/label-selector.ts";
import type { NetworkPolicy, Pod, PolicyRule } from "#server/engines/reachability/model.ts";
import { pod, policy } from "#server/engines/reachability/testing/arbitrary-cluster.ts";

/** One object of a small cluster with its place in it: another with the same place is what became of it. */
export interface Placed {
  place: string;
  manifest: Manifest;
}

const owner = fc.constantFrom<Record<string, string>>(
  { "catalyst.openova.io/tenant": "acme", "catalyst.openova.io/environment": "prod" },
  { "catalyst.openova.io/tenant": "acme", "catalyst.openova.io/environment": "dev" },
  { "catalyst.openova.io/tenant": "lulu", "catalyst.openova.io/environment": "prod" },
  { "catalyst.openova.io/platform": "true" },
  {},
);
const namespace = fc
  .record({ name: fc.constantFrom("a", "b", "c"), labels: owner })
  .map(({ name, labels }): Manifest => {
    return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
  });
const name = fc.constantFrom("one", "two", "three", "four", "five");
const tier = fc
  .record({
    name,
    tier: fc.constantFrom("Admin", "Baseline"),
    action: fc.constantFrom("Accept", "Deny", "Pass"),
    from: fc.constantFrom<LabelSelector>({}, { matchLabels: { app: "x" } }),
    networks: fc.constantFrom(["10.0.0.0/24"], ["0.0.0.0/0"], ["10.9.0.0/16"]),
  })
  .map((each): Manifest => {
    const pods = { namespaceSelector: {}, podSelector: each.from };
    return {
      apiVersion: "policy.networking.k8s.io/v1alpha2",
      kind: "ClusterNetworkPolicy",
      metadata: { name: each.name },
      spec: {
        tier: each.tier,
        priority: each.name.length,
        subject: { namespaces: {} },
        ingress: [{ action: each.action, from: [{ pods }] }],
        egress: [{ action: each.action, to: [{ networks: each.networks }] }],
      },
    };
  });

/** An object as a cluster has it; few places, so that many become others. */
export const placed: fc.Arbitrary<Placed> = fc
  .oneof(
    { weight: 2, arbitrary: namespace },
    { weight: 8, arbitrary: fc.tuple(pod, name).map(([each, as]) => podManifest(each, as)) },
    { weight: 3, arbitrary: fc.tuple(policy, name).map(([each, as]) => policyManifest(each, as)) },
    { weight: 1, arbitrary: tier },
  )
  .map((manifest) => {
    const { kind, metadata } = manifest;
    return { place: `${kind} ${metadata.namespace ?? ""}/${metadata.name}`, manifest };
  });

/** A pod of a Deployment, so that several are one workload. */
function podManifest(each: Pod, name: string): Manifest {
  const { namespace: where, labels, namedPorts, isHostNetwork, node, addresses = [] } = each;
  const owner = {
    kind: "ReplicaSet",
    name: `${name.length > 3 ? "web" : "api"}-1`,
    controller: true,
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: where, labels, ownerReferences: [owner] },
    spec: {
      hostNetwork: isHostNetwork,
      ...(node ? { nodeName: node } : {}),
      containers: [
        {
          name: "app",
          image: "app",
          ports: namedPorts.map(({ port, ...rest }) => ({ ...rest, containerPort: port })),
        },
      ],
    },
    status: { podIPs: addresses.map((ip) => ({ ip })) },
  };
}

function policyManifest(each: NetworkPolicy, name: string): Manifest {
  const rules = (list: readonly PolicyRule[], side: "from" | "to") =>
    list.map(({ peers, ports }) => ({
      ports,
      [side]: peers.map((peer) =>
        peer.kind === "ip"
          ? { ipBlock: { cidr: peer.cidr, except: peer.except } }
          : {
              podSelector: peer.podSelector,
              ...(peer.namespaceSelector ? { namespaceSelector: peer.namespaceSelector } : {}),
            },
      ),
    }));
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: each.namespace },
    spec: {
      podSelector: each.podSelector,
      policyTypes: [
        ...(each.isolatesIngress ? ["Ingress"] : []),
        ...(each.isolatesEgress ? ["Egress"] : []),
      ],
      ingress: rules(each.ingress, "from"),
      egress: rules(each.egress, "to"),
    },
  };
}
