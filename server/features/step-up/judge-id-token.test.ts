import { expect, test } from "vitest";
import { judgeIdToken } from "./judge-id-token.ts";

const ASKED = 1_795_000_000;
const expected = {
  issuer: "https://id.example/realms/a",
  subject: "person-1",
  nonce: "the-nonce",
  acceptedAcr: ["2", "gold"],
  askedAt: new Date(ASKED * 1_000 + 999),
};
const good = {
  issuer: expected.issuer,
  subject: expected.subject,
  nonce: expected.nonce,
  acr: "2",
  authTime: ASKED,
};

test.each([
  ["as asked", {}, null],
  ["another accepted level", { acr: "gold" }, null],
  ["later", { authTime: ASKED + 200 }, null],
  ["another subject", { subject: "person-2" }, "other-person"],
  ["another issuer's same subject", { issuer: "https://id.example/realms/b" }, "other-person"],
  ["another nonce", { nonce: "x" }, "nonce"],
  ["no nonce", { nonce: undefined }, "nonce"],
  ["the level below", { acr: "1" }, "level-too-low"],
  ["no level", { acr: undefined }, "level-too-low"],
  ["a number for a level", { acr: 2 }, "level-too-low"],
  ["a list for a level", { acr: ["2"] }, "level-too-low"],
  ["one second before we asked", { authTime: ASKED - 1 }, "too-old"],
  ["within a library's usual tolerance", { authTime: ASKED - 29 }, "too-old"],
  ["no time", { authTime: undefined }, "too-old"],
  ["a text for a time", { authTime: String(ASKED) }, "too-old"],
  ["part of a second", { authTime: ASKED + 0.5 }, "too-old"],
])("%s", (_, change, verdict) => {
  expect(judgeIdToken({ ...good, ...change }, expected)).toBe(verdict);
});
