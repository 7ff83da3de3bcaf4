import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareStrictness, effectiveRule } from "./effective-rule.ts";
import { parseSecretPolicies } from "./parse-policies.ts";
import type { SecretPolicy } from "./policy.ts";
import { formatPolicyDuration, parsePolicyDuration } from "./policy-duration.ts";

const GOOD = `apiVersion: catalyst.openova.io/v1alpha1
kind: SecretPolicy
metadata:
  name: regulated
spec:
  appliesTo:
    organizationLabels:
      tier: regulated
  rules:
    - kind: api-token
      maxTTL: 30d
      rotateBefore: 7d
    - kind: signing-key
      maxTTL: 365d
      autoRotate: false
      requireApproval: [security-officer]
    - kind: tls-certificate
      maxTTL: cert-manager-managed
`;

describe("parseSecretPolicies", () => {
  it("reads rules with their lines", () => {
    const { policies, problems } = parseSecretPolicies(
      `${GOOD}---\n${GOOD.replace("name: regulated", "name: second")}`,
    );
    expect(problems).toEqual([]);
    expect(policies.map((each) => each.name)).toEqual(["regulated", "second"]);
    expect(policies[0]).toMatchObject({
      organizationLabels: { tier: "regulated" },
      rules: [
        {
          kind: "api-token",
          maxTtl: 2_592_000,
          rotateBeforeSeconds: 604_800,
          autoRotate: true,
          line: 10,
        },
        {
          kind: "signing-key",
          maxTtl: 31_536_000,
          autoRotate: false,
          requireApproval: ["security-officer"],
          line: 13,
        },
        { kind: "tls-certificate", maxTtl: "cert-manager-managed", line: 17 },
      ],
    });
  });

  it.each<[string, string, string, number, string, RegExp]>([
    ["a negative TTL", "maxTTL: 30d", "maxTTL: -30d", 11, "spec.rules[0].maxTTL", /not a duration/],
    ["a zero TTL", "maxTTL: 30d", "maxTTL: 0d", 11, "spec.rules[0].maxTTL", /not a duration/],
    ["a number", "maxTTL: 30d", "maxTTL: 30", 11, "spec.rules[0].maxTTL", /not a duration/],
    [
      "a rotateBefore as long as the life",
      "rotateBefore: 7d",
      "rotateBefore: 30d",
      12,
      "spec.rules[0].rotateBefore",
      /shorter than maxTTL/,
    ],
    [
      "an unknown kind",
      "kind: api-token",
      "kind: api-tokens",
      10,
      "spec.rules[0].kind",
      /use database-credential/,
    ],
    [
      "a kind that is fixed",
      "kind: api-token",
      "kind: workload-identity",
      10,
      "spec.rules[0].kind",
      /not configurable/,
    ],
    [
      "a misspelt field",
      "rotateBefore: 7d",
      "rotatebefore: 7d",
      12,
      "spec.rules[0].rotatebefore",
      /not known here/,
    ],
    [
      "a role that cannot approve",
      "[security-officer]",
      "[developer]",
      16,
      "spec.rules[1].requireApproval",
      /not a role that approves/,
    ],
    [
      "a signing key without approval",
      "      requireApproval: [security-officer]\n",
      "",
      13,
      "spec.rules[1].requireApproval",
      /never rotate without/,
    ],
    ["another version", "v1alpha1", "v1", 1, "apiVersion", /must be catalyst/],
    [
      "a literal in the wrong place",
      "maxTTL: 30d",
      "maxTTL: cert-manager-managed",
      11,
      "spec.rules[0].maxTTL",
      /tls-certificate only/,
    ],
    [
      "a kind twice",
      "kind: tls-certificate\n      maxTTL: cert-manager-managed",
      "kind: api-token\n      maxTTL: 1d",
      17,
      "spec.rules[2].kind",
      /already, in line 10/,
    ],
    [
      "a label that is no text",
      "tier: regulated",
      "tier: 7",
      8,
      "spec.appliesTo.organizationLabels.tier",
      /quotes/,
    ],
    [
      "a life without end",
      "maxTTL: 30d",
      "maxTTL: 3651d",
      11,
      "spec.rules[0].maxTTL",
      /3650d at most/,
    ],
    [
      "a name with spaces",
      "name: regulated",
      "name: Very Regulated",
      4,
      "metadata.name",
      /lower-case/,
    ],
    [
      "a label that no organization can have",
      "tier: regulated",
      'tier: "a b"',
      8,
      "spec.appliesTo.organizationLabels.tier",
      /not a label value/,
    ],
    ["a NUL", "tier: regulated", "tier: regulated\0", 8, "", /NUL/],
    ["a key twice", "maxTTL: 30d", "maxTTL: 30d\n      maxTTL: 31d", 12, "", /unique/],
  ])(
    "refuses %s, naming line and field, and keeps nothing",
    (_, from, to, line, field, message) => {
      expect(GOOD).toContain(from);
      const { policies, problems } = parseSecretPolicies(GOOD.replace(from, to));
      expect(policies).toEqual([]);
      expect(problems).toContainEqual({ line, field, message: expect.stringMatching(message) });
    },
  );

  it("refuses what is empty", () => {
    expect(parseSecretPolicies("").problems).toEqual([
      { line: 1, field: "", message: "holds no SecretPolicy" },
    ]);
    expect(parseSecretPolicies("- a\n").problems[0]?.message).toMatch(/SecretPolicy object/);
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseSecretPolicies(text)));
  });
});

describe("durations", () => {
  it("survive being written and read", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 9 }), (seconds) => {
        expect(parsePolicyDuration(formatPolicyDuration(seconds))).toBe(seconds);
      }),
    );
  });
});

describe("effectiveRule", () => {
  const policy = (
    name: string,
    maxTtl: number,
    labels = {},
    approvals: SecretPolicy["rules"][number]["requireApproval"] = [],
  ): SecretPolicy => ({
    name,
    organizationLabels: labels,
    rules: [
      {
        kind: "api-token",
        maxTtl,
        autoRotate: true,
        rotateBeforeSeconds: 0,
        requireApproval: approvals,
        line: 1,
      },
    ],
  });

  it("takes the strictest that matches and says what it was stricter than", () => {
    const policies = [
      policy("all", 90),
      policy("bank", 30, { sector: "bank" }),
      policy("shop", 1, { sector: "shop" }),
    ];
    expect(effectiveRule(policies, "api-token", { sector: "bank" })).toMatchObject({
      policy: "bank",
      stricterThan: ["all"],
    });
    expect(effectiveRule(policies, "api-token", {})).toMatchObject({
      policy: "all",
      stricterThan: [],
    });
    expect(effectiveRule(policies, "signing-key", {})).toBeUndefined();
  });

  it("does not depend on the order of policies, and never picks a laxer one", () => {
    const any = fc.array(
      fc.record({
        name: fc.uuid(),
        ttl: fc.integer({ min: 1, max: 5 }),
        labels: fc.constantFrom({}, { a: "1" }),
        approvals: fc.constantFrom([] as const, ["security-officer"] as const),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(any, (list) => {
        const policies = list.map((each) =>
          policy(each.name, each.ttl, each.labels, each.approvals),
        );
        const found = effectiveRule(policies, "api-token", { a: "1" });
        expect(effectiveRule([...policies].reverse(), "api-token", { a: "1" })?.policy).toBe(
          found?.policy,
        );
        for (const { rules } of policies)
          for (const rule of rules)
            expect(found && compareStrictness(found.rule, rule)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
