import { defaultRule, type SecretClass, type SecretRule } from "./default-rule.ts";
import { effectiveRule } from "./effective-rule.ts";
import type { CredentialKind, SecretPolicy, SecretPolicyRule } from "./policy.ts";

/** Whose policy a rule comes from; `default` when no policy names the class. */
export type RuleOrigin = "default" | "sovereign" | "tenant";

/** A policy that applies, by whom and in which version. */
export interface PolicyInForce extends SecretPolicy {
  origin: Exclude<RuleOrigin, "default">;
  version: number;
}

export interface PolicyReference {
  origin: PolicyInForce["origin"];
  name: string;
  version: number;
}

export interface RuleSource {
  origin: RuleOrigin;
  /** Null for a default. */
  policy: PolicyReference | null;
  /** 1-based line of the rule in its policy; null for a default. */
  line: number | null;
  /** The other policies that name the class: this one is at least as strict as each. */
  stricterThan: readonly PolicyReference[];
}

/** A rule together with why it is this one. */
export interface RuleInForce extends SecretRule {
  source: RuleSource;
}

/**
 * The rule of a class under policies that all apply (their labels were matched before): the
 * strictest of those that name the class, or the default. What is not configurable stays so.
 */
export function ruleInForce(
  policies: readonly PolicyInForce[],
  secretClass: SecretClass,
): RuleInForce {
  const standard = defaultRule(secretClass);
  const found =
    standard.isConfigurable && secretClass !== "workload-identity"
      ? effectiveRule(
          policies.map((policy) => ({ ...policy, organizationLabels: {} })),
          secretClass satisfies CredentialKind,
          {},
        )
      : undefined;
  if (!found) {
    return {
      ...standard,
      source: { origin: "default", policy: null, line: null, stricterThan: [] },
    };
  }
  return {
    ...asSecretRule(found.rule, standard),
    source: {
      origin: found.from.origin,
      policy: referenceTo(found.from),
      line: found.rule.line,
      stricterThan: found.others.map(referenceTo),
    },
  };
}

/** Seconds after a rotation at which the next begins by itself; null when none does. */
export function secondsToNextRotation(rule: SecretRule): number | null {
  if (rule.maxTtlSeconds === null || !rule.autoRotate) return null;
  return rule.maxTtlSeconds - rule.rotateBeforeSeconds;
}

function asSecretRule(rule: SecretPolicyRule, standard: SecretRule): SecretRule {
  const common = {
    rotateBeforeSeconds: rule.rotateBeforeSeconds,
    autoRotate: rule.autoRotate,
    requireApproval: rule.requireApproval,
    isConfigurable: true,
  };
  // Left to cert-manager: its usual life is the limit that we watch, as by default.
  if (rule.maxTtl === "cert-manager-managed") {
    const { maxTtlSeconds, rotateBeforeSeconds, managedBy } = standard;
    return { ...common, maxTtlSeconds, rotateBeforeSeconds, managedBy };
  }
  return { ...common, maxTtlSeconds: rule.maxTtl, managedBy: standard.managedBy };
}

function referenceTo({ origin, name, version }: PolicyInForce): PolicyReference {
  return { origin, name, version };
}
