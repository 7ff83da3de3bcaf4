import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { normalize } from "#server/engines/differ/normalize.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import type { NetworkPolicy } from "#server/engines/reachability/model.ts";
import { asJson } from "./drift-objects.ts";

/**
 * Whether a live NetworkPolicy may let more through than the desired one, by its rules alone: it stops
 * isolating a direction, selects other pods, or has a rule that is not desired. Fewer rules are stricter.
 * Where that can't be read, it may (law 7).
 */
export function loosens(want: Manifest, have: Manifest): boolean {
  const [desired, live] = [policyOf(want), policyOf(have)];
  if (!desired || !live) return true;
  if (text(desired.podSelector) !== text(live.podSelector)) return true;
  return (["ingress", "egress"] as const).some((direction) => {
    const isolates = direction === "ingress" ? "isolatesIngress" : "isolatesEgress";
    if (!desired[isolates]) return false;
    if (!live[isolates]) return true;
    const known = new Set(desired[direction].map(text));
    return live[direction].some((rule) => !known.has(text(rule)));
  });
}

/** Whether two NetworkPolicies say the same, however they write it. */
export function saysTheSame(want: Manifest, have: Manifest): boolean {
  const [desired, live] = [policyOf(want), policyOf(have)];
  return desired !== undefined && live !== undefined && text(desired) === text(live);
}

function policyOf(manifest: Manifest): NetworkPolicy | undefined {
  const { facts, problems } = factsFromManifests([
    normalize(asJson(manifest)) as unknown as Manifest,
  ]);
  return problems.length === 0 ? facts.policies[0] : undefined;
}

function text(value: unknown): string {
  return canonicalJson(JSON.parse(JSON.stringify(value)) as JsonValue);
}
