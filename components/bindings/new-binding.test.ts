import { expect, test } from "vitest";
import { parseBindings } from "#server/features/rotation/bindings/parse-bindings.ts";
import { tabOf } from "./binding-shapes.ts";
import { newBinding } from "./new-binding.ts";

test("an import begins with a valid text below the tenant's own prefix", () => {
  const { bindings, problems } = parseBindings(newBinding("acme-shop"));
  expect(problems).toEqual([]);
  expect(bindings[0]?.asked).toMatchObject({
    path: "acme-shop/prod/partner-api-token",
    graceSeconds: 86_400,
  });
});

test.each([
  ["import", "import"],
  ["nonsense", "discovery"],
  [null, "discovery"],
])("the tab of %s is %s", (text, tab) => {
  expect(tabOf(text)).toBe(tab);
});
