import { expect, test } from "vitest";
import type { Rotator } from "./schema.ts";
import { targetOf } from "./target-of.ts";

const pair = (host: string, activeRole: string): Rotator => ({
  kind: "postgres-dual-user",
  target: { host, port: 5432, database: activeRole, tls: "verify-full" },
  activeRole,
  standbyRole: `${activeRole}-b`,
  rotatorPath: "x/rotator",
});

test("two databases of one host are one target; of another host, another", () => {
  const store = "openbao" as const;
  expect(targetOf({ store, rotator: pair("db.one", "a") })).toBe("postgres:db.one:5432");
  expect(targetOf({ store, rotator: pair("db.one", "b") })).toBe("postgres:db.one:5432");
  expect(targetOf({ store, rotator: pair("db.two", "a") })).toBe("postgres:db.two:5432");
});

test("a key's target is its mount, a generated value's is its store", () => {
  const key: Rotator = { kind: "openbao-transit", mount: "transit", key: "k", trim: false };
  expect(targetOf({ store: "openbao", rotator: key })).toBe("openbao:transit");
  const value: Rotator = { kind: "kv-generated", field: "value", bytes: 32, keep: [] };
  expect(targetOf({ store: "openbao", rotator: value })).toBe("store:openbao");
});

test("an authority's target is its mount, a Key Vault's key its vault, a cloud resource's key the resource", () => {
  const root: Rotator = {
    kind: "openbao-pki-root",
    mount: "pki-root",
    commonName: "Root",
    ttlSeconds: 86_400,
    role: "probe",
    probeName: "probe.test",
    crossSign: true,
  };
  expect(targetOf({ store: "openbao", rotator: root })).toBe("openbao:pki-root");
  const key: Rotator = { kind: "azure-key", vault: "bank", key: "k" };
  expect(targetOf({ store: "azure-key-vault", rotator: key })).toBe("azure:bank");
  const keys: Rotator = {
    kind: "two-key-cloud",
    provider: {
      kind: "azure-storage",
      subscription: "00000000-0000-4000-8000-000000000001",
      resourceGroup: "shop",
      account: "shopfiles",
    },
    field: "key",
    keep: [],
  };
  expect(targetOf({ store: "openbao", rotator: keys })).toBe("two:shopfiles");
});
