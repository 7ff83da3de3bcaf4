import { expect, test } from "vitest";
import {
  IdentityConfigSchema,
  type RealmConfig,
  realmOfIssuer,
  tenantsOfClaims,
} from "./config.ts";
import { grantsOf } from "./grants.ts";
import { refuseDemoAccount } from "./verified-grants.ts";

const tenantRealm: RealmConfig = {
  realm: "acme-shop",
  issuer: "https://id.example/realms/acme-shop",
  clientId: "sovereign-console",
  clientSecretFile: "/run/secrets/acme-shop",
  displayName: "Acme Shop",
  binding: { kind: "tenant", tenant: "acme-shop" },
  stepUpAcr: ["2"],
};
const sovereignRealm: RealmConfig = {
  ...tenantRealm,
  realm: "catalyst-admin",
  issuer: "https://id.example/realms/catalyst-admin",
  binding: { kind: "claim", claim: "tenants" },
};
const config = IdentityConfigSchema.parse({
  topology: "shared-sovereign",
  realms: [tenantRealm, sovereignRealm],
});

test.each([
  ["https://id.example/realms/acme-shop/"],
  ["https://id.example/realms/ACME-SHOP"],
  ["https://id.example/realms"],
  ["http://id.example/realms/acme-shop"],
  ["https://id.example.evil.example/realms/acme-shop"],
  [""],
  [undefined],
  [["https://id.example/realms/acme-shop"]],
])("issuer %j is not listed", (issuer) => {
  expect(realmOfIssuer(config, issuer)).toBeNull();
});

test("a listed issuer is found by its exact text", () => {
  expect(realmOfIssuer(config, tenantRealm.issuer)?.realm).toBe("acme-shop");
});

test("a tenant's realm speaks for its own tenant, whatever its tokens claim", () => {
  expect(tenantsOfClaims(tenantRealm, { tenants: ["core-banking"] })).toEqual(["acme-shop"]);
});

test.each([
  [
    ["a", "b", "a"],
    ["a", "b"],
  ],
  [[], []],
  ["a", []],
  [["a", 1], []],
  [["a", "../b"], []],
  [undefined, []],
])("the Sovereign's realm with tenants %j gives %j", (tenants, expected) => {
  expect(tenantsOfClaims(sovereignRealm, { tenants })).toEqual(expected);
});

test.each([
  ["realm", { ...sovereignRealm, realm: "acme-shop" }],
  ["issuer", { ...sovereignRealm, issuer: tenantRealm.issuer }],
  ["tenant", { ...tenantRealm, realm: "other", issuer: "https://other.example/realms/other" }],
])("a configuration with the same %s twice is refused", (_what, second) => {
  const doubled = { topology: "shared-sovereign", realms: [tenantRealm, second] };
  expect(IdentityConfigSchema.safeParse(doubled).error?.message).toContain("listed twice");
});

test("unknown roles and other clients' roles grant nothing", () => {
  const grants = grantsOf(tenantRealm, {
    sub: "s",
    resource_access: {
      "runtime-api": { roles: ["developer", "root", "constructor", "developer"] },
      account: { roles: ["sovereign-admin"] },
    },
    realm_access: { roles: ["security-officer"] },
  });
  expect(grants?.roles).toEqual(["developer"]);
  expect(grants?.scopes.has("runtime.approvals.decide")).toBe(false);
});

test("claims of another shape are no grants", () => {
  expect(grantsOf(tenantRealm, {})).toBeNull();
  expect(
    grantsOf(tenantRealm, { sub: "s", resource_access: { "runtime-api": { roles: "x" } } }),
  ).toBeNull();
  expect(grantsOf(tenantRealm, { sub: "s" })?.scopes.size).toBe(0);
  expect(grantsOf(tenantRealm, { sub: "s", demo: "true" })?.isDemo).toBe(true);
});

test("production turns demo accounts away, and nobody else", () => {
  const demo = grantsOf(tenantRealm, { sub: "s", demo: "true" });
  const person = grantsOf(tenantRealm, { sub: "s" });
  if (!demo || !person) throw new Error("no grants");
  expect(() => refuseDemoAccount(demo, "production")).toThrow(/Demo accounts/);
  expect(() => refuseDemoAccount(demo, "demo")).not.toThrow();
  expect(() => refuseDemoAccount(person, "production")).not.toThrow();
});

test("what no tenant can be named is no tenant of a realm or a claim", () => {
  const digits = { ...tenantRealm, binding: { kind: "tenant", tenant: "3com" } };
  const parsed = IdentityConfigSchema.safeParse({ topology: "shared-sovereign", realms: [digits] });
  expect(parsed.error?.issues[0]?.message).toBe("is not a tenant's name");
  expect(tenantsOfClaims(sovereignRealm, { tenants: ["3com", "core-banking"] })).toEqual([]);
});
