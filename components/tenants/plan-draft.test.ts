import { expect, test } from "vitest";
import { TenantPlanInput } from "#server/features/onboarding/schema.ts";
import { EMPTY_DRAFT, newEnvironment, planOf } from "./plan-draft.ts";

const draft = {
  ...EMPTY_DRAFT,
  slug: "shop",
  displayName: "Shop",
  labels: "tier=gold\n\nkept =",
  environments: [newEnvironment("shop", "dev")],
  username: "sara",
  email: "sara@shop.example",
};

test("what the form begins with is a plan that the server takes", () => {
  const said = planOf(draft);
  if (!("plan" in said)) throw new Error("not a plan");
  expect(TenantPlanInput.parse(said.plan)).toEqual(said.plan);
  expect(said.plan.labels).toEqual({ tier: "gold", kept: "" });
  expect(said.plan.environments[0]?.declaration.compute.namespaces).toEqual(["shop-dev"]);
});

test("with a realm that exists nobody is invited", () => {
  expect(planOf({ ...draft, realm: "shop" })).toMatchObject({
    plan: { realm: { kind: "existing", realm: "shop" }, admin: null },
  });
});

test("a line that can't be read is named by its number", () => {
  expect(planOf({ ...draft, labels: "tier=gold\nsilver" })).toEqual({
    problem: { field: "labels", line: 2 },
  });
  const [environment] = draft.environments;
  if (!environment) throw new Error("no environment");
  const declaration = { ...environment.declaration, hard: "requests.cpu = 4\npods" };
  expect(planOf({ ...draft, environments: [{ ...environment, declaration }] })).toEqual({
    problem: { field: "quota", line: 2, at: 0 },
  });
});
