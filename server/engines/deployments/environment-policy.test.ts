import { expect, test } from "vitest";
import { NO_DEMAND } from "../supply-chain/supply-chain-demand.ts";
import { type EnvironmentPolicy, policyProblems } from "./environment-policy.ts";

const NOW = new Date("2026-11-22T08:00:00Z");
const MINIMUM = [{ role: "sovereign-admin", count: 1 }];
const SOUND: EnvironmentPolicy = {
  groups: [
    { role: "sovereign-admin", count: 2 },
    { role: "security-officer", count: 1 },
  ],
  windows: [{ days: [7], start: "22:00", end: "02:00", timeZone: "Asia/Muscat" }],
  waitingSeconds: 600,
  expirySeconds: 86_400,
  requiresElevation: false,
  provenance: "none",
  trustedRegistries: ["registry.example/bank"],
  supersedesWaiting: true,
};
const KEY = { name: "release", publicKey: "pem" };
const problemsOf = (change: Partial<EnvironmentPolicy>) =>
  policyProblems({ ...SOUND, ...change }, MINIMUM, NOW);

test("a sound policy has no problem, also when only some requests meet the window", () => {
  expect(problemsOf({})).toEqual([]);
  expect(problemsOf({ windows: [] })).toEqual([]);
});

test.each([
  ["nobody has to approve", { groups: [] }, "groups", "below-minimum"],
  [
    "without the least role",
    { groups: [{ role: "security-officer", count: 3 }] },
    "groups",
    "below-minimum",
  ],
  ["a role twice", { groups: [...MINIMUM, ...MINIMUM] }, "groups", "same-role-twice"],
  ["no registry", { trustedRegistries: [] }, "trustedRegistries", "no-registry"],
  [
    "not a registry",
    { trustedRegistries: ["a.example", "https://b"] },
    "trustedRegistries.1",
    "bad-registry",
  ],
  [
    "a zone that is not there",
    { windows: [{ days: [1], start: "08:00", end: "09:00", timeZone: "Mars/Olympus" }] },
    "windows.0.timeZone",
    "bad-time-zone",
  ],
  [
    "as long a wait as a life",
    { waitingSeconds: 86_400 },
    "waitingSeconds",
    "waits-longer-than-it-lives",
  ],
  [
    "a window that never opens on any day",
    { windows: [{ days: [], start: "08:00", end: "09:00", timeZone: "UTC" }] },
    "windows",
    "no-window-in-time",
  ],
  [
    "signatures demanded, and nobody trusted",
    { provenance: "signed" },
    "supplyChain.signers",
    "no-signer",
  ],
  [
    "a level that no builder is trusted for",
    {
      provenance: "slsa-3",
      supplyChain: { ...NO_DEMAND, builders: [{ id: "b", level: 2 }], keys: [KEY] },
    },
    "supplyChain.builders",
    "no-builder",
  ],
  [
    "one name for two keys",
    { supplyChain: { ...NO_DEMAND, keys: [KEY, KEY] } },
    "supplyChain.keys",
    "same-key-twice",
  ],
] as const)("%s: %s", (_name, change, field, code) => {
  expect(problemsOf(change)).toContainEqual({ field, code });
});
