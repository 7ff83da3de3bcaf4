import { expect, it } from "vitest";
import { ignoreRule } from "./ignore-rules.ts";
import { partialObject } from "./partial-object.ts";

const PATH = ["spec", "containers", "proxy", "image"];

it("has the fields that lead to a difference, and the keys of the items on the way", () => {
  expect(partialObject(PATH, "a:2")).toEqual({
    spec: { containers: [{ name: "proxy", image: "a:2" }] },
  });
  expect(partialObject(["data", "a/b"], undefined)).toEqual({ data: { "a/b": null } });
  expect(partialObject([], "text")).toEqual({});
});

it("is enough for a rule that picks an item by its key", () => {
  const spec = {
    kind: "jq-path",
    expression: '.spec.containers[] | select(.name == "proxy") | .image',
    apiGroup: null,
    objectKind: null,
    namespace: null,
    name: null,
  } as const;
  const rule = ignoreRule("r", spec);
  const hides = (path: string[]) => {
    const object = partialObject(path, "a:2");
    const difference = { path: `/${path.join("/")}`, kind: "changed" } as const;
    return rule.hides(difference, object, object);
  };
  expect(hides(PATH)).toBe(true);
  expect(hides(["spec", "containers", "web", "image"])).toBe(false);
});
