import type { Direction, Policy, Rule } from "./compile-policy.ts";
import type { IndexSet } from "./index-set.ts";
import { PortsByPeer } from "./ports-by-peer.ts";

/** What may be allowed, and what surely is: the same but where nobody can tell. */
export interface Verdict {
  may: PortsByPeer;
  sure: PortsByPeer;
}

/** Policies of one priority: which of those that match decides, the API leaves open. */
export type Group = readonly Policy[];

export interface Question {
  direction: Direction;
  /** Everything that is asked about, all of it open. */
  open: PortsByPeer;
  admin: readonly Group[];
  baseline: readonly Group[];
  /** Those for whom namespaces' policies have the last word, and what these policies allow them. */
  isolated: IndexSet;
  granted: PortsByPeer;
  /** What of `open` a rule is about; null of `maybe` where there is none. */
  match: (policy: Policy, rule: Rule) => { sure: PortsByPeer; maybe: PortsByPeer | null };
}

/**
 * One direction of traffic through the tiers (policy.networking.k8s.io, "Tier"): Admin by priority, the
 * first rule that matches decides; what none decided or one passed goes to the namespaces' policies if
 * any isolates; else to Baseline; and what is left is allowed. Where it is open which rule matches, both
 * ways are followed.
 */
export function decide(question: Question): Verdict {
  const admin = throughTier(question.open, question.admin, question);
  const isolatedNow = admin.open.within(question.isolated);
  const granted = isolatedNow.intersect(question.granted);
  const baseline = throughTier(admin.open.without(question.isolated), question.baseline, question);
  const may = admin.accepted.union(granted).union(baseline.accepted).union(baseline.open);
  if (!admin.isInDoubt && !baseline.isInDoubt) return { may, sure: may };
  const denied = admin.denied.union(baseline.denied).union(isolatedNow.minus(question.granted));
  return { may, sure: may.minus(denied) };
}

interface Passage {
  accepted: PortsByPeer;
  denied: PortsByPeer;
  /** Not decided here: for the next tier. */
  open: PortsByPeer;
  isInDoubt: boolean;
}

function throughTier(start: PortsByPeer, groups: readonly Group[], question: Question): Passage {
  let [accepted, denied, passed] = [PortsByPeer.none, PortsByPeer.none, PortsByPeer.none];
  let open = start;
  let isInDoubt = false;
  for (const group of groups) {
    if (open.isEmpty) break;
    let left: PortsByPeer | null = null;
    for (const policy of group) {
      let own = open;
      for (const rule of policy[question.direction] ?? []) {
        const { sure, maybe } = question.match(policy, rule);
        let hit = own.intersect(sure);
        const rest = hit.isEmpty ? own : own.minus(hit);
        if (maybe && !maybe.isEmpty) {
          hit = hit.union(own.intersect(maybe));
          isInDoubt = true;
        }
        own = rest;
        if (rule.action === "accept") accepted = accepted.union(hit);
        else if (rule.action === "deny") denied = denied.union(hit);
        else passed = passed.union(hit);
        if (own.isEmpty) break;
      }
      left = left === null ? own : left.intersect(own);
    }
    isInDoubt ||= group.length > 1;
    open = left ?? open;
  }
  return { accepted, denied, open: open.union(passed), isInDoubt };
}
