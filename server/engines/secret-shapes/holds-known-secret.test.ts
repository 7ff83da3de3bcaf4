import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { holdsKnownSecret } from "./holds-known-secret.ts";

const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
  format: "pem",
  type: "pkcs8",
});

test.each([
  String(pem),
  `the new root token is hvs.${"a1B2".repeat(8)}`,
  `s.${randomBytes(18).toString("hex")}`,
  `share 1: ${randomBytes(32).toString("base64")}`,
  `Unseal Key 1: ${randomBytes(33).toString("hex")}`,
  "AKIAIOSFODNN7EXAMPLE",
  `ghp_${"a".repeat(36)}`,
  "password: correct-horse",
  `DefaultEndpointsProtocol=https;AccountKey=${randomBytes(64).toString("base64")}`,
])("%s", (text) => {
  expect(holdsKnownSecret(text)).toBe(true);
});

test.each([
  "Re-keyed with five share holders; the minutes are in the safe, box 12.",
  `The minutes' SHA-256 is ${createHash("sha256").update("minutes").digest("hex")}.`,
  "https://records.example.om/ceremonies/2026-q4?id=019a3f6e-7c2b-7d11-9f0a-0d9c8b7a6f5e",
  "The password policy was read out; a token ceremony needs two officers.",
  "تم تدوير مفاتيح الفتح بحضور خمسة من حاملي الحصص",
])("not: %s", (text) => {
  expect(holdsKnownSecret(text)).toBe(false);
});
