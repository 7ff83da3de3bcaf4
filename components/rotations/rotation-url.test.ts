import { expect, it } from "vitest";
import { SECRET_CLASSES } from "#server/features/rotation/rules.ts";
import { BINDING_STATUSES as SERVER_STATUSES } from "#server/features/rotation/schema.ts";
import { ListBindingsInput } from "#server/features/rotation/views.ts";
import { BINDING_STATUSES } from "./binding-statuses.ts";
import { bindingsQueryOf, CLASSES } from "./rotation-url.ts";

it("asks for what the URL says", () => {
  const query = bindingsQueryOf({
    q: "orders",
    class: "api-token",
    state: "overdue",
    sort: "-age",
  });
  expect(query).toEqual({
    text: "orders",
    classes: ["api-token"],
    statuses: ["overdue"],
    sort: "age",
    order: "desc",
  });
  expect(ListBindingsInput.safeParse(query).success).toBe(true);
});

it("narrows nothing by what it does not know", () => {
  expect(bindingsQueryOf({ class: "x", state: "y", sort: "-z" })).toEqual({});
  expect(bindingsQueryOf({})).toEqual({});
});

it("knows the classes and statuses that the server knows, in its order", () => {
  expect(CLASSES).toEqual(SECRET_CLASSES);
  expect(BINDING_STATUSES).toEqual(SERVER_STATUSES);
});

it.each([
  [
    { env: "prod", region: "muscat" },
    { environments: ["prod"], regions: ["muscat"] },
  ],
  [{ region: "all" }, { regions: [""] }],
  [{ region: "Not A Region" }, {}],
  [{ owner: " Payments " }, { owners: ["Payments"] }],
  [{ q: "a\0b " }, { text: "ab" }],
  [{ next: "2026-12-09" }, { nextFrom: "2026-12-09", nextTo: "2026-12-09" }],
  // The bar of today, and of a day that has become yesterday, holds what is late.
  [{ next: "2026-11-30" }, { nextTo: "2026-11-30" }],
  [{ next: "2026-11-29" }, { nextTo: "2026-11-29" }],
  [{ next: "7d" }, { nextTo: "2026-12-06" }],
  [{ next: "30d" }, { nextTo: "2026-12-29" }],
  [{ next: "2026-02-31" }, {}],
  [{ next: "soon" }, {}],
])("%o asks for %o", (params, expected) => {
  const query = bindingsQueryOf(params, "2026-11-30");
  expect(query).toEqual(expected);
  expect(ListBindingsInput.safeParse(query).success).toBe(true);
});
