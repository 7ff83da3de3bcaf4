import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { looksLikeSecret } from "./looks-like-secret.ts";

test.each([
  "Deployment/orders-api",
  "orders-api-7d9f8b6c5d-x2x9z",
  "system:serviceaccount:acme-prod:orders",
  "0190f7a2-6f0e-7cc1-9f1a-3b2d4c5e6f70",
  "team.payments.settlement-service-v2",
  "a-very-long-name-of-a-workload-that-somebody-liked-2026",
  "ValidatingAdmissionPolicyBinding",
  "HORIZONTALPODAUTOSCALER",
])("%s is a name", (text) => {
  expect(looksLikeSecret(text)).toBe(false);
});

test.each([
  ["a vault token", "hvs.CAESIJ1234567890abcdef"],
  ["a JWT", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.x"],
  ["an access key", "AKIAIOSFODNN7EXAMPLE"],
  ["a GitHub token", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"],
  ["a name with a value in it", `orders-${generated(0).toString("hex").slice(0, 24)}`],
  ["a value of letters alone", "aVoTsgtYfxnfDgZwquleazIbUFGvdACnBQaBzaWIPVM"],
])("%s is none", (_, text) => {
  expect(looksLikeSecret(text)).toBe(true);
});

test("of 20,000 generated values of 32 bytes, none passes for a name", () => {
  const missed: string[] = [];
  for (let count = 0; count < 10_000; count++) {
    for (const encoding of ["hex", "base64url"] as const) {
      const value = generated(count).toString(encoding).replace(/[-_]/g, "a");
      if (!looksLikeSecret(value)) missed.push(value);
    }
  }
  expect(missed).toEqual([]);
});

/** 32 bytes that are the same in every run, so that a value once missed stays in the test. */
function generated(count: number): Buffer {
  return createHash("sha256").update(`value ${count}`).digest();
}
