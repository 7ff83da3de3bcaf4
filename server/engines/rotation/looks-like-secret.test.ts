import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { looksLikeSecret } from "./looks-like-secret.ts";

test.each([
  "Deployment/orders-api",
  "orders-api-7d9f8b6c5d-x2x9z",
  "system:serviceaccount:acme-prod:orders",
  "0190f7a2-6f0e-7cc1-9f1a-3b2d4c5e6f70",
  "team.payments.settlement-service-v2",
  "a-very-long-name-of-a-workload-that-somebody-liked-2026",
])("%s is a name", (text) => {
  expect(looksLikeSecret(text)).toBe(false);
});

test.each([
  ["a vault token", "hvs.CAESIJ1234567890abcdef"],
  ["a JWT", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.x"],
  ["an access key", "AKIAIOSFODNN7EXAMPLE"],
  ["a GitHub token", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"],
  ["a name with a value in it", `orders-${randomBytes(12).toString("hex")}`],
])("%s is none", (_, text) => {
  expect(looksLikeSecret(text)).toBe(true);
});

test("generated values of every length that we make are found", () => {
  for (let count = 0; count < 500; count++) {
    for (const encoding of ["hex", "base64url"] as const) {
      const value = randomBytes(32).toString(encoding).replace(/[-_]/g, "a");
      expect([value, looksLikeSecret(value)]).toEqual([value, true]);
    }
  }
});
