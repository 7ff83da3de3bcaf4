import { type IpRange, parseAddress, parseCidr, wholeFamily } from "./ip-range.ts";
import type { NetworkPolicy, PolicyPeer, PolicyRule, TierPolicy, TierRule } from "./model.ts";
import { PortSpec } from "./port-spec.ts";
import type { PeerSet, Universe } from "./universe.ts";

export const DIRECTIONS = ["ingress", "egress"] as const;
export type Direction = (typeof DIRECTIONS)[number];
export type Action = TierRule["action"];

/** Addresses outside the cluster that a rule means. */
export interface Outside {
  blocks: readonly { within: IpRange; except: readonly IpRange[] }[];
  /** Some that nobody can tell: what a domain name stands for. */
  hasUnknown: boolean;
}

export interface Rule {
  action: Action;
  peers: readonly PeerSet[];
  outside: Outside;
  ports: PortSpec;
}

/** A policy with its selectors resolved. A direction of null: the policy says nothing about it. */
export interface Policy {
  /** As people write it: `namespace/name`, or the kind and the name where it is no NetworkPolicy. */
  name: string;
  tier: "admin" | "namespace" | "baseline";
  priority: number;
  /** For each policy another number, whole. */
  id: number;
  subjects: PeerSet;
  ingress: readonly Rule[] | null;
  egress: readonly Rule[] | null;
}

const EVERYWHERE: Outside = {
  blocks: [wholeFamily(4), wholeFamily(6)].map((within) => ({ within, except: [] })),
  hasUnknown: false,
};
const NOWHERE: Outside = { blocks: [], hasUnknown: false };

/** Throws `RangeError` naming a policy and its malformed CIDR. */
export function compileNetworkPolicy(
  policy: NetworkPolicy,
  universe: Universe,
  id: number,
): Policy {
  const name = `${policy.namespace}/${policy.name}`;
  const rule = ({ peers, ports }: PolicyRule): Rule => ({
    action: "accept",
    ports: PortSpec.ofPolicy(ports),
    ...(peers.length === 0
      ? { peers: [universe.everyone()], outside: EVERYWHERE }
      : {
          peers: peers.flatMap((peer) => podsOf(peer, policy.namespace, universe)),
          outside: outsideOf(peers, name),
        }),
  });
  return {
    name,
    tier: "namespace",
    priority: 0,
    id,
    subjects: universe.own(policy.namespace, policy.podSelector),
    ingress: policy.isolatesIngress ? policy.ingress.map(rule) : null,
    egress: policy.isolatesEgress ? policy.egress.map(rule) : null,
  };
}

function podsOf(peer: PolicyPeer, namespace: string, universe: Universe): PeerSet[] {
  if (peer.kind === "ip") return [];
  const { podSelector, namespaceSelector } = peer;
  if (!namespaceSelector) return [universe.own(namespace, podSelector)];
  return [universe.across(namespaceSelector, podSelector, { hostNetwork: true })];
}

function outsideOf(peers: readonly PolicyPeer[], policy: string): Outside {
  const blocks = peers.flatMap((peer) =>
    peer.kind === "ip"
      ? [
          {
            within: rangeOf(peer.cidr, policy),
            except: peer.except.map((cidr) => rangeOf(cidr, policy)),
          },
        ]
      : [],
  );
  return blocks.length === 0 ? NOWHERE : { blocks, hasUnknown: false };
}

function rangeOf(cidr: string, policy: string): IpRange {
  const range = parseCidr(cidr);
  if (!range) throw new RangeError(`NetworkPolicy ${policy}: "${cidr}" is not a CIDR`);
  return range;
}

export function compileTierPolicy(policy: TierPolicy, universe: Universe, id: number): Policy {
  const { podSelector, namespaceSelector } = policy.subject;
  const rules = (list: readonly TierRule[]) =>
    list.length === 0 ? null : list.map((rule) => tierRule(rule, universe));
  return {
    name: `${policy.kind} ${policy.name}`,
    tier: policy.tier,
    priority: policy.priority,
    id,
    subjects: universe.across(namespaceSelector, podSelector, { hostNetwork: false }),
    ingress: rules(policy.ingress),
    egress: rules(policy.egress),
  };
}

function tierRule({ action, peers, ports }: TierRule, universe: Universe): Rule {
  const sets: PeerSet[] = [];
  const blocks: { within: IpRange; except: [] }[] = [];
  const add = (text: string) => {
    const range = parseCidr(text) ?? parseAddress(text);
    if (range) blocks.push({ within: range, except: [] });
  };
  for (const peer of peers) {
    if (peer.kind === "pods") {
      const { podSelector, namespaceSelector } = peer;
      sets.push(universe.across(namespaceSelector, podSelector, { hostNetwork: false }));
    } else if (peer.kind === "nodes") {
      sets.push(universe.onNodes(peer.selector));
      for (const address of universe.nodeAddresses(peer.selector)) add(address);
    } else if (peer.kind === "networks") {
      for (const cidr of peer.cidrs) {
        sets.push(universe.inNetwork(cidr));
        add(cidr);
      }
    }
  }
  const hasUnknown = peers.some(({ kind }) => kind === "domains");
  return { action, peers: sets, outside: { blocks, hasUnknown }, ports: PortSpec.ofTier(ports) };
}
