import { expect, test } from "vitest";
import { allows, parsePolicy } from "../vault/policy.ts";
import { workerPolicy } from "./worker-policy.ts";

const path = workerPolicy({
  sovereign: "omantel",
  tenants: ["acme-shop"],
  mounts: ["secret", "sys", "transit-acme"],
});
const rules = parsePolicy(JSON.stringify({ path }));

test.each([
  ["secret/data/acme-shop/prod/orders-db", "update", true],
  ["secret/data/acme-shop/shared", "read", true],
  // Onboarded later: nobody wrote its name here.
  ["secret/data/new-tenant/prod/orders-db", "update", true],
  ["secret/metadata/new-tenant/dev/", "list", true],
  ["secret/metadata/new-tenant/", "list", true],
  ["secret/destroy/new-tenant/staging/token", "update", true],
  ["secret/data/new-tenant/notes", "read", false],
  ["secret/data/omantel/console/realms/new-tenant", "create", true],
  ["transit-acme/keys/one", "update", true],
  ["sys/mounts", "read", true],
  ["sys/mounts", "update", false],
] as const)("the demo's worker on %s: %s is %s", (at, capability, expected) => {
  expect(allows(rules, at, capability)).toBe(expected);
});
