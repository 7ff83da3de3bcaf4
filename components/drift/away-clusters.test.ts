import { expect, it } from "vitest";
import type { KnownSource } from "#server/features/drift/schema.ts";
import { awayClusters, isUnknown } from "./away-clusters.ts";

const source = (fields: Partial<KnownSource>): KnownSource => ({
  kind: "cluster",
  cluster: "one",
  name: "one",
  digest: null,
  revision: null,
  takenAt: null,
  reason: "unreachable",
  problems: 0,
  firstProblems: [],
  awaySince: null,
  ...fields,
});

it("a finding is unknown when what it was made from is away, and not before", () => {
  const live = awayClusters([source({}), source({ kind: "desired" })]);
  const desired = awayClusters([source({ kind: "desired" }), source({ reason: null })]);
  const fine = awayClusters([source({ reason: null }), source({ kind: "isolation" })]);
  expect(isUnknown(live, ["one"], "unexpected-image")).toBe(true);
  expect(isUnknown(desired, ["one"], "unexpected-image")).toBe(false);
  expect(isUnknown(desired, ["one"], "field-drift")).toBe(true);
  expect(isUnknown(fine, ["one"], "field-drift")).toBe(false);
  // One cluster of several still tells.
  expect(isUnknown(live, ["one", "two"], "field-drift")).toBe(false);
});
