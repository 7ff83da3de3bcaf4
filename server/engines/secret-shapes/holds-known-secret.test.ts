import { createHash, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { holdsKnownSecret } from "./holds-known-secret.ts";

const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
  format: "pem",
  type: "pkcs8",
});

test.each([
  String(pem),
  `the new root token is hvs.${"a1B2".repeat(8)}`,
  "AKIAIOSFODNN7EXAMPLE",
  `ghp_${"a".repeat(36)}`,
  "password: correct-horse",
])("%s", (text) => {
  expect(holdsKnownSecret(text)).toBe(true);
});

test.each([
  ["a token", (at: number) => `s.${generated(at, 18).toString("hex")}`],
  ["a share", (at: number) => `share 1: ${generated(at, 32).toString("base64")}`],
  ["a key of the seal", (at: number) => `Unseal Key 1: ${generated(at, 33).toString("hex")}`],
  [
    "an account's key",
    (at: number) => `EndpointsProtocol=https;AccountKey=${generated(at, 64).toString("base64")}`,
  ],
])("of 2,000 generated values none is missed: %s", (_, write) => {
  const written = Array.from({ length: 2_000 }, (_each, at) => write(at));
  expect(written.filter((text) => !holdsKnownSecret(text))).toEqual([]);
});

/** Bytes that are the same in every run, so that a value once missed stays in the test. */
function generated(count: number, length: number): Buffer {
  return createHash("sha512").update(`value ${count}`).digest().subarray(0, length);
}

test.each([
  "Re-keyed with five share holders; the minutes are in the safe, box 12.",
  `The minutes' SHA-256 is ${createHash("sha256").update("minutes").digest("hex")}.`,
  "https://records.example.om/ceremonies/2026-q4?id=019a3f6e-7c2b-7d11-9f0a-0d9c8b7a6f5e",
  "The password policy was read out; a token ceremony needs two officers.",
  "تم تدوير مفاتيح الفتح بحضور خمسة من حاملي الحصص",
])("not: %s", (text) => {
  expect(holdsKnownSecret(text)).toBe(false);
});
