import { expect, test } from "vitest";
import { nextRotationAfter, ruleOf, SECRET_CLASSES, type SecretClass } from "./rules.ts";

const DAY = 86_400;

/** DESIGN §2, SecretPolicy: kinds and defaults. */
test.each<[SecretClass, number | null, boolean, readonly string[]]>([
  ["workload-identity", 300, true, []],
  ["database-credential", 3_600, true, []],
  ["api-token", 90 * DAY, true, []],
  ["oauth-client-secret", 90 * DAY, true, []],
  ["signing-key", 365 * DAY, false, ["security-officer"]],
  ["dynamic-database-credential", 3_600, true, []],
  ["root-ca", 365 * DAY, false, ["security-officer"]],
  ["intermediate-ca", 365 * DAY, false, ["security-officer"]],
  ["cloud-credential", 90 * DAY, true, []],
  ["tls-certificate", 90 * DAY, true, []],
  ["user-password", null, false, []],
  ["manual", null, false, []],
])("%s", (secretClass, maxTtlSeconds, autoRotate, requireApproval) => {
  expect(ruleOf(secretClass)).toMatchObject({ maxTtlSeconds, autoRotate, requireApproval });
});

test("API tokens and OAuth secrets start a week early", () => {
  for (const secretClass of ["api-token", "oauth-client-secret"] as const) {
    expect(ruleOf(secretClass).rotateBeforeSeconds).toBe(7 * DAY);
  }
});

test("workload identity can't be configured; certificates are cert-manager's", () => {
  expect(ruleOf("workload-identity").isConfigurable).toBe(false);
  expect(ruleOf("tls-certificate").managedBy).toBe("cert-manager");
});

test("the next rotation lies before the limit, or there is none", () => {
  const rotatedAt = new Date("2026-01-01T00:00:00Z");
  for (const secretClass of SECRET_CLASSES) {
    const rule = ruleOf(secretClass);
    const next = nextRotationAfter(rule, rotatedAt);
    if (!rule.autoRotate || rule.maxTtlSeconds === null) expect(next).toBeNull();
    else {
      const after = ((next?.getTime() ?? 0) - rotatedAt.getTime()) / 1_000;
      expect(after).toBeGreaterThan(0);
      expect(after).toBe(rule.maxTtlSeconds - rule.rotateBeforeSeconds);
    }
  }
});
