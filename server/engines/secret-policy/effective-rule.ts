import type { CredentialKind, SecretPolicy, SecretPolicyRule } from "./policy.ts";

export interface EffectiveRule<Policy extends SecretPolicy = SecretPolicy> {
  rule: SecretPolicyRule;
  from: Policy;
  /** Name of the policy it comes from. */
  policy: string;
  /** Why this one: the other matching rules it was stricter than, by policy name. */
  stricterThan: readonly string[];
  /** Those policies themselves, strictest first. */
  others: readonly Policy[];
}

/**
 * The strictest rule that matches an organization: the shortest life, then more approvals, then
 * the earlier rotation; equal rules in the order of their policies' names (law 11).
 */
export function effectiveRule<Policy extends SecretPolicy>(
  policies: readonly Policy[],
  kind: CredentialKind,
  organizationLabels: Readonly<Record<string, string>>,
): EffectiveRule<Policy> | undefined {
  const matching = policies
    .filter((policy) =>
      Object.entries(policy.organizationLabels).every(
        ([key, value]) => organizationLabels[key] === value,
      ),
    )
    .flatMap((policy) =>
      policy.rules
        .filter((rule) => rule.kind === kind)
        .map((rule) => ({ rule, policy: policy.name, from: policy })),
    )
    .sort(
      (a, b) =>
        compareStrictness(a.rule, b.rule) ||
        (a.policy < b.policy ? -1 : a.policy > b.policy ? 1 : 0),
    );
  const [strictest, ...others] = matching;
  return (
    strictest && {
      ...strictest,
      stricterThan: others.map((each) => each.policy),
      others: others.map((each) => each.from),
    }
  );
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
