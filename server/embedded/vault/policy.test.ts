import { expect, test } from "vitest";
import { allows, parsePolicy } from "./policy.ts";

const rules = parsePolicy(`
  path "secret/data/shop/*" { capabilities = ["create", "read"] }
  path "secret/data/shop/closed" { capabilities = ["deny"] }
  path "secret/data/shop/+/open" { capabilities = ["update"] }
  path "secret/metadata/+" { capabilities = ["list"] }
  path "sys/health" { capabilities = ["read"] }`);

test.each([
  ["secret/data/shop/a", "read", true],
  ["secret/data/shop/a/b/c", "create", true],
  ["secret/data/shop/a", "update", false],
  ["secret/data/shop", "read", false],
  ["secret/data/shopping/a", "read", false],
  ["secret/data/shop/closed", "read", false],
  ["secret/metadata/x", "list", true],
  ["secret/metadata/x/y", "list", false],
  ["sys/health", "read", true],
  ["sys/healthy", "read", false],
  ["xsys/health", "read", false],
] as const)("%s %s: %s", (path, capability, expected) => {
  expect(allows(rules, path, capability)).toBe(expected);
});

test("the JSON form says the same", () => {
  const json = JSON.stringify({ path: { "a/*": { capabilities: ["read"] } } });
  expect(parsePolicy(json)).toEqual(parsePolicy('path "a/*" { capabilities = ["read"] }'));
});

test("nothing matches: nothing is allowed", () => {
  expect(allows([], "secret/data/x", "read")).toBe(false);
  expect(parsePolicy("nonsense")).toEqual([]);
});
