import type { CredentialKind, SecretPolicy, SecretPolicyRule } from "./policy.ts";

export interface EffectiveRule {
  rule: SecretPolicyRule;
  /** Name of the policy it comes from. */
  policy: string;
  /** Why this one: the other matching rules it was stricter than, by policy name. */
  stricterThan: readonly string[];
}

/**
 * The strictest rule that matches an organization: the shortest life, then more approvals, then
 * the earlier rotation; equal rules in the order of their policies' names (law 11).
 */
export function effectiveRule(
  policies: readonly SecretPolicy[],
  kind: CredentialKind,
  organizationLabels: Readonly<Record<string, string>>,
): EffectiveRule | undefined {
  const matching = policies
    .filter((policy) =>
      Object.entries(policy.organizationLabels).every(
        ([key, value]) => organizationLabels[key] === value,
      ),
    )
    .flatMap((policy) =>
      policy.rules
        .filter((rule) => rule.kind === kind)
        .map((rule) => ({ rule, policy: policy.name })),
    )
    .sort(
      (a, b) =>
        compareStrictness(a.rule, b.rule) ||
        (a.policy < b.policy ? -1 : a.policy > b.policy ? 1 : 0),
    );
  const [strictest, ...others] = matching;
  return strictest && { ...strictest, stricterThan: others.map((each) => each.policy) };
}

/** Negative when `a` is stricter. */
export function compareStrictness(a: SecretPolicyRule, b: SecretPolicyRule): number {
  return (
    lifetime(a) - lifetime(b) ||
    b.requireApproval.length - a.requireApproval.length ||
    b.rotateBeforeSeconds - a.rotateBeforeSeconds ||
    Number(b.autoRotate) - Number(a.autoRotate)
  );
}

/** A limit of ours is stricter than leaving it to cert-manager. */
function lifetime({ maxTtl }: SecretPolicyRule): number {
  return maxTtl === "cert-manager-managed" ? Number.MAX_SAFE_INTEGER : maxTtl;
}
