import { expect, it } from "vitest";
import { parseSeed } from "./installation-seed.ts";

const FILE = "/run/secrets/log.seed";

it("reads a seed", () => {
  const seed = "0123456789abcdef".repeat(4);
  expect(parseSeed(`${seed}\n`, FILE, "production").toString("hex")).toBe(seed);
});

it.each([["0".repeat(64)], ["ab".repeat(32)]])("refuses the default %s in production", (seed) => {
  expect(() => parseSeed(seed, FILE, "production")).toThrow(/default seed/);
  expect(parseSeed(seed, FILE, "demo")).toHaveLength(32);
});

it("names the file, not what is in it", () => {
  expect(() => parseSeed("hunter2", FILE, "demo")).toThrow(FILE);
  expect(() => parseSeed("hunter2", FILE, "demo")).not.toThrow(/hunter2/);
});
