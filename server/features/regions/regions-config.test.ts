import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseRegionsConfig } from "./regions-config.ts";

const muscat = {
  name: "muscat",
  displayName: "Muscat",
  addresses: ["https://bao-1.muscat.example:8200", "https://bao-2.muscat.example:8200"],
  role: "primary",
};
const salalah = {
  name: "salalah",
  displayName: "Salalah",
  addresses: ["https://bao.salalah.example:8200"],
  role: "read-only",
  replication: "storage-snapshot",
  maxLagSeconds: 300,
};
const parse = (regions: unknown, mode: "demo" | "production" = "production") =>
  parseRegionsConfig(JSON.stringify(regions), mode);

test("regions are read from JSON or from a file, defaults filled in", () => {
  expect(parse([muscat, salalah])).toMatchObject([
    { name: "muscat", replication: "none", maxLagSeconds: 900 },
    { name: "salalah", replication: "storage-snapshot", maxLagSeconds: 300 },
  ]);
  const directory = mkdtempSync(join(tmpdir(), "regions-"));
  const file = join(directory, "regions.json");
  writeFileSync(file, JSON.stringify([muscat]));
  expect(parseRegionsConfig(file, "production")).toHaveLength(1);
  rmSync(directory, { recursive: true });
});

test.each([
  ["no region", [], /at least one region/],
  [
    "two primaries",
    [muscat, { ...salalah, role: "primary" }],
    /exactly one region must be the primary, not 2/,
  ],
  ["no primary", [salalah], /exactly one region must be the primary, not 0/],
  ["a name twice", [muscat, { ...salalah, name: "muscat" }], /the region muscat is named twice/],
  [
    "one address for two",
    [muscat, { ...salalah, addresses: muscat.addresses.slice(0, 1) }],
    /stands in two places/,
  ],
  ["a field nobody knows", [{ ...muscat, rôle: 1 }], /0: Unrecognized key/],
  [
    "an address of another kind",
    [{ ...muscat, addresses: ["ftp://x"] }],
    /0\.addresses\.0: must be an http/,
  ],
  ["a negative lag", [{ ...muscat, maxLagSeconds: -1 }], /0\.maxLagSeconds/],
])("%s is refused, by name", (_, regions, fault) => {
  expect(() => parse(regions, "demo")).toThrow(fault);
});

test("production refuses plain addresses; what is no JSON says so", () => {
  const plain = [{ ...muscat, addresses: ["http://10.0.0.1:8200"] }];
  expect(() => parse(plain)).toThrow(/muscat: http:\/\/10\.0\.0\.1:8200: production needs https/);
  expect(parse(plain, "demo")).toHaveLength(1);
  expect(() => parseRegionsConfig("[{", "demo")).toThrow(/REGIONS_CONFIG is not JSON/);
});
