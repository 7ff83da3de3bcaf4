import { list, namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";

/** DaemonSets of network plug-ins, and whether they enforce `networking.k8s.io/v1` NetworkPolicies. */
const PLUGINS: readonly { daemon: RegExp; name: string; isEnforcing: boolean }[] = [
  { daemon: /^cilium$/, name: "Cilium", isEnforcing: true },
  { daemon: /^calico-node$/, name: "Calico", isEnforcing: true },
  { daemon: /^canal$/, name: "Canal", isEnforcing: true },
  { daemon: /^antrea-agent$/, name: "Antrea", isEnforcing: true },
  { daemon: /^kube-router$/, name: "kube-router", isEnforcing: true },
  { daemon: /^ovnkube-node$/, name: "OVN-Kubernetes", isEnforcing: true },
  { daemon: /^weave-net$/, name: "Weave Net", isEnforcing: true },
  { daemon: /^kube-network-policies$/, name: "kube-network-policies", isEnforcing: true },
  { daemon: /^kube-flannel(-ds)?$/, name: "Flannel", isEnforcing: false },
  { daemon: /^kindnet$/, name: "kindnet", isEnforcing: false },
];

export interface NetworkPlugin {
  name: string;
  isEnforcing: boolean;
  object: string;
}

/**
 * The network plug-in that a cluster's DaemonSets show; one that enforces wins over one that only
 * connects (both may run side by side). Null when none is known.
 */
export function networkPlugin(manifests: readonly Manifest[]): NetworkPlugin | null {
  const found = manifests.flatMap((manifest): NetworkPlugin[] => {
    if (manifest.kind !== "DaemonSet" || manifest.apiVersion !== "apps/v1") return [];
    const plugin = PLUGINS.find(({ daemon }) => daemon.test(manifest.metadata.name));
    if (
      !plugin ||
      list(record(record(record(manifest.spec).template).spec).containers).length === 0
    ) {
      return [];
    }
    const object = `DaemonSet ${namespaceOf(manifest)}/${manifest.metadata.name}`;
    return [{ name: plugin.name, isEnforcing: plugin.isEnforcing, object }];
  });
  return found.find(({ isEnforcing }) => isEnforcing) ?? found[0] ?? null;
}
