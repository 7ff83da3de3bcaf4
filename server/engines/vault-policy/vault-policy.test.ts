import { expect, test } from "vitest";
import { PolicyParseError, parsePolicy } from "./parse-policy.ts";
import { policyGives } from "./policy-gives.ts";

const PATH = "secret/data/acme/prod/orders-db";
const gives = (source: string, path = PATH, capability = "read") =>
  policyGives(parsePolicy(source), path, capability);
const rule = (path: string, capability = "read") =>
  `path "${path}" { capabilities = ["${capability}"] }`;

test.each([
  [rule(PATH), true],
  [rule("secret/data/acme/*"), true],
  [rule("secret/data/+/prod/orders-db"), true],
  [rule("secret/data/+/prod/*"), true],
  [rule("secret/data/acme/prod/orders*"), true],
  [rule("*"), true],
  [rule("secret/data/acme/prod"), false],
  [rule("secret/data/+/orders-db"), false],
  [rule("secret/metadata/acme/*"), false],
  [rule(PATH, "list"), false],
  [rule(PATH, "deny"), false],
  // The most specific path decides, also when it gives less.
  [`${rule("secret/data/*")}\n${rule(PATH, "deny")}`, false],
  [`${rule("secret/data/*", "deny")}\n${rule("secret/data/acme/*")}`, true],
  [`${rule("secret/data/+/prod/orders-db", "deny")}\n${rule("secret/data/acme/*")}`, true],
  [`${rule(PATH, "list")}\n${rule(PATH, "read")}`, true],
  [`path "${PATH}" { policy = "write" }`, true],
  [`path "${PATH}" { policy = "deny" }`, false],
  [JSON.stringify({ path: { [PATH]: { capabilities: ["read"] } } }), true],
])("%s: %s", (source, expected) => {
  expect(gives(source)).toBe(expected);
});

test("comments, nested blocks and other entries do not confuse it", () => {
  const source = `
    # path "${PATH}" { capabilities = ["read"] }
    // nothing
    name = "x"
    path "secret/data/acme/prod/*" { /* capabilities = ["deny"] */
      allowed_parameters = { "capabilities" = ["deny"] }
      min_wrapping_ttl   = "1s"
      capabilities = [
        "list", # read
        "read",
      ]
    }`;
  expect(gives(source)).toBe(true);
  expect(parsePolicy(source)).toHaveLength(1);
});

test.each(['path "a" {', '{ "path": ', 'path "a" { capabilities = ["read" }', "path ' {}"])(
  "%s can't be read, and says so",
  (source) => {
    expect(() => parsePolicy(source)).toThrow(PolicyParseError);
  },
);
