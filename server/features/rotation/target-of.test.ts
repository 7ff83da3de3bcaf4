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
