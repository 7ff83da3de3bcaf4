import { expect, test } from "vitest";
import { defaultRule } from "./default-rule.ts";
import { parseSecretPolicies } from "./parse-policies.ts";
import { type PolicyInForce, ruleInForce, secondsToNextRotation } from "./rule-in-force.ts";

const DAY = 86_400;

function policy(name: string, origin: PolicyInForce["origin"], rule: string): PolicyInForce {
  const { policies, problems } = parseSecretPolicies(`apiVersion: catalyst.openova.io/v1alpha1
kind: SecretPolicy
metadata: { name: ${name} }
spec:
  appliesTo: { organizationLabels: { tier: gold } }
  rules:
    - ${rule}
`);
  expect(problems).toEqual([]);
  return { ...(policies[0] as PolicyInForce), origin, version: 3 };
}

const NO_SOURCE = { origin: "default", policy: null, line: null, stricterThan: [] };

test("without a policy the default applies, and says so", () => {
  expect(ruleInForce([], "api-token")).toEqual({ ...defaultRule("api-token"), source: NO_SOURCE });
  const other = policy("keys", "tenant", "{ kind: oauth-client-secret, maxTTL: 1d }");
  expect(ruleInForce([other], "api-token").source.origin).toBe("default");
});

test("the strictest applies, whoever it comes from, and names what it was stricter than", () => {
  const lax = policy("bank", "tenant", "{ kind: api-token, maxTTL: 60d }");
  const strict = policy("bank", "sovereign", "{ kind: api-token, maxTTL: 30d, rotateBefore: 2d }");
  for (const policies of [
    [lax, strict],
    [strict, lax],
  ]) {
    expect(ruleInForce(policies, "api-token")).toEqual({
      maxTtlSeconds: 30 * DAY,
      rotateBeforeSeconds: 2 * DAY,
      autoRotate: true,
      requireApproval: [],
      isConfigurable: true,
      managedBy: "console",
      source: {
        origin: "sovereign",
        policy: { origin: "sovereign", name: "bank", version: 3 },
        line: 7,
        stricterThan: [{ origin: "tenant", name: "bank", version: 3 }],
      },
    });
  }
});

test("a policy may be laxer than a default: it speaks of the class, the default does not", () => {
  const long = policy("long", "tenant", "{ kind: database-credential, maxTTL: 7d }");
  expect(ruleInForce([long], "database-credential").maxTtlSeconds).toBe(7 * DAY);
});

test("a certificate left to cert-manager keeps the limit we watch; one with a limit has it", () => {
  const left = policy("left", "tenant", "{ kind: tls-certificate, maxTTL: cert-manager-managed }");
  expect(ruleInForce([left], "tls-certificate")).toMatchObject({
    maxTtlSeconds: 90 * DAY,
    managedBy: "cert-manager",
  });
  const limited = policy("limited", "tenant", "{ kind: tls-certificate, maxTTL: 30d }");
  expect(ruleInForce([left, limited], "tls-certificate")).toMatchObject({
    maxTtlSeconds: 30 * DAY,
    source: { policy: { name: "limited" } },
  });
});

test("workload identities follow the platform, whatever a row may say", () => {
  const forged = policy("forged", "tenant", "{ kind: api-token, maxTTL: 1d }");
  const rules = [{ ...forged.rules[0], kind: "workload-identity" }];
  const policies = [{ ...forged, rules } as unknown as PolicyInForce];
  expect(ruleInForce(policies, "workload-identity").source).toEqual(NO_SOURCE);
});

test("the next rotation lies before the limit, or there is none", () => {
  expect(secondsToNextRotation(defaultRule("api-token"))).toBe(83 * DAY);
  expect(secondsToNextRotation(defaultRule("manual"))).toBeNull();
  const byHand = policy("hand", "tenant", "{ kind: api-token, maxTTL: 9d, autoRotate: false }");
  expect(secondsToNextRotation(ruleInForce([byHand], "api-token"))).toBeNull();
});

test("each policy of a file keeps its own text, comments and all", () => {
  const one = (name: string) =>
    `# why ${name}\napiVersion: catalyst.openova.io/v1alpha1\nkind: SecretPolicy\nmetadata: { name: ${name} }\nspec:\n  rules:\n    - { kind: api-token, maxTTL: 1d }\n`;
  const { sources, problems } = parseSecretPolicies(`---\n${one("a")}---\n${one("b")}---\n`);
  expect(problems).toEqual([]);
  expect(sources).toEqual([one("a"), one("b")]);
  expect(parseSecretPolicies(one("a")).sources).toEqual([one("a")]);
});
