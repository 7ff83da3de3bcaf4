import { describe, expect, test } from "vitest";
import { type DiffResult, diffObjects } from "#server/engines/differ/diff.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { type IgnoreSpec, ignoreProblem, ignoreRule } from "./ignore-rules.ts";

const OBJECT = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop-prod", name: "web" };
const spec = (fields: Partial<IgnoreSpec>): IgnoreSpec => ({
  kind: "jq-path",
  expression: ".spec.replicas",
  apiGroup: null,
  objectKind: null,
  namespace: null,
  name: null,
  ...fields,
});

function deployment(replicas: number, web: string, proxy: string, note: string): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", annotations: { "a.b/c": note } },
    spec: {
      replicas,
      template: {
        spec: {
          containers: [
            { name: "web", image: web, ports: [{ containerPort: 80 }] },
            { name: "proxy", image: proxy },
          ],
        },
      },
    },
  };
}

const DESIRED = deployment(2, "w:1", "p:1", "one");
const LIVE = deployment(3, "w:2", "p:2", "two");
const PATHS = {
  replicas: "/spec/replicas",
  web: "/spec/template/spec/containers/web/image",
  proxy: "/spec/template/spec/containers/proxy/image",
  note: "/metadata/annotations/a.b~1c",
};

function hidden(fields: Partial<IgnoreSpec>, live = LIVE): string[] {
  const rule = ignoreRule("r", spec(fields));
  const { differences }: DiffResult = diffObjects({ desired: DESIRED, live });
  expect(differences.length).toBeGreaterThan(3);
  return differences
    .filter((each) => rule.hides(each, DESIRED, live))
    .map(({ path }) => path)
    .sort();
}

describe("a path hides what it names and what is below, and nothing beside", () => {
  test.each<[string, string[]]>([
    [".spec.replicas", [PATHS.replicas]],
    [".spec", [PATHS.proxy, PATHS.replicas, PATHS.web]],
    [".spec.template.spec.containers[].image", [PATHS.proxy, PATHS.web]],
    [".spec.template.spec.containers[1].image", [PATHS.proxy]],
    ['.spec.template.spec.containers[] | select(.name == "proxy") | .image', [PATHS.proxy]],
    ['.spec.template.spec.containers[] | select(.name != "proxy")', [PATHS.web]],
    ['.metadata.annotations["a.b/c"]', [PATHS.note]],
    ['.metadata.annotations."a.b/c"', [PATHS.note]],
    [".spec.replicas.x", []],
    [
      ".spec.template.spec.containers[] | select(.absent == null) | .image",
      [PATHS.proxy, PATHS.web],
    ],
    [".status", []],
  ])("jq %s", (expression, expected) => {
    expect(hidden({ expression })).toEqual([...expected].sort());
  });

  test.each<[string, string[]]>([
    ["/spec/replicas", [PATHS.replicas]],
    ["/spec/template/spec/containers/0/image", [PATHS.web]],
    ["/metadata/annotations/a.b~1c", [PATHS.note]],
    ["/spec/template", [PATHS.proxy, PATHS.web]],
    ["/spec/rep", []],
  ])("pointer %s", (expression, expected) => {
    expect(hidden({ kind: "json-pointer", expression })).toEqual([...expected].sort());
  });
});

test("what an item became is told: both sides have to be the one that was meant", () => {
  const rule = ignoreRule(
    "r",
    spec({ expression: '.spec.rules[] | select(.verb == "get") | .verb' }),
  );
  const side = (verb: string) => ({ spec: { rules: [{ verb }] } });
  const difference = { path: "/spec/rules/0/verb", kind: "changed" as const };
  expect(rule.hides(difference, side("get"), side("delete"))).toBe(false);
  expect(rule.hides(difference, side("get"), side("get"))).toBe(true);
});

test("a manager hides what it wrote last", () => {
  const rule = ignoreRule("r", spec({ kind: "manager", expression: "hpa" }));
  const difference = { path: "/spec/replicas", kind: "changed" as const };
  expect(rule.hides({ ...difference, manager: "hpa" }, {}, {})).toBe(true);
  expect(rule.hides({ ...difference, manager: "hpa2" }, {}, {})).toBe(false);
  expect(rule.hides(difference, {}, {})).toBe(false);
});

test.each<[Partial<IgnoreSpec>, boolean]>([
  [{}, true],
  [{ apiGroup: "apps", objectKind: "Deployment", namespace: "shop-*", name: "w*b" }, true],
  [{ apiGroup: "" }, false],
  [{ objectKind: "Deploy" }, false],
  [{ namespace: "shop" }, false],
  [{ name: "w.b" }, false],
  [{ namespace: "*" }, true],
])("a scope of %j covers or does not", (fields, expected) => {
  expect(ignoreRule("r", spec(fields)).covers(OBJECT)).toBe(expected);
});

test.each([
  "spec.replicas",
  ".",
  ".[]",
  ".spec.replicas | length",
  ".spec | .. ",
  ".a | select(.b > 1)",
  ".a | select(.b == now)",
  '.a["b',
  ".a[-1]",
  ".a |",
  `.a${".b".repeat(60)}`,
])("%s is refused with the place of the fault", (expression) => {
  expect(ignoreProblem({ kind: "jq-path", expression })).toMatch(/at character \d+/);
});

test("a pointer begins with a slash; a manager may be called anything", () => {
  expect(ignoreProblem({ kind: "json-pointer", expression: "spec" })).toMatch(/slash/);
  expect(ignoreProblem({ kind: "manager", expression: "kubectl edit" })).toBeNull();
});
