import type { ClusterFacts } from "#server/engines/reachability/model.ts";

/** IPv6 is looked at only where a policy speaks of it: then on both sides, else all of it would be news. */
export function sameFamilies(
  before: ClusterFacts,
  after: ClusterFacts,
): [ClusterFacts, ClusterFacts] {
  const speaksOf6 = ({ policies }: ClusterFacts) =>
    policies.some((policy) =>
      [...policy.ingress, ...policy.egress].some(({ peers }) =>
        peers.some((peer) => peer.kind === "ip" && peer.cidr.includes(":")),
      ),
    );
  if (speaksOf6(before) === speaksOf6(after)) return [before, after];
  const everything = { peers: [{ kind: "ip", cidr: "::/0", except: [] } as const], ports: [] };
  // In a namespace without a name there are no pods: it limits nobody.
  const mention = {
    namespace: "",
    name: "",
    podSelector: {},
    isolatesIngress: false,
    isolatesEgress: false,
    ingress: [everything],
    egress: [],
  };
  const told = (facts: ClusterFacts) => ({ ...facts, policies: [...facts.policies, mention] });
  return [told(before), told(after)];
}
