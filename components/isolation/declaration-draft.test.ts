import { expect, test } from "vitest";
import type { DeclarationInput } from "#server/features/isolation/schema.ts";
import { changesBetween, declarationOf, draftOf } from "./declaration-draft.ts";

const POOL: DeclarationInput = {
  compute: { model: "pool", namespaces: ["shop-prod", "shop-jobs"], nodePool: null },
  network: { model: "pool", network: null },
  data: { model: "shared", database: "console" },
  secrets: { model: "pool", vaultPath: "shop/prod" },
  quota: { model: "pool", hard: { "requests.cpu": "4", "requests.memory": "8Gi" } },
  regions: ["muscat"],
};

test("a declaration survives the form", () => {
  expect(declarationOf(draftOf(POOL))).toEqual(POOL);
});

test("a line of the quota that makes no sense is named", () => {
  const draft = { ...draftOf(POOL), hard: "requests.cpu = 4\n\nmuch" };
  expect(declarationOf(draft)).toEqual({ badLine: 3 });
});

test("what changes is told field by field", () => {
  const after: DeclarationInput = {
    ...POOL,
    compute: { ...POOL.compute, model: "silo", nodePool: "shop" },
    quota: { model: "pool", hard: { "requests.cpu": "6" } },
  };
  expect(changesBetween(POOL, after)).toEqual([
    { field: "compute.model", before: "pool", after: "silo" },
    { field: "compute.nodePool", before: "", after: "shop" },
    {
      field: "quota.hard",
      before: "requests.cpu = 4, requests.memory = 8Gi",
      after: "requests.cpu = 6",
    },
  ]);
  expect(changesBetween(POOL, POOL)).toEqual([]);
});
